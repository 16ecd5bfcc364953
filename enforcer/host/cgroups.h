/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup v2 tree: where it is, and the class of every cgroup in it. */
#ifndef ENFORCER_CGROUPS_H
#define ENFORCER_CGROUPS_H

#include <stddef.h>

#include "bpf/event.h"
#include "policy/compile.h"

/* Where cgroup v2 is mounted. Returns 0, or -ENOENT when it is not. */
int cgroups_root(char *path, size_t size);

/*
 * Opens the folder of the root. Returns a descriptor, -ENOENT when cgroup v2 is not mounted, -EXDEV
 * when what is mounted is not the host's root, as in a cgroup namespace, or -errno.
 */
int cgroups_open_root(void);

/*
 * Writes every cgroup that exists into the map of cgroups (id -> struct bind_cgroup), with its
 * class in the image of each parity; an image may be NULL. The program on cgroup_mkdir must run
 * already, and know these images: it takes care of cgroups that are made meanwhile. Returns 0 or
 * -errno.
 */
int cgroups_fill(int map, const struct image *const images[BIND_PARITIES]);

/*
 * Opens what cgroups_fill() writes to, once and for all: a program that has given up its privileges
 * opens nothing to write to. cgroups_fill() does so itself if it has not been done.
 */
void cgroups_hold(void);

/* Cgroups and their paths below the root, sorted by id. */
struct cgroups_list {
	struct cgroups_path {
		uint64_t id;
		char *path; /* "/" for the root */
	} * cgroup;
	size_t count, space;
};

/* Lists every cgroup that exists, into a zeroed list. Returns 0 or -errno. */
int cgroups_read(struct cgroups_list *list);

/* The path of a cgroup, or NULL for one that is not in the list. */
const char *cgroups_find(const struct cgroups_list *list, uint64_t id);

void cgroups_free(struct cgroups_list *list);

/*
 * The path of the cgroup that a process is in, as the host has it, or NULL; to be freed. In a cgroup
 * namespace, where /proc has others, it is that of the cgroup with this id, in which the process was.
 */
char *cgroups_of_process(uint32_t pid, uint64_t id);

#endif
