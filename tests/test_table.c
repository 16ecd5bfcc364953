/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/logs/table.h"

#define KEYS 5000

static uint32_t *get(struct table *table, int number)
{
	char key[16];

	snprintf(key, sizeof(key), "%x", (unsigned int)number * 2654435761u);
	return table_get(table, key);
}

/* More than there were slots for at first; each key keeps its value, also when they are sorted. */
static void test_keys(void **state)
{
	struct table table;

	(void)state;
	table_init(&table, sizeof(uint32_t), KEYS);
	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(*get(&table, i), 0);
		*get(&table, i) = (uint32_t)i + 1;
	}
	assert_int_equal(table.count, KEYS);
	assert_null(get(&table, KEYS));
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(*get(&table, i), i + 1);
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(*(uint32_t *)table.entry[i].value, i + 1);
	table_sort(&table);
	for (size_t i = 1; i < KEYS; i++)
		assert_true(strcmp(table.entry[i - 1].key, table.entry[i].key) < 0);
	table_free(&table);
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
