/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers that stand for the cgroups and executables of a policy. */
#ifndef POLICY_PATHS_H
#define POLICY_PATHS_H

#include "builder.h"

/* Gives out the classes: fills the image's lists of both. Returns 0 or -errno. */
int paths_classify(const struct policy *policy, struct image *image);

/* Writes the cgroups' patterns, with their classes, into the image. Returns 0 or -errno. */
int paths_write(struct builder *b);

/* The classes of the cgroups that a rule's value accepts, from low to high, both included. */
void paths_cgroup_classes(const struct image *image, const char *value, uint32_t *low,
			  uint32_t *high);

#endif
