/* SPDX-License-Identifier: GPL-2.0-only */
/* Making the complaints about a policy. Everything that comes from the policy is escaped here. */
#ifndef POLICY_MESSAGES_H
#define POLICY_MESSAGES_H

#include "lines.h"
#include "policy.h"

struct users;

/* What is being read, and where the complaints about it go. */
struct source {
	const char *file;
	struct policy_messages *errors;
	const struct lines
		*lines; /* which lines of which files; NULL: all of them are the file's */
	struct users *users; /* those looked up so far; NULL: none is remembered */
};

/*
 * What an allocation has returned; if it is NULL, memory is out, which is noted. The reader that
 * asked for it leaves out what it was for: the whole policy will not be taken.
 */
void *messages_memory(struct policy_messages *errors, void *memory);

/* The file and line to name for a line of the source. */
struct lines_place messages_place(const struct source *source, unsigned int line);

/* Room for 64 quoted bytes, each of which may need four. */
#define MESSAGES_QUOTE_BYTES 64
struct messages_quote {
	char text[4 * MESSAGES_QUOTE_BYTES + sizeof("\"\"...")];
};

/* Adds a message about a line; line 0 is the file as a whole. */
void messages_add(const struct source *source, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, about a setting: "setting: " goes in front of the text. */
void messages_about(const struct source *source, const char *setting, unsigned int line,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A warning, which is not an error, about a line of a file. */
void messages_warn(struct policy_messages *messages, const char *file, unsigned int line,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The text in quotes, on one line of printable ASCII: quotes and backslashes get a backslash,
 * other bytes become \xHH, and what is beyond MESSAGES_QUOTE_BYTES becomes "...".
 */
struct messages_quote messages_quote(const char *text, size_t length);

/*
 * A file's name for use inside a text, on one line of printable ASCII. Of a long one the end is
 * shown.
 */
struct messages_file {
	char text[4 * 4 * MESSAGES_QUOTE_BYTES + sizeof("...")];
};
struct messages_file messages_file(const char *path);

/*
 * Puts the messages from the first-th on in the order of the policy's files, before them those
 * about none of them, and for each file in line order. Those of one line keep their order.
 */
void messages_sort(struct policy_messages *messages, size_t first, const struct policy *policy);

#endif
