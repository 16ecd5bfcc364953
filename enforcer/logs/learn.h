/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard learn: a policy that allows what was recorded. */
#ifndef ENFORCER_LEARN_H
#define ENFORCER_LEARN_H

/*
 * Returns the exit status: 0, EX_DATAERR for broken lines of logs, EX_NOINPUT for logs that cannot be
 * read, EX_CONFIG for errors in the base; with --prune 1 if there is a rule to be looked at.
 */
int learn(int argc, char **argv);

#endif
