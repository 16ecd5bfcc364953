/* SPDX-License-Identifier: GPL-2.0-only */
#include "escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPED_LEN 4 /* "\xHH" */

char *escape(const char *text, size_t length, size_t max, char *buffer, size_t size)
{
	size_t at = 0;

	if (max > size - 1)
		max = size - 1;
	for (size_t i = 0; i < length && text[i]; i++) {
		unsigned char byte = text[i];
		size_t width = byte >= ' ' && byte <= '~' ? 1 : ESCAPED_LEN;

		if (at + width > max)
			break;
		if (width == 1)
			buffer[at] = byte;
		else
			snprintf(buffer + at, size - at, "\\x%02x", byte);
		at += width;
	}
	buffer[at] = '\0';
	return buffer;
}

char *escape_text(const char *text)
{
	size_t length = strlen(text), size = length * ESCAPED_LEN + 1;
	char *buffer = malloc(size);

	return buffer ? escape(text, length, size, buffer, size) : NULL;
}
