/* SPDX-License-Identifier: GPL-2.0-only */
#include "junit.h"

#include <stdbool.h>
#include <string.h>

/* The number of bytes of the UTF-8 character at text; 0 if it is none that XML 1.0 may have. */
static size_t character_length(const unsigned char *text)
{
	size_t length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	unsigned long code = length == 1 ? text[0] : text[0] & (0x7f >> length);

	if (text[0] >= 0x80 && (text[0] < 0xc2 || text[0] > 0xf4))
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < ' ' || (code >= 0x7f && code < 0xa0)) /* control characters */
		return 0;
	if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000)) /* too long a form */
		return 0;
	if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff || (code & 0xfffe) == 0xfffe)
		return 0;
	return length;
}

static const char *entity(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/* Inside an attribute a newline would become a space, so only elements keep theirs. */
static void write_text(FILE *out, const char *text, bool lines)
{
	size_t length;

	for (; *text; text += length) {
		length = character_length((const unsigned char *)text);
		if (entity(*text)) {
			fputs(entity(*text), out);
		} else if (length || (lines && *text == '\n')) {
			length = length ? length : 1;
			fwrite(text, 1, length, out);
		} else {
			fprintf(out, "\\x%02x", (unsigned char)*text);
			length = 1;
		}
	}
}

static void write_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	write_text(out, value, false);
	fputc('"', out);
}

void junit_begin(FILE *out, const char *suite, size_t cases, size_t failures)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
	write_attribute(out, "name", suite);
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", cases,
		failures);
}

void junit_case(FILE *out, const char *suite, const struct junit_case *result)
{
	fputs("    <testcase", out);
	write_attribute(out, "name", result->name);
	write_attribute(out, "classname", suite);
	write_attribute(out, "file", result->file);
	fprintf(out, " line=\"%u\"", result->line);
	if (!result->failure) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n      <failure", out);
	write_attribute(out, "message", result->failure);
	fputs(">", out);
	write_text(out, result->details, true);
	fputs("</failure>\n    </testcase>\n", out);
}

void junit_end(FILE *out)
{
	fputs("  </testsuite>\n</testsuites>\n", out);
}
