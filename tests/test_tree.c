/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of the process that runs libconfig, which may be anything once it is taken over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/messages.h"
#include "policy/parse.h"
#include "policy/record.h"
#include "policy/tree.h"

struct records {
	char bytes[16384];
	size_t length;
};

static void add_bytes(struct records *records, const void *bytes, size_t length)
{
	assert_true(length <= sizeof(records->bytes) - records->length);
	memcpy(records->bytes + records->length, bytes, length);
	records->length += length;
}

static void add_value(struct records *records, uint32_t type, const char *name, const void *value,
		      size_t length)
{
	struct record record = { type, 7, (uint32_t)strlen(name), (uint32_t)length };

	add_bytes(records, &record, sizeof(record));
	add_bytes(records, name, record.name_length);
	add_bytes(records, value, length);
}

static void add(struct records *records, uint32_t type, const char *name)
{
	int64_t integer = -5;

	add_value(records, type, name, &integer, type == SETTING_INTEGER ? sizeof(integer) : 0);
}

/* A root with a list of a string and a group, and a number. */
static void add_example(struct records *records)
{
	add(records, SETTING_GROUP, "");
	add(records, SETTING_LIST, "list");
	add_value(records, SETTING_STRING, "", "text", 4);
	add(records, SETTING_GROUP, "");
	add(records, RECORD_END, "");
	add(records, RECORD_END, "");
	add(records, SETTING_INTEGER, "number");
	add(records, RECORD_END, "");
}

static void test_whole(void **state)
{
	struct records records = { .length = 0 };
	const struct setting *list, *number;
	struct tree_error error;
	struct setting *root;

	(void)state;
	add_example(&records);
	root = tree_build(records.bytes, records.length, &error);
	assert_non_null(root);
	assert_int_equal(setting_count(root), 2);
	list = setting_find(root, "list");
	assert_int_equal(list->type, SETTING_LIST);
	assert_int_equal(list->line, 7);
	assert_int_equal(setting_count(list), 2);
	assert_string_equal(list->first->string, "text");
	assert_int_equal(list->first->next->type, SETTING_GROUP);
	number = setting_find(root, "number");
	assert_ptr_equal(number, list->next);
	assert_null(number->next);
	assert_int_equal(number->integer, -5);
	setting_free(root);
}

static void assert_refused(const struct records *records, size_t length)
{
	/* Of its exact size, so that a sanitizer sees what goes beyond. */
	char *copy = malloc(length ? length : 1);
	struct tree_error error;

	assert_non_null(copy);
	memcpy(copy, records->bytes, length);
	assert_null(tree_build(copy, length, &error));
	assert_string_equal(error.text, "");
	free(copy);
}

static void test_cut_short(void **state)
{
	struct records records = { .length = 0 };

	(void)state;
	add_example(&records);
	for (size_t length = 0; length < records.length; length++)
		assert_refused(&records, length);
}

static void test_changed(void **state)
{
	struct records records = { .length = 0 }, changed;
	struct tree_error error;

	(void)state;
	add_example(&records);
	for (size_t at = 0; at < records.length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			changed = records;
			changed.bytes[at] = (char)(changed.bytes[at] ^ 1 << bit);
			setting_free(tree_build(changed.bytes, changed.length, &error));
		}
	}
}

/* Each is the only record inside the root. */
static void assert_child_refused(uint32_t type, const char *name, const void *value, size_t length)
{
	struct records records = { .length = 0 };

	add(&records, SETTING_GROUP, "");
	add_value(&records, type, name, value, length);
	add(&records, RECORD_END, "");
	assert_refused(&records, records.length);
}

static void test_values(void **state)
{
	static const char many[4097] = { 1 };

	(void)state;
	assert_child_refused(SETTING_STRING, "", "a", 1);
	assert_child_refused(SETTING_STRING, "a b", "a", 1);
	assert_child_refused(SETTING_STRING, "a\x1b", "a", 1);
	assert_child_refused(SETTING_STRING, "a", "a\0b", 3);
	assert_child_refused(SETTING_STRING, "a", many, sizeof(many));
	assert_child_refused(SETTING_INTEGER, "a", "1234567", 7);
	assert_child_refused(SETTING_BOOLEAN, "a", "1", 1);
	assert_child_refused(SETTING_GROUP, "a", "1", 1);
	assert_child_refused(RECORD_SYNTAX_ERROR, "", "error", 5);
	assert_child_refused(RECORD_TYPES, "a", "", 0);
	assert_child_refused(UINT32_MAX, "a", "", 0);
}

static void test_places(void **state)
{
	struct records records = { .length = 0 };

	(void)state;
	add(&records, SETTING_INTEGER, "");
	assert_refused(&records, records.length);

	records.length = 0;
	add(&records, RECORD_END, "");
	assert_refused(&records, records.length);

	records.length = 0;
	add_example(&records);
	add(&records, RECORD_END, "");
	assert_refused(&records, records.length);

	records.length = 0;
	add_example(&records);
	add(&records, SETTING_INTEGER, "late");
	assert_refused(&records, records.length);

	records.length = 0;
	add(&records, SETTING_GROUP, "");
	add(&records, SETTING_LIST, "list");
	add(&records, SETTING_INTEGER, "named");
	add(&records, RECORD_END, "");
	add(&records, RECORD_END, "");
	assert_refused(&records, records.length);
}

static void test_depth(void **state)
{
	struct records records = { .length = 0 };

	(void)state;
	add(&records, SETTING_GROUP, "");
	add(&records, SETTING_LIST, "list");
	for (int i = 0; i < 100; i++)
		add(&records, SETTING_LIST, "");
	for (int i = 0; i < 102; i++)
		add(&records, RECORD_END, "");
	assert_refused(&records, records.length);
}

static void test_syntax_error(void **state)
{
	struct records records = { .length = 0 };
	struct tree_error error;
	char many[1000];

	(void)state;
	add_value(&records, RECORD_SYNTAX_ERROR, "", "syntax error", 12);
	assert_null(tree_build(records.bytes, records.length, &error));
	assert_int_equal(error.line, 7);
	assert_string_equal(error.text, "syntax error");
	assert_refused(&records, records.length - 1);

	records.length = 0;
	memset(many, 'x', sizeof(many));
	add_value(&records, RECORD_SYNTAX_ERROR, "", many, sizeof(many));
	assert_null(tree_build(records.bytes, records.length, &error));
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

/* libconfig would have refused it, so nothing else may count on it. */
static void test_twice(void **state)
{
	struct policy_messages errors = { 0 };
	struct source source = { .file = "test.conf", .errors = &errors };
	struct records records = { .length = 0 };
	struct policy *policy = calloc(1, sizeof(*policy));
	struct tree_error error;
	struct setting *root;
	struct parse *parse;

	(void)state;
	assert_non_null(policy);
	add(&records, SETTING_GROUP, "");
	add(&records, SETTING_LIST, "rules");
	add(&records, SETTING_GROUP, "");
	for (int i = 0; i < 3; i++)
		add_value(&records, SETTING_STRING, "name", "web", 3);
	for (int i = 0; i < 3; i++)
		add(&records, RECORD_END, "");
	root = tree_build(records.bytes, records.length, &error);
	assert_non_null(root);
	parse = parse_new(policy);
	parse_tree(parse, &source, root);
	parse_end(parse, &source, true);
	parse_free(parse);
	assert_int_equal(errors.count, 4);
	assert_string_equal(errors.message[1].text, "name: given twice, expected once");
	assert_string_equal(errors.message[2].text, "name: given twice, expected once");
	setting_free(root);
	policy_free(policy);
	policy_messages_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	     cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_changed),	     cmocka_unit_test(test_values),
		cmocka_unit_test(test_places),	     cmocka_unit_test(test_depth),
		cmocka_unit_test(test_syntax_error), cmocka_unit_test(test_twice),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
