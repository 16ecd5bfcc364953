/* SPDX-License-Identifier: GPL-2.0-only */
/* Broad rules: the bits of their vectors, however many rules there are. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge.h"

#define COMMON 8 /* broad rules that are in the common bucket instead */
#define SPREAD 20 /* uids from one rule's first to the next one's */
#define WIDTH 17 /* uids of a rule: too many for keys */

/* Broad rules, to be freed with all that they have. */
struct broad_policy {
	struct policy policy;
	struct policy_range *uid;
};

/* Rule i is for SPREAD * i and the WIDTH - 1 uids after it. */
static struct broad_policy broad_policy(size_t rules)
{
	struct broad_policy b = { .policy = { .default_verdict = BIND_DENY, .rules = rules } };

	b.policy.rule = calloc(rules, sizeof(*b.policy.rule));
	b.uid = calloc(rules, sizeof(*b.uid));
	assert_non_null(b.policy.rule);
	assert_non_null(b.uid);
	for (uint32_t i = 0; i < rules; i++) {
		b.uid[i] = (struct policy_range){ SPREAD * i, SPREAD * i + WIDTH - 1 };
		b.policy.rule[i].uid = (struct policy_ranges){ &b.uid[i], 1 };
	}
	return b;
}

static void broad_free(struct broad_policy *b)
{
	free(b->policy.rule);
	free(b->uid);
}

/* By what is expected; the naive matcher would take long for many. */
static void check_uids(const struct image *image, uint32_t rules)
{
	struct bind_request request = { 0 };

	for (uint32_t i = 0; i < rules; i++) {
		request.uid = SPREAD * i;
		assert_int_equal(judge_rule(image, &request, IN("/")), i);
		request.uid += WIDTH - 1;
		assert_int_equal(judge_rule(image, &request, IN("/")), i);
		request.uid++;
		assert_int_equal(judge_rule(image, &request, IN("/")), NONE);
	}
	request.uid = UINT32_MAX;
	assert_int_equal(judge_rule(image, &request, IN("/")), NONE);
}

static void check_count(size_t rules)
{
	struct broad_policy b = broad_policy(rules);
	struct image image;

	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->broad_rules, rules > COMMON ? rules : 0);
	assert_int_equal(judge_header(&image)->common != 0, rules <= COMMON);
	check_uids(&image, (uint32_t)rules);
	for (uint32_t i = 0; i < 40; i++) {
		const struct bind_request request = { .uid = SPREAD * (uint32_t)rules / 40 * i };

		judge_image("broad", &b.policy, &image, &request, IN("/"), SETTINGS(true));
	}
	image_free(&image);
	broad_free(&b);
}

static void test_each_broad_rule_is_found_however_many_there_are(void **state)
{
	static const size_t counts[] = { 1,
					 7,
					 8,
					 9,
					 63,
					 64,
					 65,
					 127,
					 128,
					 129,
					 2047,
					 2048,
					 2049,
					 4096,
					 4097,
					 10000,
					 63488,
					 63489,
					 BIND_MAX_BROAD - 1,
					 BIND_MAX_BROAD };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++)
		check_count(counts[i]);
}

static void test_too_many_broad_rules_are_refused(void **state)
{
	struct broad_policy b = broad_policy(BIND_MAX_BROAD + 1);
	struct policy_range one = { 7, 7 };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), -E2BIG);
	assert_null(image.page);
	image_free(&image);
	b.policy.rule[100].uid.range = &one; /* has a key */
	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->broad_rules, BIND_MAX_BROAD);
	image_free(&image);
	b.policy.rule[100] = (struct policy_rule){ .expires = NOW };
	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), 0);
	image_free(&image);
	broad_free(&b);
}

/* Bits and numbers of rules are not the same: every third rule has a key. */
static void test_bits_lead_to_the_rules_numbers(void **state)
{
	struct broad_policy b = broad_policy(9000);
	struct policy_range *port = calloc(9000, sizeof(*port));
	struct bind_request request = { 0 };
	struct image image;

	(void)state;
	assert_non_null(port);
	for (uint32_t i = 0; i < 9000; i += 3) {
		port[i] = (struct policy_range){ i + 1, i + 1 };
		b.policy.rule[i].port = (struct policy_ranges){ &port[i], 1 };
	}
	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->broad_rules, 6000);
	for (uint32_t i = 0; i < 9000; i++) {
		request.uid = SPREAD * i;
		request.port = i + 1;
		assert_int_equal(judge_rule(&image, &request, IN("/")), i);
		request.port = 20000;
		assert_int_equal(judge_rule(&image, &request, IN("/")), i % 3 ? i : NONE);
	}
	image_free(&image);
	broad_free(&b);
	free(port);
}

/*
 * All but one rule are for one dimension's values, so that bits meet late: in the last leaf, word.
 */
static void check_meeting(uint32_t rules, uint32_t meeting)
{
	struct broad_policy b = broad_policy(rules);
	struct policy_range low = { 0, 999 }, high = { 2000, 2999 };
	const struct bind_request request = { .uid = 500, .port = 2500 };
	struct image image;

	for (uint32_t i = 0; i < rules; i++) {
		b.policy.rule[i].uid = (struct policy_ranges){ i % 2 ? &low : &high, 1 };
		b.policy.rule[i].port = b.policy.rule[i].uid;
	}
	b.policy.rule[meeting].uid.range = &low;
	b.policy.rule[meeting].port.range = &high;
	assert_int_equal(image_compile(&b.policy, SETTINGS(true), &image), 0);
	assert_int_equal(judge_header(&image)->broad_rules, rules);
	assert_int_equal(
		judge_image("meeting", &b.policy, &image, &request, IN("/"), SETTINGS(true)).rule,
		meeting);
	image_free(&image);
	broad_free(&b);
}

static void test_vectors_meet_at_any_bit(void **state)
{
	static const uint32_t bits[] = { 0,    1,    63,   64,	 2046, 2047, 2048,
					 2049, 4095, 4096, 6143, 6144, 6499 };

	(void)state;
	for (size_t i = 0; i < COUNT(bits); i++) {
		check_meeting(6500, bits[i]);
		if (bits[i] < 2048)
			check_meeting(2048, bits[i]);
	}
	check_meeting(BIND_MAX_BROAD, BIND_MAX_BROAD - 1);
}

static void test_the_lowest_bit(void **state)
{
	(void)state;
	for (uint32_t bit = 0; bit < 64; bit++) {
		assert_int_equal(decide_lowest(1ULL << bit), bit);
		assert_int_equal(decide_lowest(~0ULL << bit), bit);
		assert_int_equal(decide_lowest(1ULL << bit | 1ULL << 63), bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_broad_rule_is_found_however_many_there_are),
		cmocka_unit_test(test_too_many_broad_rules_are_refused),
		cmocka_unit_test(test_bits_lead_to_the_rules_numbers),
		cmocka_unit_test(test_vectors_meet_at_any_bit),
		cmocka_unit_test(test_the_lowest_bit),
	};

	return cmocka_run_group_tests_name("broad", tests, NULL, NULL);
}
