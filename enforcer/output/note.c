/* SPDX-License-Identifier: GPL-2.0-only */
#include "note.h"

/* Which line of ours it was is nobody's business. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "enforcer/escape.h"

#define PREFIX "BINDGUARD_"
#define SENTENCE "MESSAGE="

/* Takes the value over. */
static void add(struct note *note, const char *prefix, const char *name, char *value)
{
	char *escaped = value ? escape_text(value) : NULL, *field = NULL;

	if (escaped && note->fields < NOTE_FIELDS &&
	    asprintf(&field, "%s%s=%s", prefix, name, escaped) >= 0)
		note->field[note->fields++] = field;
	else
		note->incomplete = true;
	free(escaped);
	free(value);
}

static char *__attribute__((format(printf, 1, 0))) print(const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

static void add_raw(struct note *note, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_raw(struct note *note, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(note, "", name, print(format, arguments));
	va_end(arguments);
}

void note_begin(struct note *note, const char *id, int facility, int priority, const char *format,
		...)
{
	va_list arguments;

	*note = (struct note){ .facility = facility, .priority = priority };
	va_start(arguments, format);
	add(note, "", "MESSAGE", print(format, arguments));
	va_end(arguments);
	add_raw(note, "MESSAGE_ID", "%s", id);
	add_raw(note, "PRIORITY", "%d", priority);
	add_raw(note, "SYSLOG_FACILITY", "%d", LOG_FAC(facility));
	add_raw(note, "SYSLOG_IDENTIFIER", "bindguard");
}

void note_add(struct note *note, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(note, PREFIX, name, print(format, arguments));
	va_end(arguments);
}

void note_add_text(struct note *note, const char *name, const char *text)
{
	if (text)
		note_add(note, name, "%s", text);
}

void note_object(struct note *note, uint32_t pid)
{
	add_raw(note, "OBJECT_PID", "%u", pid);
}

int note_to_journal(const struct note *note)
{
	struct iovec vector[NOTE_FIELDS];

	if (note->incomplete)
		return -ENOMEM;
	for (size_t i = 0; i < note->fields; i++)
		vector[i] = (struct iovec){ note->field[i], strlen(note->field[i]) };
	return sd_journal_sendv(vector, note->fields);
}

/* " name=value", so that no value can look like another field. */
static void print_field(FILE *out, const char *name, const char *value)
{
	fputc(' ', out);
	for (; name < value; name++)
		fputc(tolower((unsigned char)*name), out);
	for (; *value; value++) {
		if (*value == ' ' || *value == '"')
			fprintf(out, "\\x%02x", *value);
		else
			fputc(*value, out);
	}
}

char *note_line(const struct note *note)
{
	char *line = NULL;
	size_t size;
	FILE *out = note->incomplete ? NULL : open_memstream(&line, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s;", note->field[0] + strlen(SENTENCE));
	for (size_t i = 1; i < note->fields; i++) {
		const char *field = note->field[i];

		if (!strncmp(field, PREFIX, strlen(PREFIX)))
			print_field(out, field + strlen(PREFIX), strchr(field, '='));
	}
	if (fclose(out)) {
		free(line);
		return NULL;
	}
	return line;
}

void note_to_syslog(const struct note *note)
{
	char *line = note_line(note);

	syslog(note->facility | note->priority, "%s", line ? line : "out of memory");
	free(line);
}

void note_free(struct note *note)
{
	for (size_t i = 0; i < note->fields; i++)
		free(note->field[i]);
	note->fields = 0;
}
