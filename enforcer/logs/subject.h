/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has bound, as a rule can name it so that it holds for the next time, too. */
#ifndef ENFORCER_SUBJECT_H
#define ENFORCER_SUBJECT_H

#include "records.h"

#define SUBJECT_TEXT_BYTES 4096

enum subject_kind {
	SUBJECT_UNIT, /* a service of the system: its unit */
	SUBJECT_CGROUP, /* another lasting cgroup, or where such as the one seen come and go */
	SUBJECT_EXE,
	SUBJECT_COMM,
	SUBJECT_UID, /* nothing else is known */
};

/* In a policy, the criteria of the kind, and uid if it has one. */
struct subject {
	enum subject_kind kind;
	bool has_uid;
	uint32_t uid;
	char text[SUBJECT_TEXT_BYTES]; /* the kind's value; printable ASCII */
};

/*
 * The subject of a bind: its unit, or another service's cgroup. Sessions of users, transient units and
 * scopes have a cgroup for each time, so that it is the executable and the user there; where the
 * executable is not known, the process's name. Containers have one too, with an id in its path: there
 * it is all cgroups whose path begins as before the id, and the user, for an executable's path means
 * another file there.
 */
void subject_of(const struct records_line *line, struct subject *subject);

/* Is the cgroup a container's, so that paths of executables are not the host's? */
bool subject_is_container(const char *cgroup);

/* For people: "unit nginx.service", "exe /usr/bin/python3, uid 1000". Returns buffer. */
const char *subject_print(const struct subject *subject, char *buffer, size_t size);

/* The kind's name, as the setting of a rule. */
const char *subject_setting(enum subject_kind kind);

#endif
