/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the readers of values.h have in common: each value of a setting, and what is wrong with it.
 */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include "messages.h"
#include "policy.h"
#include "setting.h"

/* A setting whose values are being read. */
struct reading {
	const struct source *source;
	const struct setting *setting;
	const char *expected; /* for messages */
	void *into; /* where the values go: what the setting's reader says */
};

#define value_complain(reading, ...)                                                          \
	messages_about((reading)->source, (reading)->setting->name, (reading)->setting->line, \
		       __VA_ARGS__)

typedef void value_read(const struct reading *reading, const struct setting *value);

/* Reads the setting's value, or each of them if it is an array or a list. */
void value_each(const struct reading *reading, value_read *read);

void value_complain_type(const struct reading *reading, const struct setting *value);

/* With what was meant, if a word of the list, which may be NULL, is near. */
void value_complain_unknown(const struct reading *reading, const char *what, const char *word,
			    const char *const *known);

/* Adds the text to the strings that the setting's values go into. */
void value_add_string(const struct reading *reading, const char *text, size_t length);

/*
 * Reads decimal digits, and returns what follows them, or NULL if there are none. A number beyond
 * all limits stays beyond them. A leading zero is refused: it may be meant as octal.
 */
const char *value_digits(const char *text, int64_t *number);

#endif
