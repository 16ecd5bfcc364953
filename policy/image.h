/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy image: a whole policy in the form that decides. User space compiles it (compile.c),
 * the BPF programs and the offline tools read it with the same code (decide.h). One image is one
 * generation: it is filled, frozen, then published by one map update, and never changes again.
 *
 * An image is an array of 4096-byte pages, so that it fits an array map of any length. Page 0 is
 * the header; every other page belongs to one of the structures below, which name each other by
 * page number.
 *
 * The rules are bits. For each dimension (uid, port, ...) the values fall into classes that no rule
 * tells apart, and each class has a vector: bit r is set if rule r accepts the values of that class.
 * The AND of a request's vectors, one for each dimension, is the set of the rules that match it, and
 * its lowest bit is the first of them. Example, two rules
 *
 *	0: uid = 33; ports = "80, 443"          1: ports = "1024-65535"
 *
 *	uid  0..32 -> 10   33 -> 11   34..  -> 10        (bit 1 left, bit 0 right)
 *	port 0..79 -> 00   80 -> 01   ...   1024..65535 -> 10   none -> 00
 *
 * so uid 33 on port 80 is 11 & 01 = 01: rule 0.
 *
 * A class is found in a search tree over the sorted starts of the intervals: a node is one page, a
 * leaf's values are class numbers, an inner node's are page numbers. Unused entries repeat the last
 * one used, under the highest key.
 *
 * Cgroups have long names, so they get numbers first, when they are made: the paths at which some
 * rule begins or ceases to accept cgroups are in a sorted table, and a cgroup's number is how many
 * of them are at or before its path. Executables have numbers that user space gives out.
 *
 * Integers are in host byte order: an image never leaves its host.
 */
#ifndef POLICY_IMAGE_H
#define POLICY_IMAGE_H

#include <linux/types.h>

#include "decision.h"
#include "request.h"

#define BIND_IMAGE_MAGIC 0x31676d69u /* "img1" */
#define BIND_PAGE_SIZE 4096u
#define BIND_MAX_RULES 4096u
#define BIND_VECTOR_WORDS (BIND_MAX_RULES / 64)
#define BIND_VECTORS_PER_PAGE (BIND_PAGE_SIZE / (BIND_VECTOR_WORDS * 8))
#define BIND_RULES_PER_PAGE (BIND_PAGE_SIZE / 4)
#define BIND_TREE_DEPTH 3 /* levels of nodes at most */
#define BIND_NARROW_FANOUT 256u
#define BIND_WIDE_FANOUT 128u
#define BIND_PATH_WORDS (BIND_CGROUP_PATH_LEN / 8)
#define BIND_PATHS_PER_PAGE (BIND_PAGE_SIZE / BIND_CGROUP_PATH_LEN)
#define BIND_PATHS_MAX 16383u /* a search takes at most 14 steps */

enum bind_dimension {
	BIND_DIM_UID,
	BIND_DIM_CGROUP,
	BIND_DIM_EXE,
	BIND_DIM_NETNS,
	BIND_DIM_PROTOCOL,
	BIND_DIM_PORT,
	BIND_DIM_COMM, /* this and the next have 128-bit keys */
	BIND_DIM_ADDRESS,
	BIND_DIMENSIONS,
};

/* Bits of bind_image_header.flags. */
#define BIND_IMAGE_ENFORCE (1u << 0) /* --deny: denials are enforced; otherwise only reported */
#define BIND_IMAGE_CGROUPS (1u << 1) /* some rule names a cgroup: requests need their class */
#define BIND_IMAGE_EXES (1u << 2) /* some rule names an executable */
#define BIND_IMAGE_NETNS (1u << 3) /* some rule names a network namespace */

/*
 * root is the page of the root node or, if depth is 0, the class of every value: no rule has a
 * criterion of this dimension, so that is class 0, whose vector has the bit of every rule.
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
	__u32 words; /* 64-bit words of a vector in use: rules / 64, rounded up */
	__u32 default_verdict; /* enum bind_verdict */
	__u32 forbid_options; /* BIND_OPT_*, for every allowed bind */
	__u32 rule_pages; /* first page of the bind_rule array */
	__u32 vector_pages; /* first page of the vectors; class c is the c-th */
	__u32 path_pages; /* first page of the cgroup paths */
	__u32 paths; /* how many */
	struct bind_tree trees[BIND_DIMENSIONS];
};

/* What follows once a rule has matched. Its criteria are bits in the vectors. */
struct bind_rule {
	__u8 verdict; /* enum bind_verdict */
	__u8 audit; /* 1: this rule's denials are reported, never enforced */
	__u8 permit_options; /* BIND_OPT_* taken out of what is forbidden */
	__u8 forbid_options; /* BIND_OPT_* forbidden in addition to the header's */
};

/* Keys below 2^63: uid, cgroup class, protocol, port. */
struct bind_narrow_node {
	__u64 key[BIND_NARROW_FANOUT];
	__u32 value[BIND_NARROW_FANOUT];
	__u8 unused[BIND_PAGE_SIZE - BIND_NARROW_FANOUT * 12];
};

/* Keys of 16 bytes, ordered as memcmp() orders them: high has the first eight bytes. */
struct bind_wide_node {
	__u64 high[BIND_WIDE_FANOUT];
	__u64 low[BIND_WIDE_FANOUT];
	__u32 value[BIND_WIDE_FANOUT];
	__u8 unused[BIND_PAGE_SIZE - BIND_WIDE_FANOUT * 20];
};

struct bind_vector_page {
	__u64 vector[BIND_VECTORS_PER_PAGE][BIND_VECTOR_WORDS];
};

/*
 * A cgroup path, padded with NULs; or the key that decide_path_key() makes of it, whose words
 * compare as the paths do in the order in which everything below a path follows it at once. The
 * image has keys.
 */
struct bind_path {
	union {
		char text[BIND_CGROUP_PATH_LEN];
		__u64 word[BIND_PATH_WORDS];
	};
};

struct bind_path_page {
	struct bind_path path[BIND_PATHS_PER_PAGE];
};

struct bind_rule_page {
	struct bind_rule rule[BIND_RULES_PER_PAGE];
};

union bind_page {
	struct bind_image_header header;
	struct bind_narrow_node narrow;
	struct bind_wide_node wide;
	struct bind_vector_page vectors;
	struct bind_rule_page rules;
	struct bind_path_page paths;
	__u8 bytes[BIND_PAGE_SIZE];
};

_Static_assert(sizeof(struct bind_rule) == 4, "the rule is part of the ABI");
_Static_assert(sizeof(struct bind_image_header) == 112, "the header is part of the ABI");
_Static_assert(sizeof(struct bind_narrow_node) == BIND_PAGE_SIZE, "a node is a page");
_Static_assert(sizeof(struct bind_wide_node) == BIND_PAGE_SIZE, "a node is a page");
_Static_assert(sizeof(union bind_page) == BIND_PAGE_SIZE, "a page has one size");
_Static_assert(BIND_MAX_RULES % 64 == 0, "vectors are whole words");

#endif
