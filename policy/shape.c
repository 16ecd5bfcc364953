/* SPDX-License-Identifier: GPL-2.0-only */
#include "addresses.h"
#include "alloc.h"
#include "shape.h"

#define PORTS 65536u /* those that a rule can name, the ephemeral one included */

struct policy_address shape_numbers(uint32_t low, uint32_t high)
{
	struct policy_address range = { { 0 }, { 0 } };

	for (int i = 0; i < 4; i++) {
		range.low[SHAPE_KEY_BYTES - 1 - i] = (uint8_t)(low >> 8 * i);
		range.high[SHAPE_KEY_BYTES - 1 - i] = (uint8_t)(high >> 8 * i);
	}
	return range;
}

static int compare_keys(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, SHAPE_KEY_BYTES);
}

/* Ranges. */

static void add(struct policy_addresses *set, const struct policy_address *range)
{
	set->range = alloc_grow(set->range, set->count, sizeof(*set->range));
	set->range[set->count++] = *range;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct policy_address *a = left, *b = right;

	return compare_keys(a->low, b->low);
}

/* Whether low is not beyond the key that comes after high. */
static bool touches(const uint8_t *high, const uint8_t *low)
{
	uint8_t next[SHAPE_KEY_BYTES];

	memcpy(next, high, sizeof(next));
	for (int i = SHAPE_KEY_BYTES - 1; i >= 0; i--)
		if (++next[i] != 0)
			return compare_keys(low, next) <= 0;
	return true;
}

/* Sorts the ranges, and makes one of those that meet or touch. */
static void normalize(struct policy_addresses *set)
{
	struct policy_address *last;
	size_t kept = 0;

	if (set->count == 0)
		return;
	qsort(set->range, set->count, sizeof(*set->range), compare_ranges);
	for (size_t i = 1; i < set->count; i++) {
		last = &set->range[kept];
		if (!touches(last->high, set->range[i].low))
			set->range[++kept] = set->range[i];
		else if (compare_keys(set->range[i].high, last->high) > 0)
			memcpy(last->high, set->range[i].high, SHAPE_KEY_BYTES);
	}
	set->count = kept + 1;
}

/* The index of the last range that begins at or before the key, or -1. */
static ptrdiff_t find_range(const struct policy_addresses *set, const uint8_t *key)
{
	ptrdiff_t first = -1, end = (ptrdiff_t)set->count, middle;

	while (end - first > 1) {
		middle = first + (end - first) / 2;
		if (compare_keys(set->range[middle].low, key) <= 0)
			first = middle;
		else
			end = middle;
	}
	return first;
}

static bool ranges_cover(const struct policy_addresses *a, const struct policy_addresses *b)
{
	ptrdiff_t at;

	if (a->count == 0)
		return true;
	if (b->count == 0)
		return false;
	for (size_t i = 0; i < b->count; i++) {
		at = find_range(a, b->range[i].low);
		if (at < 0 || compare_keys(b->range[i].high, a->range[at].high) > 0)
			return false;
	}
	return true;
}

static bool ranges_meet(const struct policy_addresses *a, const struct policy_addresses *b)
{
	ptrdiff_t at;

	if (a->count == 0 || b->count == 0)
		return true;
	for (size_t i = 0; i < b->count; i++) {
		at = find_range(a, b->range[i].high);
		if (at >= 0 && compare_keys(a->range[at].high, b->range[i].low) >= 0)
			return true;
	}
	return false;
}

void shape_restrict(struct shape *shape, enum shape_ranges dimension,
		    const struct policy_addresses *ranges)
{
	struct policy_addresses *set = &shape->range[dimension], both = { 0 };

	for (size_t i = 0; i < ranges->count; i++) {
		struct policy_address range = ranges->range[i];

		if (set->count == 0)
			add(&both, &range);
		for (size_t j = 0; j < set->count; j++) {
			struct policy_address part = set->range[j];

			if (!addresses_meet(&part, &range))
				continue;
			if (compare_keys(part.low, range.low) < 0)
				memcpy(part.low, range.low, SHAPE_KEY_BYTES);
			if (compare_keys(part.high, range.high) > 0)
				memcpy(part.high, range.high, SHAPE_KEY_BYTES);
			add(&both, &part);
		}
	}
	free(set->range);
	*set = both;
	if (both.count == 0)
		shape->nothing = true;
	normalize(set);
}

bool shape_has(const struct shape *shape, enum shape_ranges dimension,
	       const uint8_t key[SHAPE_KEY_BYTES])
{
	const struct policy_addresses *set = &shape->range[dimension];
	ptrdiff_t at = find_range(set, key);

	return set->count == 0 || (at >= 0 && compare_keys(key, set->range[at].high) <= 0);
}

/* Names. */

static int compare_names(const void *left, const void *right)
{
	const struct shape_name *a = left, *b = right;
	int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);

	if (order)
		return order;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

bool shape_around(const struct shape_name *name, shape_visit *visit, void *context)
{
	struct shape_name other = { .text = name->text };
	bool whole;

	for (other.length = 1; other.length <= name->length; other.length++) {
		whole = other.length == name->length;
		other.kind = SHAPE_PREFIX;
		if (visit(context, &other))
			return true;
		other.kind = SHAPE_TREE;
		if ((whole ? name->kind == SHAPE_TREE : name->text[other.length] == '/') &&
		    name->kind != SHAPE_WHOLE && visit(context, &other))
			return true;
	}
	other = *name;
	return name->kind == SHAPE_WHOLE && visit(context, &other);
}

struct search {
	const struct shape_name_set *set;
	const struct shape_name * not ; /* the one to leave out */
};

static bool is_found(void *context, const struct shape_name *name)
{
	const struct search *search = context;
	const struct shape_name *found = bsearch(name, search->set->name, search->set->count,
						 sizeof(*name), compare_names);

	return found && found != search->not ;
}

static bool has_within(const struct shape_name_set *set, const struct shape_name *name,
		       const struct shape_name * not )
{
	struct search search = { set, not };

	return shape_around(name, is_found, &search);
}

static bool names_cover(const struct shape_name_set *a, const struct shape_name_set *b)
{
	if (a->count == 0)
		return true;
	for (size_t i = 0; i < b->count; i++)
		if (!has_within(a, &b->name[i], NULL))
			return false;
	return b->count > 0;
}

static bool names_meet(const struct shape_name_set *a, const struct shape_name_set *b)
{
	if (a->count == 0 || b->count == 0)
		return true;
	for (size_t i = 0; i < b->count; i++)
		if (has_within(a, &b->name[i], NULL))
			return true;
	for (size_t i = 0; i < a->count; i++)
		if (has_within(b, &a->name[i], NULL))
			return true;
	return false;
}

/* What is within another one goes by the order of the text, before any is taken out. */
static void reduce(struct shape_name_set *set)
{
	struct shape_name *kept;
	size_t count = 0;

	qsort(set->name, set->count, sizeof(*set->name), compare_names);
	for (size_t i = 0; i < set->count; i++)
		if (i == 0 || compare_names(&set->name[i], &set->name[count - 1]) != 0)
			set->name[count++] = set->name[i];
	set->count = count;
	kept = alloc_zeroed(count, sizeof(*kept));
	count = 0;
	for (size_t i = 0; i < set->count; i++)
		if (!has_within(set, &set->name[i], &set->name[i]))
			kept[count++] = set->name[i];
	free(set->name);
	*set = (struct shape_name_set){ kept, count };
}

static struct shape_name_set names_of(const struct policy_strings *strings, enum shape_names which)
{
	enum shape_kind kind = which == SHAPE_CGROUP ? SHAPE_TREE : SHAPE_WHOLE;
	struct shape_name_set set = { NULL, strings->count };
	struct shape_name *name;

	if (set.count == 0)
		return set;
	set.name = alloc_zeroed(set.count, sizeof(*set.name));
	for (size_t i = 0; i < set.count; i++) {
		name = &set.name[i];
		*name = (struct shape_name){ strings->string[i], strlen(strings->string[i]), kind };
		if (which == SHAPE_EXE || name->text[name->length - 1] != '*')
			continue;
		name->length--;
		/* What begins with a name of the full length is that name. */
		if (which != SHAPE_COMM || name->length < BIND_COMM_LEN - 1)
			name->kind = SHAPE_PREFIX;
	}
	reduce(&set);
	return set;
}

/* Rules. */

static struct policy_addresses ranges_of(const struct policy_ranges *ranges)
{
	struct policy_addresses set = { 0 };
	struct policy_address range;

	for (size_t i = 0; i < ranges->count; i++) {
		range = shape_numbers(ranges->range[i].low, ranges->range[i].high);
		add(&set, &range);
	}
	normalize(&set);
	return set;
}

static void restrict_family(struct shape *shape, enum policy_family family)
{
	struct policy_address beside[2] = { addresses_ipv6[0], addresses_ipv6[1] };
	struct policy_address mapped = addresses_ipv4;
	struct policy_addresses ipv4 = { &mapped, 1 }, ipv6 = { beside, 2 };

	if (family != POLICY_ANY_FAMILY)
		shape_restrict(shape, SHAPE_ADDRESS, family == POLICY_IPV4 ? &ipv4 : &ipv6);
}

/* Raw sockets have no port: a rule with ports never matches them, nor needs one without them. */
static void restrict_raw(struct shape *shape)
{
	struct policy_address raw = shape_numbers(BIND_PROTOCOL_RAW, BIND_PROTOCOL_RAW);
	struct policy_address others = shape_numbers(0, BIND_PROTOCOL_RAW - 1);
	struct policy_address all = shape_numbers(0, PORTS - 1);
	struct policy_addresses ports = { &all, 1 }, protocols = { &others, 1 };

	if (shape->range[SHAPE_PROTOCOL].count == 0)
		return;
	if (shape->range[SHAPE_PORT].count > 0)
		shape_restrict(shape, SHAPE_PROTOCOL, &protocols);
	else if (!shape_has(shape, SHAPE_PROTOCOL, raw.low))
		shape_restrict(shape, SHAPE_PORT, &ports);
}

struct shape shape_of(const struct policy_rule *rule)
{
	struct shape shape = {
		.host_netns = rule->host_netns,
		.expires = rule->expires ? rule->expires : INT64_MAX,
	};

	shape.range[SHAPE_UID] = ranges_of(&rule->uid);
	shape.range[SHAPE_PROTOCOL] = ranges_of(&rule->protocol);
	shape.range[SHAPE_PORT] = ranges_of(&rule->port);
	for (size_t i = 0; i < rule->address.count; i++)
		add(&shape.range[SHAPE_ADDRESS], &rule->address.range[i]);
	normalize(&shape.range[SHAPE_ADDRESS]);
	restrict_family(&shape, rule->family);
	restrict_raw(&shape);
	shape.name[SHAPE_COMM] = names_of(&rule->comm, SHAPE_COMM);
	shape.name[SHAPE_CGROUP] = names_of(&rule->cgroup, SHAPE_CGROUP);
	shape.name[SHAPE_EXE] = names_of(&rule->exe, SHAPE_EXE);
	return shape;
}

void shape_free(struct shape *shape)
{
	for (int i = 0; i < SHAPE_RANGES; i++)
		free(shape->range[i].range);
	for (int i = 0; i < SHAPE_NAMES; i++)
		free(shape->name[i].name);
}

bool shape_covers(const struct shape *a, const struct shape *b)
{
	if (a->nothing || a->expires < b->expires || (a->host_netns && !b->host_netns))
		return false;
	for (int i = 0; i < SHAPE_RANGES; i++)
		if (!ranges_cover(&a->range[i], &b->range[i]))
			return false;
	for (int i = 0; i < SHAPE_NAMES; i++)
		if (!names_cover(&a->name[i], &b->name[i]))
			return false;
	return true;
}

bool shape_meets(const struct shape *a, const struct shape *b)
{
	if (a->nothing || b->nothing)
		return false;
	for (int i = 0; i < SHAPE_RANGES; i++)
		if (!ranges_meet(&a->range[i], &b->range[i]))
			return false;
	for (int i = 0; i < SHAPE_NAMES; i++)
		if (!names_meet(&a->name[i], &b->name[i]))
			return false;
	return true;
}
