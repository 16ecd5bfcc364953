/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule asks for besides its key: the ports and protocols of items, and their boxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"

/* Every choice of one value in each list, those next to them, and nothing else. */
static void test_lists_of_everything(void **state)
{
	struct policy_rule rule = {
		.uid = RANGES({ 10, 10 }, { 20, 22 }),
		.port = RANGES({ 80, 80 }, { 90, 99 }),
		.protocol = RANGES({ 6, 6 }, { 17, 17 }, { 132, 132 }),
		.comm = STRINGS("a", "b"),
	};
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	static const uint32_t uids[] = { 9, 10, 11, 19, 20, 21, 22, 23 };
	static const uint32_t ports[] = { 0, 79, 80, 81, 89, 90, 99, 100, BIND_PORT_NONE };
	static const uint32_t protocols[] = { 0, 5, 6, 7, 17, 132, 133, BIND_PROTOCOL_RAW };
	static const char comms[][4] = { "", "a", "b", "aa" };
	uint32_t all = COUNT(uids) * COUNT(ports) * COUNT(protocols) * COUNT(comms), found = 0;
	struct image image = judge_compile(&policy);

	(void)state;
	for (uint32_t i = 0; i < all; i++) {
		struct bind_request request = {
			.uid = uids[i % COUNT(uids)],
			.port = ports[i / COUNT(uids) % COUNT(ports)],
			.protocol = protocols[i / COUNT(uids) / COUNT(ports) % COUNT(protocols)],
		};

		strcpy(request.comm, comms[i / COUNT(uids) / COUNT(ports) / COUNT(protocols)]);
		found += judge_image("lists", &policy, &image, &request, IN("/"), SETTINGS(true))
				 .rule == 0;
	}
	assert_int_equal(found, 4 * 3 * 3 * 2);
	image_free(&image);
}

/* Numbers of protocols: in items as far as they fit there, also those that are no IPPROTO_. */
static void test_protocols_of_every_number(void **state)
{
	static struct policy_range lists[] = {
		{ 0, 0 },     { 6, 6 },	    { 17, 17 },	  { 58, 58 },
		{ 132, 132 }, { 255, 255 }, { 262, 262 }, { BIND_PROTOCOL_RAW, BIND_PROTOCOL_RAW }
	};

	(void)state;
	for (size_t first = 0; first < COUNT(lists); first++)
		for (size_t last = first; last < COUNT(lists); last++) {
			struct policy_rule rule = {
				.uid = RANGES({ 0, 0 }),
				.protocol = { &lists[first], last - first + 1 },
			};
			const struct policy policy = { .rule = &rule, .rules = 1 };
			const struct bind_request raw = { .protocol = BIND_PROTOCOL_RAW };
			struct image image = judge_compile(&policy);

			for (uint32_t p = 0; p < 300; p++) {
				struct bind_request request = { .protocol = p };

				judge_image("protocol", &policy, &image, &request, IN("/"),
					    SETTINGS(true));
			}
			judge_image("raw", &policy, &image, &raw, IN("/"), SETTINGS(true));
			image_free(&image);
		}
}

/* Rules with every criterion, filed under each of their keys: one step aside, none matches. */
static void check_box(struct policy_rule *rule, enum bind_dimension dimension)
{
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = rule, .rules = 1 };
	struct bind_request aside[] = { EVERY_REQUEST, EVERY_REQUEST, EVERY_REQUEST, EVERY_REQUEST,
					EVERY_REQUEST, EVERY_REQUEST, EVERY_REQUEST };
	struct naive_task other[] = { *EVERY_TASK, *EVERY_TASK };
	const struct bind_request request = EVERY_REQUEST;
	struct image image = judge_compile(&policy);

	if (dimension < BIND_DIMENSIONS)
		assert_true(judge_header(&image)->tables[dimension].pilots);
	else
		assert_true(judge_header(&image)->common);
	assert_int_equal(judge_rule(&image, &request, EVERY_TASK), 0);
	aside[0].uid += 1000;
	aside[1].protocol = 17;
	aside[2].port += 1000;
	aside[3].comm[0] = 'v';
	aside[4].netns = BIND_NETNS_OTHER;
	aside[5].address[12] = 11;
	aside[6].address[0] = 1;
	for (size_t i = 0; i < COUNT(aside); i++)
		assert_int_equal(judge_image("aside", &policy, &image, &aside[i], EVERY_TASK,
					     SETTINGS(true))
					 .rule,
				 NONE);
	other[0].cgroup = "/b";
	other[1].exe = NULL;
	assert_int_equal(judge_rule(&image, &request, &other[0]), rule->cgroup.count ? NONE : 0);
	assert_int_equal(judge_rule(&image, &request, &other[1]), rule->exe.count ? NONE : 0);
	image_free(&image);
}

/* From key to key, by taking the one before away. */
static void test_boxes_have_all_that_the_key_has_not(void **state)
{
	struct policy_rule rule = EVERY_CRITERION;
	struct policy_range uid = { 0, 99 }, port = { 80, 179 };
	char text[] = "w*", *comm = text;
	struct policy_address address = { IPV4(10, 1, 2, 3), IPV4(10, 1, 2, 3) };

	(void)state;
	check_box(&rule, BIND_DIM_UID);
	rule.uid = (struct policy_ranges){ &uid, 1 };
	check_box(&rule, BIND_DIM_CGROUP);
	rule.cgroup = (struct policy_strings){ 0 };
	check_box(&rule, BIND_DIM_EXE);
	rule.exe = (struct policy_strings){ 0 };
	check_box(&rule, BIND_DIM_COMM);
	rule.comm = (struct policy_strings){ &comm, 1 };
	check_box(&rule, BIND_DIM_PORT);
	rule.port = (struct policy_ranges){ &port, 1 };
	check_box(&rule, BIND_DIMENSIONS);
	rule.address = (struct policy_addresses){ &address, 1 };
	check_box(&rule, BIND_DIM_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_of_everything),
		cmocka_unit_test(test_protocols_of_every_number),
		cmocka_unit_test(test_boxes_have_all_that_the_key_has_not),
	};

	return cmocka_run_group_tests_name("items", tests, NULL, NULL);
}
