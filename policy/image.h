/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy image: a whole policy in the form that decides. User space compiles it (compile.c),
 * the BPF programs and the offline tools read it with the same code (decide.h). One image is one
 * generation: it is filled, frozen, then published by one map update, and never changes again.
 *
 * An image is an array of 4096-byte pages, so that it fits an array map of any length. Page 0 is
 * the header; the other pages belong to arrays, whose elements never cross a page. The header says
 * at which page each array begins.
 *
 * Most rules are about someone or something that few other rules name: a service's uid, cgroup,
 * executable or comm, a port, an address. Such a rule is filed under that one value, its key: a
 * hash table leads from the key to a bucket, a short list of items in the order of the rules. A
 * request looks into the buckets of its own uid, its own cgroup and so on, and the lowest rule that
 * matches decides. Example:
 *
 *	0: uid = 33; ports = "80, 443"      filed under uid 33, with an item for each port
 *	1: uid = "1000-60000"; ports = 80   filed under port 80, with a box that has the uids
 *	2: uid = "1000-60000"               broad: there is no key to file it under
 *
 * Broad rules are in one common bucket, which every request looks into, if they fit there. If not,
 * they are bits. For each dimension (uid, port, ...) the values fall into classes that no broad
 * rule tells apart, and each class has a vector: bit r is set if the r-th broad rule accepts the
 * values of that class. The AND of the request's vectors is the set of the broad rules that match
 * it, and its lowest bit is the first of them.
 *
 * A vector is a cell: a leaf with the bits of 2048 rules or, where there are more, a cell with the
 * numbers of 32 leaves, 0 for one that has no bits. Equal cells are shared, so that a class costs
 * the two cells in which it differs from its neighbour.
 *
 * A class is found in a search tree over the sorted starts of the intervals: a node is one page, a
 * leaf's values are the numbers of the vectors' first cells, an inner node's are page numbers.
 * Unused entries repeat the last one used, under the highest key.
 *
 * Cgroups have long names, so they get numbers first, when they are made: the class of a cgroup is
 * that of the longest of the rules' patterns which its path begins with. Patterns are numbered in
 * sorted order, so that one pattern and all that go on from it are one interval. Executables have
 * numbers that user space gives out.
 *
 * Integers are in host byte order: an image never leaves its host.
 */
#ifndef POLICY_IMAGE_H
#define POLICY_IMAGE_H

#include <linux/types.h>

#include "decision.h"
#include "request.h"

#define BIND_IMAGE_MAGIC 0x33676d69u /* "img3" */
#ifndef BIND_PAGE_SIZE /* proofs take smaller pages, nodes and cells */
#define BIND_PAGE_SIZE 4096u
#endif
#define BIND_MAX_RULES 131072u
#define BIND_TREE_DEPTH 4 /* levels of nodes at most */
/* Proofs take smaller ones. */
#ifndef BIND_NARROW_FANOUT
#define BIND_NARROW_FANOUT 256u
#endif
#ifndef BIND_WIDE_FANOUT
#define BIND_WIDE_FANOUT 128u
#endif
#ifndef BIND_BUCKET_ITEMS
#define BIND_BUCKET_ITEMS 8 /* at most */
#endif
#ifndef BIND_CELL_WORDS
#define BIND_CELL_LEAVES 32 /* below a cell */
#define BIND_CELL_WORDS 32 /* of a leaf */
#endif
#ifndef BIND_BLOCK_WORDS
#define BIND_BLOCK_WORDS 4 /* that are looked at together */
#endif
#define BIND_BLOCK_RULES (BIND_BLOCK_WORDS * 64u)
#define BIND_CELL_BLOCKS (BIND_CELL_WORDS / BIND_BLOCK_WORDS)
#define BIND_LEAF_RULES (BIND_CELL_WORDS * 64u)
#define BIND_MAX_BROAD (BIND_CELL_LEAVES * BIND_LEAF_RULES)
#define BIND_PATTERN_LEN 256 /* bytes of the longest pattern, rounded up to words */

/* Elements of a page. */
#define BIND_RULES_PER_PAGE (BIND_PAGE_SIZE / 4)
#define BIND_ITEMS_PER_PAGE (BIND_PAGE_SIZE / 16)
#define BIND_BOXES_PER_PAGE (BIND_PAGE_SIZE / 128)
#define BIND_PILOTS_PER_PAGE (BIND_PAGE_SIZE / 2)
#define BIND_NARROW_SLOTS_PER_PAGE (BIND_PAGE_SIZE / 8)
#define BIND_WIDE_SLOTS_PER_PAGE (BIND_PAGE_SIZE / 32)
#define BIND_CELLS_PER_PAGE (BIND_PAGE_SIZE / (BIND_CELL_WORDS * 8))
#define BIND_NUMBERS_PER_PAGE (BIND_PAGE_SIZE / 4)
#define BIND_WORDS_PER_PAGE (BIND_PAGE_SIZE / 8)

enum bind_dimension {
	BIND_DIM_NETNS, /* under this and the next no rule is filed: they have too few values */
	BIND_DIM_PROTOCOL,
	BIND_DIM_UID,
	BIND_DIM_CGROUP,
	BIND_DIM_EXE,
	BIND_DIM_PORT,
	BIND_DIM_COMM, /* this and the next are wide: they have 128-bit keys */
	BIND_DIM_ADDRESS,
	BIND_DIMENSIONS,
};

#define BIND_NARROW_DIMENSIONS 6
#define BIND_WIDE_DIMENSIONS 2
#define BIND_KEYLESS_DIMENSIONS 2
#define BIND_KEY_DIMENSIONS (BIND_DIMENSIONS - BIND_KEYLESS_DIMENSIONS)
#define BIND_KEY_PARTS 4 /* of 32 bits */

/* Bits of bind_image_header.flags. */
#define BIND_IMAGE_ENFORCE (1u << 0) /* --deny: denials are enforced; otherwise only reported */
#define BIND_IMAGE_OPTIONS (1u << 1) /* some options are forbidden: requests need theirs */
/* Some rule has a criterion of this dimension: requests need theirs, which otherwise can be 0. */
#define BIND_IMAGE_NEEDS(dimension) (1u << (8 + (dimension)))
#define BIND_IMAGE_UIDS BIND_IMAGE_NEEDS(BIND_DIM_UID)
#define BIND_IMAGE_CGROUPS BIND_IMAGE_NEEDS(BIND_DIM_CGROUP)
#define BIND_IMAGE_EXES BIND_IMAGE_NEEDS(BIND_DIM_EXE)
#define BIND_IMAGE_NETNS BIND_IMAGE_NEEDS(BIND_DIM_NETNS)
#define BIND_IMAGE_COMMS BIND_IMAGE_NEEDS(BIND_DIM_COMM)
#define BIND_IMAGE_ADDRESSES BIND_IMAGE_NEEDS(BIND_DIM_ADDRESS)

/* Classes of cgroups below that of the first pattern. */
#define BIND_CGROUP_UNKNOWN 0u /* never looked up: nothing can be decided about it */
#define BIND_CGROUP_UNNAMED 1u /* no pattern of the policy */
#define BIND_CGROUP_FIRST 2u

/* A value in one dimension: high alone in a narrow one; 16 bytes, as memcmp() orders them. */
struct bind_key {
	__u64 high;
	__u64 low;
};

/*
 * A perfect hash table: a key's hash chooses a pilot, and hash and pilot choose the only slot in
 * which the key can be. pilots 0: there are no keys.
 */
struct bind_table {
	__u32 seed; /* of the hash */
	__u32 pilots; /* how many */
	__u32 pilot_page;
	__u32 slots;
	__u32 slot_page;
};

/*
 * root is the page of the root node or, if depth is 0, the first cell of every value's vector: no
 * broad rule has a criterion of this dimension.
 */
struct bind_tree {
	__u32 depth;
	__u32 root;
};

struct bind_image_header {
	__u32 magic; /* BIND_IMAGE_MAGIC */
	__u32 generation; /* 1, 2, ...: which policy this is */
	__u32 pages; /* in this image, header included */
	__u32 flags; /* BIND_IMAGE_* */
	__u32 rules; /* how many */
	__u32 default_verdict; /* enum bind_verdict */
	__u32 forbid_options; /* BIND_OPT_*, for every allowed bind */
	__u32 rule_page; /* of bind_rule */
	__u32 item_page; /* of bind_item */
	__u32 box_page; /* of bind_box */
	__u32 common; /* first item of the common bucket, 0: there is none */
	__u32 broad_rules; /* how many rules have bits in the vectors */
	__u32 broad_page; /* of __u32: the number of the r-th broad rule */
	__u32 cell_page; /* of bind_cell */
	__u32 text_page; /* of __u64: the patterns of cgroups */
	__u32 port_page; /* of __u64: a bit for each port, 1: rules may tell it from the one below */
	__u32 unused;
	struct bind_table tables[BIND_DIMENSIONS]; /* from a key to its bucket */
	struct bind_tree trees[BIND_DIMENSIONS]; /* from a value to its class's vector */
	struct bind_table patterns; /* from the hash of a text to its place among the words */
};

/* What follows once a rule has matched. Its criteria are in items, boxes and vectors. */
struct bind_rule {
	__u8 verdict; /* enum bind_verdict */
	__u8 audit; /* 1: this rule's denials are reported, never enforced */
	__u8 permit_options; /* BIND_OPT_* taken out of what is forbidden */
	__u8 forbid_options; /* BIND_OPT_* forbidden in addition to the header's */
};

/*
 * One way for a rule to match, besides the key. A bucket is a run of items, the last one marked so;
 * a bucket's number is that of its first item. Item 0 is in no bucket.
 */
struct bind_item {
	__u32 rule : 24;
	__u32 last : 1; /* of its bucket */
	__u32 any_port : 1; /* none is fine, too */
	__u32 any_protocol : 1;
	__u32 box; /* the request has to be in this box, too; 0: there is none */
	__u16 port_low; /* both ends belong to it */
	__u16 port_high;
	__u16 protocol[2]; /* either */
};

/* An interval in each dimension, with both its ends. */
struct bind_box {
	__u32 low[BIND_NARROW_DIMENSIONS];
	__u32 high[BIND_NARROW_DIMENSIONS];
	struct bind_key wide_low[BIND_WIDE_DIMENSIONS];
	struct bind_key wide_high[BIND_WIDE_DIMENSIONS];
	__u32 unused[4];
};

/* value is never 0: that is an empty slot. */
struct bind_narrow_slot {
	__u32 key;
	__u32 value;
};

struct bind_wide_slot {
	struct bind_key key;
	__u32 value;
	__u32 unused[3];
};

/* Part of a vector. */
union bind_cell {
	struct {
		__u32 leaf[BIND_CELL_LEAVES]; /* numbers of cells */
		__u32 full; /* bit i is set if there is a leaf[i] */
	};
	__u64 word[BIND_CELL_WORDS]; /* bits of rules */
	__u64 block[BIND_CELL_BLOCKS][BIND_BLOCK_WORDS]; /* the same */
};

/*
 * What a rule says about cgroups begins with the same bytes whether it is "/a", that cgroup and all
 * below it, or "/a*", all paths that begin so: they are two patterns with one text. In the array of
 * words a text is a word with its length and the classes of both patterns, 0 for one that no rule
 * names, and then the bytes, padded with NULs. Word 0 of the array is not used.
 */
#define BIND_PATTERN_HEAD(length, tree, star) \
	((__u64)(length) << 48 | (__u64)(tree) << 24 | (__u64)(star))
#define BIND_PATTERN_LENGTH(head) ((__u32)((head) >> 48))
#define BIND_PATTERN_TREE(head) ((__u32)((head) >> 24) & BIND_CLASS_MAX)
#define BIND_PATTERN_STAR(head) ((__u32)(head)&BIND_CLASS_MAX)
#define BIND_CLASS_MAX 0xffffffu

/* A cgroup's path, padded with NULs: at least one byte more than the longest pattern. */
struct bind_path {
	union {
		char text[BIND_PATTERN_LEN + 8];
		__u64 word[BIND_PATTERN_LEN / 8 + 1];
	};
};

/* Keys below 2^63: uid, cgroup class, protocol, port. */
struct bind_narrow_node {
	__u64 key[BIND_NARROW_FANOUT];
	__u32 value[BIND_NARROW_FANOUT];
	__u8 unused[BIND_PAGE_SIZE - BIND_NARROW_FANOUT * 12];
};

struct bind_wide_node {
	struct bind_key key[BIND_WIDE_FANOUT];
	__u32 value[BIND_WIDE_FANOUT];
	__u8 unused[BIND_PAGE_SIZE - BIND_WIDE_FANOUT * 20];
};

union bind_page {
	struct bind_image_header header;
	struct bind_rule rule[BIND_RULES_PER_PAGE];
	struct bind_item item[BIND_ITEMS_PER_PAGE];
	struct bind_box box[BIND_BOXES_PER_PAGE];
	__u16 pilot[BIND_PILOTS_PER_PAGE];
	struct bind_narrow_slot narrow_slot[BIND_NARROW_SLOTS_PER_PAGE];
	struct bind_wide_slot wide_slot[BIND_WIDE_SLOTS_PER_PAGE];
	struct bind_narrow_node narrow;
	struct bind_wide_node wide;
	union bind_cell cell[BIND_CELLS_PER_PAGE];
	__u32 number[BIND_NUMBERS_PER_PAGE];
	__u64 word[BIND_WORDS_PER_PAGE];
	__u8 bytes[BIND_PAGE_SIZE];
};

_Static_assert(sizeof(struct bind_rule) == 4, "the rule is part of the ABI");
_Static_assert(sizeof(struct bind_item) == 16, "the item is part of the ABI");
_Static_assert(sizeof(struct bind_box) == 128, "the box is part of the ABI");
_Static_assert(sizeof(struct bind_narrow_slot) == 8, "the slot is part of the ABI");
_Static_assert(sizeof(struct bind_wide_slot) == 32, "the slot is part of the ABI");
_Static_assert(sizeof(struct bind_image_header) == 312, "the header is part of the ABI");
_Static_assert(sizeof(union bind_cell) == BIND_CELL_WORDS * 8, "the cell is part of the ABI");
_Static_assert(sizeof(struct bind_narrow_node) == BIND_PAGE_SIZE, "a node is a page");
_Static_assert(sizeof(struct bind_wide_node) == BIND_PAGE_SIZE, "a node is a page");
_Static_assert(sizeof(union bind_page) == BIND_PAGE_SIZE, "a page has one size");

#endif
