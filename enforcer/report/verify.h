/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard report --verify: are the lines of these logs all that their runs have written? */
#ifndef ENFORCER_REPORT_VERIFY_H
#define ENFORCER_REPORT_VERIFY_H

#include <stdio.h>

/*
 * Reads the logs at these paths, to the last one, NULL, and prints about each run whether its chain
 * is whole and where it is not. Returns the exit status: 0 all are whole, 1 one is not, 2 it cannot
 * be told of one, or nothing was there.
 */
int verify_logs(FILE *out, char *const *paths);

#endif
