/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Putting images into force, one generation after the other. A generation is a few maps, built and
 * filled aside; which one decides is a single entry of the map of policies.
 *
 * Maps of a generation are let go only after an update has waited until no program uses them:
 * kernels before 6.8 free a map that was taken out of another one at once.
 */
#ifndef ENFORCER_PUBLISH_H
#define ENFORCER_PUBLISH_H

#include "bpf/event.h"
#include "policy/compile.h"

/* Descriptors of maps; -1: none. */
struct publish_maps {
	int image;
	int counters;
	int exes;
};

struct publish {
	int policy, rule_counters, exes, cgroups; /* the programs' maps; the caller's */
	struct publish_maps maps; /* of the generation in force */
	struct image image; /* in force; without pages: none is */
};

/* The programs' maps, before anything is published. */
void publish_init(struct publish *publish, int policy, int rule_counters, int exes, int cgroups);

/*
 * Puts the image into force, whose generation must be the one after that in force. Takes the image
 * over if it succeeds. *retired are then the final counters of the generation before, allocated, an
 * entry for its default and for each of its rules; NULL if there was none, or no memory. Returns 0,
 * or -errno: then all is as it was.
 *
 * The programs that give new cgroups their class must be attached.
 */
int publish_image(struct publish *publish, struct image *image,
		  struct bind_rule_counters **retired);

/*
 * The counters of the generation in force, in the same form; NULL after an error, errno says which.
 */
struct bind_rule_counters *publish_counters(const struct publish *publish);

/* The image in force stays so until the programs go. */
void publish_close(struct publish *publish);

#endif
