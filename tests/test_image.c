/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Images: their header and rules, their trees at every depth, the keys in them and the classes of
 * cgroups, and images with a part missing or wrong, which deny.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"

/* The whole image */

static void test_an_image_needs_nothing_of_its_policy(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	const struct bind_request request = ALL_FIVE_REQUEST;
	char path[] = "/a", *paths[] = { path };
	struct bind_decision decision;
	struct image image;

	(void)state;
	rule.cgroup.string = paths;
	assert_int_equal(image_compile(&policy, 7, true, &image), 0);
	strcpy(path, "/x");
	rule = (struct policy_rule){ .verdict = BIND_DENY };
	judge_decide(&image, &request, "/a/b", &decision);
	assert_int_equal(decision.rule, 0);
	assert_int_equal(decision.verdict, BIND_ALLOW);
	assert_int_equal(decision.generation, 7);
	image_free(&image);
	image_free(&image);
}

static void test_the_header_tells_what_the_image_is(void **state)
{
	struct policy_rule rules[] = {
		{ .uid = RANGES({ 0, 0 }) },
		{ .cgroup = STRINGS("/a") },
	};
	struct policy policy = { BIND_DENY, BIND_OPT_REUSEADDR, rules, 1, NULL };
	const struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, 3, false, &image), 0);
	header = &image.page[0].header;
	assert_int_equal(header->magic, BIND_IMAGE_MAGIC);
	assert_int_equal(header->generation, 3);
	assert_int_equal(header->pages, image.pages);
	assert_int_equal(header->flags, 0);
	assert_int_equal(header->default_verdict, BIND_DENY);
	assert_int_equal(header->forbid_options, BIND_OPT_REUSEADDR);
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		assert_int_equal(header->trees[d].depth, d == BIND_DIM_UID);
	image_free(&image);

	policy.rules = 2;
	assert_int_equal(image_compile(&policy, 4, true, &image), 0);
	assert_int_equal(image.page[0].header.flags, BIND_IMAGE_ENFORCE | BIND_IMAGE_CGROUPS);
	image_free(&image);
}

/* Rules: their bits in the vectors, and their settings */

/* Rule i is for port i + 1, and the last one besides for port 60000. */
static struct policy port_policy(size_t rules)
{
	struct policy policy = { .default_verdict = BIND_DENY, .rules = rules };

	policy.rule = calloc(rules, sizeof(*policy.rule));
	assert_non_null(policy.rule);
	for (size_t i = 0; i < rules; i++) {
		struct policy_ranges *port = &policy.rule[i].port;

		port->count = i == rules - 1 ? 2 : 1;
		port->range = calloc(port->count, sizeof(*port->range));
		assert_non_null(port->range);
		port->range[0] = (struct policy_range){ (uint32_t)i + 1, (uint32_t)i + 1 };
		if (i == rules - 1)
			port->range[1] = (struct policy_range){ 60000, 60000 };
	}
	return policy;
}

static void port_policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->rules; i++)
		free(policy->rule[i].port.range);
	free(policy->rule);
}

static void check_port(const struct policy *policy, const struct image *image, uint32_t port,
		       uint32_t rule)
{
	const struct bind_request request = { .port = port };

	assert_int_equal(judge_image("port", policy, image, &request, "/", true).rule, rule);
}

static void check_rule_count(size_t rules)
{
	struct policy policy = port_policy(rules);
	struct image image;

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.rules, rules);
	assert_int_equal(image.page[0].header.words, (rules + 63) / 64);
	for (uint32_t port = 1; port <= rules; port++)
		check_port(&policy, &image, port, port - 1);
	check_port(&policy, &image, 0, NONE);
	check_port(&policy, &image, (uint32_t)rules + 1, NONE);
	check_port(&policy, &image, 60000, (uint32_t)rules - 1);
	check_port(&policy, &image, BIND_PORT_NONE, NONE);
	image_free(&image);
	port_policy_free(&policy);
}

static void test_each_rule_is_found_however_many_there_are(void **state)
{
	static const size_t counts[] = { 1, 2, 63, 64, 65, 127, 128, 129, 1024, 1025, 4095, 4096 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++)
		check_rule_count(counts[i]);
}

static void test_each_rule_keeps_its_own_settings(void **state)
{
	struct policy policy = port_policy(BIND_MAX_RULES);
	struct image image;

	(void)state;
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		policy.rule[i].verdict = i % 3 ? BIND_ALLOW : BIND_DENY;
		policy.rule[i].audit = i % 5 == 0;
		policy.rule[i].forbid_options = i % 32;
	}
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		struct bind_request request = { .port = i + 1, .options = BIND_OPT_ALL };
		struct bind_decision d = judge_image("port", &policy, &image, &request, "/", true);

		assert_int_equal(d.enforced, i % 5 != 0);
		assert_int_equal(d.forbidden, i % 3 ? i % 32 : 0);
	}
	image_free(&image);
	port_policy_free(&policy);
}

static void test_too_many_rules_are_refused(void **state)
{
	struct policy policy = port_policy(BIND_MAX_RULES + 1);
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), -E2BIG);
	assert_null(image.page);
	image_free(&image);
	port_policy_free(&policy);
}

/* Trees */

/* A rule for count uids: first, first + 2, first + 4... so that no two of them touch. */
static struct policy_ranges spread_uids(size_t count, uint32_t first)
{
	struct policy_ranges uids = { calloc(count, sizeof(*uids.range)), count };

	assert_non_null(uids.range);
	for (size_t i = 0; i < count; i++)
		uids.range[i].low = uids.range[i].high = first + 2 * (uint32_t)i;
	return uids;
}

static uint32_t rule_of(const struct image *image, const struct bind_request *request)
{
	struct bind_decision decision;

	judge_decide(image, request, "/", &decision);
	return decision.rule;
}

/* intervals of uids that match and that do not, in turn; the last one has the highest uid. */
static void check_narrow_tree(size_t intervals, uint32_t depth)
{
	uint32_t first = intervals % 2;
	struct policy_rule rule = { .uid = spread_uids((intervals + !first) / 2, first) };
	const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	struct bind_request request = { 0 };
	struct image image;

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.trees[BIND_DIM_UID].depth, depth);
	for (request.uid = 0; request.uid < intervals + 2; request.uid++) {
		bool listed = request.uid < intervals - 1 && request.uid % 2 == first;

		assert_int_equal(rule_of(&image, &request), listed ? 0 : NONE);
	}
	request.uid = UINT32_MAX;
	assert_int_equal(rule_of(&image, &request), NONE);
	image_free(&image);
	free(rule.uid.range);
}

static void test_narrow_trees_of_every_depth(void **state)
{
	(void)state;
	check_narrow_tree(2, 1);
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
		const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
		struct bind_request highest = { .uid = UINT32_MAX };
		struct bind_request below = { .uid = UINT32_MAX - 1 };
		struct image image;

		rule.uid.range[0] = (struct policy_range){ UINT32_MAX, UINT32_MAX };
		assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
		assert_int_equal(rule_of(&image, &highest), 0);
		assert_int_equal(rule_of(&image, &below), NONE);
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

static void free_comms(struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
}

static void check_comm(const struct image *image, const char *name, bool listed)
{
	struct bind_request request = { 0 };

	strcpy(request.comm, name);
	assert_int_equal(rule_of(image, &request), listed ? 0 : NONE);
}

static void check_wide_tree(size_t names, uint32_t depth)
{
	struct policy_rule rule = { .comm = spread_comms(names) };
	const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	struct bind_request highest = { .comm = HIGHEST "\xff" };
	struct image image;
	char name[BIND_COMM_LEN];

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.trees[BIND_DIM_COMM].depth, depth);
	for (size_t i = 0; i < 2 * names + 2; i++) {
		snprintf(name, sizeof(name), "%05zu", i);
		check_comm(&image, name, i < 2 * names && i % 2 == 0);
		snprintf(name, sizeof(name), "%05zu0", i);
		check_comm(&image, name, false);
		snprintf(name, sizeof(name), "%05zu%s", i, "0000000001");
		check_comm(&image, name, false);
	}
	check_comm(&image, "", false);
	assert_int_equal(rule_of(&image, &highest), NONE);
	image_free(&image);
	free_comms(&rule.comm);
}

static void test_wide_trees_of_every_depth(void **state)
{
	(void)state;
	check_wide_tree(1, 1);
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
		const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
		struct bind_request no_end = { .comm = HIGHEST "\xff" };
		struct image image;

		free(rule.comm.string[0]);
		rule.comm.string[0] = strdup(HIGHEST);
		assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
		check_comm(&image, HIGHEST, true);
		check_comm(&image, "\xff", false);
		assert_int_equal(rule_of(&image, &no_end), NONE);
		image_free(&image);
		free_comms(&rule.comm);
	}
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
		page.wide.high[i] = page.wide.low[i] = i < 3 ? i : UINT64_MAX;
		page.wide.value[i] = i < 3 ? (uint32_t)i + 10 : 12;
	}
	assert_int_equal(decide_wide(&page.wide, 0, 0), 10);
	assert_int_equal(decide_wide(&page.wide, 1, 0), 10);
	assert_int_equal(decide_wide(&page.wide, 1, 1), 11);
	assert_int_equal(decide_wide(&page.wide, 1, UINT64_MAX), 11);
	assert_int_equal(decide_wide(&page.wide, 2, 2), 12);
	assert_int_equal(decide_wide(&page.wide, UINT64_MAX, UINT64_MAX), 12);
}

/* Keys, and the bits of vectors */

static void test_names_become_keys_in_their_order(void **state)
{
	static const char names[][8] = {
		"",
		"\x01",
		"a",
		"a\x01",
		"aa",
		"aaaaaaa",
		{ 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a' },
		"ab",
		"b",
		"\x7f",
		"\x80",
		"\xff",
	};

	(void)state;
	assert_int_equal(decide_key(names[0]), 0);
	for (size_t i = 1; i < COUNT(names); i++)
		assert_true(decide_key(names[i - 1]) < decide_key(names[i]));
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

/* Classes of cgroups */

/* Seven cgroups: /a/b has two rules, and the last rule has two cgroups. */
static struct policy_rule named_rules[] = {
	{ .cgroup = STRINGS("/a/b/c") }, /* 0 */
	{ .cgroup = STRINGS("/a-b") }, /* 1 */
	{ .cgroup = STRINGS("/ab") }, /* 2 */
	{ .cgroup = STRINGS("/a/b"), .uid = RANGES({ 0, 0 }) }, /* 3 */
	{ .cgroup = STRINGS("/a") }, /* 4 */
	{ .cgroup = STRINGS("/a/b") }, /* 5 */
	{ .cgroup = STRINGS("/z", "/a.b") }, /* 6 */
};

static void test_a_cgroup_has_the_class_of_its_closest_named_parent(void **state)
{
	const struct policy policy = { BIND_DENY, 0, named_rules, COUNT(named_rules), NULL };
	static const char *const classes[][2] = {
		{ "/a/x", "/a" },	  { "/a/x/b/c", "/a" },
		{ "/a/bc", "/a" },	  { "/a/b/x/y/z", "/a/b" },
		{ "/a/b/c/d", "/a/b/c" }, { "/a-b/a/b", "/a-b" },
		{ "/a.b/z", "/a.b" },	  { "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", "/a/b/c" },
		{ "/a/ab", "/a" },	  { "/a/-b/z", "/a" },
	};
	static const char *const unnamed[] = { "/",	 "/b",	 "/abc", "/a-",	 "/a-bc",
					       "/a.b-c", "/b/a", "/A",	 "/aa/b" };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	for (size_t i = 0; i < COUNT(classes); i++) {
		assert_int_not_equal(image_cgroup_class(&image, classes[i][1]), 0);
		assert_int_equal(image_cgroup_class(&image, classes[i][0]),
				 image_cgroup_class(&image, classes[i][1]));
	}
	for (size_t i = 0; i < COUNT(unnamed); i++)
		assert_int_equal(image_cgroup_class(&image, unnamed[i]), 0);
	image_free(&image);
}

static void test_named_cgroups_have_classes_of_their_own(void **state)
{
	const struct policy policy = { BIND_DENY, 0, named_rules, COUNT(named_rules), NULL };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.cgroups, 7);
	for (size_t i = 0; i < image.cgroups; i++) {
		assert_int_equal(image_cgroup_class(&image, image.cgroup[i].path),
				 image.cgroup[i].class);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(image.cgroup[i].class, image.cgroup[j].class);
	}
	image_free(&image);
}

static void test_without_named_cgroups_there_is_one_class(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.cgroups, 0);
	assert_int_equal(image_cgroup_class(&image, "/"), 0);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), 0);
	image_free(&image);
}

/* Images that cannot be read: a page is missing, or its number is wrong */

/* The image's first pages, in memory of exactly that size. */
static struct image cut_image(const struct image *image, size_t pages)
{
	struct image cut = *image;

	cut.pages = pages;
	cut.page = malloc(pages * sizeof(*cut.page));
	assert_non_null(cut.page);
	memcpy(cut.page, image->page, pages * sizeof(*cut.page));
	return cut;
}

static void check_cut(const struct image *image, const struct bind_request *request, size_t pages,
		      bool enforce)
{
	const struct bind_decision unreadable = { .generation = pages ? GENERATION : 0,
						  .rule = NONE,
						  .verdict = BIND_DENY,
						  .enforced = pages ? enforce : 1,
						  .cause = BIND_CAUSE_UNREADABLE };
	struct image cut = cut_image(image, pages ? pages : 1);
	struct bind_decision decision;

	cut.pages = pages;
	judge_decide(&cut, request, "/a", &decision);
	if (!judge_same(&decision, &unreadable)) {
		judge_print("decided", &decision);
		fail_msg("%zu pages of %zu", pages, image->pages);
	}
	free(cut.page);
}

/* The last page of an image of one rule has the vectors, which every decision needs. */
static void test_an_image_with_a_missing_page_denies(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	const struct policy policy = { BIND_ALLOW, 0, &rule, 1, NULL };
	const struct bind_request request = ALL_FIVE_REQUEST;
	struct image image;

	(void)state;
	for (int enforce = 0; enforce <= 1; enforce++) {
		assert_int_equal(image_compile(&policy, GENERATION, enforce, &image), 0);
		assert_int_equal(
			judge_image("whole", &policy, &image, &request, "/a", enforce).rule, 0);
		for (size_t pages = 0; pages < image.pages; pages++)
			check_cut(&image, &request, pages, enforce);
		image_free(&image);
	}
}

static void check_broken(struct image *image, const struct bind_request *request, uint32_t *number)
{
	static const uint32_t wrong[] = { 1000, 0x7fffffff, 0xfffffff0, 0xffffffff };
	uint32_t right = *number;
	struct bind_decision decision;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		*number = wrong[i];
		judge_decide(image, request, "/a", &decision);
		assert_int_equal(decision.cause, BIND_CAUSE_UNREADABLE);
		assert_int_equal(decision.verdict, BIND_DENY);
		assert_int_equal(decision.enforced, 1);
		assert_int_equal(decision.rule, NONE);
	}
	*number = right;
}

static void test_an_image_with_a_wrong_page_number_denies(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	const struct policy policy = { BIND_ALLOW, 0, &rule, 1, NULL };
	const struct bind_request request = ALL_FIVE_REQUEST;
	struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	header = &image.page[0].header;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		check_broken(&image, &request, &header->trees[d].root);
	check_broken(&image, &request, &header->rule_pages);
	check_broken(&image, &request, &header->vector_pages);
	assert_int_equal(judge_image("whole", &policy, &image, &request, "/a", true).rule, 0);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_image_needs_nothing_of_its_policy),
		cmocka_unit_test(test_the_header_tells_what_the_image_is),
		cmocka_unit_test(test_each_rule_is_found_however_many_there_are),
		cmocka_unit_test(test_each_rule_keeps_its_own_settings),
		cmocka_unit_test(test_too_many_rules_are_refused),
		cmocka_unit_test(test_narrow_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_narrow_key_is_found),
		cmocka_unit_test(test_wide_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_wide_key_is_found),
		cmocka_unit_test(test_padding_keys_have_the_last_value),
		cmocka_unit_test(test_names_become_keys_in_their_order),
		cmocka_unit_test(test_the_lowest_bit),
		cmocka_unit_test(test_a_cgroup_has_the_class_of_its_closest_named_parent),
		cmocka_unit_test(test_named_cgroups_have_classes_of_their_own),
		cmocka_unit_test(test_without_named_cgroups_there_is_one_class),
		cmocka_unit_test(test_an_image_with_a_missing_page_denies),
		cmocka_unit_test(test_an_image_with_a_wrong_page_number_denies),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
