/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule accepts in one dimension, as spans of keys. */
#ifndef POLICY_SPANS_H
#define POLICY_SPANS_H

#include "compile.h"

typedef unsigned __int128 wide;

/* Both ends belong to it. */
struct span {
	wide low, high;
};

/* Sorted; no two of them meet or touch. Zeroed, it is empty. */
struct spans {
	struct span *span;
	size_t count, space;
};

/* Has the rule no criterion in this dimension, and so accepts any value? */
bool spans_any(const struct policy_rule *rule, enum bind_dimension dimension);

/*
 * Replaces spans by what the rule's criterion accepts; no span, if that is nothing. The image has
 * the classes of cgroups and executables. Returns 0 or -errno.
 */
int spans_of(const struct image *image, const struct policy_rule *rule,
	     enum bind_dimension dimension, struct spans *spans);

bool spans_have(const struct spans *spans, wide value);

void spans_free(struct spans *spans);

static inline wide spans_key(struct bind_key key, enum bind_dimension dimension)
{
	return dimension < BIND_NARROW_DIMENSIONS ? key.high : (wide)key.high << 64 | key.low;
}

static inline struct bind_key spans_bind_key(wide value, enum bind_dimension dimension)
{
	if (dimension < BIND_NARROW_DIMENSIONS)
		return (struct bind_key){ value, 0 };
	return (struct bind_key){ value >> 64, value };
}

#endif
