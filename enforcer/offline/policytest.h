/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard test: does a policy decide as it is expected to? */
#ifndef ENFORCER_POLICYTEST_H
#define ENFORCER_POLICYTEST_H

/* Returns the exit status: 0, 1 when a case failed, EX_CONFIG for errors in what is read. */
int policytest(int argc, char **argv);

#endif
