/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scan.h"
#include "utf8.h"

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

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* What libconfig needs no memory for. */
static bool is_punctuation(char byte)
{
	return byte == ';' || byte == '=' || byte == ',' || byte == ':';
}

static bool is_name(char byte)
{
	return is_name_start(byte) || is_digit(byte) || byte == '-' || byte == '_';
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
		step = 1;
		if (*at >= ' ' && *at < 0x80) /* nearly all of them */
			continue;
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

/* To be called at each byte that may end a line. */
static void count_line(struct scan *scan)
{
	if (*scan->text.at != '\n')
		return;
	scan->text.line++;
	scan->text.line_start = scan->text.at + 1;
}

static void complain_text(struct scan *scan, unsigned int line, const char *text)
{
	messages_about(scan->text.source, "text", line, "%s", text);
	scan->readable = false;
}

static void scan_line_comment(struct scan *scan)
{
	while (scan->text.at < scan->text.end && *scan->text.at != '\n')
		scan->text.at++;
}

static void scan_block_comment(struct scan *scan)
{
	unsigned int line = scan->text.line;

	for (scan->text.at += 2; scan->text.at < scan->text.end; scan->text.at++) {
		if (scan->text.at[0] == '*' && scan->text.at[1] == '/') {
			scan->text.at += 2;
			return;
		}
		count_line(scan);
	}
	/* libconfig would take the policy to end where the comment begins. */
	complain_text(scan, line, "comment without an end, expected */");
}

/* The name to put before a message: the setting's, or what it is about if there is none. */
static const char *subject(const struct scan *scan, char *buffer, size_t size, const char *other)
{
	size_t length = scan->text.name_length < size ? scan->text.name_length : size - 1;

	if (!scan->text.name)
		return other;
	memcpy(buffer, scan->text.name, length);
	buffer[length] = '\0';
	return buffer;
}

/* Older versions keep unknown escapes as they are, newer ones know more: refuse what differs. */
static void check_escape(struct scan *scan)
{
	char name[MESSAGES_QUOTE_BYTES + 1];
	char byte = scan->text.at[1];

	if (byte != '\0' && strchr("nrtf\\\"", byte))
		return;
	messages_about(scan->text.source, subject(scan, name, sizeof(name), "text"),
		       scan->text.line,
		       "unknown escape %s in a string, expected \\\\, \\\", \\n, \\r, \\t or \\f",
		       messages_quote(scan->text.at, 2).text);
	scan->readable = false;
}

static void check_string_length(struct scan *scan, size_t length, unsigned int line)
{
	char name[MESSAGES_QUOTE_BYTES + 1];
	size_t before = scan->string_bytes;

	scan->string_bytes += length;
	if (before > SCAN_STRING_BYTES || scan->string_bytes <= SCAN_STRING_BYTES)
		return;
	messages_about(scan->text.source, subject(scan, name, sizeof(name), "text"), line,
		       "string is too long, expected at most %u bytes", SCAN_STRING_BYTES);
	scan->readable = false;
}

/* Leaves at at the next byte that may mean something in a string, or at the end. */
static void skip_plain(struct scan *scan)
{
	char *at = scan->text.at;

	while (*at != '"' && *at != '\\' && *at != '\n' && *at != '\0')
		at++;
	scan->text.at = at;
}

static void scan_string(struct scan *scan)
{
	const char *start = scan->text.at++;
	unsigned int line = scan->text.line;

	for (skip_plain(scan); scan->text.at < scan->text.end && *scan->text.at != '"';
	     skip_plain(scan)) {
		if (*scan->text.at == '\\') {
			check_escape(scan);
			scan->text.at++;
		}
		count_line(scan);
		scan->text.at++;
	}
	if (scan->text.at >= scan->text.end) {
		scan->text.at = scan->text.end;
		complain_text(scan, line, "string without an end, expected a closing quote");
		return;
	}
	scan->text.at++;
	check_string_length(scan, (size_t)(scan->text.at - start), line);
}

static void scan_name(struct scan *scan)
{
	char *start = scan->text.at, *end = start;
	size_t length;

	while (is_name(*end))
		end++;
	scan->text.at = end;
	length = (size_t)(end - start);
	if ((length == 4 && strncasecmp(start, "true", 4) == 0) ||
	    (length == 5 && strncasecmp(start, "false", 5) == 0))
		return;
	scan->text.name = start;
	scan->text.name_length = length;
	/* libconfig compares every name with all the others of its group. */
	if (++scan->settings[scan->depth] == SCAN_GROUP_SETTINGS + 1)
		complain_text(scan, scan->text.line,
			      "too many settings in one group, expected at most 256");
}

_Static_assert(SCAN_GROUP_SETTINGS == 256 && SCAN_DEPTH == 64 && SCAN_TOKENS == 4194304,
	       "the messages say so");

static void scan_open(struct scan *scan)
{
	scan->text.at++;
	if (scan->depth == SCAN_DEPTH) {
		complain_text(scan, scan->text.line,
			      "brackets nested too deep, expected at most 64");
		scan->text.at = scan->text.end;
		return;
	}
	scan->settings[++scan->depth] = 0;
}

static void scan_close(struct scan *scan)
{
	scan->text.at++;
	scan->text.name = NULL;
	if (scan->depth > 0)
		scan->depth--;
}

#define INT_DIGITS 9 /* with so many of them a number is below INT_MAX */

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
	size_t length = (size_t)(scan->text.at - start);
	int shown = length < MESSAGES_QUOTE_BYTES ? (int)length : MESSAGES_QUOTE_BYTES;

	messages_about(scan->text.source, subject(scan, name, sizeof(name), "number"),
		       scan->text.line, "%.*s%s %s", shown, start,
		       (size_t)shown < length ? "..." : "", what);
	/* A value that every setting which takes a number takes: it adds no second message. */
	memset(start, ' ', length);
	*start = '1';
}

static void skip_digits(struct scan *scan)
{
	while (is_digit(*scan->text.at))
		scan->text.at++;
}

/* Leaves at behind ".5e-3", and returns whether there was any such thing. */
static bool skip_fraction(struct scan *scan, bool digits)
{
	const char *start = scan->text.at;
	char *exponent;

	if (*scan->text.at == '.') {
		scan->text.at++;
		skip_digits(scan);
		digits = true;
	}
	if (digits && (*scan->text.at == 'e' || *scan->text.at == 'E')) {
		exponent = scan->text.at + 1;
		exponent += *exponent == '+' || *exponent == '-';
		if (is_digit(*exponent)) {
			scan->text.at = exponent;
			skip_digits(scan);
		}
	}
	return scan->text.at > start;
}

static bool skip_suffix(struct scan *scan)
{
	const char *start = scan->text.at;

	while (*scan->text.at == 'L' && scan->text.at - start < 2)
		scan->text.at++;
	return scan->text.at > start;
}

static void scan_hex(struct scan *scan)
{
	char *start = scan->text.at;
	bool suffix;

	for (scan->text.at += 2; is_hex_digit(*scan->text.at); scan->text.at++)
		;
	suffix = skip_suffix(scan);
	if (!number_fits(start, 16, false, suffix))
		refuse_number(scan, start, "is out of range, expected at most 0x7fffffff");
}

static void scan_number(struct scan *scan)
{
	char *start = scan->text.at;
	bool negative = *start == '-';
	char *digits = start + (*start == '-' || *start == '+');
	bool suffix;

	scan->text.at = digits;
	skip_digits(scan);
	if (skip_fraction(scan, scan->text.at > digits))
		return;
	if (scan->text.at == digits) { /* a sign alone */
		scan->text.at = start + 1;
		return;
	}
	suffix = skip_suffix(scan);
	if (digits[0] == '0' && is_digit(digits[1]))
		/* Decimal to some versions, octal to others. */
		refuse_number(scan, start, "has a leading zero, expected none");
	else if (scan->text.at - digits > INT_DIGITS && !number_fits(digits, 10, negative, suffix))
		refuse_number(scan, start,
			      "is out of range, expected -2147483648 to 2147483647, "
			      "or a number in quotes");
}

static bool scan_starts(const struct scan *scan, const char *text)
{
	return *scan->text.at == *text && strncmp(scan->text.at, text, strlen(text)) == 0;
}

/* Whether there is nothing but white space before the text's place on its line. */
static bool begins_line(const struct scan_text *text)
{
	return text->line_start + strspn(text->line_start, " \t") >= text->at;
}

/* Reads @include "name", and leaves at behind it. */
static bool scan_include(struct scan *scan, struct scan_include *include)
{
	struct scan_text *text = &scan->text;
	char *name = text->at + strlen("@include");
	bool alone = begins_line(text);

	name += strspn(name, " \t");
	text->at = name + (*name == '"');
	*include = (struct scan_include){
		.start = text->line_start,
		.line = text->line,
		.name = text->at,
		.length = strcspn(text->at, "\"\\\n"),
	};
	text->at += include->length;
	if (alone && *name == '"' && include->length > 0 && *text->at == '"') {
		text->at++;
		return true;
	}
	messages_about(text->source, "@include", text->line, "%s, expected @include \"file\"",
		       alone ? "no name in quotes" : "not at the beginning of a line");
	scan->readable = false;
	scan_line_comment(scan);
	return false;
}

/* White space and comments: what may stand between adjacent strings. */
static bool scan_space(struct scan *scan)
{
	if (is_space(*scan->text.at)) {
		count_line(scan);
		scan->text.at++;
	} else if (scan_starts(scan, "/*")) {
		scan_block_comment(scan);
	} else if (*scan->text.at == '#' || scan_starts(scan, "//")) {
		scan_line_comment(scan);
	} else {
		return false;
	}
	return true;
}

static void scan_token(struct scan *scan)
{
	char byte = *scan->text.at;

	if (!is_punctuation(byte) && ++scan->tokens > SCAN_TOKENS) {
		complain_text(scan, scan->text.line, "too many values, expected at most 4194304");
		scan->text.at = scan->text.end;
		return;
	}
	if (byte == '"') {
		scan_string(scan);
		return;
	}
	scan->string_bytes = 0;
	if (is_name_start(byte))
		scan_name(scan);
	else if (byte == '0' && (scan->text.at[1] | 0x20) == 'x' && is_hex_digit(scan->text.at[2]))
		scan_hex(scan);
	else if (is_digit(byte) || byte == '-' || byte == '+' || byte == '.')
		scan_number(scan);
	else if (byte == '{' || byte == '[' || byte == '(')
		scan_open(scan);
	else if (byte == '}' || byte == ']' || byte == ')')
		scan_close(scan);
	else
		scan->text.at++;
}

void scan_init(struct scan *scan)
{
	*scan = (struct scan){ .readable = true };
}

bool scan_start(struct scan *scan, const struct source *source, char *text, size_t length)
{
	if (!is_text(source, text, length)) {
		scan->readable = false;
		return false;
	}
	scan->text = (struct scan_text){
		.source = source,
		.at = text,
		.end = text + length,
		.line_start = text,
		.line = 1,
	};
	return true;
}

bool scan_next(struct scan *scan, struct scan_include *include)
{
	while (scan->text.at < scan->text.end) {
		if (scan_space(scan))
			continue;
		if (!scan_starts(scan, "@include"))
			scan_token(scan);
		else if (scan_include(scan, include))
			return true;
	}
	return false;
}
