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

/* What the request has in each dimension. */
struct decide_keys {
	__u32 narrow[BIND_NARROW_DIMENSIONS];
	struct bind_key wide[BIND_WIDE_DIMENSIONS];
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
}

static __always_inline struct bind_key decide_key(const struct decide_keys *keys,
						  enum bind_dimension dimension)
{
	if (dimension < BIND_NARROW_DIMENSIONS)
		return (struct bind_key){ keys->narrow[dimension], 0 };
	return keys->wide[dimension - BIND_NARROW_DIMENSIONS];
}

/* Buckets. Here, too, the fewer branches the better: a bucket has many items. */

/* 1 if value is not within low and high, else 0. All are below 2^63. */
static __always_inline __u64 decide_outside(__u64 value, __u64 low, __u64 high)
{
	return ((value - low) | (high - value)) >> 63;
}

/* 1 if the item does not match for its ports or protocols, else 0. */
static __always_inline __u64 decide_mismatch(const struct bind_item *item,
					     const struct decide_keys *keys)
{
	__u64 protocol = keys->narrow[BIND_DIM_PROTOCOL];
	__u64 other_port = decide_outside(keys->narrow[BIND_DIM_PORT], item->port_low,
					  item->port_high);
	__u64 same_protocol = decide_equal(protocol, item->protocol[0]) |
			      decide_equal(protocol, item->protocol[1]);

	return (other_port & (item->any_port ^ 1)) |
	       ((same_protocol ^ 1) & (item->any_protocol ^ 1));
}

/* 1 if the request is not in the box, else 0. One side after the other: the stack is small. */
static __always_inline __u64 decide_beside(const struct bind_box *box,
					   const struct decide_keys *keys)
{
	__u64 beside = 0;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_NARROW_DIMENSIONS; d++) {
		beside |= decide_outside(keys->narrow[d], box->low[d], box->high[d]);
		DECIDE_ORDER(beside);
	}
	DECIDE_UNROLL
	for (int d = 0; d < BIND_WIDE_DIMENSIONS; d++) {
		beside |= decide_before(keys->wide[d], box->wide_low[d]);
		DECIDE_ORDER(beside);
		beside |= decide_before(box->wide_high[d], keys->wide[d]);
		DECIDE_ORDER(beside);
	}
	return beside;
}

/* Does the item match, whose key does? Returns 1, 0 or, if the image cannot be read, -1. */
static __always_inline int decide_item(const struct image *image,
				       const struct bind_image_header *header,
				       const struct bind_item *item, const struct decide_keys *keys)
{
	const union bind_page *page;
	__u32 box = item->box;

	if (decide_mismatch(item, keys))
		return 0;
	if (!box)
		return 1;
	page = image_page(image, header->box_page + box / BIND_BOXES_PER_PAGE);
	if (!page)
		return -1;
	return !decide_beside(&page->box[box % BIND_BOXES_PER_PAGE], keys);
}

/* To a verifier any number may come of it: so it goes on only once, not for every bound. */
static __always_inline void decide_lower(__u32 *rule, __u32 other)
{
	if (other < *rule)
		*rule = other;
	*rule += (__u32)decide_zero(other);
}

/* Lowers rule to the first rule of the bucket that matches, if that is lower. Returns 0 or -1. */
static __always_inline int decide_bucket(const struct image *image,
					 const struct bind_image_header *header, __u32 bucket,
					 const struct decide_keys *keys, __u32 *rule)
{
	const union bind_page *page;

	page = image_page(image, header->item_page + bucket / BIND_ITEMS_PER_PAGE);
	if (!page)
		return -1;
	DECIDE_LOOP
	for (__u32 i = 0; i < BIND_BUCKET_ITEMS; i++) {
		const struct bind_item *item = &page->item[(bucket + i) % BIND_ITEMS_PER_PAGE];
		int matches = decide_item(image, header, item, keys);

		if (matches < 0)
			return -1;
		if (matches)
			decide_lower(rule, item->rule);
		if (matches || item->last)
			break;
	}
	return 0;
}

/* The first rule among those that are filed under something, and the common ones. */
static __always_inline int decide_filed(const struct image *image,
					const struct bind_image_header *header,
					const struct decide_keys *keys, __u32 *rule)
{
	__u32 bucket;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		if (!header->tables[d].pilots)
			continue;
		if (decide_find(image, &header->tables[d], d >= BIND_NARROW_DIMENSIONS,
				decide_key(keys, d), &bucket))
			return -1;
		if (bucket && decide_bucket(image, header, bucket, keys, rule))
			return -1;
	}
	bucket = header->common;
	return bucket ? decide_bucket(image, header, bucket, keys, rule) : 0;
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

static __always_inline const union bind_cell *
decide_cell(const struct image *image, const struct bind_image_header *header, __u32 cell)
{
	const union bind_page *page;

	page = image_page(image, header->cell_page + cell / BIND_CELLS_PER_PAGE);
	return page ? &page->cell[cell % BIND_CELLS_PER_PAGE] : 0;
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

/* The same cell of each vector, kept as pointers. Returns 0 or -1. */
static __always_inline int decide_cells(const struct image *image,
					const struct bind_image_header *header,
					const __u32 number[BIND_DIMENSIONS],
					const union bind_cell *cell[BIND_DIMENSIONS])
{
	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		cell[d] = decide_cell(image, header, number[d]);
		if (!cell[d])
			return -1;
	}
	DECIDE_KEEP(*cell);
	return 0;
}

/* Where the bits of the vectors meet first. */
struct decide_meeting {
	__u64 word; /* the AND there; not 0 */
	__u32 rule; /* of its lowest bit, if that is 1 */
};

/*
 * The first word in all the leaves that is not 0, of those with bits below limit. Returns 1 if there
 * is one, 0 or -1.
 */
static __always_inline int decide_leaves(const struct image *image,
					 const struct bind_image_header *header,
					 const __u32 number[BIND_DIMENSIONS], __u32 limit,
					 struct decide_meeting *meeting)
{
	const union bind_cell *cell[BIND_DIMENSIONS];

	if (decide_cells(image, header, number, cell))
		return -1;
	DECIDE_LOOP
	for (__u32 w = 0; w < BIND_CELL_WORDS; w++) {
		__u64 word;

		if (w * 64 >= limit)
			break;
		word = cell[0]->word[w];
		DECIDE_UNROLL
		for (int d = 1; d < BIND_DIMENSIONS; d++)
			word &= cell[d]->word[w];
		if (word) {
			meeting->word = word;
			meeting->rule = w * 64 + decide_zero(word);
			return 1;
		}
	}
	return 0;
}

/* The leaves with this index below the vectors' cells. Returns 1, 0 if one of them is empty, or -1. */
static __always_inline int decide_below(const struct image *image,
					const struct bind_image_header *header,
					const __u32 vector[BIND_DIMENSIONS], __u32 index,
					__u32 leaf[BIND_DIMENSIONS])
{
	__u64 empty = 0;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		const union bind_cell *cell = decide_cell(image, header, vector[d]);

		if (!cell)
			return -1;
		leaf[d] = cell->leaf[index % BIND_CELL_LEAVES];
		empty |= decide_equal(leaf[d], 0);
	}
	DECIDE_KEEP(*leaf);
	return !empty;
}

/* The first word in all the vectors that is not 0. Returns 1 if there is one, 0 or -1. */
static __always_inline int decide_meet(const struct image *image,
				       const struct bind_image_header *header,
				       const __u32 vector[BIND_DIMENSIONS],
				       struct decide_meeting *meeting)
{
	__u32 leaf[BIND_DIMENSIONS];
	int found = 0;

	if (header->broad_rules <= BIND_LEAF_RULES)
		return decide_leaves(image, header, vector, header->broad_rules, meeting);
	DECIDE_LOOP
	for (__u32 i = 0; i < BIND_CELL_LEAVES; i++) {
		if (i * BIND_LEAF_RULES >= header->broad_rules)
			break;
		found = decide_below(image, header, vector, i, leaf);
		if (found > 0)
			found = decide_leaves(image, header, leaf, BIND_LEAF_RULES, meeting);
		if (found) {
			meeting->rule += i * BIND_LEAF_RULES;
			break;
		}
	}
	return found;
}

/* Lowers rule to the broad rule with this bit, if that is lower. Returns 0 or -1. */
static __always_inline int decide_number(const struct image *image,
					 const struct bind_image_header *header, __u32 bit,
					 __u32 *rule)
{
	const union bind_page *page;

	page = image_page(image, header->broad_page + bit / BIND_NUMBERS_PER_PAGE);
	if (!page)
		return -1;
	decide_lower(rule, page->number[bit % BIND_NUMBERS_PER_PAGE]);
	return 0;
}

/* Lowers rule to the first broad rule that matches, if that is lower. Returns 0 or -1. */
static __always_inline int decide_broad(const struct image *image,
					const struct bind_image_header *header,
					const struct decide_keys *keys, __u32 *rule)
{
	struct decide_meeting meeting = { 0 };
	__u32 vector[BIND_DIMENSIONS];
	int found;

	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		if (decide_vector(image, &header->trees[d], d >= BIND_NARROW_DIMENSIONS,
				  decide_key(keys, d), &vector[d]))
			return -1;
	DECIDE_KEEP(vector);
	found = decide_meet(image, header, vector, &meeting);
	if (found <= 0)
		return found;
	return decide_number(image, header, meeting.rule + decide_lowest(meeting.word), rule);
}

/* Finds the deciding rule, or BIND_RULE_NONE. Returns 0, or -1 if the image cannot be read. */
static __always_inline int decide_rule(const struct image *image,
				       const struct bind_image_header *header,
				       const struct bind_request *request, __u32 *rule)
{
	struct decide_keys keys;

	decide_make_keys(request, decide_zero(header->generation), &keys);
	DECIDE_KEEP(keys);
	*rule = BIND_RULE_NONE - decide_zero(header->generation);
	/* First what is most work to the verifier, so that it comes there once. */
	if (header->broad_rules && decide_broad(image, header, &keys, rule))
		return -1;
	return decide_filed(image, header, &keys, rule);
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
 * Decides the request by the image, whose header this is. decision has what decide_unreadable() says,
 * and keeps it if something cannot be read.
 */
static __always_inline void decide_by(const struct image *image,
				      const struct bind_image_header *header,
				      const struct bind_request *request,
				      struct bind_decision *decision)
{
	__u32 forbidden, rule;

	if ((header->flags & BIND_IMAGE_CGROUPS) && request->cgroup == BIND_CGROUP_UNKNOWN)
		return;
	if (decide_rule(image, header, request, &rule))
		return;
	if (decide_verdict(image, header, rule, decision, &forbidden))
		return;
	/* Whether it may be bound was decided when it was, maybe for another task. */
	if (request->is_bound)
		decision->verdict = BIND_ALLOW;
	if (decision->verdict == BIND_ALLOW && (request->options & forbidden)) {
		decision->verdict = BIND_DENY;
		decision->cause = BIND_CAUSE_OPTIONS;
		decision->forbidden = request->options & forbidden;
	}
}

/* The same for those who have not read the header. */
static __always_inline void decide(const struct image *image, const struct bind_request *request,
				   struct bind_decision *decision)
{
	const union bind_page *page = image_page(image, 0);

	decide_unreadable(page ? &page->header : 0, decision);
	if (page)
		decide_by(image, &page->header, request, decision);
}

#endif
