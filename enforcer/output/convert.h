/* SPDX-License-Identifier: GPL-2.0-only */
/* From a bind record, as eventjson.h makes it, to the objects of other formats. */
#ifndef ENFORCER_CONVERT_H
#define ENFORCER_CONVERT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* A key of the record, and where it goes. */
struct convert {
	const char *from;
	const char *to; /* "a.b.c": in objects in each other; NULL: it is taken care of elsewhere */
	bool text; /* a number that becomes a text */
};

/* The value of a key of the record as text, or NULL. */
const char *convert_text(const struct json_object *bind, const char *key);

/* Adds a value, which it takes over, at a place like those above. NULL adds nothing. */
void convert_add(struct json_object *to, const char *place, struct json_object *value);
void convert_add_text(struct json_object *to, const char *place, const char *value);

/* Adds what the table has. What is null in the record is left out. */
void convert_keys(struct json_object *to, const struct json_object *bind,
		  const struct convert *table, size_t count);

/* Adds an object of that name with what is in the record, and not in the table. */
void convert_rest(struct json_object *to, const char *name, const struct json_object *bind,
		  const struct convert *table, size_t count);

/* The protocol's number and name as IANA has them; NULL if it has no name. MPTCP is TCP. */
int convert_protocol(const struct json_object *bind, char *name, size_t size);

/* The event's name, unique among all runs. */
struct json_object *convert_id(const struct json_object *bind);

/* A sentence for people. */
struct json_object *convert_message(const struct json_object *bind);

#endif
