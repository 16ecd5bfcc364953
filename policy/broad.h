/* SPDX-License-Identifier: GPL-2.0-only */
/* The broad rules of an image: their vectors, and the trees that lead to them. */
#ifndef POLICY_BROAD_H
#define POLICY_BROAD_H

#include "filing.h"

/* Writes them. Returns 0 or -errno. */
int broad_write(struct builder *b, const struct broad *broad);

#endif
