/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The property: whatever policy and request, the image decides as the naive matcher does. It covers
 * what nobody thought of.
 *
 * BINDGUARD_SEED and BINDGUARD_ROUNDS set the first seed and how many policies it makes.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "generator.h"
#include "judge.h"

#define SEED 20240611
#define ROUNDS 2000
#define REQUESTS 256 /* of each policy */

/* What the generator reached; a property test that reaches little proves little. */
struct reached {
	uint64_t pairs, causes[BIND_CAUSE_MALFORMED + 1];
	uint64_t second_word, second_thousand, audited, verdicts[2];
};

static void note(struct reached *reached, const struct bind_decision *decision, bool enforce)
{
	reached->pairs++;
	reached->causes[decision->cause]++;
	reached->verdicts[decision->verdict]++;
	reached->second_word += decision->rule != NONE && decision->rule >= 64;
	reached->second_thousand += decision->rule != NONE && decision->rule >= 1024;
	reached->audited += enforce && !decision->enforced;
}

static void check_policy(struct generator *g, uint64_t seed, struct reached *reached)
{
	char says[96], path[GENERATOR_PATH_LEN];
	struct bind_request request;
	struct bind_decision decision;
	struct image image;

	generator_policy(g, seed);
	assert_int_equal(image_compile(&g->policy, GENERATION, g->enforce, &image), 0);
	snprintf(says, sizeof(says),
		 "to see it again: BINDGUARD_SEED=%" PRIu64 " BINDGUARD_ROUNDS=1", seed);
	for (int i = 0; i < REQUESTS; i++) {
		generator_request(g, &request, path);
		decision = judge_image(says, &g->policy, &image, &request, path, g->enforce);
		note(reached, &decision, g->enforce);
	}
	image_free(&image);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

/* At least one in share of the pairs. */
static void assert_reached(const struct reached *reached, const char *what, uint64_t count,
			   uint64_t share)
{
	if (count * share < reached->pairs)
		fail_msg("%s: only %" PRIu64 " of %" PRIu64 " pairs", what, count, reached->pairs);
}

static void test_images_decide_as_the_naive_matcher_does(void **state)
{
	uint64_t seed = setting("BINDGUARD_SEED", SEED);
	uint64_t rounds = setting("BINDGUARD_ROUNDS", ROUNDS);
	struct generator *g = calloc(1, sizeof(*g));
	struct reached reached = { 0 };

	(void)state;
	assert_non_null(g);
	for (uint64_t round = 0; round < rounds; round++)
		check_policy(g, seed + round, &reached);
	free(g);
	if (rounds < ROUNDS)
		return;
	assert_reached(&reached, "default", reached.causes[BIND_CAUSE_DEFAULT], 20);
	assert_reached(&reached, "rule", reached.causes[BIND_CAUSE_RULE], 4);
	assert_reached(&reached, "options", reached.causes[BIND_CAUSE_OPTIONS], 20);
	assert_reached(&reached, "allow", reached.verdicts[BIND_ALLOW], 5);
	assert_reached(&reached, "deny", reached.verdicts[BIND_DENY], 5);
	assert_reached(&reached, "audit mode", reached.audited, 20);
	assert_reached(&reached, "rule 64 and up", reached.second_word, 50);
	assert_reached(&reached, "rule 1024 and up", reached.second_thousand, 500);
	assert_int_equal(reached.causes[BIND_CAUSE_UNREADABLE], 0);
}

/* Also with a generator that has made another policy before. */
static void test_a_seed_makes_the_same_again(void **state)
{
	struct generator *first = calloc(1, sizeof(*first)), *second = calloc(1, sizeof(*second));
	char path[2][GENERATOR_PATH_LEN];
	struct bind_request request[2];

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	generator_policy(first, SEED);
	generator_policy(second, SEED + 1);
	generator_policy(second, SEED);
	assert_int_equal(first->policy.rules, second->policy.rules);
	for (int i = 0; i < REQUESTS; i++) {
		generator_request(first, &request[0], path[0]);
		generator_request(second, &request[1], path[1]);
		assert_memory_equal(&request[0], &request[1], sizeof(request[0]));
		assert_string_equal(path[0], path[1]);
	}
	free(first);
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images_decide_as_the_naive_matcher_does),
		cmocka_unit_test(test_a_seed_makes_the_same_again),
	};

	return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
