/* SPDX-License-Identifier: GPL-2.0-only */
/* Search trees of every depth, narrow and wide, and the keys at their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "policy/intervals.h"

/* A rule for count uids: first, first + 2, first + 4... so that no two of them touch. */
static struct policy_ranges spread_uids(size_t count, uint32_t first)
{
	struct policy_ranges uids = { calloc(count, sizeof(*uids.range)), count };

	assert_non_null(uids.range);
	for (size_t i = 0; i < count; i++)
		uids.range[i].low = uids.range[i].high = first + 2 * (uint32_t)i;
	return uids;
}

/* intervals of uids that match and that do not, in turn; the last one has the highest uid. */
static void check_narrow_tree(size_t intervals, uint32_t depth)
{
	uint32_t first = intervals % 2;
	struct policy_rule rule = { .uid = spread_uids((intervals + !first) / 2, first) };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request request = { 0 };
	struct image image;

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->broad_rules, 1);
	assert_int_equal(judge_header(&image)->trees[BIND_DIM_UID].depth, depth);
	for (request.uid = 0; request.uid < intervals + 2; request.uid++) {
		bool listed = request.uid < intervals - 1 && request.uid % 2 == first;

		assert_int_equal(judge_rule(&image, &request, IN("/")), listed ? 0 : NONE);
	}
	request.uid = UINT32_MAX;
	assert_int_equal(judge_rule(&image, &request, IN("/")), NONE);
	image_free(&image);
	free(rule.uid.range);
}

static void test_narrow_trees_of_every_depth(void **state)
{
	(void)state;
	check_narrow_tree(40, 1);
	check_narrow_tree(255, 1);
	check_narrow_tree(256, 1);
	check_narrow_tree(257, 2);
	check_narrow_tree(512, 2);
	check_narrow_tree(513, 2);
	check_narrow_tree(65536, 2);
	check_narrow_tree(65537, 3);
	check_narrow_tree(70000, 3);
}

/* The highest uid alone matches besides, at the end of a tree that is almost full, full, new. */
static void test_the_highest_narrow_key_is_found(void **state)
{
	(void)state;
	for (size_t count = 125; count < 132; count++) {
		struct policy_rule rule = { .uid = spread_uids(count, 1) };
		const struct policy policy = { .rule = &rule, .rules = 1 };
		struct bind_request highest = { .uid = UINT32_MAX };
		struct bind_request below = { .uid = UINT32_MAX - 1 };
		struct image image;

		rule.uid.range[0] = (struct policy_range){ UINT32_MAX, UINT32_MAX };
		assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
		assert_int_equal(judge_rule(&image, &highest, IN("/")), 0);
		assert_int_equal(judge_rule(&image, &below, IN("/")), NONE);
		image_free(&image);
		free(rule.uid.range);
	}
}

/* A rule for count names, "00000", "00002", "00004"... and two intervals for each, plus one. */
static struct policy_strings spread_comms(size_t count)
{
	struct policy_strings comms = { calloc(count, sizeof(*comms.string)), count };

	assert_non_null(comms.string);
	for (size_t i = 0; i < count; i++)
		assert_true(asprintf(&comms.string[i], "%05zu", 2 * i) > 0);
	return comms;
}

static void free_strings(struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
}

static void check_comm(const struct image *image, const char *name, bool listed)
{
	struct bind_request request = { 0 };

	strcpy(request.comm, name);
	assert_int_equal(judge_rule(image, &request, IN("/")), listed ? 0 : NONE);
}

static void check_wide_tree(size_t names, uint32_t depth)
{
	struct policy_rule rule = { .comm = spread_comms(names) };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request highest = { .comm = HIGHEST "\xff" };
	struct image image;
	char name[BIND_COMM_LEN];

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->trees[BIND_DIM_COMM].depth, depth);
	for (size_t i = 0; i < 2 * names + 2; i++) {
		snprintf(name, sizeof(name), "%05zu", i);
		check_comm(&image, name, i < 2 * names && i % 2 == 0);
		snprintf(name, sizeof(name), "%05zu0", i);
		check_comm(&image, name, false);
		snprintf(name, sizeof(name), "%05zu%s", i, "0000000001");
		check_comm(&image, name, false);
	}
	check_comm(&image, "", false);
	assert_int_equal(judge_rule(&image, &highest, IN("/")), NONE);
	image_free(&image);
	free_strings(&rule.comm);
}

static void test_wide_trees_of_every_depth(void **state)
{
	(void)state;
	check_wide_tree(17, 1);
	check_wide_tree(63, 1);
	check_wide_tree(64, 2);
	check_wide_tree(128, 2);
	check_wide_tree(8191, 2);
	check_wide_tree(8192, 3);
	check_wide_tree(9000, 3);
}

/* The highest name matches besides, at the end of a tree that is almost full, full, new. */
static void test_the_highest_wide_key_is_found(void **state)
{
	(void)state;
	for (size_t count = 61; count < 68; count++) {
		struct policy_rule rule = { .comm = spread_comms(count) };
		const struct policy policy = { .rule = &rule, .rules = 1 };
		struct bind_request no_end = { .comm = HIGHEST "\xff" };
		struct image image;

		free(rule.comm.string[0]);
		rule.comm.string[0] = strdup(HIGHEST);
		assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
		check_comm(&image, HIGHEST, true);
		check_comm(&image, "\xff", false);
		assert_int_equal(judge_rule(&image, &no_end, IN("/")), NONE);
		image_free(&image);
		free_strings(&rule.comm);
	}
}

/* Every other address of 10.0.0.0/16 and on, up to count. */
static void check_address_tree(size_t count, uint32_t depth)
{
	struct policy_address *ranges = calloc(count, sizeof(*ranges));
	struct policy_rule rule = { .address = { ranges, count } };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request request = { .address = REQUESTED_IPV4(10, 0, 0, 0) };
	struct image image;

	assert_non_null(ranges);
	for (size_t i = 0; i < count; i++) {
		const struct policy_address one = { IPV4(10, 0, 2 * i / 256, 2 * i % 256),
						    IPV4(10, 0, 2 * i / 256, 2 * i % 256) };

		ranges[count - 1 - i] = one;
	}
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->trees[BIND_DIM_ADDRESS].depth, depth);
	for (size_t i = 0; i < 2 * count + 2; i++) {
		request.address[14] = (char)(i / 256);
		request.address[15] = (char)(i % 256);
		assert_int_equal(judge_rule(&image, &request, IN("/")),
				 i < 2 * count && i % 2 == 0 ? 0 : NONE);
	}
	image_free(&image);
	free(ranges);
}

static void test_address_trees_of_every_depth(void **state)
{
	(void)state;
	check_address_tree(17, 1);
	check_address_tree(63, 1);
	check_address_tree(64, 2);
	check_address_tree(8191, 2);
	check_address_tree(8192, 3);
}

/* More intervals than tests have rules for: the tree alone. Interval i starts at 3 * i. */
static void check_bare_tree(enum bind_dimension dimension, size_t count, uint32_t depth)
{
	struct interval *interval = calloc(count, sizeof(*interval));
	bool is_wide = dimension >= BIND_NARROW_DIMENSIONS;
	struct image image = { 0 };
	struct builder b = { .image = &image };
	struct bind_tree tree;
	uint32_t value;

	assert_non_null(interval);
	for (size_t i = 0; i < count; i++)
		interval[i] = (struct interval){ .start = 3 * i, .value = (uint32_t)i };
	assert_int_equal(intervals_write(&b, dimension, interval, count, &tree), 0);
	assert_int_equal(tree.depth, depth);
	for (size_t i = 0; i < 3 * count + 3; i++) {
		size_t expected = i / 3 < count ? i / 3 : count - 1;
		struct bind_key key = spans_bind_key(i, dimension);

		assert_int_equal(decide_vector(&image, &tree, is_wide, key, &value), 0);
		assert_int_equal(value, expected);
	}
	image.pages--;
	assert_int_equal(decide_vector(&image, &tree, is_wide, (struct bind_key){ 0 }, &value), -1);
	image.pages++;
	image_free(&image);
	free(interval);
}

static void test_the_deepest_trees(void **state)
{
	(void)state;
	check_bare_tree(BIND_DIM_COMM, 128 * 128 * 128, 3);
	check_bare_tree(BIND_DIM_COMM, 128 * 128 * 128 + 1, 4);
	check_bare_tree(BIND_DIM_UID, 256 * 256 + 1, 3);
}

/* Keys equal to the padding of nodes, which no request from the kernel has. */
static void test_padding_keys_have_the_last_value(void **state)
{
	union bind_page page = { 0 };

	(void)state;
	for (size_t i = 0; i < BIND_NARROW_FANOUT; i++) {
		page.narrow.key[i] = i < 3 ? i : INT64_MAX;
		page.narrow.value[i] = i < 3 ? (uint32_t)i + 10 : 12;
	}
	assert_int_equal(decide_narrow(&page.narrow, 0), 10);
	assert_int_equal(decide_narrow(&page.narrow, 1), 11);
	assert_int_equal(decide_narrow(&page.narrow, INT64_MAX - 1), 12);
	assert_int_equal(decide_narrow(&page.narrow, INT64_MAX), 12);
	for (size_t i = 0; i < BIND_WIDE_FANOUT; i++) {
		page.wide.key[i].high = page.wide.key[i].low = i < 3 ? i : UINT64_MAX;
		page.wide.value[i] = i < 3 ? (uint32_t)i + 10 : 12;
	}
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ 0, 0 }), 10);
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ 1, 0 }), 10);
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ 1, 1 }), 11);
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ 1, UINT64_MAX }), 11);
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ 2, 2 }), 12);
	assert_int_equal(decide_wide(&page.wide, (struct bind_key){ UINT64_MAX, UINT64_MAX }), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_narrow_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_narrow_key_is_found),
		cmocka_unit_test(test_wide_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_wide_key_is_found),
		cmocka_unit_test(test_address_trees_of_every_depth),
		cmocka_unit_test(test_the_deepest_trees),
		cmocka_unit_test(test_padding_keys_have_the_last_value),
	};

	return cmocka_run_group_tests_name("intervals", tests, NULL, NULL);
}
