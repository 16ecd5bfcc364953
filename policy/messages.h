/* SPDX-License-Identifier: GPL-2.0-only */
/* Making the complaints about a policy. Everything that comes from the policy is escaped here. */
#ifndef POLICY_MESSAGES_H
#define POLICY_MESSAGES_H

#include "policy.h"

/* What is being read, and where the complaints about it go. */
struct source {
	const char *file;
	struct policy_messages *errors;
};

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

/*
 * The text in quotes, on one line of printable ASCII: quotes and backslashes get a backslash,
 * other bytes become \xHH, and what is beyond MESSAGES_QUOTE_BYTES becomes "...".
 */
struct messages_quote messages_quote(const char *text, size_t length);

/* Puts the messages from the first-th on in line order; those of one line keep their order. */
void messages_sort(struct policy_messages *messages, size_t first);

#endif
