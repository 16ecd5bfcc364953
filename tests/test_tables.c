/* SPDX-License-Identifier: GPL-2.0-only */
/* Perfect hash tables: every key is found, no other is, whatever their number and the seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge.h"
#include "policy/tables.h"

#define MOST 100000

struct made {
	struct image image;
	struct bind_table table;
	struct table_entry *entry;
	size_t count;
};

/* Of a key, and of the key that is not in the table but as like it as can be. */
typedef struct bind_key key_maker(uint32_t number);

/* 1, 3, 5... */
static struct bind_key close_key(uint32_t number)
{
	return (struct bind_key){ number * 2 + 1, 0 };
}

static struct bind_key spread_key(uint32_t number)
{
	return (struct bind_key){ number * 2654435761u, 0 };
}

static struct bind_key low_key(uint32_t number)
{
	return (struct bind_key){ 0, number * 2 + 1 };
}

static struct bind_key high_key(uint32_t number)
{
	return (struct bind_key){ ((uint64_t)number * 2 + 1) << 40, 0 };
}

/* No two have one half in common with all the others. */
static struct bind_key mixed_key(uint32_t number)
{
	return (struct bind_key){ number / 300, number % 300 };
}

static void make(struct made *made, bool is_wide, key_maker *key, size_t count, uint32_t seed)
{
	struct builder b = { .image = &made->image };
	uint32_t header;

	*made = (struct made){ .table.seed = seed, .count = count };
	made->entry = calloc(count, sizeof(*made->entry));
	assert_non_null(made->entry);
	for (size_t i = 0; i < count; i++)
		made->entry[i] = (struct table_entry){ key((uint32_t)i), (uint32_t)i + 1 };
	assert_int_equal(builder_page(&b, &header), 0);
	assert_int_equal(table_build(&b, is_wide, made->entry, count, &made->table), 0);
}

static void made_free(struct made *made)
{
	image_free(&made->image);
	free(made->entry);
}

static uint32_t find(const struct made *made, bool is_wide, struct bind_key key)
{
	uint32_t value = 0xaaaaaaaa;

	assert_int_equal(decide_find(&made->image, &made->table, is_wide, key, &value), 0);
	return value;
}

static void check_table(bool is_wide, key_maker *key, size_t count, uint32_t seed)
{
	struct made made;

	make(&made, is_wide, key, count, seed);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(find(&made, is_wide, made.entry[i].key), i + 1);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(find(&made, is_wide, key((uint32_t)count + i)), 0);
	made_free(&made);
}

static void test_narrow_tables_of_every_size(void **state)
{
	(void)state;
	for (size_t count = 1; count < 300; count++) {
		check_table(false, close_key, count, 0);
		check_table(false, spread_key, count, (uint32_t)count);
	}
	for (size_t count = 1000; count <= MOST; count *= 10) {
		check_table(false, close_key, count, 0);
		check_table(false, spread_key, count, 1);
	}
}

static void test_wide_tables_of_every_size(void **state)
{
	static key_maker *const makers[] = { low_key, high_key, mixed_key };

	(void)state;
	for (size_t m = 0; m < COUNT(makers); m++) {
		for (size_t count = 1; count < 100; count++)
			check_table(true, makers[m], count, 0);
		check_table(true, makers[m], 1000, 7);
		check_table(true, makers[m], MOST, 0);
	}
}

static void test_any_seed_will_do(void **state)
{
	static const uint32_t seeds[] = { 1, 2, 99, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < COUNT(seeds); i++) {
		check_table(false, close_key, 1000, seeds[i]);
		check_table(true, mixed_key, 1000, seeds[i]);
	}
}

/* A key that is close to one in the table, by any bit, is another key. */
static void test_other_keys_are_not_found(void **state)
{
	struct made narrow, wide;

	(void)state;
	make(&narrow, false, spread_key, 1, 0);
	make(&wide, true, mixed_key, 1, 0);
	for (int bit = 0; bit < 64; bit++) {
		struct bind_key key = narrow.entry[0].key;

		key.high ^= 1ULL << bit;
		if (bit < 32)
			assert_int_equal(find(&narrow, false, key), 0);
		key = wide.entry[0].key;
		key.high ^= 1ULL << bit;
		assert_int_equal(find(&wide, true, key), 0);
		key = wide.entry[0].key;
		key.low ^= 1ULL << bit;
		assert_int_equal(find(&wide, true, key), 0);
	}
	made_free(&narrow);
	made_free(&wide);
}

/* Keys of 0 and of all ones; free slots have a key of 0, too. */
static void test_the_lowest_and_the_highest_key(void **state)
{
	static const struct table_entry narrow[] = { { { 0, 0 }, 5 }, { { UINT32_MAX, 0 }, 6 } };
	static const struct table_entry wide[] = { { { 0, 0 }, 5 },
						   { { UINT64_MAX, UINT64_MAX }, 6 } };

	(void)state;
	for (uint32_t seed = 0; seed < 100; seed++) {
		for (int is_wide = 0; is_wide <= 1; is_wide++) {
			const struct table_entry *entry = is_wide ? wide : narrow;
			struct made made = { .table.seed = seed };
			struct builder b = { .image = &made.image };

			assert_int_equal(table_build(&b, is_wide, entry, 2, &made.table), 0);
			assert_int_equal(find(&made, is_wide, entry[0].key), 5);
			assert_int_equal(find(&made, is_wide, entry[1].key), 6);
			image_free(&made.image);
			made.table = (struct bind_table){ .seed = seed };
			b = (struct builder){ .image = &made.image };
			assert_int_equal(table_build(&b, is_wide, &entry[1], 1, &made.table), 0);
			assert_int_equal(find(&made, is_wide, entry[0].key), 0);
			image_free(&made.image);
		}
	}
}

/* What there is room for: slots not much more than keys. */
static void test_tables_are_small(void **state)
{
	struct made made;

	(void)state;
	make(&made, false, close_key, MOST, 0);
	assert_in_range(made.table.slots, MOST, MOST + MOST / 2);
	assert_in_range(made.table.pilots, 1, MOST / 2);
	made_free(&made);
}

static void test_a_table_with_a_missing_page_is_unreadable(void **state)
{
	struct made made;
	uint32_t value, unreadable = 0;
	size_t pages;

	(void)state;
	make(&made, true, low_key, 1000, 0);
	pages = made.image.pages;
	for (made.image.pages = 0; made.image.pages < pages; made.image.pages++) {
		bool all = true;

		unreadable = 0;
		for (size_t i = 0; i < made.count; i++) {
			int err = decide_find(&made.image, &made.table, true, made.entry[i].key,
					      &value);

			unreadable += err == -1;
			all &= err == -1 || value == i + 1;
		}
		assert_true(all);
		assert_true(unreadable > 0);
	}
	made_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_narrow_tables_of_every_size),
		cmocka_unit_test(test_wide_tables_of_every_size),
		cmocka_unit_test(test_any_seed_will_do),
		cmocka_unit_test(test_other_keys_are_not_found),
		cmocka_unit_test(test_the_lowest_and_the_highest_key),
		cmocka_unit_test(test_tables_are_small),
		cmocka_unit_test(test_a_table_with_a_missing_page_is_unreadable),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
