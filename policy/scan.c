/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scan.h"

struct scan {
	const struct source *source;
	char *at;
	char *end;
	unsigned int line;
	bool readable; /* nothing found that libconfig must not see */

	/* The setting that a value belongs to, for messages. */
	const char *name;
	size_t name_length;

	unsigned int depth; /* of open brackets */
	unsigned int settings[SCAN_DEPTH + 1]; /* seen at each depth */

	unsigned int tokens;
	size_t string_bytes; /* of the adjacent strings up to here, which libconfig joins */
};

/* The text ends in a NUL, so that the byte after any other one may be looked at. */
static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_hex_digit(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_name_start(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '*';
}

static bool is_name(char byte)
{
	return is_name_start(byte) || is_digit(byte) || byte == '-' || byte == '_';
}

/* The length of the UTF-8 character at text, which has left bytes; 0 if it is not one. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
	size_t length = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

	if (length == 1)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than needed, a surrogate, or beyond the last character. */
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

/* The first byte that is not text is enough to report: the rest is likely to be like it. */
static bool is_text(const struct source *source, const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + length;
	unsigned int line = 1;
	size_t step;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		messages_add(source, 1, "text: byte order mark, expected UTF-8 text without one");
		return false;
	}
	for (; at < end; at += step) {
		step = utf8_length(at, (size_t)(end - at));
		line += *at == '\n';
		if (*at == '\0')
			messages_add(source, line, "text: NUL byte, expected UTF-8 text");
		else if (step == 0)
			messages_add(source, line,
				     "text: byte 0x%02x is not UTF-8, expected UTF-8 text", *at);
		else if (*at == '\r' && at[1] != '\n')
			/* It looks like the end of a line, and of a comment, but is not. */
			messages_add(source, line,
				     "text: carriage return alone, expected lines ending in \\n");
		else
			continue;
		return false;
	}
	return true;
}

static void complain_text(struct scan *scan, unsigned int line, const char *text)
{
	messages_about(scan->source, "text", line, "%s", text);
	scan->readable = false;
}

static void scan_line_comment(struct scan *scan)
{
	while (scan->at < scan->end && *scan->at != '\n')
		scan->at++;
}

static void scan_block_comment(struct scan *scan)
{
	unsigned int line = scan->line;

	for (scan->at += 2; scan->at < scan->end; scan->at++) {
		if (scan->at[0] == '*' && scan->at[1] == '/') {
			scan->at += 2;
			return;
		}
		scan->line += *scan->at == '\n';
	}
	/* libconfig would take the policy to end where the comment begins. */
	complain_text(scan, line, "comment without an end, expected */");
}

/* The name to put before a message: the setting's, or what it is about if there is none. */
static const char *subject(const struct scan *scan, char *buffer, size_t size, const char *other)
{
	size_t length = scan->name_length < size ? scan->name_length : size - 1;

	if (!scan->name)
		return other;
	memcpy(buffer, scan->name, length);
	buffer[length] = '\0';
	return buffer;
}

/* Older versions keep unknown escapes as they are, newer ones know more: refuse what differs. */
static void check_escape(struct scan *scan)
{
	char name[MESSAGES_QUOTE_BYTES + 1];
	char byte = scan->at[1];

	if (byte != '\0' && strchr("nrtf\\\"", byte))
		return;
	messages_about(scan->source, subject(scan, name, sizeof(name), "text"), scan->line,
		       "unknown escape %s in a string, expected \\\\, \\\", \\n, \\r, \\t or \\f",
		       messages_quote(scan->at, 2).text);
	scan->readable = false;
}

static void check_string_length(struct scan *scan, size_t length, unsigned int line)
{
	char name[MESSAGES_QUOTE_BYTES + 1];
	size_t before = scan->string_bytes;

	scan->string_bytes += length;
	if (before > SCAN_STRING_BYTES || scan->string_bytes <= SCAN_STRING_BYTES)
		return;
	messages_about(scan->source, subject(scan, name, sizeof(name), "text"), line,
		       "string is too long, expected at most %u bytes", SCAN_STRING_BYTES);
	scan->readable = false;
}

static void scan_string(struct scan *scan)
{
	const char *start = scan->at++;
	unsigned int line = scan->line;

	for (; scan->at < scan->end && *scan->at != '"'; scan->at++) {
		if (*scan->at == '\\') {
			check_escape(scan);
			scan->at++;
		}
		scan->line += *scan->at == '\n';
	}
	if (scan->at >= scan->end) {
		scan->at = scan->end;
		complain_text(scan, line, "string without an end, expected a closing quote");
		return;
	}
	scan->at++;
	check_string_length(scan, (size_t)(scan->at - start), line);
}

static void scan_name(struct scan *scan)
{
	char *start = scan->at;
	size_t length;

	while (is_name(*scan->at))
		scan->at++;
	length = (size_t)(scan->at - start);
	if ((length == 4 && strncasecmp(start, "true", 4) == 0) ||
	    (length == 5 && strncasecmp(start, "false", 5) == 0))
		return;
	scan->name = start;
	scan->name_length = length;
	/* libconfig compares every name with all the others of its group. */
	if (++scan->settings[scan->depth] == SCAN_GROUP_SETTINGS + 1)
		complain_text(scan, scan->line,
			      "too many settings in one group, expected at most 256");
}

_Static_assert(SCAN_GROUP_SETTINGS == 256 && SCAN_DEPTH == 64 && SCAN_TOKENS == 524288,
	       "the messages say so");

static void scan_open(struct scan *scan)
{
	scan->at++;
	if (scan->depth == SCAN_DEPTH) {
		complain_text(scan, scan->line, "brackets nested too deep, expected at most 64");
		scan->at = scan->end;
		return;
	}
	scan->settings[++scan->depth] = 0;
}

static void scan_close(struct scan *scan)
{
	scan->at++;
	scan->name = NULL;
	if (scan->depth > 0)
		scan->depth--;
}

/* Whether the digits, which follow a minus sign if negative, are a number that libconfig keeps. */
static bool number_fits(const char *digits, int base, bool negative, bool suffix)
{
	unsigned long long limit = suffix ? LLONG_MAX : INT_MAX;
	unsigned long long number;

	errno = 0;
	number = strtoull(digits, NULL, base);
	return errno == 0 && number <= limit + negative;
}

static void refuse_number(struct scan *scan, char *start, const char *what)
{
	char name[MESSAGES_QUOTE_BYTES + 1];
	size_t length = (size_t)(scan->at - start);
	int shown = length < MESSAGES_QUOTE_BYTES ? (int)length : MESSAGES_QUOTE_BYTES;

	messages_about(scan->source, subject(scan, name, sizeof(name), "number"), scan->line,
		       "%.*s%s %s", shown, start, (size_t)shown < length ? "..." : "", what);
	/* A value that every setting which takes a number takes: it adds no second message. */
	memset(start, ' ', length);
	*start = '1';
}

static void skip_digits(struct scan *scan)
{
	while (is_digit(*scan->at))
		scan->at++;
}

/* Leaves at behind ".5e-3", and returns whether there was any such thing. */
static bool skip_fraction(struct scan *scan, bool digits)
{
	const char *start = scan->at;
	char *exponent;

	if (*scan->at == '.') {
		scan->at++;
		skip_digits(scan);
		digits = true;
	}
	if (digits && (*scan->at == 'e' || *scan->at == 'E')) {
		exponent = scan->at + 1;
		exponent += *exponent == '+' || *exponent == '-';
		if (is_digit(*exponent)) {
			scan->at = exponent;
			skip_digits(scan);
		}
	}
	return scan->at > start;
}

static bool skip_suffix(struct scan *scan)
{
	const char *start = scan->at;

	while (*scan->at == 'L' && scan->at - start < 2)
		scan->at++;
	return scan->at > start;
}

static void scan_hex(struct scan *scan)
{
	char *start = scan->at;
	bool suffix;

	for (scan->at += 2; is_hex_digit(*scan->at); scan->at++)
		;
	suffix = skip_suffix(scan);
	if (!number_fits(start, 16, false, suffix))
		refuse_number(scan, start, "is out of range, expected at most 0x7fffffff");
}

static void scan_number(struct scan *scan)
{
	char *start = scan->at;
	bool negative = *start == '-';
	char *digits = start + (*start == '-' || *start == '+');
	bool suffix;

	scan->at = digits;
	skip_digits(scan);
	if (skip_fraction(scan, scan->at > digits))
		return;
	if (scan->at == digits) { /* a sign alone */
		scan->at = start + 1;
		return;
	}
	suffix = skip_suffix(scan);
	if (digits[0] == '0' && is_digit(digits[1]))
		/* Decimal to some versions, octal to others. */
		refuse_number(scan, start, "has a leading zero, expected none");
	else if (!number_fits(digits, 10, negative, suffix))
		refuse_number(scan, start,
			      "is out of range, expected -2147483648 to 2147483647, "
			      "or a number in quotes");
}

static bool scan_starts(const struct scan *scan, const char *text)
{
	return strncmp(scan->at, text, strlen(text)) == 0;
}

static void scan_include(struct scan *scan)
{
	messages_about(scan->source, "@include", scan->line,
		       "is not read, expected the whole policy in one file");
	scan->readable = false;
	scan_line_comment(scan);
}

/* White space and comments: what may stand between adjacent strings. */
static bool scan_space(struct scan *scan)
{
	if (scan_starts(scan, "/*")) {
		scan_block_comment(scan);
	} else if (*scan->at == '#' || scan_starts(scan, "//")) {
		scan_line_comment(scan);
	} else if (strchr(" \t\r\n\f", *scan->at)) {
		scan->line += *scan->at == '\n';
		scan->at++;
	} else {
		return false;
	}
	return true;
}

static void scan_token(struct scan *scan)
{
	char byte = *scan->at;

	if (!strchr("=:;,", byte) && ++scan->tokens > SCAN_TOKENS) {
		complain_text(scan, scan->line, "too many values, expected at most 524288");
		scan->at = scan->end;
		return;
	}
	if (byte == '"') {
		scan_string(scan);
		return;
	}
	scan->string_bytes = 0;
	if (is_name_start(byte))
		scan_name(scan);
	else if (byte == '0' && (scan->at[1] | 0x20) == 'x' && is_hex_digit(scan->at[2]))
		scan_hex(scan);
	else if (is_digit(byte) || byte == '-' || byte == '+' || byte == '.')
		scan_number(scan);
	else if (byte == '{' || byte == '[' || byte == '(')
		scan_open(scan);
	else if (byte == '}' || byte == ']' || byte == ')')
		scan_close(scan);
	else if (scan_starts(scan, "@include"))
		scan_include(scan);
	else
		scan->at++;
}

bool scan_text(const struct source *source, char *text, size_t length)
{
	struct scan scan = {
		.source = source,
		.at = text,
		.end = text + length,
		.line = 1,
		.readable = true,
	};

	if (!is_text(source, text, length))
		return false;
	while (scan.at < scan.end)
		if (!scan_space(&scan))
			scan_token(&scan);
	return scan.readable;
}
