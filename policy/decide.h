/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluator: which rule of an image decides a request, and what it says. The BPF programs and
 * the offline tools compile this same code.
 *
 * Rules are tried in order and the first one whose every criterion matches decides; if none
 * matches, the default decides.
 *
 * The includer defines image_page(), the one thing that differs between a map in the kernel and
 * memory in user space. There are no other calls, no allocation and no state.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "decision.h"
#include "image.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* Loops over a search tree's steps become straight code, the one over a vector's words does not. */
#ifdef __clang__
#define DECIDE_UNROLL _Pragma("clang loop unroll(full)")
#define DECIDE_LOOP _Pragma("clang loop unroll(disable)")
#else
#define DECIDE_UNROLL
#define DECIDE_LOOP
#endif

/*
 * Hides from the compiler what it knows about x. So the masks below stay where they are: the
 * verifiers of 5.10 and 6.1 need them, because to them an OR of two bounded numbers, which is what
 * the compiler makes of the additions, has no bounds. And so arithmetic stays without branches,
 * each of which the verifier would follow on its own.
 */
#define DECIDE_HIDE(x) __asm__ volatile("" : "+r"(x))

struct image;

/* Page number of the image, or NULL if it has no such page. */
static __always_inline const union bind_page *image_page(const struct image *image, __u32 number);

/* The first eight of n bytes as an integer that orders as memcmp() does. */
static __always_inline __u64 decide_key(const char *bytes)
{
	__u64 word;

	__builtin_memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * 1 if a < b, else 0. Comparisons are arithmetic on 0 and 1, without a branch: the verifier follows
 * every branch of a search on its own, and each level of a tree has eight steps. (It does the same
 * with masks of all ones or none since 6.19, and in what was backported from there.)
 */
static __always_inline __u64 decide_less(__u64 a, __u64 b)
{
	__u64 borrow = (~a & b) | ((~a | b) & (a - b));

	return borrow >> 63;
}

static __always_inline __u64 decide_equal(__u64 a, __u64 b)
{
	__u64 difference = a ^ b, negated = 0 - difference;

	DECIDE_HIDE(negated);
	return ((difference | negated) >> 63) ^ 1;
}

/* The value of the last entry whose key is <= key. The first key of a tree is 0. */
static __always_inline __u32 decide_narrow(const struct bind_narrow_node *node, __u64 key)
{
	__u64 at = 0;

	DECIDE_UNROLL
	for (__u64 step = BIND_NARROW_FANOUT / 2; step; step /= 2) {
		__u64 there = node->key[(at + step) % BIND_NARROW_FANOUT];
		/* Both are below 2^63, so the sign of the difference tells. */
		__u64 beyond = (key - there) >> 63;

		DECIDE_HIDE(beyond);
		at += step * (beyond ^ 1);
		DECIDE_HIDE(at);
	}
	return node->value[at % BIND_NARROW_FANOUT];
}

static __always_inline __u32 decide_wide(const struct bind_wide_node *node, __u64 high, __u64 low)
{
	__u64 at = 0;

	DECIDE_UNROLL
	for (__u64 step = BIND_WIDE_FANOUT / 2; step; step /= 2) {
		__u64 there = (at + step) % BIND_WIDE_FANOUT;
		__u64 beyond = decide_less(high, node->high[there]) |
			       (decide_equal(high, node->high[there]) &
				decide_less(low, node->low[there]));

		DECIDE_HIDE(beyond);
		at += step * (beyond ^ 1);
		DECIDE_HIDE(at);
	}
	return node->value[at % BIND_WIDE_FANOUT];
}

/*
 * The vector of the class that the key belongs to, or NULL if the image cannot be read. low counts
 * in the dimensions with 128-bit keys only.
 */
static __always_inline const __u64 *decide_vector(const struct image *image,
						  const struct bind_image_header *header,
						  enum bind_dimension dimension, __u64 high,
						  __u64 low)
{
	__u32 depth = header->trees[dimension].depth;
	__u32 number = header->trees[dimension].root;
	const union bind_page *page;

	for (__u32 level = 0; level < BIND_TREE_DEPTH; level++) {
		if (level >= depth)
			break;
		page = image_page(image, number);
		if (!page)
			return 0;
		if (dimension >= BIND_DIM_COMM)
			number = decide_wide(&page->wide, high, low);
		else
			number = decide_narrow(&page->narrow, high);
	}
	page = image_page(image, header->vector_pages + number / BIND_VECTORS_PER_PAGE);
	return page ? page->vectors.vector[number % BIND_VECTORS_PER_PAGE] : 0;
}

/* The same for what the request has in this dimension. */
static __always_inline const __u64 *decide_request(const struct image *image,
						   const struct bind_image_header *header,
						   const struct bind_request *request,
						   enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return decide_vector(image, header, dimension, request->uid, 0);
	case BIND_DIM_CGROUP:
		return decide_vector(image, header, dimension, request->cgroup, 0);
	case BIND_DIM_EXE:
		return decide_vector(image, header, dimension, request->exe, 0);
	case BIND_DIM_NETNS:
		return decide_vector(image, header, dimension, request->netns, 0);
	case BIND_DIM_PROTOCOL:
		return decide_vector(image, header, dimension, request->protocol, 0);
	case BIND_DIM_PORT:
		return decide_vector(image, header, dimension, request->port, 0);
	case BIND_DIM_COMM:
		return decide_vector(image, header, dimension, decide_key(request->comm),
				     decide_key(request->comm + 8));
	case BIND_DIM_ADDRESS:
		return decide_vector(image, header, dimension, decide_key(request->address),
				     decide_key(request->address + 8));
	default:
		return 0;
	}
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

/* The first rule that is in all the vectors, or BIND_RULE_NONE. */
static __always_inline __u32 decide_first(const __u64 *const vector[BIND_DIMENSIONS], __u32 words)
{
	DECIDE_LOOP
	for (__u32 i = 0; i < BIND_VECTOR_WORDS; i++) {
		__u64 matching = ~0ULL;

		if (i >= words)
			break;
		DECIDE_UNROLL
		for (int d = 0; d < BIND_DIMENSIONS; d++)
			matching &= vector[d][i];
		if (matching)
			return i * 64 + decide_lowest(matching);
	}
	return BIND_RULE_NONE;
}

/* Finds the deciding rule. Returns 0, or -1 if the image cannot be read. */
static __always_inline int decide_rule(const struct image *image,
				       const struct bind_image_header *header,
				       const struct bind_request *request, __u32 *rule)
{
	const __u64 *vector[BIND_DIMENSIONS];

	DECIDE_UNROLL
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		vector[d] = decide_request(image, header, request, d);
		if (!vector[d])
			return -1;
	}
	*rule = decide_first(vector, header->words);
	return 0;
}

/* The verdict before anything could be read: deny, and enforce it unless the image says audit. */
static __always_inline void decide_unreadable(const struct image *image,
					      struct bind_decision *decision)
{
	const union bind_page *page = image_page(image, 0);

	decision->generation = page ? page->header.generation : 0;
	decision->rule = BIND_RULE_NONE;
	decision->verdict = BIND_DENY;
	decision->enforced = page ? page->header.flags & BIND_IMAGE_ENFORCE : 1;
	decision->cause = BIND_CAUSE_UNREADABLE;
	decision->forbidden = 0;
}

/* Decides the request. An image that cannot be read denies it. */
static __always_inline void decide(const struct image *image, const struct bind_request *request,
				   struct bind_decision *decision)
{
	const union bind_page *page = image_page(image, 0);
	const struct bind_image_header *header;
	__u32 forbidden, rule;

	decide_unreadable(image, decision);
	if (!page)
		return;
	header = &page->header;
	if (decide_rule(image, header, request, &rule))
		return;

	forbidden = header->forbid_options;
	if (rule == BIND_RULE_NONE) {
		decision->verdict = header->default_verdict;
		decision->cause = BIND_CAUSE_DEFAULT;
	} else {
		const struct bind_rule *r;

		page = image_page(image, header->rule_pages + rule / BIND_RULES_PER_PAGE);
		if (!page)
			return;
		r = &page->rules.rule[rule % BIND_RULES_PER_PAGE];
		forbidden = (forbidden | r->forbid_options) & ~(__u32)r->permit_options;
		decision->rule = rule;
		decision->verdict = r->verdict;
		decision->enforced &= !r->audit;
		decision->cause = BIND_CAUSE_RULE;
	}
	if (decision->verdict == BIND_ALLOW && (request->options & forbidden)) {
		decision->verdict = BIND_DENY;
		decision->cause = BIND_CAUSE_OPTIONS;
		decision->forbidden = request->options & forbidden;
	}
}

/*
 * The order of cgroup paths: as memcmp() has them, but with "/" before every other byte, so that
 * what is below a path comes right after it: "/a", "/a/b", "/a-b".
 */
static __always_inline __u8 decide_path_byte(__u64 byte)
{
	__u64 difference = byte ^ '/';
	__u64 is_slash, is_lower;

	DECIDE_HIDE(difference);
	is_slash = (difference - 1) >> 63;
	is_lower = ((byte - '/') >> 63) & ((0 - byte) >> 63);

	return byte + is_lower - is_slash * ('/' - 1);
}

/* Makes a key of the path, in place: the stack of a BPF program has no room for two. */
static __always_inline void decide_path_key(struct bind_path *path)
{
	DECIDE_LOOP
	for (int i = 0; i < BIND_CGROUP_PATH_LEN; i++)
		path->text[i] = decide_path_byte((__u8)path->text[i]);
	DECIDE_LOOP
	for (int i = 0; i < (int)BIND_PATH_WORDS; i++)
		path->word[i] = decide_key(path->text + i * 8);
}

/* 1 if a comes before b, else 0. */
static __always_inline __u64 decide_path_less(const struct bind_path *a, const struct bind_path *b)
{
	__u64 less = 0;

	DECIDE_LOOP
	for (int i = (int)BIND_PATH_WORDS - 1; i >= 0; i--)
		less = decide_less(a->word[i], b->word[i]) |
		       (decide_equal(a->word[i], b->word[i]) & less);
	return less;
}

/*
 * The class of the cgroup with this path key: how many of the table's paths are at or before it.
 * Returns 0, or -1 if the image cannot be read.
 */
static __always_inline int decide_cgroup(const struct image *image, const struct bind_path *key,
					 __u32 *class)
{
	const union bind_page *page = image_page(image, 0);
	__u64 at = 0, paths, first;

	if (!page)
		return -1;
	paths = page->header.paths;
	first = page->header.path_pages;
	DECIDE_LOOP
	for (__u64 step = (BIND_PATHS_MAX + 1) / 2; step; step /= 2) {
		__u64 next = at + step - 1, there = decide_less(next, paths);

		DECIDE_HIDE(there);
		/* Beyond the end of the table, look at its beginning, and do not go there. */
		next *= there;
		page = image_page(image, first + next / BIND_PATHS_PER_PAGE);
		if (!page)
			return -1;
		next %= BIND_PATHS_PER_PAGE;
		at += step * (there & (decide_path_less(key, &page->paths.path[next]) ^ 1));
		DECIDE_HIDE(at);
	}
	*class = at;
	return 0;
}

#endif
