/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving up what a process that only computes does not need. */
#ifndef POLICY_SANDBOX_H
#define POLICY_SANDBOX_H

#include <stdbool.h>

#define SANDBOX_CPU_SECONDS 30u
#define SANDBOX_MEMORY_BYTES (1u << 30)

/*
 * Closes every descriptor but out, which may get another number; standard input, output and error
 * are /dev/null, to read only. Returns out's new number, or -1.
 */
int sandbox_descriptors(int out);

/* Limits time and memory; no new descriptors, files, processes or core dumps. */
bool sandbox_limits(void);

/* Gives up user, groups and capabilities, for good. */
bool sandbox_privileges(void);

/*
 * Refuses every system call but those for memory, for writing and for the end. It counts where the
 * user stays root's: without any capability that user still owns root's files. Where the kernel has
 * no filters of system calls there is none.
 */
bool sandbox_calls(void);

#endif
