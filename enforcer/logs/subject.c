/* SPDX-License-Identifier: GPL-2.0-only */
#include "subject.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ID_DIGITS 32 /* of a container's id: 64, or 32 of a pod's, which is a UUID */
#define EXE_NAME_BYTES 63 /* as policy/subjects.c has it */

/* Could it be the value of a setting, without a meaning of its own? */
static bool is_plain(const char *text, size_t length)
{
	if (!length || length > SUBJECT_TEXT_BYTES / 2 - 2) /* each byte may need an escape */
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == '*')
			return false;
	return true;
}

static bool has_odd_part(const char *path)
{
	return strstr(path, "//") || strstr(path, "/../") || strstr(path, "/./") ||
	       path[strlen(path) - 1] == '/' ||
	       (strlen(path) > 2 && !strcmp(path + strlen(path) - 3, "/..")) ||
	       !strcmp(path + strlen(path) - 2, "/.");
}

static void set_text(struct subject *subject, enum subject_kind kind, const char *text,
		     size_t length)
{
	subject->kind = kind;
	memcpy(subject->text, text, length);
	subject->text[length] = '\0';
}

/* --- Cgroups */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool ends(const char *text, size_t length, const char *with)
{
	size_t bytes = strlen(with);

	return length > bytes && !strncmp(text + length - bytes, with, bytes);
}

/* How many bytes from here on, at most those, are digits of an id, and what a UUID has between. */
static size_t id_span(const char *text, size_t most, int *digits)
{
	size_t at;

	*digits = 0;
	for (at = 0; at < most; at++) {
		if (isdigit((unsigned char)text[at]) || (text[at] >= 'a' && text[at] <= 'f'))
			++*digits;
		else if (text[at] != '-' && text[at] != '_')
			break;
	}
	return at;
}

/*
 * Where an id begins within the part, or NULL. A UUID has dashes, or what systemd makes of them in
 * names of slices; letters before it, as of "pod", may be taken for digits, and are not.
 */
static const char *find_id(const char *part, size_t length)
{
	const char *at = part, *end = part + length;
	size_t span;
	int digits;

	for (; at < end; at += span ? span : 1) {
		span = id_span(at, (size_t)(end - at), &digits);
		if (digits < ID_DIGITS)
			continue;
		/* An id has 32 digits, or 64: what there is more of them belongs to a word. */
		for (; digits > ID_DIGITS && digits != 2 * ID_DIGITS; at++)
			digits -= *at != '-' && *at != '_';
		while (*at == '-' || *at == '_')
			at++;
		return at;
	}
	return NULL;
}

/* A unit that systemd-run has named: run-u123.service, run-r0123456789abcdef..., run-p123-i456. */
static bool is_transient(const char *part)
{
	if (!begins(part, "run-") || !part[4] || !strchr("upr", part[4]))
		return false;
	part += 5;
	return *part != '.' && part[strspn(part, "0123456789abcdefi-")] == '.';
}

/* How much of the path, up to an id, all containers of its kind have; 0: it is none. */
static size_t container_length(const char *cgroup)
{
	const char *part = cgroup, *id;

	while (part && *part++ == '/') {
		size_t length = strcspn(part, "/");

		if (is_transient(part))
			return 0;
		id = find_id(part, length);
		if (id)
			return (size_t)(id - cgroup);
		part += length;
	}
	return 0;
}

/* How much of the path is a container with a name of its own; 0: it is none. */
static size_t named_container_length(const char *cgroup)
{
	const char *end;

	if (!begins(cgroup, "/machine.slice/") && !begins(cgroup, "/lxc"))
		return 0;
	end = strchr(cgroup + 1, '/');
	if (end && !begins(cgroup, "/lxc."))
		end = strchr(end + 1, '/');
	return end ? (size_t)(end - cgroup) : strlen(cgroup);
}

bool subject_is_container(const char *cgroup)
{
	return container_length(cgroup) || named_container_length(cgroup);
}

/* Is the instance named after a connection, as "4-10.0.0.1:22-10.0.0.2:5000"? */
static bool is_connection(const char *unit, size_t length)
{
	const char *at = memchr(unit, '@', length);

	return at && isdigit((unsigned char)at[1]) && at[1 + strspn(at + 1, "0123456789")] == '-';
}

/* How much of the path is that of a service, with its unit in *unit; 0: there is none. */
static size_t service_length(const char *cgroup, const char **unit)
{
	const char *part = cgroup;

	while (*part++ == '/') {
		size_t length = strcspn(part, "/");

		if (is_transient(part) || is_connection(part, length))
			return 0;
		if (ends(part, length, ".service") || ends(part, length, ".socket") ||
		    ends(part, length, ".mount")) {
			*unit = part;
			return (size_t)(part + length - cgroup);
		}
		part += length;
	}
	return 0;
}

/* Does the setting unit mean just this cgroup? It has no instances of templates. */
static bool is_unit(const char *cgroup, const char *unit, size_t length)
{
	static const char slice[] = "/system.slice/";
	static const char bytes[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\";

	return begins(cgroup, slice) && unit == cgroup + sizeof(slice) - 1 && *unit != '.' &&
	       strspn(unit, bytes) >= length;
}

/* Sets the subject by the cgroup. False: the cgroup says nothing. */
static bool set_cgroup(const char *cgroup, struct subject *subject)
{
	const char *unit = NULL;
	size_t length = container_length(cgroup);

	if (length == 1)
		return false; /* every cgroup begins so */
	if (length) {
		set_text(subject, SUBJECT_CGROUP, cgroup, length);
		strcpy(subject->text + length, "*");
		subject->has_uid = true;
		return true;
	}
	length = named_container_length(cgroup);
	if (!length && begins(cgroup, "/user.slice"))
		return false;
	if (!length)
		length = service_length(cgroup, &unit);
	if (!length)
		return false;
	if (unit && is_unit(cgroup, unit, length - (size_t)(unit - cgroup)))
		set_text(subject, SUBJECT_UNIT, unit, length - (size_t)(unit - cgroup));
	else
		set_text(subject, SUBJECT_CGROUP, cgroup, length);
	return true;
}

static bool is_cgroup(const char *cgroup)
{
	return cgroup && cgroup[0] == '/' && cgroup[1] && is_plain(cgroup, strlen(cgroup)) &&
	       strlen(cgroup) < BIND_CGROUP_PATH_LEN && !has_odd_part(cgroup);
}

/* --- Processes */

static bool is_exe(const struct records_line *line)
{
	const char *exe = line->exe;

	if (line->cgroup && subject_is_container(line->cgroup))
		return false;
	return exe && exe[0] == '/' && exe[1] && is_plain(exe, strlen(exe)) && !has_odd_part(exe) &&
	       strlen(strrchr(exe, '/') + 1) <= EXE_NAME_BYTES && !begins(exe, "/memfd:");
}

void subject_of(const struct records_line *line, struct subject *subject)
{
	const char *process = records_process(line);

	subject->uid = (uint32_t)line->uid;
	subject->has_uid = false;
	subject->text[0] = '\0';
	if (is_cgroup(line->cgroup) && set_cgroup(line->cgroup, subject))
		return;
	subject->has_uid = true;
	if (is_exe(line))
		set_text(subject, SUBJECT_EXE, line->exe, strlen(line->exe));
	else if (process && strlen(process) < BIND_COMM_LEN && is_plain(process, strlen(process)))
		set_text(subject, SUBJECT_COMM, process, strlen(process));
	else
		subject->kind = SUBJECT_UID;
}

const char *subject_setting(enum subject_kind kind)
{
	static const char *const settings[] = {
		[SUBJECT_UNIT] = "unit", [SUBJECT_CGROUP] = "cgroup", [SUBJECT_EXE] = "exe",
		[SUBJECT_COMM] = "comm", [SUBJECT_UID] = "uid",
	};

	return settings[kind];
}

const char *subject_print(const struct subject *subject, char *buffer, size_t size)
{
	if (subject->kind == SUBJECT_UID)
		snprintf(buffer, size, "uid %u", subject->uid);
	else if (subject->has_uid)
		snprintf(buffer, size, "%s %s, uid %u", subject_setting(subject->kind),
			 subject->text, subject->uid);
	else
		snprintf(buffer, size, "%s %s", subject_setting(subject->kind), subject->text);
	return buffer;
}
