/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving up what a process that only computes does not need. */
#ifndef POLICY_SANDBOX_H
#define POLICY_SANDBOX_H

#include <stdbool.h>

#define SANDBOX_CPU_SECONDS 30u
#define SANDBOX_MEMORY_BYTES (1u << 30)

/*
 * Closes every descriptor but out, which may get another number; standard input, output and error
 * lead to /dev/null. Returns out's new number, or -1.
 */
int sandbox_descriptors(int out);

/* Limits time and memory; no new descriptors, files, processes or core dumps. */
bool sandbox_limits(void);

/* Gives up user, groups and capabilities, for good. */
bool sandbox_privileges(void);

#endif
