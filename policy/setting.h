/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy's text as a tree of settings: what libconfig read, before anything is known of it. */
#ifndef POLICY_SETTING_H
#define POLICY_SETTING_H

#include <stddef.h>

enum setting_type {
	SETTING_GROUP, /* { name = value; ... } */
	SETTING_ARRAY, /* [ value, ... ] */
	SETTING_LIST, /* ( value, ... ) */
	SETTING_INTEGER,
	SETTING_FLOAT, /* never wanted, so the number itself is not kept */
	SETTING_BOOLEAN, /* likewise */
	SETTING_STRING,
	SETTING_TYPES,
};

struct setting {
	enum setting_type type;
	unsigned int line;
	const char *name; /* "" for the root and for the elements of arrays and lists */

	long long integer;
	const char *string; /* NULL unless a string; no NUL inside */
	size_t length; /* of string */

	struct setting *first; /* child */
	struct setting *next; /* sibling */
};

/* The number of children. */
size_t setting_count(const struct setting *setting);

/* The child of that name, or NULL. */
const struct setting *setting_find(const struct setting *group, const char *name);

/* "a string", "a list", ...: for messages. */
const char *setting_type_name(const struct setting *setting);

/* Frees a root and everything below it. Takes NULL. */
void setting_free(struct setting *root);

#endif
