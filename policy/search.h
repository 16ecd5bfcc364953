/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the evaluator looks things up in an image: in search trees and in hash tables. And what it is
 * written with, so that the verifiers of all kernels follow it.
 *
 * The includer defines image_page(), the one thing that differs between a map in the kernel and
 * memory in user space. There are no other calls, no allocation and no state.
 */
#ifndef POLICY_SEARCH_H
#define POLICY_SEARCH_H

#include <stdbool.h>

#include "image.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/*
 * Loops over dimensions and a search's steps become straight code, those over what is found do not.
 */
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

/* The same, and what follows is read from memory later: read at once, it would fill the stack. */
#define DECIDE_ORDER(x) __asm__ volatile("" : "+r"(x) : : "memory")

/* Keeps the array or structure in memory: taken apart, it would fill the stack with its copies. */
#define DECIDE_KEEP(x) __asm__ volatile("" : : "r"(&(x)) : "memory")

/*
 * Calls step(round, context) for each round until it returns 1. A verifier follows a loop round by
 * round; where the kernel has a helper that loops, the includer says so, and it follows one for each
 * way in which a round can leave things. DECIDE_ALIKE() makes these one, where x is the same to it.
 */
#ifdef DECIDE_REPEAT
#define DECIDE_ALIKE(x, any) ((x) ^ decide_zero(any))
#else
#define DECIDE_ALIKE(x, any) (x)
#define DECIDE_REPEAT(rounds, step, context)                        \
	do {                                                        \
		DECIDE_LOOP                                         \
		for (__u32 round_ = 0; round_ < (rounds); round_++) \
			if (step(round_, context))                  \
				break;                              \
	} while (0)
#endif

typedef __u32 __attribute__((__may_alias__)) __u32_alias;

struct image;

/* Page number of the image, or NULL if it has no such page. */
static __always_inline const union bind_page *image_page(const struct image *image, __u32 number);

/* 0, but not to a verifier, which goes separate ways from separate constants. */
static __always_inline __u64 decide_zero(__u64 any)
{
	__u64 same = any;

	DECIDE_HIDE(same);
	return any ^ same;
}

/* Eight bytes as an integer that orders as memcmp() does. */
static __always_inline __u64 decide_bytes(const char *bytes)
{
	__u64 word;

	__builtin_memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * Comparisons are arithmetic, without a branch: the verifier follows every branch of a search on
 * its own, and each level of a tree has eight steps. (It does the same with masks of all ones or
 * none since 6.19, and in what was backported.) Where numbers are below 2^63 the sign of a
 * difference tells.
 */

/*
 * 32 bits of a key; part 0 has the lowest. Loaded by themselves, since BPF has to shift twice to cut
 * a register in half.
 */
static __always_inline __u64 decide_part(const struct bind_key *key, int part)
{
	const __u64 *half = part < BIND_KEY_PARTS / 2 ? &key->low : &key->high;
	bool is_second = (part % 2) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

	return ((const __u32_alias *)half)[is_second];
}

/* What a - b - borrow borrows, of their parts, as 0 or 1. */
static __always_inline __u64 decide_borrow(__u64 a, __u64 b, __u64 borrow)
{
	__u64 difference = a - b - borrow;

	DECIDE_HIDE(difference); /* a comparison would become a branch */
	return difference >> 63;
}

static __always_inline __u64 decide_equal(__u64 a, __u64 b)
{
	__u64 difference = a ^ b, negated = 0 - difference, equal;

	DECIDE_HIDE(negated);
	equal = ((difference | negated) >> 63) ^ 1;
	DECIDE_HIDE(equal); /* a factor of 0 or 1 would become a branch */
	return equal;
}

/* 1 if a is before b in the order of keys, else 0. */
static __always_inline __u64 decide_before(const struct bind_key *a, const struct bind_key *b)
{
	__u64 borrow = 0;

	DECIDE_UNROLL
	for (int i = 0; i < BIND_KEY_PARTS; i++)
		borrow = decide_borrow(decide_part(a, i), decide_part(b, i), borrow);
	return borrow;
}

/* The value of the last entry whose key is <= key. The first key of a tree is 0. */
static __always_inline __u32 decide_narrow(const struct bind_narrow_node *node, __u64 key)
{
	__u64 at = 0;

	DECIDE_UNROLL
	for (__u64 step = BIND_NARROW_FANOUT / 2; step; step /= 2) {
		__u64 there = node->key[(at + step) % BIND_NARROW_FANOUT];
		__u64 beyond = (key - there) >> 63;

		DECIDE_HIDE(beyond);
		at += step * (beyond ^ 1);
		DECIDE_HIDE(at);
	}
	return node->value[at % BIND_NARROW_FANOUT];
}

static __always_inline __u32 decide_wide(const struct bind_wide_node *node, struct bind_key key)
{
	__u64 at = 0;

	DECIDE_UNROLL
	for (__u64 step = BIND_WIDE_FANOUT / 2; step; step /= 2) {
		__u64 next = (at + step) % BIND_WIDE_FANOUT;
		__u64 beyond = decide_before(&key, &node->key[next]);

		at += step * (beyond ^ 1);
		DECIDE_HIDE(at);
	}
	return node->value[at % BIND_WIDE_FANOUT];
}

/* Hash tables. No two keys with the same low have one hash: every step can be undone. */

#ifndef DECIDE_OTHER_HASH /* a proof brings its own, which may be any */
static __always_inline __u64 decide_hash(struct bind_key key, __u32 seed)
{
	__u64 hash = (key.high ^ seed) * 0x9e3779b97f4a7c15ULL;

	hash ^= hash >> 29;
	hash = (hash + key.low) * 0xbf58476d1ce4e5b9ULL;
	return hash ^ (hash >> 32);
}

static __always_inline __u64 decide_displace(__u64 hash, __u16 pilot)
{
	return (hash ^ (pilot * 0xff51afd7ed558ccdULL)) * 0x94d049bb133111ebULL;
}
#endif

/* From 32 bits, all equally likely, to less than limit. */
static __always_inline __u32 decide_scale(__u32 bits, __u32 limit)
{
	return ((__u64)bits * limit) >> 32;
}

static __always_inline __u32 decide_pilot(__u64 hash, const struct bind_table *table)
{
	return decide_scale(hash >> 32, table->pilots);
}

static __always_inline __u32 decide_slot(__u64 hash, __u16 pilot, const struct bind_table *table)
{
	return decide_scale(decide_displace(hash, pilot) >> 32, table->slots);
}

/* The value of the key in the table; 0 if it is not there. Returns 0 or -1. */
static __always_inline int decide_find(const struct image *image, const struct bind_table *table,
				       bool is_wide, struct bind_key key, __u32 *value)
{
	__u64 hash = decide_hash(key, table->seed);
	__u32 at = decide_pilot(hash, table);
	const union bind_page *page;

	page = image_page(image, table->pilot_page + at / BIND_PILOTS_PER_PAGE);
	if (!page)
		return -1;
	at = decide_slot(hash, page->pilot[at % BIND_PILOTS_PER_PAGE], table);
	if (is_wide) {
		const struct bind_wide_slot *slot;

		page = image_page(image, table->slot_page + at / BIND_WIDE_SLOTS_PER_PAGE);
		if (!page)
			return -1;
		slot = &page->wide_slot[at % BIND_WIDE_SLOTS_PER_PAGE];
		*value = slot->value *
			 decide_equal((slot->key.high ^ key.high) | (slot->key.low ^ key.low), 0);
	} else {
		const struct bind_narrow_slot *slot;

		page = image_page(image, table->slot_page + at / BIND_NARROW_SLOTS_PER_PAGE);
		if (!page)
			return -1;
		slot = &page->narrow_slot[at % BIND_NARROW_SLOTS_PER_PAGE];
		*value = slot->value * decide_equal(slot->key, (__u32)key.high);
	}
	return 0;
}

#endif
