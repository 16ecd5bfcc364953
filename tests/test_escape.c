/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that others chose, made harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/escape.h"

static const struct {
	const char *text;
	size_t length, max, size;
	const char *escaped;
} escapes[] = {
	{ "", 0, 10, 16, "" },
	{ "plain ~", 7, 10, 16, "plain ~" },
	{ "a\nb", 3, 10, 16, "a\\x0ab" },
	{ "\033[31m", 5, 10, 16, "\\x1b[31m" },
	{ "\177\200\377", 3, 12, 16, "\\x7f\\x80\\xff" },
	{ "back\\slash", 10, 10, 16, "back\\slash" },
	/* text ends at a NUL or after length bytes */
	{ "abcdef", 3, 10, 16, "abc" },
	{ "ab\0cd", 5, 10, 16, "ab" },
	{ "\n\n", 1, 10, 16, "\\x0a" },
	{ "abc", 0, 10, 16, "" },
	/* columns */
	{ "abcdef", 6, 4, 16, "abcd" },
	{ "abcdef", 6, 0, 16, "" },
	{ "ab\n", 3, 6, 16, "ab\\x0a" },
	{ "abc\n", 4, 6, 16, "abc" },
	{ "abc\nd", 5, 6, 16, "abc" },
	/* the buffer, when it is smaller */
	{ "abcdef", 6, 10, 4, "abc" },
	{ "\nabc", 4, 10, 5, "\\x0a" },
	{ "\nabc", 4, 10, 4, "" },
	{ "abc", 3, 10, 1, "" },
	{ "\n", 1, 10, 1, "" },
};

static void test_escapes_are_whole_and_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		/* Exactly as long as it is told, so that the sanitizer sees a byte too many. */
		char *buffer = malloc(escapes[i].size), *text = malloc(escapes[i].length);

		assert_non_null(buffer);
		memcpy(text, escapes[i].text, escapes[i].length);
		assert_ptr_equal(escape(text, escapes[i].length, escapes[i].max, buffer,
					escapes[i].size),
				 buffer);
		assert_string_equal(buffer, escapes[i].escaped);
		free(buffer);
		free(text);
	}
}

static void test_every_byte_is_printable_or_escaped(void **state)
{
	char buffer[8], expected[8];

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char text = (char)byte;

		snprintf(expected, sizeof(expected), byte >= 32 && byte < 127 ? "%c" : "\\x%02x",
			 byte);
		assert_string_equal(escape(&text, 1, sizeof(buffer), buffer, sizeof(buffer)),
				    expected);
	}
}

static void test_a_text_of_any_length(void **state)
{
	enum { LENGTH = 100000 };
	char *text = malloc(LENGTH + 1), *escaped;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LENGTH);
	text[LENGTH] = '\0';
	escaped = escape_text(text);
	assert_non_null(escaped);
	assert_int_equal(strlen(escaped), 4 * LENGTH);
	for (size_t i = 0; i < LENGTH; i++)
		assert_memory_equal(escaped + 4 * i, "\\x0a", 4);
	free(escaped);
	free(text);
}

static void test_short_texts(void **state)
{
	static const char *const texts[][2] = {
		{ "", "" },
		{ "a", "a" },
		{ "no such user: \033]0;x\a", "no such user: \\x1b]0;x\\x07" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *escaped = escape_text(texts[i][0]);

		assert_string_equal(escaped, texts[i][1]);
		free(escaped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes_are_whole_and_fit),
		cmocka_unit_test(test_every_byte_is_printable_or_escaped),
		cmocka_unit_test(test_a_text_of_any_length),
		cmocka_unit_test(test_short_texts),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
