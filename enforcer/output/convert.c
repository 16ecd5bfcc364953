/* SPDX-License-Identifier: GPL-2.0-only */
#include "convert.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static struct json_object *get(const struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

const char *convert_text(const struct json_object *bind, const char *key)
{
	struct json_object *value = get(bind, key);

	return value ? json_object_get_string(value) : NULL;
}

/* The object of that name in there, a new one if need be. */
static struct json_object *inside(struct json_object *object, const char *name)
{
	struct json_object *found = get(object, name);

	if (!found) {
		found = json_object_new_object();
		json_object_object_add(object, name, found);
	}
	return found;
}

void convert_add(struct json_object *to, const char *place, struct json_object *value)
{
	const char *dot;
	char name[64];

	if (!value)
		return;
	for (; (dot = strchr(place, '.')); place = dot + 1) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - place), place);
		to = inside(to, name);
	}
	json_object_object_add(to, place, value);
}

void convert_add_text(struct json_object *to, const char *place, const char *value)
{
	if (value)
		convert_add(to, place, json_object_new_string(value));
}

void convert_keys(struct json_object *to, const struct json_object *bind,
		  const struct convert *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!table[i].to)
			continue;
		if (table[i].text)
			convert_add_text(to, table[i].to, convert_text(bind, table[i].from));
		else
			convert_add(to, table[i].to, json_object_get(get(bind, table[i].from)));
	}
}

static bool is_in(const struct convert *table, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(table[i].from, key))
			return true;
	return false;
}

/* What is null in an object is left out there, too. */
static struct json_object *copy_known(struct json_object *value)
{
	struct json_object *known;

	if (json_object_get_type(value) != json_type_object)
		return json_object_get(value);
	known = json_object_new_object();
	json_object_object_foreach(value, key, inner)
	{
		if (inner)
			json_object_object_add(known, key, json_object_get(inner));
	}
	return known;
}

void convert_rest(struct json_object *to, const char *name, const struct json_object *bind,
		  const struct convert *table, size_t count)
{
	struct json_object *rest = inside(to, name);

	json_object_object_foreach((struct json_object *)bind, key, value)
	{
		if (value && !is_in(table, count, key))
			json_object_object_add(rest, key, copy_known(value));
	}
}

int convert_protocol(const struct json_object *bind, char *name, size_t size)
{
	int number = json_object_get_int(get(bind, "protocol_number"));

	snprintf(name, size, "%s", convert_text(bind, "protocol"));
	if (number == IPPROTO_MPTCP) {
		number = IPPROTO_TCP;
		snprintf(name, size, "tcp");
	} else if (number == IPPROTO_ICMPV6) {
		snprintf(name, size, "ipv6-icmp");
	} else if (!strcmp(name, "UNKNOWN")) {
		*name = '\0';
	}
	for (char *c = name; *c; c++)
		*c = tolower(*c);
	return number;
}

struct json_object *convert_id(const struct json_object *bind)
{
	char id[64];

	snprintf(id, sizeof(id), "%s-%s", convert_text(bind, "run"),
		 convert_text(bind, "sequence"));
	return json_object_new_string(id);
}

struct json_object *convert_message(const struct json_object *bind)
{
	const char *verdict = convert_text(bind, "verdict"), *port = convert_text(bind, "port");
	bool brackets = strchr(convert_text(bind, "address"), ':');
	char text[256];

	snprintf(text, sizeof(text), "%s by %s: %s %s%s%s%s%s%s%s", convert_text(bind, "via"),
		 convert_text(bind, "comm"), convert_text(bind, "protocol"), brackets ? "[" : "",
		 convert_text(bind, "address"), brackets ? "]" : "", port ? ":" : "",
		 port ? port : "", verdict ? ": " : "", verdict ? verdict : "");
	return json_object_new_string(text);
}
