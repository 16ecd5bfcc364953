/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard check: reads policies, and tells all that is wrong or doubtful about them. */
#ifndef ENFORCER_CHECK_H
#define ENFORCER_CHECK_H

/* Returns the exit status: 0, 1 for warnings with -W, EX_CONFIG for errors. */
int check(int argc, char **argv);

#endif
