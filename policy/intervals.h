/* SPDX-License-Identifier: GPL-2.0-only */
/* Search trees over intervals. */
#ifndef POLICY_INTERVALS_H
#define POLICY_INTERVALS_H

#include "builder.h"
#include "spans.h"

/* From start to the next interval's start, keys have this value. The first starts at 0. */
struct interval {
	wide start;
	uint32_t value;
};

/*
 * Writes the search tree of a dimension over count intervals, which are overwritten. Returns 0 or
 * -errno.
 */
int intervals_write(struct builder *b, enum bind_dimension dimension, struct interval *interval,
		    size_t count, struct bind_tree *tree);

#endif
