/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule is filed in one dimension, under every value that it accepts there, where these are few
 * and their buckets have room. Where it could be filed in several, rules that have a value to
 * themselves come first: so the census counts beforehand how many rules could be filed under each
 * value.
 */
#include "filing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "intern.h"
#include "items.h"
#include "tables.h"

#define KEYS_PER_RULE 16 /* at most */
#define COMMON_ITEMS 8 /* the common bucket costs every bind, so that soon vectors cost less */
#define CROWD 4 /* rules under a value, up to which it does not matter how many */

/* Where rules may be filed. Who comes before what: subjects tell rules apart best. */
static const enum bind_dimension key_dimensions[] = {
	BIND_DIM_UID, BIND_DIM_CGROUP, BIND_DIM_EXE, BIND_DIM_COMM, BIND_DIM_ADDRESS, BIND_DIM_PORT,
};

#define KEY_DIMENSIONS (sizeof(key_dimensions) / sizeof(key_dimensions[0]))

_Static_assert(KEY_DIMENSIONS == BIND_KEY_DIMENSIONS, "the evaluator looks into as many tables");

/* What a bucket is called by; all of it counts when two are compared. */
struct bucket_name {
	struct bind_key key;
	uint64_t dimension;
};

struct bucket {
	uint32_t rules; /* that could be filed here */
	uint32_t first, last; /* of the items, in struct filing; NO_ITEM: there are none */
	uint32_t items;
};

#define NO_ITEM UINT32_MAX

struct filed_item {
	struct bind_item item;
	uint32_t next; /* in the bucket, or NO_ITEM */
};

/* The buckets of the rule at hand in one dimension: one for each of its values there. */
struct keys {
	uint32_t bucket[KEYS_PER_RULE];
	size_t count; /* 0: the rule cannot be filed there */
};

struct filing {
	struct builder *b;
	struct intern names; /* of buckets */
	struct bucket *bucket; /* by the number of the name */
	size_t bucket_space;
	struct filed_item *item;
	size_t items, item_space;
	struct items ways; /* of the rule at hand */
	struct keys keys[BIND_DIMENSIONS];
	struct bind_item *array; /* of the image; the first is not used */
	size_t used, array_space;
};

/* The number of the bucket, which may be new. Returns 0 or -errno. */
static int find_bucket(struct filing *f, enum bind_dimension dimension, wide value,
		       uint32_t *number)
{
	const struct bucket_name name = {
		.key = spans_bind_key(value, dimension),
		.dimension = dimension,
	};
	size_t before = f->names.count;
	int err = intern_add(&f->names, &name, number);
	void *grown;

	if (err || f->names.count == before)
		return err;
	grown = grow(f->bucket, before, &f->bucket_space, sizeof(*f->bucket));
	if (!grown)
		return -ENOMEM;
	f->bucket = grown;
	f->bucket[before] = (struct bucket){ .first = NO_ITEM, .last = NO_ITEM };
	return 0;
}

/* Can the rule at hand be filed in this dimension: has it few values there, and fits a bucket? */
static bool can_file(const struct filing *f, enum bind_dimension dimension)
{
	const struct spans *s = &f->ways.spans[dimension];
	wide values = 0;

	if (f->ways.any[dimension] || s->count > KEYS_PER_RULE)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		if (s->span[i].high - s->span[i].low >= KEYS_PER_RULE)
			return false;
		values += s->span[i].high - s->span[i].low + 1;
	}
	return values <= KEYS_PER_RULE && items_count(&f->ways, dimension) <= BIND_BUCKET_ITEMS;
}

static int find_keys(struct filing *f, enum bind_dimension dimension)
{
	const struct spans *s = &f->ways.spans[dimension];
	struct keys *keys = &f->keys[dimension];
	int err = 0;

	keys->count = 0;
	if (!can_file(f, dimension))
		return 0;
	for (size_t i = 0; !err && i < s->count; i++)
		for (wide value = s->span[i].low; !err; value++) {
			err = find_bucket(f, dimension, value, &keys->bucket[keys->count++]);
			if (value == s->span[i].high)
				break;
		}
	return err;
}

/* Takes a rule at hand. */
static int begin_rule(struct filing *f, const struct policy_rule *rule)
{
	int err = items_begin(&f->ways, f->b->image, rule);

	for (size_t k = 0; !err && k < KEY_DIMENSIONS; k++)
		err = find_keys(f, key_dimensions[k]);
	return err;
}

static int take_census(struct filing *f)
{
	int err = 0;

	for (size_t i = 0; !err && i < f->b->policy->rules; i++) {
		if (builder_skips(f->b, &f->b->policy->rule[i]))
			continue;
		err = begin_rule(f, &f->b->policy->rule[i]);
		for (size_t k = 0; !err && k < KEY_DIMENSIONS; k++) {
			const struct keys *keys = &f->keys[key_dimensions[k]];

			for (size_t j = 0; j < keys->count; j++)
				f->bucket[keys->bucket[j]].rules++;
		}
	}
	return err;
}

/* Filing. */

/* The most rules that could be filed under any of the keys. */
static uint32_t find_crowd(const struct filing *f, const struct keys *keys)
{
	uint32_t crowd = CROWD;

	for (size_t i = 0; i < keys->count; i++)
		if (f->bucket[keys->bucket[i]].rules > crowd)
			crowd = f->bucket[keys->bucket[i]].rules;
	return crowd;
}

static bool have_room(const struct filing *f, const struct keys *keys, size_t items)
{
	for (size_t i = 0; i < keys->count; i++)
		if (f->bucket[keys->bucket[i]].items + items > BIND_BUCKET_ITEMS)
			return false;
	return true;
}

static int add_item(struct filing *f, struct bucket *bucket, const struct bind_item *item)
{
	void *grown = grow(f->item, f->items, &f->item_space, sizeof(*f->item));

	if (!grown)
		return -ENOMEM;
	f->item = grown;
	f->item[f->items] = (struct filed_item){ .item = *item, .next = NO_ITEM };
	if (bucket->last == NO_ITEM)
		bucket->first = f->items;
	else
		f->item[bucket->last].next = f->items;
	bucket->last = f->items++;
	bucket->items++;
	return 0;
}

/* Files the rule at hand in this dimension. Returns 0, -ENOSPC if a bucket has no room, -errno. */
static int file_in(struct filing *f, enum bind_dimension dimension, uint32_t rule)
{
	const struct keys *keys = &f->keys[dimension];
	int err;

	if (!have_room(f, keys, items_count(&f->ways, dimension)))
		return -ENOSPC;
	err = items_make(&f->ways, dimension, rule);
	for (size_t i = 0; !err && i < keys->count; i++)
		for (size_t j = 0; !err && j < f->ways.count; j++)
			err = add_item(f, &f->bucket[keys->bucket[i]], &f->ways.item[j]);
	return err;
}

/* The least crowded dimension not yet tried, or BIND_DIMENSIONS. */
static enum bind_dimension next_dimension(const struct filing *f, uint32_t tried)
{
	enum bind_dimension best = BIND_DIMENSIONS;
	uint32_t least = UINT32_MAX, crowd;

	for (size_t k = 0; k < KEY_DIMENSIONS; k++) {
		enum bind_dimension d = key_dimensions[k];

		if (tried >> d & 1 || !f->keys[d].count)
			continue;
		crowd = find_crowd(f, &f->keys[d]);
		if (crowd < least) {
			least = crowd;
			best = d;
		}
	}
	return best;
}

static int add_broad(struct broad *broad, uint32_t rule)
{
	void *grown = grow(broad->rule, broad->count, &broad->space, sizeof(*broad->rule));

	if (!grown)
		return -ENOMEM;
	broad->rule = grown;
	broad->rule[broad->count++] = rule;
	return 0;
}

static int file_rule(struct filing *f, uint32_t rule, struct broad *broad)
{
	int err = begin_rule(f, &f->b->policy->rule[rule]);
	enum bind_dimension dimension;
	uint32_t tried = 0;

	if (err || f->ways.never)
		return err;
	for (;;) {
		dimension = next_dimension(f, tried);
		if (dimension == BIND_DIMENSIONS)
			return add_broad(broad, rule);
		err = file_in(f, dimension, rule);
		if (err != -ENOSPC)
			return err;
		tried |= 1u << dimension;
	}
}

/* The image's arrays. */

/* Room for so many items in one page. */
static int next_items(struct filing *f, size_t count, uint32_t *at)
{
	size_t left = BIND_ITEMS_PER_PAGE - f->used % BIND_ITEMS_PER_PAGE;
	size_t begin = left < count ? f->used + left : f->used;
	void *grown = grow_to(f->array, begin + count, &f->array_space, sizeof(*f->array));

	if (!grown)
		return -ENOMEM;
	f->array = grown;
	memset(f->array + f->used, 0, (begin + count - f->used) * sizeof(*f->array));
	*at = begin;
	f->used = begin + count;
	return 0;
}

static int write_bucket(struct filing *f, const struct bucket *bucket, uint32_t *at)
{
	int err = next_items(f, bucket->items, at);
	uint32_t to = *at;

	if (err)
		return err;
	for (uint32_t i = bucket->first; i != NO_ITEM; i = f->item[i].next)
		f->array[to++] = f->item[i].item;
	f->array[to - 1].last = 1;
	return 0;
}

static int write_dimension(struct filing *f, enum bind_dimension dimension)
{
	struct table_entry *entry = calloc(f->names.count + 1, sizeof(*entry));
	const struct bucket_name *name = (const struct bucket_name *)f->names.element;
	size_t entries = 0;
	struct bind_table table = { 0 };
	int err = entry ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < f->names.count; i++) {
		if (name[i].dimension != dimension || !f->bucket[i].items)
			continue;
		entry[entries].key = name[i].key;
		err = write_bucket(f, &f->bucket[i], &entry[entries++].value);
	}
	if (!err && entries)
		err = table_build(f->b, dimension >= BIND_NARROW_DIMENSIONS, entry, entries,
				  &table);
	builder_header(f->b)->tables[dimension] = table;
	free(entry);
	return err;
}

/* Do the broad rules fit the common bucket? Returns 1, 0 or -errno. */
static int fits_common(struct filing *f, const struct broad *broad)
{
	size_t room = COMMON_ITEMS;

	for (size_t i = 0; i < broad->count; i++) {
		const struct policy_rule *rule = &f->b->policy->rule[broad->rule[i]];
		int err = items_begin(&f->ways, f->b->image, rule);

		if (err)
			return err;
		if (items_count(&f->ways, BIND_DIMENSIONS) > room)
			return 0;
		room -= items_count(&f->ways, BIND_DIMENSIONS);
	}
	return broad->count > 0;
}

/* Puts the broad rules into the common bucket; then none are left. */
static int write_common(struct filing *f, struct broad *broad)
{
	struct bucket common = { .first = NO_ITEM, .last = NO_ITEM };
	int err = fits_common(f, broad);
	uint32_t at = 0;

	if (err <= 0)
		return err;
	err = 0;
	for (size_t i = 0; !err && i < broad->count; i++) {
		err = items_begin(&f->ways, f->b->image, &f->b->policy->rule[broad->rule[i]]);
		if (!err)
			err = items_make(&f->ways, BIND_DIMENSIONS, broad->rule[i]);
		for (size_t j = 0; !err && j < f->ways.count; j++)
			err = add_item(f, &common, &f->ways.item[j]);
	}
	if (!err)
		err = write_bucket(f, &common, &at);
	builder_header(f->b)->common = at;
	broad->count = 0;
	return err;
}

static int write_arrays(struct filing *f, struct broad *broad)
{
	uint32_t item_page = 0, box_page = 0, unused;
	int err = next_items(f, 1, &unused);

	for (int d = BIND_KEYLESS_DIMENSIONS; !err && d < BIND_DIMENSIONS; d++)
		err = write_dimension(f, d);
	if (!err)
		err = write_common(f, broad);
	if (!err)
		err = builder_array(f->b, f->array, f->used * sizeof(*f->array), &item_page);
	if (!err)
		err = builder_array(f->b, f->ways.boxes.element,
				    f->ways.boxes.count * sizeof(struct bind_box), &box_page);
	builder_header(f->b)->item_page = item_page;
	builder_header(f->b)->box_page = box_page;
	return err;
}

static void filing_free(struct filing *f)
{
	intern_free(&f->names);
	items_free(&f->ways);
	free(f->bucket);
	free(f->item);
	free(f->array);
}

int filing_write(struct builder *b, struct broad *broad)
{
	struct filing f = { .b = b, .names.size = sizeof(struct bucket_name) };
	int err = items_init(&f.ways);

	if (!err)
		err = take_census(&f);
	for (size_t i = 0; !err && i < b->policy->rules; i++)
		if (!builder_skips(b, &b->policy->rule[i]))
			err = file_rule(&f, i, broad);
	if (!err)
		err = write_arrays(&f, broad);
	filing_free(&f);
	return err;
}
