/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that a policy is in. */
#ifndef POLICY_FILES_H
#define POLICY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

/* Why a file is not to be had, for a message: "cannot read: Permission denied". */
struct files_problem {
	char text[128];
};

enum files_type {
	FILES_NONE, /* there is a problem */
	FILES_FILE,
	FILES_FOLDER,
};

/* Opens a file or a folder, without waiting for a FIFO or a device. */
enum files_type files_open(const char *path, int *fd, struct files_problem *problem);

/* Opens the folder that the file is in. Returns -1 if there is a problem. */
int files_open_parent(const char *path, struct files_problem *problem);

/*
 * Opens a regular file by its path below a folder: no link leads out of there. Returns -1 if there
 * is a problem.
 */
int files_open_below(int folder, const char *path, struct files_problem *problem);

/* The same for the folder that the file is in. */
int files_open_parent_below(int folder, const char *path, struct files_problem *problem);

/*
 * Reads a file of at most that many bytes. Returns them, with room for two more, to be freed; or
 * NULL if there is a problem, which is left out if the file is just too big.
 */
char *files_read(int fd, size_t most, size_t *length, struct files_problem *problem);

/* Lists the *.conf in a folder, in byte order. Closes fd. */
bool files_list(int fd, struct policy_strings *names, struct files_problem *problem);

/* The path of a file in the folder of another one, or in a folder; to be freed. NULL: no memory. */
char *files_beside(const char *path, const char *name);
char *files_inside(const char *folder, const char *name);

#endif
