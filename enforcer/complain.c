/* SPDX-License-Identifier: GPL-2.0-only */
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "escape.h"

void complain(const char *format, ...)
{
	char *text, *line;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	line = text ? escape_text(text) : NULL;
	fprintf(stderr, "bindguard: %s\n", line ? line : "out of memory");
	free(line);
	free(text);
}

void complain_usage(void)
{
	fputs("Try 'bindguard --help'.\n", stderr);
}
