/* SPDX-License-Identifier: GPL-2.0-only */
/* Where rules are filed, and that each of them is found there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "typical.h"

#define WIDE(n)                           \
	{                                 \
		(n) * 1000, (n)*1000 + 99 \
	} /* a range that is no key */

static const struct bind_item *item_of(const struct image *image, uint32_t number)
{
	const union bind_page *page =
		&image->page[judge_header(image)->item_page + number / BIND_ITEMS_PER_PAGE];

	return &page->item[number % BIND_ITEMS_PER_PAGE];
}

/* How many items the bucket has that begins there. */
static uint32_t count_items(const struct image *image, uint32_t bucket)
{
	uint32_t count = 1;

	while (!item_of(image, bucket + count - 1)->last)
		count++;
	return count;
}

/* And that of the key; 0 if there is none. */
static uint32_t bucket_items(const struct image *image, enum bind_dimension dimension, uint32_t key)
{
	const struct bind_table *table = &judge_header(image)->tables[dimension];
	uint32_t bucket = 0;

	if (table->pilots)
		assert_int_equal(decide_find(image, table, false, (struct bind_key){ key, 0 },
					     &bucket),
				 0);
	return bucket ? count_items(image, bucket) : 0;
}

/* Each rule is found */

/* All by what is expected, some by the naive matcher too, which takes long. */
static void check_count(enum typical typical, size_t rules)
{
	struct policy policy = typical_policy(typical, rules);
	struct image image = judge_compile(&policy);
	struct typical_request request;

	assert_int_equal(judge_header(&image)->rules, rules);
	assert_int_equal(judge_header(&image)->broad_rules, 0);
	for (size_t i = 0; i < rules; i++) {
		typical_request(&policy, i, &request);
		assert_int_equal(judge_rule(&image, &request.request, &request.task), i);
		if (i % (rules / 16 + 1) == 0)
			judge_image("typical", &policy, &image, &request.request, &request.task,
				    SETTINGS(true));
		request.request.port = BIND_PORT_NONE;
		assert_int_equal(judge_rule(&image, &request.request, &request.task), NONE);
	}
	image_free(&image);
	typical_free(&policy);
}

static void test_each_rule_is_found_however_many_there_are(void **state)
{
	static const size_t counts[] = {
		1, 2, 8, 9, 63, 64, 65, 1024, 4097, 65536, BIND_MAX_RULES
	};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++)
		for (int typical = 0; typical < TYPICALS; typical++)
			check_count((enum typical)typical, counts[i]);
}

/* Where a rule is filed */

#define COMMON BIND_DIMENSIONS
#define VECTORS (BIND_DIMENSIONS + 1)
#define NOWHERE (BIND_DIMENSIONS + 2)

#define ODD_8                                                                     \
	{ 1, 1 }, { 3, 3 }, { 5, 5 }, { 7, 7 }, { 9, 9 }, { 11, 11 }, { 13, 13 }, \
	{                                                                         \
		15, 15                                                            \
	}
#define ODD_16                                                                                     \
	ODD_8, { 17, 17 }, { 19, 19 }, { 21, 21 }, { 23, 23 }, { 25, 25 }, { 27, 27 }, { 29, 29 }, \
	{                                                                                          \
		31, 31                                                                             \
	}
#define ONE_ADDRESS ADDRESSES({ IPV4(10, 0, 0, 1), IPV4(10, 0, 0, 1) })

static struct policy_rule placed_rules[] = {
	{ .uid = RANGES({ 1, 1 }), .port = RANGES({ 2, 2 }), .comm = STRINGS("a") },
	{ .cgroup = STRINGS("/a"), .exe = STRINGS("/a"), .comm = STRINGS("a") },
	{ .exe = STRINGS("/a"), .comm = STRINGS("a"), .port = RANGES({ 2, 2 }) },
	{ .comm = STRINGS("a"), .port = RANGES({ 2, 2 }), .address = ONE_ADDRESS },
	{ .port = RANGES({ 2, 2 }), .address = ONE_ADDRESS },
	{ .address = ONE_ADDRESS, .protocol = TCP },
	{ .cgroup = STRINGS("/a*") },
	{ .uid = RANGES({ 0, 15 }) },
	{ .uid = RANGES({ 0, 16 }) },
	{ .uid = RANGES(ODD_16) },
	{ .uid = RANGES(ODD_16, { 33, 33 }) },
	{ .uid = RANGES({ 1, 1 }), .port = RANGES(ODD_8) },
	{ .uid = RANGES({ 1, 1 }), .port = RANGES(ODD_8, { 17, 17 }) },
	{ .uid = RANGES({ 1, 1 }), .port = RANGES(ODD_16, { 33, 33 }) },
	{ .uid = RANGES({ 0, 16 }), .port = RANGES({ 2, 2 }) },
	{ .comm = STRINGS("a*") },
	{ .protocol = TCP },
	{ .host_netns = true },
	{ .family = POLICY_IPV4 },
	{ .verdict = BIND_DENY },
	{ .family = POLICY_IPV6, .address = ONE_ADDRESS },
	{ .expires = 1, .uid = RANGES({ 1, 1 }) },
};

static const int places[COUNT(placed_rules)] = {
	BIND_DIM_UID,	  BIND_DIM_CGROUP, BIND_DIM_EXE,  BIND_DIM_COMM, BIND_DIM_ADDRESS,
	BIND_DIM_ADDRESS, BIND_DIM_CGROUP, BIND_DIM_UID,  COMMON,	 BIND_DIM_UID,
	VECTORS,	  BIND_DIM_UID,	   BIND_DIM_PORT, VECTORS,	 BIND_DIM_PORT,
	COMMON,		  COMMON,	   COMMON,	  COMMON,	 COMMON,
	NOWHERE,	  NOWHERE,
};

static void test_a_rule_is_filed_under_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(placed_rules); i++) {
		const struct policy policy = { .rule = &placed_rules[i], .rules = 1 };
		struct image image = judge_compile(&policy);
		int tables = 0;

		for (int d = 0; d < BIND_DIMENSIONS; d++) {
			assert_int_equal(judge_header(&image)->tables[d].pilots != 0,
					 d == places[i]);
			tables += judge_header(&image)->tables[d].pilots != 0;
		}
		assert_int_equal(judge_header(&image)->common != 0, places[i] == COMMON);
		assert_int_equal(judge_header(&image)->broad_rules, places[i] == VECTORS);
		assert_int_equal(tables, places[i] < BIND_DIMENSIONS);
		image_free(&image);
	}
}

/* Rules with one uid go where there is room: to their ports, which are their own. */
static void test_crowded_values_are_avoided(void **state)
{
	struct policy policy = typical_policy(TYPICAL_PORT, 1000);
	struct policy_range root = { 0, 0 };
	struct image image;

	(void)state;
	for (size_t i = 0; i < policy.rules; i++)
		policy.rule[i].uid = (struct policy_ranges){ &root, 1 };
	image = judge_compile(&policy);
	assert_int_equal(judge_header(&image)->tables[BIND_DIM_UID].pilots, 0);
	assert_int_equal(bucket_items(&image, BIND_DIM_PORT, 500), 1);
	assert_int_equal(judge_header(&image)->broad_rules, 0);
	for (uint32_t i = 0; i < policy.rules; i++) {
		struct bind_request request = { .port = i + 1, .protocol = 6 };

		assert_int_equal(judge_rule(&image, &request, IN("/")), i);
		request.uid = 1;
		assert_int_equal(judge_rule(&image, &request, IN("/")), NONE);
	}
	image_free(&image);
	for (size_t i = 0; i < policy.rules; i++)
		policy.rule[i].uid = (struct policy_ranges){ 0 };
	typical_free(&policy);
}

/*
 * Rules for uid 33, each with ports that are no key: those that the bucket cannot hold are broad.
 */
static void check_crowd(size_t rules)
{
	struct policy_range uid = { 33, 33 }, port[40];
	struct policy_rule rule[40] = { 0 };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = rule, .rules = rules };
	size_t broad = rules > BIND_BUCKET_ITEMS ? rules - BIND_BUCKET_ITEMS : 0;
	bool common = broad && broad <= BIND_BUCKET_ITEMS;
	struct image image;

	for (uint32_t i = 0; i < rules; i++) {
		port[i] = (struct policy_range)WIDE(i);
		rule[i].uid = (struct policy_ranges){ &uid, 1 };
		rule[i].port = (struct policy_ranges){ &port[i], 1 };
	}
	image = judge_compile(&policy);
	assert_int_equal(bucket_items(&image, BIND_DIM_UID, 33), rules - broad);
	assert_int_equal(judge_header(&image)->broad_rules, common ? 0 : broad);
	assert_int_equal(judge_header(&image)->common != 0, common);
	if (common)
		assert_int_equal(count_items(&image, judge_header(&image)->common), broad);
	for (uint32_t i = 0; i < 2 * rules; i++) {
		const struct bind_request request = { .uid = i % 2 ? 33 : 34,
						      .port = port[i / 2].high };

		assert_int_equal(judge_image("crowd", &policy, &image, &request, IN("/"),
					     SETTINGS(true))
					 .rule,
				 i % 2 ? i / 2 : NONE);
	}
	image_free(&image);
}

static void test_a_full_bucket_leaves_rules_over(void **state)
{
	(void)state;
	for (size_t rules = 1; rules <= 40; rules++)
		check_crowd(rules);
}

/*
 * Buckets of every size, wherever in a page they are, end where they do: behind one whose items are
 * for port 80 there is one whose items would match any request.
 */
static void test_a_bucket_ends_before_the_next_one(void **state)
{
	enum { UIDS = 10000 };
	static uint32_t first[UIDS];
	static struct policy_range uid[UIDS], port = { 80, 80 };
	static struct policy_rule rule[UIDS * BIND_BUCKET_ITEMS];
	struct policy policy = { .rule = rule };
	struct image image;

	(void)state;
	for (uint32_t i = 0; i < UIDS; i++) {
		uid[i] = (struct policy_range){ i, i };
		first[i] = (uint32_t)policy.rules;
		for (uint32_t item = 0; item <= i * 2654435761u >> 29; item++) {
			struct policy_rule *r = &rule[policy.rules++];

			r->uid = (struct policy_ranges){ &uid[i], 1 };
			if (i % 3)
				r->port = (struct policy_ranges){ &port, 1 };
		}
	}
	image = judge_compile(&policy);
	for (uint32_t i = 0; i < UIDS; i++) {
		const struct bind_request request = { .uid = i, .port = 81 };

		assert_int_equal(judge_rule(&image, &request, IN("/")), i % 3 ? NONE : first[i]);
	}
	image_free(&image);
}

/* The order of rules */

/* Rules that all match one request, filed in as many ways: whichever is first decides. */
static struct policy_rule ordered_rules[] = {
	{ .uid = RANGES({ 33, 33 }) },
	{ .cgroup = STRINGS("/a") },
	{ .exe = STRINGS("/bin/web") },
	{ .comm = STRINGS("web") },
	{ .port = RANGES({ 80, 80 }) },
	{ .address = ADDRESSES({ IPV4(10, 1, 2, 3), IPV4(10, 1, 2, 3) }) },
	{ .comm = STRINGS("w*") },
};

/* With so many more broad rules after them, which are never the first. */
static void check_order(size_t more)
{
	const struct bind_request request = EVERY_REQUEST;
	const struct policy_ranges udp = RANGES({ 17, 17 });
	struct policy_rule rules[COUNT(ordered_rules) + 20] = { 0 };
	struct policy policy = { .rule = rules, .rules = COUNT(ordered_rules) + more };

	for (size_t i = 0; i < COUNT(ordered_rules); i++) {
		for (size_t j = 0; j < COUNT(ordered_rules); j++)
			rules[j] = ordered_rules[(i + j) % COUNT(ordered_rules)];
		for (size_t first = 0; first < COUNT(ordered_rules); first++) {
			struct bind_decision d = judge_policy("order", &policy, &request,
							      EVERY_TASK, SETTINGS(true));

			assert_int_equal(d.rule, first);
			rules[first].host_netns = true; /* still matches */
			d = judge_policy("order", &policy, &request, EVERY_TASK, SETTINGS(true));
			assert_int_equal(d.rule, first);
			rules[first].protocol = udp; /* does not */
		}
	}
}

static void test_the_first_rule_decides_wherever_it_is(void **state)
{
	(void)state;
	for (size_t more = 0; more <= 20; more += 5)
		check_order(more);
}

/* Every shape is taken */

#define LONG 3000

/* Long lists of everything, which no bucket can hold. */
static void test_no_shape_is_refused(void **state)
{
	static struct policy_range uid[LONG], port[LONG], protocol[LONG];
	static char text[LONG][16], *comm[LONG];
	struct policy_rule rule = { .uid = { uid, LONG },
				    .port = { port, LONG },
				    .protocol = { protocol, LONG },
				    .comm = { comm, LONG } };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct image image;

	(void)state;
	for (uint32_t i = 0; i < LONG; i++) {
		uid[i] = port[i] = protocol[i] = (struct policy_range){ 2 * i, 2 * i };
		snprintf(text[i], sizeof(text[i]), "%05u%s", i, i % 3 ? "" : "*");
		comm[i] = text[i];
	}
	image = judge_compile(&policy);
	assert_int_equal(judge_header(&image)->broad_rules, 1);
	for (uint32_t i = 0; i < 16 * LONG; i += 7) {
		struct bind_request request = { .uid = i % 16 & 1 ? i : 4,
						.port = i % 16 & 2 ? i : 4,
						.protocol = i % 16 & 4 ? i : 4 };

		strcpy(request.comm, i % 16 & 8 ? "00003x" : text[i % LONG]);
		judge_image("lists", &policy, &image, &request, IN("/"), SETTINGS(true));
	}
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_is_found_however_many_there_are),
		cmocka_unit_test(test_a_rule_is_filed_under_its_key),
		cmocka_unit_test(test_crowded_values_are_avoided),
		cmocka_unit_test(test_a_full_bucket_leaves_rules_over),
		cmocka_unit_test(test_a_bucket_ends_before_the_next_one),
		cmocka_unit_test(test_the_first_rule_decides_wherever_it_is),
		cmocka_unit_test(test_no_shape_is_refused),
	};

	return cmocka_run_group_tests_name("filing", tests, NULL, NULL);
}
