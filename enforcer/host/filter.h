/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls that are left to a program that watches. */
#ifndef ENFORCER_FILTER_H
#define ENFORCER_FILTER_H

#include <stdbool.h>

enum filter_need {
	FILTER_PINS = 1, /* to change what is pinned */
	FILTER_FILES = 2, /* to open, rotate and cut files as enforcer/output/logfile.c does */
	FILTER_METRICS = 4, /* to replace files as enforcer/output/metricsfile.c does */
};

/*
 * Refuses, for good and for all child processes, every system call but those that events, output
 * and reloads take, and what the needs say: a bit for each. A refused call fails with EPERM, and
 * the kernel's log tells it (audit type 1326). Returns 0 or -errno.
 */
int filter_install(unsigned int needs);

/* Can this kernel do it? */
bool filter_works(void);

#endif
