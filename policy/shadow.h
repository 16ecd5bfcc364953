/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the rules that can never match, because an earlier one matches all that they do. */
#ifndef POLICY_SHADOW_H
#define POLICY_SHADOW_H

#include "shape.h"

/* For each rule at most so many earlier ones are compared with it: for a policy of so many rules,
 * that is all of them. */
#define SHADOW_TRIES 4096u

#define SHADOW_NONE SIZE_MAX

/*
 * Returns for each of the shapes, in the order of the rules, the first one that covers it, or
 * SHADOW_NONE; to be freed. A rule that expires at now or before covers nothing.
 */
size_t *shadow_find(const struct shape *shape, size_t count, int64_t now);

#endif
