/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules have decided over several policies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/watch/tally.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_rule(void *context, const struct tally_rule *rule)
{
	fprintf(context, "%s %llu/%llu/%llu\n", rule->name,
		(unsigned long long)rule->counters.allowed,
		(unsigned long long)rule->counters.denied,
		(unsigned long long)rule->counters.audited);
}

static void check(const struct tally *tally, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	tally_visit(tally, print_rule, out);
	fprintf(out, "- %llu/%llu/%llu\n", (unsigned long long)tally->fallback.allowed,
		(unsigned long long)tally->fallback.denied,
		(unsigned long long)tally->fallback.audited);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_nothing_is_nothing(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	check(&tally, "- 0/0/0\n");
	tally_free(&tally);
	check(&tally, "- 0/0/0\n");
}

/* The index of a rule differs from policy to policy; its name is what counts. */
static void test_rules_are_added_up_by_name(void **state)
{
	struct policy_rule first[] = { { .name = (char[]){ "web" } },
				       { .name = (char[]){ "db" } } };
	struct policy_rule second[] = { { .name = (char[]){ "new" } },
					{ .name = (char[]){ "db" } },
					{ .name = (char[]){ "we" } },
					{ .name = (char[]){ "web" } } };
	const struct bind_rule_counters one[] = { { 1, 2, 3, 0 },
						  { 10, 0, 0, 0 },
						  { 0, 20, 0, 0 } };
	const struct bind_rule_counters two[] = {
		{ 4, 5, 6, 0 }, { 0, 0, 7, 0 }, { 0, 100, 1, 0 }, { 9, 0, 0, 0 }, { 1000, 1, 1, 0 }
	};
	const struct policy policy = { .rule = first, .rules = COUNT(first) };
	const struct policy next = { .rule = second, .rules = COUNT(second) };
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(tally_add(&tally, &policy, one), 0);
	check(&tally, "db 0/20/0\nweb 10/0/0\n- 1/2/3\n");
	assert_int_equal(tally_add(&tally, &next, two), 0);
	check(&tally, "db 0/120/1\nnew 0/0/7\nwe 9/0/0\nweb 1010/1/1\n- 5/7/9\n");
	assert_int_equal(tally_add(&tally, &policy, one), 0);
	check(&tally, "db 0/140/1\nnew 0/0/7\nwe 9/0/0\nweb 1020/1/1\n- 6/9/12\n");
	tally_free(&tally);
}

/* A policy may be replaced many times by one with other names. */
static void test_idle_rules_take_no_room(void **state)
{
	struct policy_rule rules[] = { { .name = (char[]){ "idle" } },
				       { .name = (char[]){ "busy" } } };
	const struct bind_rule_counters counters[] = { { 0, 0, 0, 0 },
						       { 0, 0, 0, 0 },
						       { 1, 0, 0, 0 } };
	const struct policy policy = { .rule = rules, .rules = COUNT(rules) };
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(tally_add(&tally, &policy, counters), 0);
	check(&tally, "busy 1/0/0\n- 0/0/0\n");
	tally_free(&tally);
}

static void print_last(void *context, const struct tally_rule *rule)
{
	fprintf(context, "%s %llu\n", rule->name, (unsigned long long)rule->counters.last);
}

/* Whichever generation it was in: times are not added up. */
static void test_the_last_time_is_the_latest(void **state)
{
	struct policy_rule rules[] = { { .name = (char[]){ "a" } }, { .name = (char[]){ "b" } } };
	const struct bind_rule_counters one[] = { { 1, 0, 0, 30 },
						  { 1, 0, 0, 50 },
						  { 0, 1, 0, 7 } };
	const struct bind_rule_counters two[] = { { 1, 0, 0, 40 },
						  { 0, 0, 1, 20 },
						  { 0, 1, 0, 9 } };
	const struct policy policy = { .rule = rules, .rules = COUNT(rules) };
	struct tally tally = { 0 };
	char text[64] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(tally_add(&tally, &policy, one), 0);
	assert_int_equal(tally_add(&tally, &policy, two), 0);
	tally_visit(&tally, print_last, out);
	fclose(out);
	assert_string_equal(text, "a 50\nb 9\n");
	assert_int_equal(tally.fallback.last, 40);
	tally_free(&tally);
}

static void test_counters_are_64_bits_wide(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "a" } };
	const struct bind_rule_counters counters[] = { { 1ULL << 40, 0, 0, 0 },
						       { 0, 1ULL << 40, 0, 0 } };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(tally_add(&tally, &policy, counters), 0);
	assert_int_equal(tally_add(&tally, &policy, counters), 0);
	check(&tally, "a 0/2199023255552/0\n- 2199023255552/0/0\n");
	tally_free(&tally);
}

/* The names outlive the policy that they are of. */
static void test_names_are_copied(void **state)
{
	char name[] = "short-lived";
	struct policy_rule rule = { .name = name };
	const struct bind_rule_counters counters[] = { { 0, 0, 0, 0 }, { 1, 0, 0, 0 } };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(tally_add(&tally, &policy, counters), 0);
	memset(name, 'x', sizeof(name) - 1);
	check(&tally, "short-lived 1/0/0\n- 0/0/0\n");
	tally_free(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_nothing),
		cmocka_unit_test(test_rules_are_added_up_by_name),
		cmocka_unit_test(test_idle_rules_take_no_room),
		cmocka_unit_test(test_counters_are_64_bits_wide),
		cmocka_unit_test(test_the_last_time_is_the_latest),
		cmocka_unit_test(test_names_are_copied),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
