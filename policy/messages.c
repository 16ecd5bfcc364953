/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdio.h>

#include "alloc.h"
#include "messages.h"

/* A setting's name has no length limit in libconfig. */
#define SETTING_SHOWN 64

static void add_text(const struct source *source, unsigned int line, char *text)
{
	struct policy_messages *errors = source->errors;
	struct policy_message *message;

	errors->message = alloc_grow(errors->message, errors->count, sizeof(*message));
	message = &errors->message[errors->count++];
	message->file = alloc_string(source->file, strlen(source->file));
	message->line = line;
	message->text = text;
}

static char *format_text(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));

static char *format_text(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	return alloc_checked(text);
}

void messages_add(const struct source *source, unsigned int line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_text(source, line, format_text(format, arguments));
	va_end(arguments);
}

void messages_about(const struct source *source, const char *setting, unsigned int line,
		    const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_text(format, arguments);
	va_end(arguments);
	messages_add(source, line, "%.*s: %s", SETTING_SHOWN, setting, text);
	free(text);
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

struct placed {
	struct policy_message message;
	size_t place;
};

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->message.line != b->message.line)
		return a->message.line < b->message.line ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

void messages_sort(struct policy_messages *messages, size_t first)
{
	size_t count = messages->count - first;
	struct placed *placed;

	if (count < 2)
		return;
	placed = alloc_zeroed(count, sizeof(*placed));
	for (size_t i = 0; i < count; i++)
		placed[i] = (struct placed){ messages->message[first + i], i };
	qsort(placed, count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < count; i++)
		messages->message[first + i] = placed[i].message;
	free(placed);
}
