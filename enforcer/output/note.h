/* SPDX-License-Identifier: GPL-2.0-only */
/* An entry of the system's log: a sentence and fields, for the journal and for syslog. */
#ifndef ENFORCER_NOTE_H
#define ENFORCER_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOTE_FIELDS 32

struct note {
	int facility, priority; /* LOG_* */
	char *field[NOTE_FIELDS]; /* "NAME=value" */
	size_t fields;
	bool incomplete; /* memory was out */
};

/*
 * Begins one with this sentence. id is of messages.h. Whatever is not printable ASCII is escaped,
 * here and below. To be freed with note_free().
 */
void note_begin(struct note *note, const char *id, int facility, int priority, const char *format,
		...) __attribute__((format(printf, 5, 6)));

/* Adds a field, BINDGUARD_NAME in the journal and "name=" in syslog. */
void note_add(struct note *note, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same of a text that may be NULL: then there is no such field. */
void note_add_text(struct note *note, const char *name, const char *text);

/* The process that it is about, whose unit the journal then shows it for, too. */
void note_object(struct note *note, uint32_t pid);

/* Sends it. Returns 0 or -errno. */
int note_to_journal(const struct note *note);

/* Sends it as one line, as note_line() makes it. */
void note_to_syslog(const struct note *note);

/*
 * The sentence and then name=value for each field, without any blank in values; allocated, NULL
 * when memory is out.
 */
char *note_line(const struct note *note);

void note_free(struct note *note);

#endif
