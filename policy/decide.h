/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluator: which rule of an image decides a request, and what it says. The BPF programs and
 * the offline tools compile this same code.
 *
 * Rules are tried in order and the first one whose every criterion matches decides; if none
 * matches, the default decides.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "decision.h"
#include "search.h"

/* The request: what it has in each dimension, and what is looked at once a rule is found. */
struct decide_keys {
	__u32 narrow[BIND_NARROW_DIMENSIONS];
	struct bind_key wide[BIND_WIDE_DIMENSIONS];
	__u32 options;
	__u32 is_bound;
};

/*
 * The zero: however the request was read, the verifier then has one case before it, not many. To it
 * comm is unknown anyway.
 */
static __always_inline void decide_make_keys(const struct bind_request *request, __u64 zero,
					     struct decide_keys *keys)
{
	keys->narrow[BIND_DIM_UID] = request->uid ^ zero;
	keys->narrow[BIND_DIM_CGROUP] = request->cgroup ^ zero;
	keys->narrow[BIND_DIM_EXE] = request->exe ^ zero;
	keys->narrow[BIND_DIM_NETNS] = request->netns ^ zero;
	keys->narrow[BIND_DIM_PROTOCOL] = request->protocol ^ zero;
	keys->narrow[BIND_DIM_PORT] = request->port ^ zero;
	keys->wide[BIND_DIM_COMM - BIND_NARROW_DIMENSIONS] =
		(struct bind_key){ decide_bytes(request->comm), decide_bytes(request->comm + 8) };
	keys->wide[BIND_DIM_ADDRESS - BIND_NARROW_DIMENSIONS] = (struct bind_key){
		decide_bytes(request->address) ^ zero, decide_bytes(request->address + 8) ^ zero
	};
	keys->options = request->options ^ zero;
	keys->is_bound = request->is_bound ^ zero;
}

static __always_inline struct bind_key decide_key(const struct decide_keys *keys,
						  enum bind_dimension dimension)
{
	if (dimension < BIND_NARROW_DIMENSIONS)
		return (struct bind_key){ keys->narrow[dimension], 0 };
	return keys->wide[dimension - BIND_NARROW_DIMENSIONS];
}

/* Buckets. Here, too, the fewer branches the better: a bucket has many items. */

/* Is value not within low and high? The highest bit tells. All are below 2^63. */
static __always_inline __u64 decide_outside(__u64 value, __u64 low, __u64 high)
{
	return (value - low) | (high - value);
}

/* 1 if the item does not match for its ports or protocols, else 0. */
static __always_inline __u64 decide_mismatch(const struct bind_item *item,
					     const struct decide_keys *keys)
{
	__u64 protocol = keys->narrow[BIND_DIM_PROTOCOL], other;
	__u64 other_port =
		decide_outside(keys->narrow[BIND_DIM_PORT], item->port_low, item->port_high) >> 63;
	/* 0 if it is either: the factors have 32 bits, so the product is 0 only if one of them is. */
	__u64 other_protocol = (protocol ^ item->protocol[0]) * (protocol ^ item->protocol[1]);

	other = other_port * (item->any_port ^ 1) | other_protocol * (item->any_protocol ^ 1);
	return decide_equal(other, 0) ^ 1;
}

/* 1 if key is not within low and high, else 0. */
static __always_inline __u64 decide_without(const struct bind_key *key, const struct bind_key *low,
					    const struct bind_key *high)
{
	__u64 below = 0, above = 0;

	DECIDE_UNROLL
	for (int i = 0; i < BIND_KEY_PARTS; i++) {
		__u64 part = decide_part(key, i);

		below = decide_borrow(part, decide_part(low, i), below);
		above = decide_borrow(decide_part(high, i), part, above);
	}
	return below | above;
}

/* 1 if the request is not in the box, else 0. One side after the other: the stack is small. */
static __always_inline __u64 decide_beside(const struct bind_box *box,
					   const struct decide_keys *keys)
{
	__u64 beside = 0, other;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_NARROW_DIMENSIONS; d++) {
		beside |= decide_outside(keys->narrow[d], box->low[d], box->high[d]);
		DECIDE_ORDER(beside);
	}
	other = beside >> 63;
	DECIDE_UNROLL
	for (int d = 0; d < BIND_WIDE_DIMENSIONS; d++) {
		other |= decide_without(&keys->wide[d], &box->wide_low[d], &box->wide_high[d]);
		DECIDE_ORDER(other);
	}
	return other;
}

/* Adds to mismatch whether the request is not in the item's box. Returns 0 or -1. */
static __always_inline int decide_box(const struct image *image,
				      const struct bind_image_header *header, __u32 box,
				      const struct decide_keys *keys, __u64 *mismatch)
{
	const union bind_page *page;

	page = image_page(image, header->box_page + box / BIND_BOXES_PER_PAGE);
	if (!page)
		return -1;
	*mismatch |= decide_beside(&page->box[box % BIND_BOXES_PER_PAGE], keys);
	return 0;
}

/* Sets mismatch to 0 if the item matches, whose key does, else to 1. Returns 0 or -1. */
static __always_inline int decide_item(const struct image *image,
				       const struct bind_image_header *header,
				       const struct bind_item *item, const struct decide_keys *keys,
				       __u64 *mismatch)
{
	__u64 other = decide_mismatch(item, keys), box;
	int err = 0;

	/* Not a comparison: the verifier would know other, and go on twice. */
	DECIDE_HIDE(other);
	box = item->box * (other ^ 1);
	if (box)
		err = decide_box(image, header, box, keys, &other);
	*mismatch = other;
	return err;
}

/*
 * Lowers rule to the other, if that is lower. any has 32 bits: to a verifier any number may come of
 * it, so it goes on only once, not for every bound.
 */
static __always_inline void decide_lower(__u32 *rule, __u32 other, __u32 any)
{
	if (other < *rule)
		*rule = other;
	*rule += (__u32)decide_zero(any);
}

/* Lowers rule to the first rule of the bucket that matches, if that is lower. Returns 0 or -1. */
static __always_inline int decide_bucket(const struct image *image,
					 const struct bind_image_header *header, __u64 bucket,
					 const struct decide_keys *keys, __u32 *rule)
{
	const union bind_page *page;

	page = image_page(image, header->item_page + bucket / BIND_ITEMS_PER_PAGE);
	if (!page)
		return -1;
	DECIDE_LOOP
	for (__u64 i = 0; i < BIND_BUCKET_ITEMS; i++) {
		const struct bind_item *item = &page->item[(bucket + i) % BIND_ITEMS_PER_PAGE];
		__u64 mismatch;

		if (decide_item(image, header, item, keys, &mismatch))
			return -1;
		if (!mismatch) {
			decide_lower(rule, item->rule, item->box);
			break;
		}
		if (item->last)
			break;
	}
	return 0;
}

/* Where the request has to look: a bucket of each key and the common one, 0 for none. */
struct decide_buckets {
	__u64 bucket[BIND_KEY_DIMENSIONS + 1];
};

static __always_inline int decide_buckets(const struct image *image,
					  const struct bind_image_header *header,
					  const struct decide_keys *keys,
					  struct decide_buckets *buckets)
{
	DECIDE_UNROLL
	for (int d = BIND_KEYLESS_DIMENSIONS; d < BIND_DIMENSIONS; d++) {
		__u32 bucket = 0;

		if (header->tables[d].pilots &&
		    decide_find(image, &header->tables[d], d >= BIND_NARROW_DIMENSIONS,
				decide_key(keys, d), &bucket))
			return -1;
		buckets->bucket[d - BIND_KEYLESS_DIMENSIONS] = bucket;
	}
	buckets->bucket[BIND_KEY_DIMENSIONS] = header->common;
	return 0;
}

/* The first rule among those that are filed under something, and the common ones. */
static __always_inline int decide_filed(const struct image *image,
					const struct bind_image_header *header,
					const struct decide_keys *keys, __u32 *rule)
{
	struct decide_buckets buckets;

	if (decide_buckets(image, header, keys, &buckets))
		return -1;
	DECIDE_KEEP(buckets);
	DECIDE_UNROLL
	for (__u64 b = 0; b <= BIND_KEY_DIMENSIONS; b++)
		if (buckets.bucket[b] &&
		    decide_bucket(image, header, buckets.bucket[b], keys, rule))
			return -1;
	return 0;
}

/* Vectors. */

/* The first cell of the vector of the key's class. Returns 0 or -1. */
static __always_inline int decide_vector(const struct image *image, const struct bind_tree *tree,
					 bool is_wide, struct bind_key key, __u32 *cell)
{
	__u32 number = tree->root;

	for (__u32 level = 0; level < BIND_TREE_DEPTH; level++) {
		const union bind_page *page;

		if (level >= tree->depth)
			break;
		page = image_page(image, number);
		if (!page)
			return -1;
		number = is_wide ? decide_wide(&page->wide, key) :
				   decide_narrow(&page->narrow, key.high);
	}
	*cell = number;
	return 0;
}

/* The index of the lowest bit set; word is not 0. (clang 14 cannot compile ctz for BPF.) */
static __always_inline __u32 decide_lowest(__u64 word)
{
	word = (word & -word) - 1;
	word -= (word >> 1) & 0x5555555555555555ULL;
	word = (word & 0x3333333333333333ULL) + ((word >> 2) & 0x3333333333333333ULL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (word * 0x0101010101010101ULL) >> 56;
}

/* A cell of each vector. */
struct decide_cells {
	const union bind_cell *of[BIND_DIMENSIONS];
};

/* The cell with this number. Returns 0 or -1. */
static __always_inline int decide_cell(const struct image *image,
				       const struct bind_image_header *header, __u32 number,
				       const union bind_cell **cell)
{
	const union bind_page *page;

	page = image_page(image, header->cell_page + number / BIND_CELLS_PER_PAGE);
	if (!page)
		return -1;
	*cell = &page->cell[number % BIND_CELLS_PER_PAGE];
	return 0;
}

/* The leaves with this index below the cells. Returns 0 or -1. */
static __always_inline int decide_leaves(const struct image *image,
					 const struct bind_image_header *header,
					 const struct decide_cells *cells, __u64 index,
					 struct decide_cells *leaves)
{
	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		if (decide_cell(image, header, cells->of[d]->leaf[index % BIND_CELL_LEAVES],
				&leaves->of[d]))
			return -1;
	DECIDE_KEEP(*leaves);
	return 0;
}

/* Where the bits of the vectors meet first. */
struct decide_meeting {
	__u64 block; /* which, counted through all leaves */
	__u64 word[BIND_BLOCK_WORDS]; /* the AND there; not all are 0 */
};

/* The bit that is the lowest in the meeting. */
static __always_inline __u32 decide_first(const struct decide_meeting *meeting)
{
	__u64 word = 0, before = 1;
	__u32 bit = meeting->block * BIND_BLOCK_RULES;

	/* Until a word is not 0 the ones before count 64 bits each. Without branches, as ever. */
	DECIDE_UNROLL
	for (int w = 0; w < BIND_BLOCK_WORDS; w++) {
		word |= meeting->word[w] * before;
		before &= decide_equal(meeting->word[w], 0);
		DECIDE_HIDE(before);
		bit += 64 * before;
	}
	return bit + decide_lowest(word);
}

/* The AND of a block of all the leaves. Returns the OR of its words. */
static __always_inline __u64 decide_block(const struct decide_cells *leaves, __u64 block,
					  __u64 word[BIND_BLOCK_WORDS])
{
	__u64 any = 0;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		const __u64 *other = leaves->of[d]->block[block];

		DECIDE_UNROLL
		for (int w = 0; w < BIND_BLOCK_WORDS; w++) {
			word[w] = d ? word[w] & other[w] : other[w];
			DECIDE_HIDE(word[w]);
		}
		DECIDE_HIDE(block);
	}
	DECIDE_UNROLL
	for (int w = 0; w < BIND_BLOCK_WORDS; w++)
		any |= word[w];
	return any;
}

/*
 * The first of so many blocks of all the leaves that is not 0. Returns 1 if there is one, else 0.
 * By blocks, since a round has few branches then, and loads each pointer once.
 */
static __always_inline int decide_and(const struct decide_cells *leaves, __u64 blocks,
				      struct decide_meeting *meeting)
{
	__u64 word[BIND_BLOCK_WORDS] = { 0 }, any = 0, at = 0;

	DECIDE_LOOP
	for (__u64 b = 0; b < BIND_CELL_BLOCKS && b < blocks; b++) {
		/* Or the compiler makes one bound of two, which to 5.10 and 6.1 is none. */
		DECIDE_HIDE(blocks);
		any = decide_block(leaves, b, word);
		at = b;
		DECIDE_HIDE(at);
		at += decide_zero(any);
		if (any)
			break;
	}
	/* Here the ways out of the loop meet. */
	DECIDE_HIDE(any);
	meeting->block = at;
	__builtin_memcpy(meeting->word, word, sizeof(word));
	return any != 0;
}

/* The vectors, and how far it is known where they meet. */
struct decide_walk {
	const struct image *image;
	const struct bind_image_header *header;
	struct decide_cells cells; /* that they begin with */
	struct decide_meeting meeting;
	__u64 full; /* bit i is set if all have a leaf i that was not looked at */
	__s64 found; /* as decide_meet() returns it */
};

/* Looks at the next leaf. Returns 1 if it was the last one to look at. */
static __always_inline long decide_leaf(__u32 round, void *context)
{
	struct decide_walk *walk = context;
	struct decide_cells leaves;
	__u64 leaf, found, block, ends;

	(void)round;
	DECIDE_KEEP(*walk);
	leaf = decide_lowest(walk->full);
	walk->full &= walk->full - 1;
	if (decide_leaves(walk->image, walk->header, &walk->cells, leaf, &leaves)) {
		walk->found = -1;
		return 1;
	}
	found = decide_and(&leaves, BIND_CELL_BLOCKS, &walk->meeting);
	block = walk->meeting.block + leaf * BIND_CELL_BLOCKS;
	walk->meeting.block = DECIDE_ALIKE(block, walk->full);
	walk->found = DECIDE_ALIKE(found, walk->full);
	ends = decide_equal(walk->full, 0) | (decide_equal(walk->found, 0) ^ 1);
	DECIDE_HIDE(ends); /* and that is 0 or 1, also for 6.1 */
	return ends & 1;
}

/* Where the vectors meet first. Returns 1 if they do, 0 or -1. */
static __always_inline int decide_meet(struct decide_walk *walk)
{
	__u32 rules = walk->header->broad_rules;

	if (rules <= BIND_LEAF_RULES)
		return decide_and(&walk->cells, rules / BIND_BLOCK_RULES + 1, &walk->meeting);
	walk->full = ~0ULL;
	walk->found = 0;
	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		walk->full &= walk->cells.of[d]->full;
	if (walk->full)
		DECIDE_REPEAT(BIND_CELL_LEAVES, decide_leaf, walk);
	return walk->found;
}

/* Lowers rule to the broad rule with this bit, if that is lower. Returns 0 or -1. */
static __always_inline int decide_number(const struct image *image,
					 const struct bind_image_header *header, __u32 bit,
					 __u32 *rule)
{
	const union bind_page *page;
	__u32 number;

	page = image_page(image, header->broad_page + bit / BIND_NUMBERS_PER_PAGE);
	if (!page)
		return -1;
	number = page->number[bit % BIND_NUMBERS_PER_PAGE];
	decide_lower(rule, number, number);
	return 0;
}

/* The cells that the vectors of the request begin with. Returns 0 or -1. */
static __always_inline int decide_cells(const struct image *image,
					const struct bind_image_header *header,
					const struct decide_keys *keys, struct decide_cells *cells)
{
	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		__u32 first;

		if (decide_vector(image, &header->trees[d], d >= BIND_NARROW_DIMENSIONS,
				  decide_key(keys, d), &first) ||
		    decide_cell(image, header, first, &cells->of[d]))
			return -1;
	}
	return 0;
}

/* Lowers rule to the first broad rule that matches, if that is lower. Returns 0 or -1. */
static __always_inline int decide_broad(const struct image *image,
					const struct bind_image_header *header,
					const struct decide_keys *keys, __u32 *rule)
{
	struct decide_walk walk = { .image = image, .header = header };
	int found;

	if (decide_cells(image, header, keys, &walk.cells))
		return -1;
	DECIDE_KEEP(walk);
	found = decide_meet(&walk);
	/* So that all ways to a meeting are one from here on. */
	DECIDE_HIDE(found);
	if (found <= 0)
		return found;
	return decide_number(image, header, decide_first(&walk.meeting), rule);
}

/* Finds the deciding rule, or BIND_RULE_NONE. Returns 0, or -1 if the image cannot be read. */
static __always_inline int decide_rule(const struct image *image,
				       const struct bind_image_header *header,
				       const struct decide_keys *keys, __u32 *rule)
{
	*rule = BIND_RULE_NONE - decide_zero(header->generation);
	/* First what has more ways out: to the verifier they meet in front of the longer part. */
	if (decide_filed(image, header, keys, rule))
		return -1;
	return header->broad_rules ? decide_broad(image, header, keys, rule) : 0;
}

/* The decision before anything could be read: deny, and enforce it unless the image says audit. */
static __always_inline void decide_unreadable(const struct bind_image_header *header,
					      struct bind_decision *decision)
{
	decision->generation = header ? header->generation : 0;
	decision->rule = BIND_RULE_NONE;
	decision->verdict = BIND_DENY;
	decision->enforced = header ? header->flags & BIND_IMAGE_ENFORCE : 1;
	decision->cause = BIND_CAUSE_UNREADABLE;
	decision->forbidden = 0;
}

/* What the rule says, or the default, without a look at the options. Returns 0 or -1. */
static __always_inline int decide_verdict(const struct image *image,
					  const struct bind_image_header *header, __u32 rule,
					  struct bind_decision *decision, __u32 *forbidden)
{
	const union bind_page *page;
	const struct bind_rule *r;

	*forbidden = header->forbid_options;
	if (rule == BIND_RULE_NONE) {
		decision->verdict = header->default_verdict;
		decision->cause = BIND_CAUSE_DEFAULT;
		return 0;
	}
	page = image_page(image, header->rule_page + rule / BIND_RULES_PER_PAGE);
	if (!page)
		return -1;
	r = &page->rule[rule % BIND_RULES_PER_PAGE];
	*forbidden = (*forbidden | r->forbid_options) & ~(__u32)r->permit_options;
	decision->rule = rule;
	decision->verdict = r->verdict;
	decision->enforced &= !r->audit;
	decision->cause = BIND_CAUSE_RULE;
	return 0;
}

/*
 * Decides the request with these keys by the image, whose header this is. decision has what
 * decide_unreadable() says, and keeps it if something cannot be read.
 */
static __always_inline void decide_keyed(const struct image *image,
					 const struct bind_image_header *header,
					 const struct decide_keys *keys,
					 struct bind_decision *decision)
{
	__u32 forbidden, rule;

	if ((header->flags & BIND_IMAGE_CGROUPS) &&
	    keys->narrow[BIND_DIM_CGROUP] == BIND_CGROUP_UNKNOWN)
		return;
	if (decide_rule(image, header, keys, &rule))
		return;
	if (decide_verdict(image, header, rule, decision, &forbidden))
		return;
	/* Whether it may be bound was decided when it was, maybe for another task. */
	if (keys->is_bound)
		decision->verdict = BIND_ALLOW;
	if (decision->verdict == BIND_ALLOW && (keys->options & forbidden)) {
		decision->verdict = BIND_DENY;
		decision->cause = BIND_CAUSE_OPTIONS;
		decision->forbidden = keys->options & forbidden;
	}
}

/* The same of a request. */
static __always_inline void decide_by(const struct image *image,
				      const struct bind_image_header *header,
				      const struct bind_request *request,
				      struct bind_decision *decision)
{
	struct decide_keys keys;

	decide_make_keys(request, decide_zero(header->generation), &keys);
	DECIDE_KEEP(keys);
	decide_keyed(image, header, &keys, decision);
}

/* And for those who have not read the header. */
static __always_inline void decide(const struct image *image, const struct bind_request *request,
				   struct bind_decision *decision)
{
	const union bind_page *page = image_page(image, 0);

	decide_unreadable(page ? &page->header : 0, decision);
	if (page)
		decide_by(image, &page->header, request, decision);
}

#endif
