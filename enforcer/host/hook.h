/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hook that was chosen leaves open; SECURITY.md has the table. */
#ifndef ENFORCER_HOOK_H
#define ENFORCER_HOOK_H

#include <stddef.h>

#include "enforcer/watch/options.h"

#define HOOK_WAYS 8

/* Says on stderr what that is, where it is more than what the LSM hook leaves open. */
void hook_tell(enum hook hook);

/*
 * Lists the ways to a port that are neither decided nor shown, or observed: at most HOOK_WAYS.
 * Returns how many.
 */
size_t hook_ways(const struct options *options, const char *ways[HOOK_WAYS]);

#endif
