/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule as the set of binds that it matches, in a form in which two of them can be compared: a set
 * of values for each dimension.
 */
#ifndef POLICY_SHAPE_H
#define POLICY_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

#define SHAPE_KEY_BYTES 16
#define SHAPE_KEY_BITS 128

/* Numbers and addresses alike are keys of 16 bytes, ordered as memcmp() orders them. */
enum shape_ranges {
	SHAPE_UID,
	SHAPE_PROTOCOL,
	SHAPE_PORT,
	SHAPE_ADDRESS,
	SHAPE_RANGES,
};

enum shape_names {
	SHAPE_COMM,
	SHAPE_CGROUP,
	SHAPE_EXE,
	SHAPE_NAMES,
};

enum shape_kind {
	SHAPE_WHOLE, /* this one only */
	SHAPE_PREFIX, /* and all that begins so */
	SHAPE_TREE, /* and all below, after a slash */
	SHAPE_KINDS,
};

struct shape_name {
	const char *text; /* the rule's */
	size_t length;
	enum shape_kind kind;
};

/* Sorted, and none within another one. */
struct shape_name_set {
	struct shape_name *name;
	size_t count;
};

/* In each dimension, count 0 is everything. Ranges are sorted, and neither meet nor touch. */
struct shape {
	struct policy_addresses range[SHAPE_RANGES];
	struct shape_name_set name[SHAPE_NAMES];
	bool host_netns;
	bool nothing; /* no bind can match */
	int64_t expires; /* INT64_MAX: never */
};

/* The rule must outlive the shape, which is to be freed with shape_free(). */
struct shape shape_of(const struct policy_rule *rule);
void shape_free(struct shape *shape);

/* Whether all that b matches, a matches too, for as long as b does. */
bool shape_covers(const struct shape *a, const struct shape *b);

/* Whether there is something that both match. */
bool shape_meets(const struct shape *a, const struct shape *b);

/* Leaves in a dimension only what is within the sorted ranges too. */
void shape_restrict(struct shape *shape, enum shape_ranges dimension,
		    const struct policy_addresses *ranges);

/* Whether the key is in a dimension. */
bool shape_has(const struct shape *shape, enum shape_ranges dimension,
	       const uint8_t key[SHAPE_KEY_BYTES]);

struct policy_address shape_numbers(uint32_t low, uint32_t high);

/*
 * Calls visit for every name that can be said to have this one within it, itself included, until it
 * returns true. Returns whether it did.
 */
typedef bool shape_visit(void *context, const struct shape_name *name);
bool shape_around(const struct shape_name *name, shape_visit *visit, void *context);

#endif
