/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Have the files of a policy changed? It is the folders that are watched, with inotify, so that it
 * does not matter how: written in place, renamed over, added, removed, or reached through a
 * symbolic link that leads elsewhere now.
 */
#ifndef ENFORCER_CHANGES_H
#define ENFORCER_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANGES_QUIET 200000000ULL /* ns without a change, after which they are told */
#define CHANGES_PATIENCE 2000000000ULL /* ns after the first change, if they do not end */

struct changes;

/* Returns NULL when memory is out. */
struct changes *changes_new(void);

/*
 * To be called before the files are read: forgets what is watched and what has changed. After it,
 * changes_add() counts as a change what has changed since, so that nothing is missed between
 * reading and watching. Returns 0 or -errno.
 */
int changes_begin(struct changes *changes);

/*
 * Watches the file or folder at this path, and every link on the way to it. If its folder is not
 * there, what is there of the way. Returns 0 or -errno.
 */
int changes_add(struct changes *changes, const char *path);

/* Is it time to read the files anew? now is in ns, CLOCK_MONOTONIC. Never waits. */
bool changes_due(struct changes *changes, uint64_t now);

/* When to ask that again (ns), if there is nothing to read before; UINT64_MAX: not until then. */
uint64_t changes_next(const struct changes *changes);

/* There is something to read from it when a change may have happened. Anew with changes_begin(). */
int changes_descriptor(const struct changes *changes);

/* Takes NULL. */
void changes_free(struct changes *changes);

#endif
