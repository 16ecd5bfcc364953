/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy compiler. Each dimension is swept from its lowest to its highest value, with the set
 * of rules that accept the value at hand; wherever the set changes, an interval begins. Equal sets
 * share one vector, whatever dimension they come from.
 */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "grow.h"
#include "paths.h"

#define MAPPED_IPV4 ((wide)0xffff << 32) /* ::ffff:0.0.0.0 */
#define HIGHEST (~(wide)0)

/* From this value on, the rule accepts one more (+1) or one less (-1) of its intervals. */
struct edge {
	wide at;
	uint32_t rule;
	int step;
};

/* What the rules accept in one dimension, added by the functions named add_. */
struct sweep {
	struct edge *edge;
	size_t edges, edge_space;
	struct interval *interval;
	size_t intervals;
};

static int add_edge(struct sweep *s, wide at, uint32_t rule, int step)
{
	void *grown = grow(s->edge, s->edges, &s->edge_space, sizeof(*s->edge));

	if (!grown)
		return -ENOMEM;
	s->edge = grown;
	s->edge[s->edges++] = (struct edge){ .at = at, .rule = rule, .step = step };
	return 0;
}

/* The rule accepts low to high, both included. */
static int add_interval(struct sweep *s, uint32_t rule, wide low, wide high)
{
	int err = add_edge(s, low, rule, 1);

	if (!err && high != ~(wide)0)
		err = add_edge(s, high + 1, rule, -1);
	return err;
}

static int add_ranges(struct sweep *s, uint32_t rule, const struct policy_ranges *ranges)
{
	int err = 0;

	for (size_t i = 0; !err && i < ranges->count; i++)
		err = add_interval(s, rule, ranges->range[i].low, ranges->range[i].high);
	return err;
}

/* The names that begin with the pattern's bytes, or the one name. NULs follow a name. */
static int add_comm(struct sweep *s, uint32_t rule, const char *pattern)
{
	char low[BIND_COMM_LEN] = "", high[BIND_COMM_LEN] = "";
	size_t length = strlen(pattern);
	wide first, last;

	if (pattern[length - 1] == '*') {
		length--;
		memset(high, 0xff, sizeof(high));
	}
	memcpy(low, pattern, length);
	memcpy(high, pattern, length);
	first = (wide)decide_key(low) << 64 | decide_key(low + 8);
	last = (wide)decide_key(high) << 64 | decide_key(high + 8);
	return add_interval(s, rule, first, last);
}

static int add_comms(struct sweep *s, uint32_t rule, const struct policy_strings *comms)
{
	int err = 0;

	for (size_t i = 0; !err && i < comms->count; i++)
		err = add_comm(s, rule, comms->string[i]);
	return err;
}

static int add_cgroups(struct sweep *s, const struct image *image, uint32_t rule,
		       const struct policy_strings *cgroups)
{
	uint32_t low, high;
	int err = 0;

	for (size_t i = 0; !err && i < cgroups->count; i++) {
		err = paths_cgroup_classes(image, cgroups->string[i], &low, &high);
		if (!err)
			err = add_interval(s, rule, low, high);
	}
	return err;
}

static int add_exes(struct sweep *s, const struct image *image, uint32_t rule,
		    const struct policy_strings *exes)
{
	int err = 0;

	for (size_t i = 0; !err && i < exes->count; i++) {
		uint32_t class = image_exe_class(image, exes->string[i]);

		err = add_interval(s, rule, class, class);
	}
	return err;
}

/* The part of low to high that is of the family: IPv4 is one interval within IPv6. */
static int add_family(struct sweep *s, uint32_t rule, enum policy_family family, wide low,
		      wide high)
{
	wide ipv4_last = MAPPED_IPV4 | UINT32_MAX;
	int err = 0;

	if (family == POLICY_ANY_FAMILY)
		return add_interval(s, rule, low, high);
	if (family == POLICY_IPV4) {
		low = low < MAPPED_IPV4 ? MAPPED_IPV4 : low;
		high = high > ipv4_last ? ipv4_last : high;
		return low <= high ? add_interval(s, rule, low, high) : 0;
	}
	if (low < MAPPED_IPV4)
		err = add_interval(s, rule, low, high < MAPPED_IPV4 ? high : MAPPED_IPV4 - 1);
	if (!err && high > ipv4_last)
		err = add_interval(s, rule, low > ipv4_last ? low : ipv4_last + 1, high);
	return err;
}

static wide address_key(const uint8_t address[16])
{
	const char *bytes = (const char *)address;

	return (wide)decide_key(bytes) << 64 | decide_key(bytes + 8);
}

static int add_addresses(struct sweep *s, uint32_t rule, const struct policy_addresses *addresses,
			 enum policy_family family)
{
	int err = 0;

	if (!addresses->count)
		return add_family(s, rule, family, 0, HIGHEST);
	for (size_t i = 0; !err && i < addresses->count; i++)
		err = add_family(s, rule, family, address_key(addresses->range[i].low),
				 address_key(addresses->range[i].high));
	return err;
}

/* Has the rule no criterion in this dimension, and so accepts any value? */
static bool accepts_any(const struct policy_rule *rule, enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return !rule->uid.count;
	case BIND_DIM_CGROUP:
		return !rule->cgroup.count;
	case BIND_DIM_EXE:
		return !rule->exe.count;
	case BIND_DIM_NETNS:
		return !rule->host_netns;
	case BIND_DIM_PROTOCOL:
		return !rule->protocol.count;
	case BIND_DIM_PORT:
		return !rule->port.count;
	case BIND_DIM_COMM:
		return !rule->comm.count;
	case BIND_DIM_ADDRESS:
		return !rule->address.count && rule->family == POLICY_ANY_FAMILY;
	default:
		return false;
	}
}

/* Adds what the rule's criterion accepts. */
static int add_criterion(struct sweep *s, const struct image *image, uint32_t index,
			 const struct policy_rule *rule, enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return add_ranges(s, index, &rule->uid);
	case BIND_DIM_CGROUP:
		return add_cgroups(s, image, index, &rule->cgroup);
	case BIND_DIM_EXE:
		return add_exes(s, image, index, &rule->exe);
	case BIND_DIM_NETNS:
		return add_interval(s, index, BIND_NETNS_HOST, BIND_NETNS_HOST);
	case BIND_DIM_PROTOCOL:
		return add_ranges(s, index, &rule->protocol);
	case BIND_DIM_PORT:
		return add_ranges(s, index, &rule->port);
	case BIND_DIM_COMM:
		return add_comms(s, index, &rule->comm);
	case BIND_DIM_ADDRESS:
		return add_addresses(s, index, &rule->address, rule->family);
	default:
		return -EINVAL;
	}
}

static bool expired(const struct policy_rule *rule, int64_t now)
{
	return rule->expires && rule->expires <= now;
}

static int edge_compare(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void set_bit(uint64_t *vector, uint32_t bit, bool on)
{
	uint64_t mask = 1ULL << (bit % 64);

	vector[bit / 64] = on ? vector[bit / 64] | mask : vector[bit / 64] & ~mask;
}

/* An interval of the given vector begins here, unless the one before goes on. */
static int begin_interval(struct builder *b, struct sweep *s, wide at, const uint64_t *vector)
{
	uint32_t class;
	int err = builder_class(b, vector, &class);

	if (err)
		return err;
	if (!s->intervals || s->interval[s->intervals - 1].class != class)
		s->interval[s->intervals++] = (struct interval){ .start = at, .class = class };
	return 0;
}

/*
 * Turns edges into intervals. vector begins as the rules without a criterion. A rule may accept a
 * value twice ("80, 80-90"), so its intervals are counted.
 */
static int sweep_edges(struct builder *b, struct sweep *s, uint64_t *vector)
{
	int *depth = calloc(b->policy->rules + 1, sizeof(*depth));
	int err = -ENOMEM;

	s->interval = calloc(s->edges + 1, sizeof(*s->interval));
	if (!depth || !s->interval)
		goto out;
	if (s->edges)
		qsort(s->edge, s->edges, sizeof(*s->edge), edge_compare);
	err = 0;
	if (!s->edges || s->edge[0].at != 0)
		err = begin_interval(b, s, 0, vector);
	for (size_t i = 0; !err && i < s->edges;) {
		wide at = s->edge[i].at;

		for (; i < s->edges && s->edge[i].at == at; i++) {
			depth[s->edge[i].rule] += s->edge[i].step;
			set_bit(vector, s->edge[i].rule, depth[s->edge[i].rule] > 0);
		}
		err = begin_interval(b, s, at, vector);
	}
out:
	free(depth);
	return err;
}

/* Expired rules have no bit anywhere. */
static int build_dimension(struct builder *b, enum bind_dimension dimension, int64_t now)
{
	uint64_t vector[BIND_VECTOR_WORDS] = { 0 };
	struct sweep s = { 0 };
	bool criteria = false;
	int err = 0;

	for (size_t i = 0; !err && i < b->policy->rules; i++) {
		const struct policy_rule *rule = &b->policy->rule[i];

		if (expired(rule, now))
			continue;
		if (accepts_any(rule, dimension)) {
			set_bit(vector, i, true);
			continue;
		}
		criteria = true;
		err = add_criterion(&s, b->image, i, rule, dimension);
	}
	if (!err && criteria)
		err = sweep_edges(b, &s, vector);
	if (!err && criteria)
		err = builder_tree(b, dimension, s.interval, s.intervals);
	free(s.edge);
	free(s.interval);
	return err;
}

static int build_rules(struct builder *b)
{
	int err = 0;

	b->image->page[0].header.rule_pages = b->image->pages;
	for (size_t i = 0; !err && i < b->policy->rules; i++) {
		const struct policy_rule *rule = &b->policy->rule[i];
		uint32_t page = b->image->pages - 1;

		if (i % BIND_RULES_PER_PAGE == 0)
			err = builder_page(b, &page);
		if (!err)
			b->image->page[page].rules.rule[i % BIND_RULES_PER_PAGE] =
				(struct bind_rule){
					.verdict = rule->verdict,
					.audit = rule->audit,
					.permit_options = rule->permit_options,
					.forbid_options = rule->forbid_options,
				};
	}
	return err;
}

/* Class 0 is that of every value of a dimension without criteria: all rules, none expired. */
static int build_all(struct builder *b, int64_t now)
{
	uint64_t vector[BIND_VECTOR_WORDS] = { 0 };
	uint32_t class;
	int err;

	for (size_t i = 0; i < b->policy->rules; i++)
		set_bit(vector, i, !expired(&b->policy->rule[i], now));
	err = builder_class(b, vector, &class);
	if (!err)
		err = paths_cgroups(b);
	for (int d = 0; !err && d < BIND_DIMENSIONS; d++)
		err = build_dimension(b, d, now);
	if (!err)
		err = build_rules(b);
	if (!err)
		err = builder_vectors(b);
	return err;
}

/* Which costly parts of a request the rules ask for. */
static uint32_t needs(const struct policy *policy)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		flags |= policy->rule[i].cgroup.count ? BIND_IMAGE_CGROUPS : 0;
		flags |= policy->rule[i].exe.count ? BIND_IMAGE_EXES : 0;
		flags |= policy->rule[i].host_netns ? BIND_IMAGE_NETNS : 0;
	}
	return flags;
}

static void fill_header(struct builder *b, const struct image_settings *settings)
{
	struct bind_image_header *header = &b->image->page[0].header;

	header->magic = BIND_IMAGE_MAGIC;
	header->generation = settings->generation;
	header->pages = b->image->pages;
	header->flags = needs(b->policy) | (settings->enforce ? BIND_IMAGE_ENFORCE : 0);
	header->rules = b->policy->rules;
	header->words = (b->policy->rules + 63) / 64;
	header->default_verdict = b->policy->default_verdict;
	header->forbid_options = b->policy->forbid_options;
}

int image_compile(const struct policy *policy, const struct image_settings *settings,
		  struct image *image)
{
	struct builder b = { .policy = policy, .image = image };
	uint32_t header;
	int err;

	*image = (struct image){ 0 };
	if (policy->rules > BIND_MAX_RULES)
		return -E2BIG;
	err = paths_exes(policy, image);
	if (!err)
		err = builder_page(&b, &header);
	if (!err)
		err = build_all(&b, settings->now);
	if (!err)
		fill_header(&b, settings);
	else
		image_free(image);
	builder_free(&b);
	return err;
}

void image_free(struct image *image)
{
	for (size_t i = 0; i < image->exes; i++)
		free(image->exe[i]);
	free(image->exe);
	free(image->page);
	*image = (struct image){ 0 };
}

int64_t image_next_expiry(const struct policy *policy, int64_t now)
{
	int64_t next = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		int64_t expires = policy->rule[i].expires;

		if (expires > now && (!next || expires < next))
			next = expires;
	}
	return next;
}
