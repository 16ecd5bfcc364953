/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which line of which file a line of a text comes from: the text of a policy is put together from
 * the files that it includes.
 */
#ifndef POLICY_LINES_H
#define POLICY_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines_place {
	const char *file;
	unsigned int line; /* from 1; 0: the file as a whole */
};

/* From that line of the text on, the lines are those of the place and what follows it. */
struct lines_part {
	unsigned int line;
	struct lines_place place;
};

struct lines {
	struct lines_part *part; /* by line, the first one's is 1 */
	size_t count;
};

/*
 * Adds a part; line is not below that of the one before. Does not take the file's name over. False:
 * no memory.
 */
bool lines_add(struct lines *lines, unsigned int line, const char *file, unsigned int file_line);

/* There must be a part, and line must not be 0. */
struct lines_place lines_find(const struct lines *lines, unsigned int line);

void lines_free(struct lines *lines);

#endif
