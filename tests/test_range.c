/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request for every port of a range is decided as the worst of the requests for each of them: by
 * the naive matcher, which looks at every port.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "generator.h"
#include "judge.h"
#include "policy/range.h"

#define POLICIES 400
#define TRIES 8 /* of each policy */

static int severity(const struct bind_decision *decision)
{
	if (decision->verdict == BIND_ALLOW)
		return 0;
	return decision->enforced ? 2 : 1;
}

/* The decision about the whole range, and in how many steps. */
static struct bind_decision decide_whole(const struct image *image, struct bind_request request,
					 const struct naive_task *task, uint32_t low, uint32_t high,
					 uint32_t *steps)
{
	struct decide_range range;

	request.cgroup = image_cgroup_class(image, task->cgroup);
	request.exe = task->exe ? image_exe_class(image, task->exe) : 0;
	memset(&range, 0xaa, sizeof(range));
	decide_range_begin(&range, low, high);
	for (*steps = 1; !decide_range_step(image, judge_header(image), &request, &range); ++*steps)
		assert_true(*steps < DECIDE_RANGE_STEPS);
	return range.worst;
}

/* The first of the worst; or the first of those that are enforced, which ends the search. */
static struct bind_decision naive_whole(const struct generator *g, struct bind_request request,
					const struct naive_task *task, uint32_t low, uint32_t high)
{
	struct bind_decision worst = { 0 }, decision;

	for (uint32_t port = low; port <= high; port++) {
		request.port = port;
		naive_decide(&g->policy, &g->settings, &request, task, &decision);
		if (port == low || severity(&decision) > severity(&worst))
			worst = decision;
	}
	return worst;
}

/* One end is at a bound of some rule, or beside it. */
static uint32_t pick_port(struct generator *g, uint32_t random)
{
	uint32_t port = g->port[random % g->pool] + random / 64 % 3 - 1;

	return port < 1 || port > 65535 ? 1 + random % 65535 : port;
}

static void test_a_range_is_decided_as_its_worst_port(void **state)
{
	struct generator *g = calloc(1, sizeof(*g));
	uint32_t severities[3] = { 0 }, several = 0, steps;

	(void)state;
	assert_non_null(g);
	for (uint32_t seed = 1; seed <= POLICIES; seed++) {
		struct bind_request request;
		struct naive_task task;
		struct image image;

		generator_policy(g, seed);
		assert_int_equal(image_compile(&g->policy, &g->settings, &image), 0);
		for (uint32_t i = 0; i < TRIES; i++) {
			uint32_t random = seed * 2654435761u + i * 40503u;
			uint32_t low = pick_port(g, random), high = pick_port(g, random >> 7);
			struct bind_decision fast, naive;

			if (low > high || i == 0)
				high = low; /* a single port */
			generator_request(g, &request, &task);
			fast = decide_whole(&image, request, &task, low, high, &steps);
			naive = naive_whole(g, request, &task, low, high);
			assert_true(judge_same(&fast, &naive));
			severities[severity(&fast)]++;
			several += steps > 2;
		}
		image_free(&image);
	}
	for (int i = 0; i < 3; i++)
		assert_true(severities[i] > POLICIES / 10);
	assert_true(several > POLICIES / 4);
	free(g);
}

/* Every second port has a rule of its own: more bounds than that there cannot be. */
static void test_the_widest_range_has_an_end(void **state)
{
	struct policy policy = { .default_verdict = BIND_ALLOW, .rules = 32767 };
	struct policy_range *port = calloc(policy.rules, sizeof(*port));
	struct image image;
	uint32_t steps;

	(void)state;
	policy.rule = calloc(policy.rules, sizeof(*policy.rule));
	assert_true(port && policy.rule);
	for (uint32_t i = 0; i < policy.rules; i++) {
		port[i] = (struct policy_range){ 2 * i + 1, 2 * i + 1 };
		policy.rule[i].port = (struct policy_ranges){ &port[i], 1 };
	}
	image = judge_compile(&policy);
	assert_int_equal(
		decide_whole(&image, (struct bind_request){ 0 }, IN("/"), 1, 65535, &steps).verdict,
		BIND_ALLOW);
	assert_true(steps > 65000);
	image_free(&image);
	policy.rule[policy.rules - 1].verdict = BIND_DENY;
	image = judge_compile(&policy);
	assert_int_equal(
		decide_whole(&image, (struct bind_request){ 0 }, IN("/"), 1, 65535, &steps).rule,
		policy.rules - 1);
	assert_int_equal(
		decide_whole(&image, (struct bind_request){ 0 }, IN("/"), 1, 65532, &steps).verdict,
		BIND_ALLOW);
	image_free(&image);
	free(policy.rule);
	free(port);
}

/* Such a range is that of a socket whose range another thread has taken away. */
static void test_port_0_alone_is_a_range(void **state)
{
	struct policy_range ephemeral = { 0, 0 };
	struct policy_rule rule = { .port = { &ephemeral, 1 } };
	struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct image image = judge_compile(&policy);
	uint32_t steps;

	(void)state;
	assert_int_equal(
		decide_whole(&image, (struct bind_request){ 0 }, IN("/"), 0, 0, &steps).rule, 0);
	assert_int_equal(
		decide_whole(&image, (struct bind_request){ 0 }, IN("/"), 1, 9, &steps).rule, NONE);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_range_is_decided_as_its_worst_port),
		cmocka_unit_test(test_the_widest_range_has_an_end),
		cmocka_unit_test(test_port_0_alone_is_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
