/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard vmtest: does a policy decide real binds on real kernels as it is expected to? */
#ifndef ENFORCER_VMTEST_H
#define ENFORCER_VMTEST_H

#include <stddef.h>

/* Becomes the program that boots the kernels. Returns the exit status of a mistake. */
int vmtest(int argc, char **argv);

/*
 * Where that program is, for a bindguard that is at this path: beside the sources if it was built
 * there, or in ../libexec/bindguard as installed. Returns 0 with the path, or -1 if there is none.
 */
int vmtest_find(const char *self, char *path, size_t size);

#endif
