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
#include <string.h>

#include <cmocka.h>

#include "generator.h"
#include "judge.h"

#define SEED 20240611
#define ROUNDS 6000
#define REQUESTS 256 /* of each policy */

/* What the generator reached; a property test that reaches little proves little. */
struct reached {
	uint64_t pairs, causes[BIND_CAUSE_MALFORMED + 1];
	uint64_t second_word, second_thousand, audited, verdicts[2];
	uint64_t exe, netns, address, ipv4, ipv6, comm_star, cgroup_star; /* of deciding rules */
	uint64_t expired; /* a rule that expired would have decided */
	uint64_t vector, second_leaf; /* broad rules that decided, and of these bit 2048 and up */

	uint64_t policies, tables[BIND_DIMENSIONS], common, vectors, leaves; /* of images */
	uint64_t full_bucket, boxed, two_items;
};

/* What the items of the image are: full buckets, boxes, rules with several items in a row. */
static void note_items(struct reached *reached, const struct image *image)
{
	const struct bind_image_header *header = &image->page[0].header;
	bool full = false, boxed = false, two = false;
	uint32_t in_bucket = 0, last_rule = NONE;

	for (uint32_t page = header->item_page; page < header->box_page; page++) {
		for (uint32_t i = page == header->item_page; i < BIND_ITEMS_PER_PAGE; i++) {
			const struct bind_item *item = &image->page[page].item[i];

			boxed |= item->box != 0;
			two |= in_bucket && item->rule == last_rule &&
			       (item->port_high || item->protocol[0] || item->box);
			full |= item->last && in_bucket + 1 == BIND_BUCKET_ITEMS;
			in_bucket = item->last ? 0 : in_bucket + 1;
			last_rule = item->rule;
		}
		in_bucket = 0;
	}
	reached->full_bucket += full;
	reached->boxed += boxed;
	reached->two_items += two;
}

static void note_image(struct reached *reached, const struct image *image)
{
	const struct bind_image_header *header = &image->page[0].header;

	reached->policies++;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		reached->tables[d] += header->tables[d].pilots != 0;
	reached->common += header->common != 0;
	reached->vectors += header->broad_rules != 0;
	reached->leaves += header->broad_rules > BIND_LEAF_RULES;
	note_items(reached, image);
}

/* Is the rule among the broad ones, and which of them? */
static void note_broad(struct reached *reached, const struct image *image, uint32_t rule)
{
	const struct bind_image_header *header = &image->page[0].header;

	for (uint32_t bit = 0; bit < header->broad_rules; bit++) {
		uint32_t page = header->broad_page + bit / BIND_NUMBERS_PER_PAGE;

		if (image->page[page].number[bit % BIND_NUMBERS_PER_PAGE] != rule)
			continue;
		reached->vector++;
		reached->second_leaf += bit >= BIND_LEAF_RULES;
	}
}

static bool has_star(const struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strchr(strings->string[i], '*'))
			return true;
	return false;
}

/* What criteria the deciding rule has. */
static void note_rule(struct reached *reached, const struct policy_rule *rule)
{
	reached->exe += rule->exe.count != 0;
	reached->netns += rule->host_netns;
	reached->address += rule->address.count != 0;
	reached->ipv4 += rule->family == POLICY_IPV4;
	reached->ipv6 += rule->family == POLICY_IPV6;
	reached->comm_star += has_star(&rule->comm);
	reached->cgroup_star += has_star(&rule->cgroup);
}

static void note_expired(struct reached *reached, const struct generator *g,
			 const struct bind_request *request, const struct naive_task *task,
			 uint32_t rule)
{
	struct image_settings before = g->settings;
	struct bind_decision decision;

	before.now = 0;
	naive_decide(&g->policy, &before, request, task, &decision);
	reached->expired += decision.rule != rule;
}

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
	char says[96];
	struct naive_task task;
	struct bind_request request;
	struct bind_decision decision;
	struct image image;

	generator_policy(g, seed);
	assert_int_equal(image_compile(&g->policy, &g->settings, &image), 0);
	note_image(reached, &image);
	snprintf(says, sizeof(says),
		 "to see it again: BINDGUARD_SEED=%" PRIu64 " BINDGUARD_ROUNDS=1", seed);
	for (int i = 0; i < REQUESTS; i++) {
		generator_request(g, &request, &task);
		decision = judge_image(says, &g->policy, &image, &request, &task, &g->settings);
		note(reached, &decision, g->settings.enforce);
		if (decision.rule != NONE)
			note_rule(reached, &g->rule[decision.rule]);
		if (decision.rule != NONE)
			note_broad(reached, &image, decision.rule);
		if (g->expiring)
			note_expired(reached, g, &request, &task, decision.rule);
	}
	image_free(&image);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void assert_share(const char *what, uint64_t count, uint64_t share, uint64_t of)
{
	if (count * share < of)
		fail_msg("%s: only %" PRIu64 " of %" PRIu64, what, count, of);
}

/* At least one in share of the pairs. */
static void assert_reached(const struct reached *reached, const char *what, uint64_t count,
			   uint64_t share)
{
	assert_share(what, count, share, reached->pairs);
}

/* Every part of an image, each in one in share of the policies at least. */
static void assert_images_reached(const struct reached *reached)
{
	static const enum bind_dimension keys[] = {
		BIND_DIM_UID,  BIND_DIM_CGROUP, BIND_DIM_EXE,
		BIND_DIM_COMM, BIND_DIM_PORT,	BIND_DIM_ADDRESS
	};

	for (size_t i = 0; i < COUNT(keys); i++)
		assert_share("table", reached->tables[keys[i]], 5, reached->policies);
	assert_share("common bucket", reached->common, 50, reached->policies);
	assert_share("vectors", reached->vectors, 5, reached->policies);
	assert_share("vectors of several leaves", reached->leaves, 400, reached->policies);
	assert_share("full bucket", reached->full_bucket, 5, reached->policies);
	assert_share("box", reached->boxed, 5, reached->policies);
	assert_share("rule with two items", reached->two_items, 5, reached->policies);
	assert_reached(reached, "broad rule", reached->vector, 10);
	assert_reached(reached, "broad rule 2048 and up", reached->second_leaf, 2000);
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
	assert_reached(&reached, "exe", reached.exe, 10);
	assert_reached(&reached, "netns", reached.netns, 10);
	assert_reached(&reached, "address", reached.address, 10);
	assert_reached(&reached, "ipv4", reached.ipv4, 50);
	assert_reached(&reached, "ipv6", reached.ipv6, 50);
	assert_reached(&reached, "comm with a star", reached.comm_star, 10);
	assert_reached(&reached, "cgroup with a star", reached.cgroup_star, 10);
	assert_reached(&reached, "expired", reached.expired, 30);
	assert_images_reached(&reached);
	assert_int_equal(reached.causes[BIND_CAUSE_UNREADABLE], 0);
}

/* Also with a generator that has made another policy before. */
static void test_a_seed_makes_the_same_again(void **state)
{
	struct generator *first = calloc(1, sizeof(*first)), *second = calloc(1, sizeof(*second));
	struct naive_task task[2];
	struct bind_request request[2];

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	generator_policy(first, SEED);
	generator_policy(second, SEED + 1);
	generator_policy(second, SEED);
	assert_int_equal(first->policy.rules, second->policy.rules);
	for (int i = 0; i < REQUESTS; i++) {
		generator_request(first, &request[0], &task[0]);
		generator_request(second, &request[1], &task[1]);
		assert_memory_equal(&request[0], &request[1], sizeof(request[0]));
		assert_string_equal(task[0].cgroup, task[1].cgroup);
		assert_int_equal(!task[0].exe, !task[1].exe);
		if (task[0].exe)
			assert_string_equal(task[0].exe, task[1].exe);
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
