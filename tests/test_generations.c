/* SPDX-License-Identifier: GPL-2.0-only */
/* Which policy an event is of, and for how long it is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/watch/generations.h"
#include "enforcer/watch/join.h"

#define START 5000000000ULL /* ns */

/* A policy as policy_read() gives it, without rules. */
static struct policy *new_policy(void)
{
	static const char text[] = "version = 1; default = \"deny\";";
	struct policy_messages errors = { 0 };
	struct policy *policy = policy_read_text("test.conf", text, sizeof(text) - 1, &errors);

	assert_non_null(policy);
	policy_messages_free(&errors);
	return policy;
}

static struct policy *add(struct generations *generations, uint32_t first)
{
	struct policy *policy = new_policy();

	assert_int_equal(generations_add(generations, first, policy), 0);
	assert_ptr_equal(generations_newest(generations), policy);
	return policy;
}

static void test_without_a_policy_there_is_none(void **state)
{
	struct generations generations = { 0 };

	(void)state;
	assert_null(generations_newest(&generations));
	assert_null(generations_find(&generations, 1));
	generations_expire(&generations, true, START);
	assert_int_equal(generations_due(&generations), UINT64_MAX);
	generations_free(&generations);
}

/* A policy decides in all generations up to the one before the next policy's. */
static void test_a_generation_has_its_policy(void **state)
{
	struct generations generations = { 0 };
	const struct policy *a = add(&generations, 1), *b = add(&generations, 3),
			    *c = add(&generations, 4);

	(void)state;
	assert_null(generations_find(&generations, 0));
	assert_ptr_equal(generations_find(&generations, 1), a);
	assert_ptr_equal(generations_find(&generations, 2), a);
	assert_ptr_equal(generations_find(&generations, 3), b);
	assert_ptr_equal(generations_find(&generations, 4), c);
	assert_ptr_equal(generations_find(&generations, 1000), c);
	generations_free(&generations);
	assert_null(generations_newest(&generations));
}

static void test_what_did_not_come_into_force_is_taken_back(void **state)
{
	struct generations generations = { 0 };
	const struct policy *a = add(&generations, 1);

	(void)state;
	add(&generations, 2);
	generations_take_back(&generations);
	assert_ptr_equal(generations_newest(&generations), a);
	assert_ptr_equal(generations_find(&generations, 2), a);
	generations_free(&generations);
}

/* Its events leave the ring, which must have been empty, and then the join. */
static void test_a_policy_stays_as_long_as_its_events(void **state)
{
	struct generations generations = { 0 };
	const struct policy *a = add(&generations, 1), *b = add(&generations, 2);
	uint64_t empty = START + 10 * JOIN_WAIT;

	(void)state;
	generations_expire(&generations, false, START);
	generations_expire(&generations, false, empty - 1);
	assert_ptr_equal(generations_find(&generations, 1), a);
	assert_int_equal(generations_due(&generations), 0);
	generations_expire(&generations, true, empty);
	assert_int_equal(generations_due(&generations), empty + JOIN_WAIT);
	generations_expire(&generations, true, empty + JOIN_WAIT - 1);
	assert_ptr_equal(generations_find(&generations, 1), a);
	generations_expire(&generations, false, empty + JOIN_WAIT);
	assert_null(generations_find(&generations, 1));
	assert_ptr_equal(generations_find(&generations, 2), b);
	assert_int_equal(generations_due(&generations), UINT64_MAX);
	generations_free(&generations);
}

/* The ring was empty between two switches: that says nothing about the second one's events. */
static void test_each_switch_waits_for_itself(void **state)
{
	struct generations generations = { 0 };
	const struct policy *b, *c;

	(void)state;
	add(&generations, 1);
	b = add(&generations, 2);
	generations_expire(&generations, true, START);
	assert_int_equal(generations_due(&generations), START + JOIN_WAIT);
	c = add(&generations, 3);
	assert_int_equal(generations_due(&generations), 0);
	generations_expire(&generations, false, START + JOIN_WAIT);
	assert_null(generations_find(&generations, 1));
	assert_ptr_equal(generations_find(&generations, 2), b);
	generations_expire(&generations, true, START + 2 * JOIN_WAIT);
	generations_expire(&generations, true, START + 3 * JOIN_WAIT);
	assert_null(generations_find(&generations, 2));
	assert_ptr_equal(generations_find(&generations, 3), c);
	generations_free(&generations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_policy_there_is_none),
		cmocka_unit_test(test_a_generation_has_its_policy),
		cmocka_unit_test(test_what_did_not_come_into_force_is_taken_back),
		cmocka_unit_test(test_a_policy_stays_as_long_as_its_events),
		cmocka_unit_test(test_each_switch_waits_for_itself),
	};

	return cmocka_run_group_tests_name("generations", tests, NULL, NULL);
}
