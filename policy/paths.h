/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup paths and executables that rules name, and the classes that they make. */
#ifndef POLICY_PATHS_H
#define POLICY_PATHS_H

#include "builder.h"

/* All of them return 0 or -errno. */

/* Writes the paths at which a rule begins or ceases to accept cgroups into the image. */
int paths_cgroups(struct builder *b);

/* The classes of cgroups that a pattern accepts: "/a" and everything below, or "/a*". */
int paths_cgroup_classes(const struct image *image, const char *pattern, uint32_t *low,
			 uint32_t *high);

/* Gives a class to each executable that a rule names, from 1 on, in image->exe. */
int paths_exes(const struct policy *policy, struct image *image);

#endif
