/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads one JSON object in place, value by value, without memory of its own: millions of lines of
 * logs are read with it. The text is others': nothing in it is believed.
 *
 *	jsonread_begin(&reader, line, length);
 *	while ((key = jsonread_key(&reader)))
 *		if (jsonread_value(&reader, &value)) ...
 *	if (!jsonread_end(&reader)) ... reader.error ...
 */
#ifndef ENFORCER_JSONREAD_H
#define ENFORCER_JSONREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonread {
	char *at;
	char *end;
	const char
		*error; /* what is wrong, NULL: nothing so far; after that nothing more is read */
	bool first; /* nothing of the innermost object or list has been read */
};

enum jsonread_type {
	JSONREAD_NULL,
	JSONREAD_BOOLEAN, /* number is 0 or 1 */
	JSONREAD_INTEGER, /* number is the value */
	JSONREAD_NUMBER, /* another number, or one that is too big: not told */
	JSONREAD_TEXT, /* text is the value */
	JSONREAD_LIST, /* jsonread_item() reads it, or jsonread_skip() */
	JSONREAD_OBJECT, /* jsonread_skip() reads it */
};

struct jsonread_value {
	enum jsonread_type type;
	int64_t number;
	char *text; /* NUL-terminated, without NULs in it; any other bytes, also no UTF-8 */
};

/*
 * Begins with a text, which is one byte longer than length and is written to as it is read. It is
 * an error if there is anything but white space around the object.
 */
void jsonread_begin(struct jsonread *reader, char *text, size_t length);

/* The next key of the outermost object, or NULL: its end, or an error. Its value is to be read. */
const char *jsonread_key(struct jsonread *reader);

/* The value after a key. False: an error. */
bool jsonread_value(struct jsonread *reader, struct jsonread_value *value);

/* The next item of a list. False: its end, or an error. */
bool jsonread_item(struct jsonread *reader, struct jsonread_value *value);

/* Skips what is left of a value: all that is in a list or an object of which nothing was read. */
void jsonread_skip(struct jsonread *reader, const struct jsonread_value *value);

/* After the last key: was there nothing wrong? */
bool jsonread_end(struct jsonread *reader);

#endif
