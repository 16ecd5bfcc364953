/* SPDX-License-Identifier: GPL-2.0-only */
/* Who binds: comm, cgroup, unit and exe. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "value.h"
#include "values.h"

/* For messages. */
#define QUOTED(value) messages_quote((value)->string, (value)->length).text

/* Of the last part of an executable's path: what the kernel side compares. */
#define EXE_NAME_BYTES 63

static bool is_string(const struct reading *reading, const struct setting *value)
{
	if (value->type == SETTING_STRING)
		return true;
	value_complain_type(reading, value);
	return false;
}

static bool is_odd(const char *part, size_t length)
{
	return length == 0 || (length == 1 && part[0] == '.') ||
	       (length == 2 && part[0] == '.' && part[1] == '.');
}

/* Whether there is "//", "." or ".." in an absolute path, or a slash at its end. */
static bool has_odd_part(const char *path, const char *end)
{
	const char *slash;

	for (; path < end; path = slash) {
		path++;
		slash = memchr(path, '/', (size_t)(end - path));
		if (!slash)
			slash = end;
		if (is_odd(path, (size_t)(slash - path)))
			return true;
	}
	return false;
}

/* Whether there is a "*" that is not the last byte. */
static bool has_inner_star(const struct setting *value)
{
	const char *star = strchr(value->string, '*');

	return star && star[1] != '\0';
}

static void complain_inner_star(const struct reading *reading, const struct setting *value)
{
	value_complain(reading, "%s has a \"*\" that is not at its end, expected %s", QUOTED(value),
		       reading->expected);
}

/* Names of processes. */

static void comm_value(const struct reading *reading, const struct setting *value)
{
	size_t length = value->length;

	if (!is_string(reading, value))
		return;
	if (value->string[length - 1] == '*')
		length--;
	if (has_inner_star(value))
		complain_inner_star(reading, value);
	else if (length == 0)
		value_complain(reading,
			       "%s is every name, expected at least one byte before the \"*\"",
			       QUOTED(value));
	else if (length >= BIND_COMM_LEN)
		value_complain(reading,
			       "%s has %zu bytes, expected at most %d, where the kernel cuts",
			       QUOTED(value), length, BIND_COMM_LEN - 1);
	else
		value_add_string(reading, value->string, value->length);
}

void values_comm(const struct source *source, const struct setting *setting,
		 struct policy_strings *strings)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a process name, or the beginning of one and \"*\"",
		.into = strings,
	};

	value_each(&reading, comm_value);
}

/* Cgroups. */

/* The last part of a path that goes on is not whole, so that it may be anything. */
static bool valid_cgroup(const char *path, size_t length)
{
	const char *end = path + length;

	if (end[-1] == '*')
		end = memrchr(path, '/', length);
	return !has_odd_part(path, end);
}

static void cgroup_value(const struct reading *reading, const struct setting *value)
{
	size_t length = value->length;

	if (!is_string(reading, value))
		return;
	if (value->string[0] != '/') {
		value_complain(reading, "%s is not absolute, expected %s", QUOTED(value),
			       reading->expected);
		return;
	}
	if (value->string[length - 1] == '/')
		length--;
	if (length > BIND_CGROUP_PATH_LEN - 1)
		value_complain(reading, "%s is too long, expected a path of at most %d bytes",
			       QUOTED(value), BIND_CGROUP_PATH_LEN - 1);
	else if (has_inner_star(value))
		complain_inner_star(reading, value);
	else if (length > 0 && !valid_cgroup(value->string, length))
		value_complain(reading, "%s has \"//\", \".\" or \"..\", expected %s",
			       QUOTED(value), reading->expected);
	else
		value_add_string(reading, value->string, length);
}

void values_cgroup(const struct source *source, const struct setting *setting,
		   struct policy_strings *strings)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a path such as \"/system.slice/nginx.service\"",
		.into = strings,
	};

	value_each(&reading, cgroup_value);
}

void values_cgroup_all(struct policy_strings *strings)
{
	size_t i;

	for (i = 0; i < strings->count; i++)
		if (strings->string[i][0] == '\0')
			break;
	if (i == strings->count)
		return;
	for (i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
	*strings = (struct policy_strings){ 0 };
}

/* Units of systemd. */

/* Those that have processes come first. */
static const char *const unit_types[] = {
	"service", "socket", "mount",	  "swap",   "scope", "slice",
	"timer",   "target", "automount", "device", "path",  NULL,
};
#define UNIT_TYPES_RUNNING 5
#define UNIT_TYPE_SLICE 5

#define A_UNIT "a unit such as \"nginx.service\""

static bool is_unit_byte(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z') || (byte && strchr(":-_.\\@", byte));
}

/* The index of the type that the suffix names, or -1 after a message. */
static int unit_type(const struct reading *reading, const struct setting *value)
{
	const char *dot = strrchr(value->string, '.'), *near = NULL;
	int stem = (int)value->length;

	if (dot) {
		for (int i = 0; unit_types[i]; i++)
			if (strcmp(dot + 1, unit_types[i]) == 0)
				return i;
		near = suggest_among(dot + 1, unit_types);
		stem = (int)(dot - value->string);
	}
	if (near || (!dot && stem <= MESSAGES_QUOTE_BYTES))
		value_complain(reading, "%s is not a unit's name, did you mean \"%.*s.%s\"?",
			       QUOTED(value),
			       stem < MESSAGES_QUOTE_BYTES ? stem : MESSAGES_QUOTE_BYTES,
			       value->string, near ? near : "service");
	else
		value_complain(reading, "%s is not a unit's name, expected " A_UNIT, QUOTED(value));
	return -1;
}

/* The slice that systemd puts the instances of a template into, as systemd escapes its name. */
static void print_slice(FILE *out, const char *unit, size_t length)
{
	fputs("/system.slice/system-", out);
	for (size_t i = 0; i < length; i++) {
		if (unit[i] == '-' || unit[i] == '\\' || (unit[i] == '.' && i == 0))
			fprintf(out, "\\x%02x", (unsigned char)unit[i]);
		else
			fputc(unit[i], out);
	}
	fputs(".slice", out);
}

static void print_unit(FILE *out, const struct setting *value)
{
	const char *at = strchr(value->string, '@');

	if (at)
		print_slice(out, value->string, (size_t)(at - value->string));
	else
		fputs("/system.slice", out);
	fprintf(out, "/%s", value->string);
}

/* The cgroup of a unit, to be freed; NULL when memory is out. */
static char *unit_cgroup(const struct setting *value)
{
	char *path = NULL;
	size_t size;
	FILE *out = open_memstream(&path, &size);
	bool whole;

	if (!out)
		return NULL;
	print_unit(out, value);
	whole = !ferror(out);
	if (fclose(out) == 0 && whole)
		return path;
	free(path);
	return NULL;
}

static void add_unit(const struct reading *reading, const struct setting *value)
{
	const char *at = strchr(value->string, '@');
	int type = unit_type(reading, value);
	char *path;

	if (type < 0)
		return;
	if (type >= UNIT_TYPES_RUNNING) {
		value_complain(reading, "%s has no processes of its own, expected " A_UNIT "%s",
			       QUOTED(value),
			       type == UNIT_TYPE_SLICE ? ", or the slice's path in cgroup" : "");
		return;
	}
	if (at && at[1] == '.' && !strchr(at + 2, '.')) {
		value_complain(reading, "%s is a template, expected an instance of it",
			       QUOTED(value));
		return;
	}
	path = messages_memory(reading->source->errors, unit_cgroup(value));
	if (!path)
		return;
	if (strlen(path) > BIND_CGROUP_PATH_LEN - 1)
		value_complain(reading, "%s is too long, expected a cgroup of at most %d bytes",
			       QUOTED(value), BIND_CGROUP_PATH_LEN - 1);
	else
		value_add_string(reading, path, strlen(path));
	free(path);
}

static void unit_value(const struct reading *reading, const struct setting *value)
{

	if (!is_string(reading, value))
		return;
	if (strchr(value->string, '/')) {
		value_complain(reading, "%s is a path, expected " A_UNIT ", or the path in cgroup",
			       QUOTED(value));
		return;
	}
	if (value->string[0] == '.' || value->string[0] == '@') {
		value_complain(reading, "%s is not a unit's name, expected " A_UNIT, QUOTED(value));
		return;
	}
	for (size_t i = 0; i < value->length; i++) {
		if (!is_unit_byte(value->string[i])) {
			value_complain(reading,
				       "%s has bytes that no unit's name has, expected " A_UNIT,
				       QUOTED(value));
			return;
		}
	}
	add_unit(reading, value);
}

void values_unit(const struct source *source, const struct setting *setting,
		 struct policy_strings *cgroups)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = A_UNIT,
		.into = cgroups,
	};

	value_each(&reading, unit_value);
}

/* Executables. */

static void exe_value(const struct reading *reading, const struct setting *value)
{
	const char *name;

	if (!is_string(reading, value))
		return;
	if (value->string[0] != '/') {
		value_complain(reading, "%s is not absolute, expected %s", QUOTED(value),
			       reading->expected);
		return;
	}
	name = strrchr(value->string, '/') + 1;
	if (strchr(value->string, '*'))
		value_complain(reading, "%s has a \"*\", expected a whole path", QUOTED(value));
	else if (*name == '\0')
		value_complain(reading, "%s is a folder's path, expected %s", QUOTED(value),
			       reading->expected);
	else if (has_odd_part(value->string, value->string + value->length))
		value_complain(reading, "%s has \"//\", \".\" or \"..\", expected %s",
			       QUOTED(value), reading->expected);
	else if (strlen(name) > EXE_NAME_BYTES)
		value_complain(reading,
			       "%s is too long, expected at most %d bytes after the last "
			       "\"/\"",
			       QUOTED(value), EXE_NAME_BYTES);
	else if (value->length >= PATH_MAX)
		value_complain(reading, "%s is too long, expected a path of at most %d bytes",
			       QUOTED(value), PATH_MAX - 1);
	else
		value_add_string(reading, value->string, value->length);
}

void values_exe(const struct source *source, const struct setting *setting,
		struct policy_strings *strings)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a path such as \"/usr/sbin/nginx\"",
		.into = strings,
	};

	value_each(&reading, exe_value);
}
