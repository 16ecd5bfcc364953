/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host must offer, checked one thing at a time: for doctor, and at every start. */
#ifndef ENFORCER_HOST_H
#define ENFORCER_HOST_H

#include "enforcer/watch/options.h"

/*
 * Checks what the mode needs, and the hook if it decides. Returns 0, or the exit status after one
 * line on stderr that names the first thing missing and how to get it: EX_NOPERM for privileges,
 * else EX_UNAVAILABLE.
 */
int host_require(enum mode mode, enum hook hook);

/* The same for a policy whose rules name cgroups. */
int host_require_cgroups(void);

/* The same for a policy whose rules name network namespaces. */
int host_require_netns(void);

/* The same for the program that goes over all open files. */
int host_require_iterator(void);

/* Inode number of the initial network namespace: that of the first process. 0 if not to be had. */
uint32_t host_netns(void);

/* bindguard doctor: every check, a line each. Returns the exit status. */
int host_doctor(int argc, char **argv);

#endif
