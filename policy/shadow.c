/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever covers a rule has the rule's first value of every dimension. So each rule is kept under
 * one of its dimensions, the one where it shares its values with the fewest others, and is found by
 * looking up the values that a first value can be within:
 *
 *	a range under the smallest block of 2^n keys, aligned, that it is within: 80-90 is in 64-95.
 *	A key is in one block of each size, 129 in all.
 *
 *	a name under itself. A name is within what it begins with.
 */
#include "alloc.h"
#include "shadow.h"

#define DIMENSIONS (SHAPE_RANGES + SHAPE_NAMES)
#define NO_ENTRY UINT32_MAX

/* What is found under a value; a chain, in the order of the rules. */
struct bucket {
	uint64_t value; /* its hash: that two have the same costs a try, no more */
	uint32_t users; /* how many rules have the value */
	uint32_t first, last; /* entries */
};

struct entry {
	uint32_t rule;
	uint32_t next;
};

struct shadow {
	const struct shape *shape;
	struct bucket *bucket; /* a hash table, its size a power of two */
	size_t mask;
	struct entry *entry;
	size_t entries;
	uint32_t *everything; /* rules without any value */
	size_t everythings;
	bool blocks[SHAPE_RANGES][SHAPE_KEY_BITS + 1]; /* those sizes that there are */
	bool kinds[SHAPE_NAMES][SHAPE_KINDS];
};

/* One rule looks for those that cover it. */
struct search {
	const struct shadow *shadow;
	const struct shape *shape;
	int dimension;
	unsigned int tries; /* left */
	size_t found;
};

/* FNV-1a, and a last step that also mixes the low bits, which choose the bucket. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length-- > 0)
		hash = (hash ^ *at++) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_value(int dimension, unsigned int kind, const void *bytes, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + (uint64_t)dimension * 1000 + kind;

	hash = hash_bytes(hash, bytes, length);
	return (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9) ^ hash >> 32;
}

static uint64_t hash_name(int dimension, const struct shape_name *name)
{
	return hash_value(SHAPE_RANGES + dimension, name->kind, name->text, name->length);
}

/* Of the block of 2^(128 - bits) keys that the key is in. */
static uint64_t hash_block(int dimension, const uint8_t *key, unsigned int bits)
{
	uint8_t block[SHAPE_KEY_BYTES] = { 0 };

	memcpy(block, key, bits / 8);
	if (bits % 8)
		block[bits / 8] = key[bits / 8] & (uint8_t)(0xff00 >> bits % 8);
	return hash_value(dimension, bits, block, sizeof(block));
}

/* How many bits the ends of the range begin with alike. */
static unsigned int common_bits(const struct policy_address *range)
{
	unsigned int bits = 0;

	while (bits < SHAPE_KEY_BITS && range->low[bits / 8] == range->high[bits / 8])
		bits += 8;
	while (bits < SHAPE_KEY_BITS &&
	       !((range->low[bits / 8] ^ range->high[bits / 8]) & 0x80 >> bits % 8))
		bits++;
	return bits;
}

static struct bucket *find_bucket(const struct shadow *shadow, uint64_t value)
{
	size_t at = value & shadow->mask;

	while (shadow->bucket[at].users > 0 && shadow->bucket[at].value != value)
		at = (at + 1) & shadow->mask;
	return &shadow->bucket[at];
}

/* The number of values of a shape in a dimension. */
static size_t count_values(const struct shape *shape, int dimension)
{
	if (dimension < SHAPE_RANGES)
		return shape->range[dimension].count;
	return shape->name[dimension - SHAPE_RANGES].count;
}

/* The value's hash. Also notes what sizes of blocks, and kinds of names, there are to look for. */
static uint64_t note_value(struct shadow *shadow, const struct shape *shape, int dimension,
			   size_t i)
{
	const struct policy_address *range;
	const struct shape_name *name;
	unsigned int bits;

	if (dimension < SHAPE_RANGES) {
		range = &shape->range[dimension].range[i];
		bits = common_bits(range);
		shadow->blocks[dimension][bits] = true;
		return hash_block(dimension, range->low, bits);
	}
	dimension -= SHAPE_RANGES;
	name = &shape->name[dimension].name[i];
	shadow->kinds[dimension][name->kind] = true;
	return hash_name(dimension, name);
}

static void count_users(struct shadow *shadow, const struct shape *shape)
{
	struct bucket *bucket;
	uint64_t value;

	for (int d = 0; d < DIMENSIONS; d++) {
		for (size_t i = 0; i < count_values(shape, d); i++) {
			value = note_value(shadow, shape, d, i);
			bucket = find_bucket(shadow, value);
			bucket->value = value;
			bucket->users++;
			bucket->first = bucket->last = NO_ENTRY;
		}
	}
}

/* Makes a bucket for every value, with the number of its users. */
static void make_buckets(struct shadow *shadow, size_t count)
{
	size_t values = 0, size = 64;

	for (size_t i = 0; i < count; i++)
		for (int d = 0; d < DIMENSIONS; d++)
			values += count_values(&shadow->shape[i], d);
	while (size < 2 * values)
		size *= 2;
	shadow->bucket = alloc_zeroed(size, sizeof(*shadow->bucket));
	shadow->mask = size - 1;
	shadow->entry = alloc_zeroed(values, sizeof(*shadow->entry));
	shadow->everything = alloc_zeroed(count, sizeof(*shadow->everything));
	for (size_t i = 0; i < count; i++)
		count_users(shadow, &shadow->shape[i]);
}

/* How many rules, at most, share a value of the shape in the dimension. */
static uint32_t most_users(struct shadow *shadow, const struct shape *shape, int dimension)
{
	const struct bucket *bucket;
	uint32_t most = 0;

	for (size_t i = 0; i < count_values(shape, dimension); i++) {
		bucket = find_bucket(shadow, note_value(shadow, shape, dimension, i));
		if (bucket->users > most)
			most = bucket->users;
	}
	return most;
}

/* The dimension to keep the shape under, or -1 if it has no values at all. */
static int best_dimension(struct shadow *shadow, const struct shape *shape)
{
	uint32_t users, least = UINT32_MAX;
	int best = -1;

	for (int d = 0; d < DIMENSIONS; d++) {
		users = most_users(shadow, shape, d);
		if (users > 0 && users < least) {
			least = users;
			best = d;
		}
	}
	return best;
}

static void keep_under(struct shadow *shadow, uint64_t value, uint32_t rule)
{
	struct bucket *bucket = find_bucket(shadow, value);
	uint32_t entry = (uint32_t)shadow->entries++;

	shadow->entry[entry] = (struct entry){ rule, NO_ENTRY };
	if (bucket->first == NO_ENTRY)
		bucket->first = entry;
	else
		shadow->entry[bucket->last].next = entry;
	bucket->last = entry;
}

static void keep(struct shadow *shadow, uint32_t rule)
{
	const struct shape *shape = &shadow->shape[rule];
	int dimension = best_dimension(shadow, shape);

	if (dimension < 0)
		shadow->everything[shadow->everythings++] = rule;
	for (size_t i = 0; dimension >= 0 && i < count_values(shape, dimension); i++)
		keep_under(shadow, note_value(shadow, shape, dimension, i), rule);
}

/* Returns false once there is no more to find among later rules. */
static bool try_rule(struct search *search, uint32_t rule)
{
	if (rule >= search->found || search->tries == 0)
		return false;
	search->tries--;
	if (!shape_covers(&search->shadow->shape[rule], search->shape))
		return true;
	search->found = rule;
	return false;
}

static void try_bucket(struct search *search, uint64_t value)
{
	const struct shadow *shadow = search->shadow;
	const struct bucket *bucket = find_bucket(shadow, value);
	uint32_t entry = bucket->users > 0 ? bucket->first : NO_ENTRY;

	while (entry != NO_ENTRY && try_rule(search, shadow->entry[entry].rule))
		entry = shadow->entry[entry].next;
}

static bool try_name(void *context, const struct shape_name *name)
{
	struct search *search = context;

	if (search->shadow->kinds[search->dimension][name->kind])
		try_bucket(search, hash_name(search->dimension, name));
	return false;
}

/* The first rule that covers the shape, among those that are kept so far. */
static size_t search_for(const struct shadow *shadow, const struct shape *shape)
{
	struct search search = {
		.shadow = shadow,
		.shape = shape,
		.tries = SHADOW_TRIES,
		.found = SHADOW_NONE,
	};

	for (size_t i = 0; i < shadow->everythings; i++)
		if (!try_rule(&search, shadow->everything[i]))
			break;
	for (int d = 0; d < SHAPE_RANGES; d++)
		for (unsigned int bits = 0; bits <= SHAPE_KEY_BITS; bits++)
			if (shape->range[d].count > 0 && shadow->blocks[d][bits])
				try_bucket(&search,
					   hash_block(d, shape->range[d].range[0].low, bits));
	for (int d = 0; d < SHAPE_NAMES; d++) {
		search.dimension = d;
		if (shape->name[d].count > 0)
			shape_around(&shape->name[d].name[0], try_name, &search);
	}
	return search.found;
}

/*
 * What is covered need not be kept: whatever covers a rule, covers what that one does. So equal
 * rules, however many, are looked at once.
 */
size_t *shadow_find(const struct shape *shape, size_t count, int64_t now)
{
	size_t *found = alloc_zeroed(count, sizeof(*found));
	struct shadow *shadow = alloc_zeroed(1, sizeof(*shadow));

	shadow->shape = shape;
	make_buckets(shadow, count);
	for (size_t i = 0; i < count; i++) {
		found[i] = SHADOW_NONE;
		if (shape[i].nothing || shape[i].expires <= now)
			continue;
		found[i] = search_for(shadow, &shape[i]);
		if (found[i] == SHADOW_NONE)
			keep(shadow, (uint32_t)i);
	}
	free(shadow->bucket);
	free(shadow->entry);
	free(shadow->everything);
	free(shadow);
	return found;
}
