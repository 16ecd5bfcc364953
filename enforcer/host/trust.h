/* SPDX-License-Identifier: GPL-2.0-only */
/* Who could change the policy? */
#ifndef ENFORCER_TRUST_H
#define ENFORCER_TRUST_H

/*
 * Checks that nobody but root can change the file at path: it and every folder above it belong to
 * root, and neither group nor others may write to them. Returns 0, or -1 after one line on stderr.
 */
int trust_check(const char *path);

#endif
