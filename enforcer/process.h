/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc says about a process, as long as it is there. Texts are allocated, and as they come.
 */
#ifndef ENFORCER_PROCESS_H
#define ENFORCER_PROCESS_H

#include <stdint.h>

/*
 * The first line of the process's file that begins so, without that and without the newline:
 * "cgroup" and "0::" give the path of its cgroup. NULL if there is none, or no memory.
 */
char *process_line(uint32_t pid, const char *file, const char *begin);

/* The path of its executable; NULL for a kernel thread too. */
char *process_exe(uint32_t pid);

#endif
