/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard replay: what would a policy have decided about recorded binds, and what was decided? */
#ifndef ENFORCER_REPLAY_H
#define ENFORCER_REPLAY_H

/*
 * Returns the exit status: 0 if nothing would change, 1 if something would, or may, EX_DATAERR for
 * broken lines of logs, EX_NOINPUT for logs that cannot be read, EX_CONFIG for errors in the policy.
 */
int replay(int argc, char **argv);

#endif
