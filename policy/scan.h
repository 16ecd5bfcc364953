/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libconfig must not see. Some versions silently read a number or a string as another one,
 * drop what follows an unclosed comment, or take quadratic time. The scanner finds such text
 * first. It also finds what is to be included, so that libconfig has nothing to open.
 *
 * One scan goes over a file and all that it includes, as they follow each other: limits hold for
 * the whole, while a comment and a string end in the file where they begin.
 */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "messages.h"

#define SCAN_TEXT_BYTES (64u << 20) /* of all files together */
#define SCAN_STRING_BYTES 4096u /* as written, with quotes and escapes */
#define SCAN_DEPTH 64u
#define SCAN_GROUP_SETTINGS 256u
#define SCAN_TOKENS (1u << 22) /* names, values and brackets: 32 for each of the most rules */

/* Where the scan is in one text. */
struct scan_text {
	const struct source *source;
	char *at;
	char *end;
	char *line_start;
	unsigned int line;

	/* The setting that a value belongs to, for messages. */
	const char *name;
	size_t name_length;
};

struct scan {
	struct scan_text text;
	bool readable; /* nothing found that libconfig must not see */
	unsigned int depth; /* of open brackets */
	unsigned int settings[SCAN_DEPTH + 1]; /* seen at each depth */
	unsigned int tokens;
	size_t string_bytes; /* of the adjacent strings up to here, which libconfig joins */
};

/* An @include, which is the only thing on its line up to its end. */
struct scan_include {
	char *start; /* the beginning of the line */
	unsigned int line;
	const char *name;
	size_t length;
};

void scan_init(struct scan *scan);

/*
 * Goes on with another text, which must end in a newline and a NUL that length does not count.
 * Returns false if the bytes are no text: then there is nothing to scan.
 */
bool scan_start(struct scan *scan, const struct source *source, char *text, size_t length);

/*
 * Reports what is wrong with the text, up to the next @include, and returns true; or up to the end,
 * and returns false. A number that libconfig would misread is reported, and replaced in the text,
 * so that reading can go on to the next error.
 *
 * To scan what is included, save scan->text, and put it back after the end.
 */
bool scan_next(struct scan *scan, struct scan_include *include);

#endif
