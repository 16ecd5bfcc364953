/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "messages.h"

/* A setting's name has no length limit in libconfig. */
#define SETTING_SHOWN 64

void *messages_memory(struct policy_messages *errors, void *memory)
{
	if (!memory)
		errors->out_of_memory = true;
	return memory;
}

/* Takes text over, which may be NULL: there was no memory for it. */
static void add_text(struct policy_messages *messages, bool warning, struct lines_place place,
		     char *text)
{
	struct policy_message *grown = NULL;
	char *file = NULL;

	if (messages_memory(messages, text))
		file = messages_memory(messages, strdup(place.file));
	if (file)
		grown = messages_memory(messages, grow_doubling(messages->message, messages->count,
								sizeof(*grown)));
	if (!grown) {
		free(file);
		free(text);
		return;
	}
	messages->message = grown;
	messages->message[messages->count++] = (struct policy_message){
		.warning = warning,
		.file = file,
		.line = place.line,
		.text = text,
	};
}

struct lines_place messages_place(const struct source *source, unsigned int line)
{
	if (source->lines && line > 0)
		return lines_find(source->lines, line);
	return (struct lines_place){ source->file, line };
}

static char *format_text(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));

/* NULL when there is no memory for it. */
static char *format_text(const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

void messages_add(const struct source *source, unsigned int line, const char *format, ...)
{
	va_list arguments;

	if (source->errors->out_of_memory)
		return;
	va_start(arguments, format);
	add_text(source->errors, false, messages_place(source, line),
		 format_text(format, arguments));
	va_end(arguments);
}

void messages_about(const struct source *source, const char *setting, unsigned int line,
		    const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = messages_memory(source->errors, format_text(format, arguments));
	va_end(arguments);
	if (text)
		messages_add(source, line, "%.*s: %s", SETTING_SHOWN, setting, text);
	free(text);
}

void messages_warn(struct policy_messages *messages, const char *file, unsigned int line,
		   const char *format, ...)
{
	va_list arguments;

	if (messages->out_of_memory)
		return;
	va_start(arguments, format);
	add_text(messages, true, (struct lines_place){ file, line },
		 format_text(format, arguments));
	va_end(arguments);
}

static size_t quote_byte(char *to, unsigned char byte)
{
	if (byte == '"' || byte == '\\')
		return (size_t)sprintf(to, "\\%c", byte);
	if (byte < 0x20 || byte > 0x7e)
		return (size_t)sprintf(to, "\\x%02x", byte);
	*to = (char)byte;
	return 1;
}

struct messages_quote messages_quote(const char *text, size_t length)
{
	size_t shown = length < MESSAGES_QUOTE_BYTES ? length : MESSAGES_QUOTE_BYTES;
	struct messages_quote quote = { "" };
	char *to = quote.text;

	*to++ = '"';
	for (size_t i = 0; i < shown; i++)
		to += quote_byte(to, (unsigned char)text[i]);
	strcpy(to, shown < length ? "\"..." : "\"");
	return quote;
}

struct messages_file messages_file(const char *path)
{
	const size_t most = 4 * MESSAGES_QUOTE_BYTES;
	size_t length = strlen(path);
	struct messages_file file = { "" };
	char *to = file.text;

	if (length > most) {
		to = stpcpy(to, "...");
		path += length - most;
	}
	for (; *path; path++)
		to += quote_byte(to, (unsigned char)*path);
	*to = '\0';
	return file;
}

struct placed {
	struct policy_message message;
	size_t file; /* its place among the files, from 1 */
	size_t place;
};

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->message.line != b->message.line)
		return a->message.line < b->message.line ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* Most messages are about the file that the one before is about. */
static size_t find_file(const struct policy *policy, const char *file, size_t before)
{
	if (before > 0 && strcmp(policy->file[before - 1], file) == 0)
		return before;
	for (size_t i = 0; i < policy->files; i++)
		if (strcmp(policy->file[i], file) == 0)
			return i + 1;
	return 0;
}

void messages_sort(struct policy_messages *messages, size_t first, const struct policy *policy)
{
	size_t count = messages->count - first, file = 0;
	struct placed *placed;

	if (count < 2)
		return;
	placed = messages_memory(messages, calloc(count, sizeof(*placed)));
	if (!placed)
		return;
	for (size_t i = 0; i < count; i++) {
		file = find_file(policy, messages->message[first + i].file, file);
		placed[i] = (struct placed){ messages->message[first + i], file, i };
	}
	qsort(placed, count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < count; i++)
		messages->message[first + i] = placed[i].message;
	free(placed);
}
