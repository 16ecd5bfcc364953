/* SPDX-License-Identifier: GPL-2.0-only */
/* Who could change the policy? */
#ifndef ENFORCER_TRUST_H
#define ENFORCER_TRUST_H

/*
 * Checks that nobody but root can change the file at path: it and every folder above it belong to
 * root, and neither group nor others may write to them. A folder on which others could write is taken
 * if it is mounted there read-only, as the volume of a container: who can get at it elsewhere is for who
 * has mounted it to see. Returns 0, or -1 after one line on stderr.
 */
int trust_check(const char *path);

#endif
