/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a policy, from the files that it is in. What a file includes takes the place of the
 * line that says so, before libconfig sees any of it.
 */
#ifndef POLICY_INCLUDE_H
#define POLICY_INCLUDE_H

#include "lines.h"
#include "messages.h"

#define INCLUDE_FILES 256u /* in all; one that is included twice counts twice */
#define INCLUDE_DEPTH 10u

/* What is read of one policy, file by file. */
struct include {
	struct policy *policy; /* gets the names of the files */
	struct policy_messages *errors;
	unsigned int files; /* so far */
	size_t bytes;
};

struct include_text {
	char *bytes; /* NUL-terminated; NULL if there is nothing that libconfig may read */
	struct lines lines; /* where each line comes from */
};

/*
 * Reads the file fd, which is closed, and what it includes from folder, the file's own. path names
 * it in messages. To be freed with include_free(), also after an error, which is reported.
 */
struct include_text include_file(struct include *include, const char *path, int fd, int folder);

/* The same for bytes in memory, which can include nothing. */
struct include_text include_bytes(struct include *include, const char *path, const char *bytes,
				  size_t length);

void include_free(struct include_text *text);

#endif
