/* SPDX-License-Identifier: GPL-2.0-only */
/* The file system of pins: what is pinned there lives on without a process that holds it. */
#ifndef ENFORCER_BPFFS_H
#define ENFORCER_BPFFS_H

#include <stdbool.h>
#include <stddef.h>

#define BPFFS "/sys/fs/bpf"
#define BPFFS_HOME BPFFS "/bindguard" /* ours */
#define BPFFS_PATH 128 /* bytes that any path below it fits in */

/* Is it mounted where it belongs? */
bool bpffs_mounted(void);

/*
 * Makes our folder, unless it is there: root's, and nobody else's. Returns 0 or -errno; -ENODEV: it
 * is not mounted; -EACCES: the folder belongs to somebody else.
 */
int bpffs_make_home(void);

/* The same, but mounts it, if need be. -EPERM: it is not mounted, and we may not. */
int bpffs_prepare(void);

/*
 * Opens our folder and locks it, as the one process that changes what is in there; the lock goes
 * with the descriptor. Returns it, -EWOULDBLOCK if another process has it, -ENOENT without such a
 * folder, or -errno.
 */
int bpffs_lock(void);

/* Is some process at work in the folder? */
bool bpffs_locked(void);

/* Writes HOME/folder/name into path and returns it; without a name HOME/folder. */
char *bpffs_path(char path[BPFFS_PATH], const char *folder, const char *name);

/*
 * Opens what is pinned there. Returns a descriptor or -errno.
 */
int bpffs_get(const char *folder, const char *name);

/* Pins it there. Returns 0 or -errno. */
int bpffs_pin(int fd, const char *folder, const char *name);

/* Makes a folder below ours. Returns 0 or -errno. */
int bpffs_make_folder(const char *folder);

/* Gives such a folder another name, which none has. Returns 0 or -errno. */
int bpffs_rename_folder(const char *from, const char *to);

/* Removes such a folder with all the pins in it. Returns 0, also if it is not there, or -errno. */
int bpffs_remove_folder(const char *folder);

/* Calls visit with the name of each folder below ours. Returns 0, or what visit gave that was not. */
int bpffs_each_folder(int (*visit)(void *context, const char *folder), void *context);

#endif
