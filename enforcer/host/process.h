/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc says about a process, as long as it is there. Texts are allocated, and as they come.
 */
#ifndef ENFORCER_PROCESS_H
#define ENFORCER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Of /proc/PID/status: the process's name and its numbers, all of one moment. */
struct process_status {
	char comm[64]; /* kernel threads have long names */
	uint32_t ns_pid; /* its number in its own pid namespace */
	uint32_t euid, gid; /* effective user, real group; in our user namespace */
};

/* Returns false if the process has gone. */
bool process_status(uint32_t pid, struct process_status *status);

/* The same of such a file. Returns false if a part is missing. */
bool process_read_status(FILE *file, struct process_status *status);

/*
 * The first line of the process's file that begins so, without that and without the newline:
 * "cgroup" and "0::" give the path of its cgroup. NULL if there is none, or no memory.
 */
char *process_line(uint32_t pid, const char *file, const char *begin);

/* The path of its executable; NULL for a kernel thread too. */
char *process_exe(uint32_t pid);

#endif
