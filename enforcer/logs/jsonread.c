/* SPDX-License-Identifier: GPL-2.0-only */
#include "jsonread.h"

#include <string.h>

#define DEPTH 16 /* of lists and objects that are skipped */

static bool fail(struct jsonread *reader, const char *error)
{
	if (!reader->error)
		reader->error = error;
	reader->at = reader->end;
	return false;
}

static char next(struct jsonread *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
					    *reader->at == '\r' || *reader->at == '\n'))
		reader->at++;
	return reader->at < reader->end ? *reader->at : '\0';
}

/* Takes that character if it is the next one. */
static bool take(struct jsonread *reader, char character)
{
	if (next(reader) != character || reader->at >= reader->end)
		return false;
	reader->at++;
	return true;
}

void jsonread_begin(struct jsonread *reader, char *text, size_t length)
{
	*reader = (struct jsonread){ .at = text, .end = text + length, .first = true };
	if (memchr(text, '\0', length))
		fail(reader, "a NUL byte");
	else if (!take(reader, '{'))
		fail(reader, "no JSON object");
}

/* --- Strings */

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits at text, or -1. */
static long hex_unit(const struct jsonread *reader, const char *text)
{
	long unit = 0;

	if (reader->end - text < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static char *put_utf8(char *to, long code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

/* What follows "\u"; of two that make one character, both. Returns where to go on, or NULL. */
static char *put_unicode(const struct jsonread *reader, char *from, char **to)
{
	long code = hex_unit(reader, from), low;

	if (code <= 0 || (code >= 0xdc00 && code < 0xe000))
		return NULL;
	from += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		if (reader->end - from < 6 || from[0] != '\\' || from[1] != 'u')
			return NULL;
		low = hex_unit(reader, from + 2);
		if (low < 0xdc00 || low >= 0xe000)
			return NULL;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		from += 6;
	}
	*to = put_utf8(*to, code);
	return from;
}

/* One escape, of which from is the letter. Returns where to go on, or NULL. */
static char *put_escape(const struct jsonread *reader, char *from, char **to)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (from >= reader->end)
		return NULL;
	if (*from == 'u')
		return put_unicode(reader, from + 1, to);
	letter = memchr(letters, *from, sizeof(letters) - 1);
	if (!letter)
		return NULL;
	*(*to)++ = meanings[letter - letters];
	return from + 1;
}

/* A string after its opening quote. It gets no longer, so that it is written where it is. */
static char *read_text(struct jsonread *reader)
{
	char *text = reader->at, *from = text, *to = text;

	while (from && from < reader->end && *from != '"') {
		if ((unsigned char)*from < ' ') {
			fail(reader, "a control character in a string");
			return NULL;
		}
		if (*from == '\\')
			from = put_escape(reader, from + 1, &to);
		else
			*to++ = *from++;
	}
	if (!from || from >= reader->end) {
		fail(reader, from ? "a string without an end" : "a wrong escape in a string");
		return NULL;
	}
	*to = '\0';
	reader->at = from + 1;
	return text;
}

/* --- Values */

static void skip_digits(struct jsonread *reader)
{
	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
}

/* A fraction or an exponent, if there is one: a letter and at least one digit. */
static bool skip_part(struct jsonread *reader, const char *letters, bool sign)
{
	const char *digits;

	if (reader->at >= reader->end || !strchr(letters, *reader->at))
		return false;
	reader->at++;
	if (sign && reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
		reader->at++;
	digits = reader->at;
	skip_digits(reader);
	return reader->at > digits || fail(reader, "a wrong number");
}

static bool read_number(struct jsonread *reader, struct jsonread_value *value)
{
	bool minus = *reader->at == '-', whole = true;
	uint64_t number = 0;
	const char *digits;

	reader->at += minus;
	digits = reader->at;
	skip_digits(reader);
	if (reader->at == digits || (*digits == '0' && reader->at > digits + 1))
		return fail(reader, "a wrong number");
	for (const char *digit = digits; digit < reader->at && whole; digit++) {
		whole = number <= (INT64_MAX - 9) / 10;
		number = number * 10 + (uint64_t)(*digit - '0');
	}
	if (skip_part(reader, ".", false))
		whole = false;
	if (skip_part(reader, "eE", true))
		whole = false;
	value->type = whole ? JSONREAD_INTEGER : JSONREAD_NUMBER;
	value->number = minus ? -(int64_t)number : (int64_t)number;
	return !reader->error;
}

static bool read_word(struct jsonread *reader, struct jsonread_value *value)
{
	static const struct {
		const char *word;
		size_t length;
		enum jsonread_type type;
		int64_t number;
	} words[] = {
		{ "null", 4, JSONREAD_NULL, 0 },
		{ "true", 4, JSONREAD_BOOLEAN, 1 },
		{ "false", 5, JSONREAD_BOOLEAN, 0 },
	};
	size_t left = (size_t)(reader->end - reader->at);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (left < words[i].length || memcmp(reader->at, words[i].word, words[i].length))
			continue;
		reader->at += words[i].length;
		value->type = words[i].type;
		value->number = words[i].number;
		return true;
	}
	return fail(reader, "no value where one belongs");
}

static bool read_value(struct jsonread *reader, struct jsonread_value *value)
{
	char character = next(reader);

	*value = (struct jsonread_value){ .type = JSONREAD_NULL };
	if (character == '"') {
		reader->at++;
		value->type = JSONREAD_TEXT;
		value->text = read_text(reader);
		return value->text;
	}
	if (character == '-' || (character >= '0' && character <= '9'))
		return read_number(reader, value);
	if (character != '[' && character != '{')
		return read_word(reader, value);
	reader->at++;
	reader->first = true;
	value->type = character == '[' ? JSONREAD_LIST : JSONREAD_OBJECT;
	return true;
}

/* Is there one more in the innermost list or object, which has this end? Takes comma and end. */
static bool more(struct jsonread *reader, char end)
{
	bool first = reader->first;

	reader->first = false;
	if (reader->error || take(reader, end))
		return false;
	return first || take(reader, ',') || fail(reader, "no comma where one belongs");
}

const char *jsonread_key(struct jsonread *reader)
{
	char *key;

	if (!more(reader, '}'))
		return NULL;
	if (!take(reader, '"')) {
		fail(reader, "no key where one belongs");
		return NULL;
	}
	key = read_text(reader);
	if (key && !take(reader, ':')) {
		fail(reader, "no colon after a key");
		return NULL;
	}
	return key;
}

bool jsonread_value(struct jsonread *reader, struct jsonread_value *value)
{
	return !reader->error && read_value(reader, value);
}

bool jsonread_item(struct jsonread *reader, struct jsonread_value *value)
{
	return more(reader, ']') && read_value(reader, value);
}

/* Has the innermost list or object, of those with these ends, one more? Leads to its value. */
static bool more_inside(struct jsonread *reader, char end)
{
	return end == '}' ? !!jsonread_key(reader) : more(reader, ']');
}

void jsonread_skip(struct jsonread *reader, const struct jsonread_value *value)
{
	struct jsonread_value inner = *value;
	char ends[DEPTH];
	int depth = 0;

	do {
		if (inner.type == JSONREAD_LIST || inner.type == JSONREAD_OBJECT) {
			if (depth == DEPTH) {
				fail(reader, "too many brackets");
				return;
			}
			ends[depth++] = inner.type == JSONREAD_LIST ? ']' : '}';
		}
		while (depth && !more_inside(reader, ends[depth - 1]))
			depth--;
	} while (depth && !reader->error && read_value(reader, &inner));
}

bool jsonread_end(struct jsonread *reader)
{
	if (!reader->error && next(reader))
		fail(reader, "something after the object");
	return !reader->error;
}
