/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of lines that --json has printed, read one after the other, in little memory. */
#ifndef ENFORCER_LOGS_H
#define ENFORCER_LOGS_H

#include "records.h"

#define LOGS_LINE_BYTES (1u << 20) /* of the longest line that is read for sure */

/* Gets each line that could be read, in the order of the files. Returns false to stop there. */
typedef bool logs_take(void *context, const struct records_line *line);

/*
 * Gets each line that is not blank as it is, whether it can be read or not: path is that of its file,
 * as it was given, and line its number there. text is a byte longer than length, and may be written to.
 */
typedef void logs_take_text(void *context, const char *path, uint64_t line, char *text,
			    size_t length);

struct logs {
	uint64_t lines; /* that were read */
	uint64_t broken; /* that were not: told on stderr, the first ones one by one */
	uint64_t cut_off; /* files that end within a line, or within what is compressed */
};

/*
 * Reads the files at these paths, to the last one, NULL; "-" is standard input. Any of them may be
 * compressed with gzip. What cannot be read is told on stderr, as "FILE:LINE: what", and the rest
 * is read; a progress bar is shown there if it is a terminal. Returns 0, or EX_DATAERR for broken
 * lines, EX_NOINPUT for a file that cannot be opened or read, EX_OSERR without memory: the first of
 * them. A last line that is cut off is told, and is no error: its program may have been killed.
 */
int logs_read(struct logs *logs, char *const *paths, logs_take *take, void *context);

/* The same of lines as they are. Only those that are too long are broken. */
int logs_read_text(struct logs *logs, char *const *paths, logs_take_text *take, void *context);

#endif
