/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule costs in the kernel: its part of the image, and its counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "typical.h"

#define RULES 65536
#define COUNTER_BYTES 24 /* of a rule, and of the default */
#define ENOUGH 128 /* bytes of a rule */

static void check_cost(enum typical typical)
{
	struct policy policy = typical_policy(typical, RULES);
	struct image image;

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.page[0].header.pages, image.pages);
	assert_in_range(image.pages * BIND_PAGE_SIZE + (RULES + 1) * COUNTER_BYTES, RULES,
			RULES * ENOUGH);
	image_free(&image);
	typical_free(&policy);
}

static void test_a_typical_rule_takes_little_memory(void **state)
{
	(void)state;
	check_cost(TYPICAL_UID);
	check_cost(TYPICAL_COMM);
	check_cost(TYPICAL_CGROUP);
	check_cost(TYPICAL_MIXED);
	check_cost(TYPICAL_PORT);
	check_cost(TYPICAL_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_typical_rule_takes_little_memory),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
