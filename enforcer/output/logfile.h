/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that lines are appended to, rotated between two of them, or standard output in its place.
 * Files are found in a folder that is held, so that all this works without privileges as well.
 */
#ifndef ENFORCER_LOGFILE_H
#define ENFORCER_LOGFILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How files are opened, which is all that the filter of system calls lets through for it. */
#define LOGFILE_FLAGS \
	(O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct logfile {
	const char *path; /* the caller's; NULL: standard output */
	const char *name; /* of the file, in the folder: the end of path */
	int folder, fd;
	uint64_t limit; /* bytes at which it is rotated, 0: never */
	unsigned int keep; /* that many older files: NAME.1, NAME.2 ... */
	uint64_t size; /* of the file */
	uint64_t due; /* bytes at which it is to be rotated now: more than limit after a failure */
	int trouble; /* why the last rotation failed, -errno, or 0 */
};

/*
 * Opens the file, makes it for its owner alone if it is not there, and sees to it that no other
 * program of this kind writes to it. Returns 0, or -errno: -ELOOP for a symbolic link, -EMEDIUMTYPE
 * for what is no regular file, -EWOULDBLOCK when another one writes to it.
 */
int logfile_open(struct logfile *file, const char *path, uint64_t limit, unsigned int keep);

/* Standard output. */
void logfile_standard(struct logfile *file);

/* Could files be made and renamed in its folder just now? */
bool logfile_can_move(const struct logfile *file);

/*
 * Goes on in the file that has the name now, after somebody has moved the one that had. Returns 0,
 * or -errno, and then it stays with the old one.
 */
int logfile_reopen(struct logfile *file);

/*
 * Writes lines. Returns 0 or -errno, and how many bytes of whole lines it has written. What it has
 * written of one more is removed again; where that cannot be done, as in a pipe, *torn says how much
 * it is, and the rest of that line is to be written first. A rotation that fails is no failure, see
 * trouble.
 */
int logfile_write(struct logfile *file, const char *text, size_t size, size_t *whole, size_t *torn);

/* Standard output stays open. */
void logfile_close(struct logfile *file);

#endif
