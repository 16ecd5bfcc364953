/* SPDX-License-Identifier: GPL-2.0-only */
/* Files the rules under their keys: the buckets of an image. */
#ifndef POLICY_FILING_H
#define POLICY_FILING_H

#include "builder.h"

/* The rules that have no place in a bucket, in their order. */
struct broad {
	uint32_t *rule;
	size_t count, space;
};

/* Writes the buckets. broad is zeroed and to be freed. Returns 0 or -errno. */
int filing_write(struct builder *b, struct broad *broad);

#endif
