/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that runs libconfig, so that no other one has to trust it. */
#ifndef POLICY_CHILD_H
#define POLICY_CHILD_H

/* Not the low codes that libraries exit with, such as libconfig's 2. */
enum child_exit {
	CHILD_DONE = 0,
	CHILD_NO_DESCRIPTORS = 80,
	CHILD_NO_LIMITS,
	CHILD_PRIVILEGED,
	CHILD_UNFILTERED,
	CHILD_CANNOT_WRITE,
};

/*
 * The life of the child: gives up what it does not need, parses text, writes it to out in the
 * format of record.h, and exits with an enum child_exit.
 */
void child_run(const char *text, int out) __attribute__((noreturn));

#endif
