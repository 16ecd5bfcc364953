/* SPDX-License-Identifier: GPL-2.0-only */
/* The executables that rules name: found on disk, and told to the kernel. */
#ifndef ENFORCER_EXES_H
#define ENFORCER_EXES_H

#include "bpf/event.h"
#include "policy/compile.h"

/*
 * Replaces the paths in the policy by those without symbolic links, which is where processes run
 * them from. Says on stderr when a folder is not there: such an executable matches nothing. The
 * file itself may come later. Returns 0, -ENOMEM: then some paths may be replaced, or -EACCES after
 * all the others: then the folders that could not be looked into have been told.
 */
int exes_resolve(struct policy *policy);

/*
 * What the kernel knows a running executable by, of one that a rule names. Returns 0 or -errno:
 * -ENOENT and -ENOTDIR for a folder that is not there.
 */
int exes_key(const char *path, struct bind_exe *key);

/* Writes the image's executables into the map (struct bind_exe -> class). Returns 0 or -errno. */
int exes_fill(int map, const struct image *image);

#endif
