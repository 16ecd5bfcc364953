/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that is replaced as a whole, so that nobody reads it in part: by another one in the same
 * folder, which is held, so that this works without privileges as well.
 */
#ifndef ENFORCER_METRICSFILE_H
#define ENFORCER_METRICSFILE_H

#include <fcntl.h>
#include <stddef.h>

/* How the new file is made, which is all that the filter of system calls lets through for it. */
#define METRICSFILE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

struct metricsfile {
	const char *path; /* the caller's; NULL: there is none */
	const char *name; /* of the file, in the folder: the end of path */
	char *new_name; /* of the one that takes its place */
	int folder;
};

/* Opens the folder. Returns 0 or -errno; to be closed in any case. */
int metricsfile_open(struct metricsfile *file, const char *path);

/* Replaces the file, for everybody to read. Returns 0, or -errno and then it is as it was. */
int metricsfile_write(const struct metricsfile *file, const char *text, size_t length);

/* The file stays. Takes a zeroed one too. */
void metricsfile_close(struct metricsfile *file);

#endif
