/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Images: their header and rules, their trees at every depth, the keys in them and the classes of
 * cgroups and executables, expiry, and images with a part missing or wrong, which deny.
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
	struct policy_rule rule = EVERY_CRITERION;
	struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	const struct bind_request request = EVERY_REQUEST;
	char path[] = "/a", *paths[] = { path };
	struct bind_decision decision;
	struct image image;

	(void)state;
	rule.cgroup.string = paths;
	assert_int_equal(image_compile(&policy, &(struct image_settings){ 7, true, NOW }, &image),
			 0);
	strcpy(path, "/x");
	rule = (struct policy_rule){ .verdict = BIND_DENY };
	judge_decide(&image, &request, EVERY_TASK, &decision);
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
	struct policy policy = { .default_verdict = BIND_DENY,
				 .forbid_options = BIND_OPT_REUSEADDR,
				 .rule = rules,
				 .rules = 1 };
	const struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, &(struct image_settings){ 3, false, NOW }, &image),
			 0);
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
}

/* Requests need their costly parts only if a rule names them; expired rules are rules, too. */
static void test_the_header_tells_what_requests_need(void **state)
{
	const struct {
		struct policy_rule rule;
		uint32_t flags;
	} rows[] = {
		{ { .uid = RANGES({ 0, 0 }), .comm = STRINGS("a*"), .family = POLICY_IPV4 }, 0 },
		{ { .cgroup = STRINGS("/a") }, BIND_IMAGE_CGROUPS },
		{ { .cgroup = STRINGS("/*") }, BIND_IMAGE_CGROUPS },
		{ { .exe = STRINGS("/bin/a") }, BIND_IMAGE_EXES },
		{ { .host_netns = true }, BIND_IMAGE_NETNS },
		{ EVERY_CRITERION, BIND_IMAGE_CGROUPS | BIND_IMAGE_EXES | BIND_IMAGE_NETNS },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		struct policy_rule rules[2] = { { .verdict = BIND_DENY }, rows[i / 2].rule };
		const struct policy policy = { .rule = rules, .rules = 2 };
		uint32_t enforce = i % 2 ? BIND_IMAGE_ENFORCE : 0;
		struct image image;

		assert_int_equal(image_compile(&policy, SETTINGS(i % 2), &image), 0);
		assert_int_equal(image.page[0].header.flags, rows[i / 2].flags | enforce);
		image_free(&image);
	}
}

static void test_only_criteria_have_trees(void **state)
{
	struct policy_rule rules[] = { EVERY_CRITERION, { .verdict = BIND_DENY } };
	struct policy policy = { .rule = rules, .rules = 2 };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		assert_int_equal(image.page[0].header.trees[d].depth, 1);
	image_free(&image);
	policy = (struct policy){ .rule = &rules[1], .rules = 1 };
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		assert_int_equal(image.page[0].header.trees[d].depth, 0);
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

	assert_int_equal(judge_image("port", policy, image, &request, IN("/"), SETTINGS(true)).rule,
			 rule);
}

static void check_rule_count(size_t rules)
{
	struct policy policy = port_policy(rules);
	struct image image;

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
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
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		struct bind_request request = { .port = i + 1, .options = BIND_OPT_ALL };
		struct bind_decision d = judge_image("port", &policy, &image, &request, IN("/"),
						     SETTINGS(true));

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
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), -E2BIG);
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

	judge_decide(image, request, IN("/"), &decision);
	return decision.rule;
}

/* intervals of uids that match and that do not, in turn; the last one has the highest uid. */
static void check_narrow_tree(size_t intervals, uint32_t depth)
{
	uint32_t first = intervals % 2;
	struct policy_rule rule = { .uid = spread_uids((intervals + !first) / 2, first) };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request request = { 0 };
	struct image image;

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
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
		const struct policy policy = { .default_verdict = BIND_DENY,
					       .rule = &rule,
					       .rules = 1 };
		struct bind_request highest = { .uid = UINT32_MAX };
		struct bind_request below = { .uid = UINT32_MAX - 1 };
		struct image image;

		rule.uid.range[0] = (struct policy_range){ UINT32_MAX, UINT32_MAX };
		assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
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

static void free_strings(struct policy_strings *strings)
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
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request highest = { .comm = HIGHEST "\xff" };
	struct image image;
	char name[BIND_COMM_LEN];

	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
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
	free_strings(&rule.comm);
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
		const struct policy policy = { .default_verdict = BIND_DENY,
					       .rule = &rule,
					       .rules = 1 };
		struct bind_request no_end = { .comm = HIGHEST "\xff" };
		struct image image;

		free(rule.comm.string[0]);
		rule.comm.string[0] = strdup(HIGHEST);
		assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
		check_comm(&image, HIGHEST, true);
		check_comm(&image, "\xff", false);
		assert_int_equal(rule_of(&image, &no_end), NONE);
		image_free(&image);
		free_strings(&rule.comm);
	}
}

/* Every other address of 10.0.0.0/16 and on, up to count. */
static void check_address_tree(size_t count, uint32_t depth)
{
	struct policy_address *ranges = calloc(count, sizeof(*ranges));
	struct policy_rule rule = { .address = { ranges, count } };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	struct bind_request request = { .address = REQUESTED_IPV4(10, 0, 0, 0) };
	struct image image;

	assert_non_null(ranges);
	for (size_t i = 0; i < count; i++) {
		const struct policy_address one = { IPV4(10, 0, 2 * i / 256, 2 * i % 256),
						    IPV4(10, 0, 2 * i / 256, 2 * i % 256) };

		ranges[count - 1 - i] = one;
	}
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.page[0].header.trees[BIND_DIM_ADDRESS].depth, depth);
	for (size_t i = 0; i < 2 * count + 2; i++) {
		request.address[14] = (char)(i / 256);
		request.address[15] = (char)(i % 256);
		assert_int_equal(rule_of(&image, &request), i < 2 * count && i % 2 == 0 ? 0 : NONE);
	}
	image_free(&image);
	free(ranges);
}

static void test_address_trees_of_every_depth(void **state)
{
	(void)state;
	check_address_tree(1, 1);
	check_address_tree(63, 1);
	check_address_tree(64, 2);
	check_address_tree(8191, 2);
	check_address_tree(8192, 3);
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

/* Expiry */

/* ORs all vectors of all classes. */
static uint64_t all_bits(const struct image *image)
{
	uint64_t bits = 0;

	for (size_t i = image->page[0].header.vector_pages; i < image->pages; i++)
		for (size_t v = 0; v < BIND_VECTORS_PER_PAGE; v++)
			bits |= image->page[i].vectors.vector[v][0];
	return bits;
}

static void test_an_expired_rule_has_no_bit(void **state)
{
	struct policy_rule rules[] = { EVERY_CRITERION, EVERY_CRITERION, { .expires = 1000 } };
	const struct policy policy = { .rule = rules, .rules = 3 };
	static const uint64_t bits[][2] = { { 999, 7 }, { 1000, 3 }, { 1999, 3 }, { 2000, 1 } };
	struct image image;

	(void)state;
	rules[1].expires = 2000;
	for (size_t i = 0; i < COUNT(bits); i++) {
		assert_int_equal(image_compile(&policy, SETTINGS_AT(true, bits[i][0]), &image), 0);
		assert_int_equal(all_bits(&image), bits[i][1]);
		assert_int_equal(image.page[0].header.rules, 3);
		image_free(&image);
	}
}

static void test_the_next_expiry_is_the_first_to_come(void **state)
{
	struct policy_rule rules[] = {
		{ .expires = 3000 }, { .expires = 0 },	  { .expires = 1000 },
		{ .expires = 2000 }, { .expires = 1000 },
	};
	const struct policy policy = { .rule = rules, .rules = COUNT(rules) };
	const struct policy never = { .rule = &rules[1], .rules = 1 }, none = { 0 };

	(void)state;
	assert_int_equal(image_next_expiry(&policy, 0), 1000);
	assert_int_equal(image_next_expiry(&policy, 999), 1000);
	assert_int_equal(image_next_expiry(&policy, 1000), 2000);
	assert_int_equal(image_next_expiry(&policy, 1999), 2000);
	assert_int_equal(image_next_expiry(&policy, 2000), 3000);
	assert_int_equal(image_next_expiry(&policy, 3000), 0);
	assert_int_equal(image_next_expiry(&policy, INT64_MAX), 0);
	assert_int_equal(image_next_expiry(&never, 0), 0);
	assert_int_equal(image_next_expiry(&none, 0), 0);
}

/* Classes of executables */

static void test_executables_have_classes_of_their_own(void **state)
{
	struct policy_rule rules[] = {
		{ .exe = STRINGS("/bin/c", "/bin/a") },
		{ .exe = STRINGS("/bin/a"), .uid = RANGES({ 0, 0 }), .expires = 1 },
		{ .exe = STRINGS("/bin/b", "/bin/c"), .expires = 1 },
	};
	const struct policy policy = { .rule = rules, .rules = COUNT(rules) };
	static const char *const names[] = { "/bin/a", "/bin/b", "/bin/c" };
	static const char *const unknown[] = { "", "/", "/bin", "/bin/", "/bin/a/", "/bin/d" };
	struct image image;

	(void)state;
	for (int64_t now = 0; now < 2; now++) {
		assert_int_equal(image_compile(&policy, SETTINGS_AT(true, now), &image), 0);
		assert_int_equal(image.exes, 3);
		for (uint32_t i = 0; i < 3; i++) {
			assert_string_equal(image.exe[i], names[i]);
			assert_int_equal(image_exe_class(&image, names[i]), i + 1);
		}
		for (size_t i = 0; i < COUNT(unknown); i++)
			assert_int_equal(image_exe_class(&image, unknown[i]), 0);
		image_free(&image);
	}
}

static void test_without_named_executables_there_is_one_class(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.exes, 0);
	assert_int_equal(image_exe_class(&image, "/bin/a"), 0);
	image_free(&image);
}

/* Classes of cgroups */

static struct policy_rule named_rules[] = {
	{ .cgroup = STRINGS("/a/b/c") }, /* 0 */
	{ .cgroup = STRINGS("/a-b") }, /* 1 */
	{ .cgroup = STRINGS("/ab") }, /* 2 */
	{ .cgroup = STRINGS("/a/b"), .uid = RANGES({ 0, 0 }) }, /* 3 */
	{ .cgroup = STRINGS("/a") }, /* 4 */
	{ .cgroup = STRINGS("/a/b") }, /* 5 */
	{ .cgroup = STRINGS("/z", "/a.b") }, /* 6 */
	{ .cgroup = STRINGS("/a*") }, /* 7 */
	{ .cgroup = STRINGS("/a/*") }, /* 8 */
	{ .cgroup = STRINGS("/ab*", "/\xff*") }, /* 9 */
};

/* In the table's order. */
static const char *const named_paths[] = {
	"/",	  "/\x01",    "/A",	 "/a",	      "/a/\x01",  "/a/-b",  "/a/b", "/a/b/a",
	"/a/b/c", "/a/b/c/d", "/a/b/cd", "/a/bc",     "/a/x/b/c", "/a\x01", "/a-",  "/a-b",
	"/a-b/c", "/a-b.",    "/a-bc",	 "/a.b",      "/a.b/z",	  "/a.b-c", "/aa",  "/ab",
	"/ab/a",  "/ab.",     "/abc",	 "/ac",	      "/b",	  "/b/a",   "/z",   "/z/z",
	"/zz",	  "/\xff",    "/\xff/a", "/\xff\xff",
};

/* The rules that accept the cgroup, as bits, one rule at a time. */
static uint64_t accepting(const char *path)
{
	const struct bind_request request = { 0 };
	uint64_t bits = 0;

	for (size_t i = 0; i < COUNT(named_rules); i++) {
		const struct policy policy = { .rule = &named_rules[i], .rules = 1 };
		struct bind_decision d;

		naive_decide(&policy, SETTINGS(true), &request, IN(path), &d);
		bits |= (uint64_t)(d.rule == 0) << i;
	}
	return bits;
}

static void test_classes_tell_cgroups_apart_as_the_rules_do(void **state)
{
	const struct policy policy = { .rule = named_rules, .rules = COUNT(named_rules) };
	const struct bind_image_header *header;
	uint32_t class, last = 0;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	header = &image.page[0].header;
	for (size_t i = 0; i < COUNT(named_paths); i++) {
		const __u64 *vector;

		class = image_cgroup_class(&image, named_paths[i]);
		assert_in_range(class, last, header->paths);
		vector = decide_vector(&image, header, BIND_DIM_CGROUP, class, 0);
		assert_int_equal(vector[0], accepting(named_paths[i]));
		if (i && accepting(named_paths[i]) != accepting(named_paths[i - 1]))
			assert_int_not_equal(class, last);
		last = class;
	}
	image_free(&image);
}

static void test_classes_of_cgroups_depend_on_the_policy_alone(void **state)
{
	struct policy_rule rules[] = { { .cgroup = STRINGS("/a", "/b*"), .expires = 1000 },
				       { .cgroup = STRINGS("/a/b") } };
	const struct policy policy = { .rule = rules, .rules = 2 };
	struct image before, after;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS_AT(true, 999), &before), 0);
	assert_int_equal(image_compile(&policy, SETTINGS_AT(false, 1000), &after), 0);
	assert_int_equal(before.page[0].header.paths, 6);
	for (size_t i = 0; i < COUNT(named_paths); i++)
		assert_int_equal(image_cgroup_class(&before, named_paths[i]),
				 image_cgroup_class(&after, named_paths[i]));
	image_free(&before);
	image_free(&after);
}

static void test_without_named_cgroups_there_is_one_class(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.page[0].header.paths, 0);
	assert_int_equal(image_cgroup_class(&image, "/"), 0);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), 0);
	image_free(&image);
}

/* The order of paths, and tables of them */

static struct bind_path path_key(const char *path)
{
	struct bind_path key = { 0 };

	memcpy(key.text, path, strlen(path));
	decide_path_key(&key);
	return key;
}

static void test_what_is_below_a_path_comes_right_after_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(named_paths); i++) {
		for (size_t j = 0; j < COUNT(named_paths); j++) {
			struct bind_path a = path_key(named_paths[i]);
			struct bind_path b = path_key(named_paths[j]);

			assert_true(decide_path_less(&a, &b) == (i < j));
		}
	}
}

static void test_the_order_of_bytes_has_the_slash_first(void **state)
{
	int order = 2;

	(void)state;
	assert_int_equal(decide_path_byte(0), 0);
	assert_int_equal(decide_path_byte('/'), 1);
	for (int byte = 1; byte < 256; byte++)
		if (byte != '/')
			assert_int_equal(decide_path_byte((uint64_t)byte), order++);
}

/* Its n-th path is "/00000", "/00002", "/00004"... */
static struct image path_table(size_t paths)
{
	struct image image = { .pages = 1 + paths / BIND_PATHS_PER_PAGE };

	image.pages += paths % BIND_PATHS_PER_PAGE || !paths;
	image.page = calloc(image.pages, sizeof(*image.page));
	assert_non_null(image.page);
	image.page[0].header.path_pages = 1;
	image.page[0].header.paths = (uint32_t)paths;
	for (size_t i = 0; i < paths; i++) {
		union bind_page *page = &image.page[1 + i / BIND_PATHS_PER_PAGE];
		char text[32];

		snprintf(text, sizeof(text), "/%05zu", 2 * i);
		page->paths.path[i % BIND_PATHS_PER_PAGE] = path_key(text);
	}
	return image;
}

static void check_path_table(size_t paths)
{
	struct image image = path_table(paths);
	struct bind_path key = path_key("/");
	uint32_t class = 99;
	char text[32];

	assert_int_equal(decide_cgroup(&image, &key, &class), 0);
	assert_int_equal(class, 0);
	for (size_t i = 0; i < 2 * paths; i++) {
		snprintf(text, sizeof(text), "/%05zu", i);
		key = path_key(text);
		assert_int_equal(decide_cgroup(&image, &key, &class), 0);
		assert_int_equal(class, i / 2 + 1);
	}
	key = path_key("/\xff");
	assert_int_equal(decide_cgroup(&image, &key, &class), 0);
	assert_int_equal(class, paths);
	free(image.page);
}

static void test_tables_of_paths_of_every_length(void **state)
{
	static const size_t lengths[] = {
		0,  1,	2,  3,	 15,   16,   17,   31,	  32,
		33, 63, 64, 127, 8191, 8192, 8193, 16382, BIND_PATHS_MAX
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++)
		check_path_table(lengths[i]);
}

static void test_a_table_with_a_missing_page_has_no_classes(void **state)
{
	struct bind_path low = path_key("/"), high = path_key("/\xff");
	struct image image = path_table(40);
	uint32_t class;

	(void)state;
	for (image.pages = 0; image.pages < 2; image.pages++) {
		assert_int_equal(decide_cgroup(&image, &low, &class), -1);
		assert_int_equal(decide_cgroup(&image, &high, &class), -1);
	}
	assert_int_equal(decide_cgroup(&image, &low, &class), -1);
	image.pages = 3; /* of 4: the last one has what is above "/00062" */
	assert_int_equal(decide_cgroup(&image, &low, &class), 0);
	assert_int_equal(decide_cgroup(&image, &high, &class), -1);
	image.pages = 4;
	assert_int_equal(decide_cgroup(&image, &high, &class), 0);
	assert_int_equal(class, 40);
	image.page[0].header.path_pages = 0xfffffff0;
	assert_int_equal(decide_cgroup(&image, &low, &class), -1);
	free(image.page);
}

static void test_tables_grow_by_the_ends_of_patterns(void **state)
{
	const struct {
		struct policy_strings cgroup;
		uint32_t paths;
	} rows[] = {
		{ STRINGS("/a"), 2 },
		{ STRINGS("/a", "/a"), 2 },
		{ STRINGS("/a*"), 2 },
		{ STRINGS("/*"), 2 },
		{ STRINGS("/a", "/a*"), 3 },
		{ STRINGS("/a", "/a/*"), 3 },
		{ STRINGS("/a*", "/b*"), 3 },
		{ STRINGS("/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"), 16 },
		{ STRINGS("/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/1/*"), 17 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy_rule rule = { .cgroup = rows[i].cgroup };
		const struct policy policy = { .rule = &rule, .rules = 1 };
		struct image image;

		assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
		assert_int_equal(image.page[0].header.paths, rows[i].paths);
		image_free(&image);
	}
}

/* count cgroups "/00000", "/00001"... with two ends each. */
static struct policy_strings spread_cgroups(size_t count)
{
	struct policy_strings cgroups = { calloc(count, sizeof(*cgroups.string)), count };

	assert_non_null(cgroups.string);
	for (size_t i = 0; i < count; i++)
		assert_true(asprintf(&cgroups.string[i], "/%05zu", i) > 0);
	return cgroups;
}

static void check_spread(const struct policy *policy, const struct image *image)
{
	const struct bind_request request = { 0 };
	char path[32];

	for (size_t i = 0; i < 8193; i++) {
		bool listed = i < 8191;

		snprintf(path, sizeof(path), "/%05zu", i);
		assert_int_equal(
			judge_image(path, policy, image, &request, IN(path), SETTINGS(true)).rule,
			listed ? 0 : NONE);
		strcat(path, "/\xff");
		judge_image(path, policy, image, &request, IN(path), SETTINGS(true));
		strcpy(path + 6, "\x01");
		judge_image(path, policy, image, &request, IN(path), SETTINGS(true));
	}
}

/* "/08190*" and "/08191*" have one end each that is new. */
static void test_a_table_has_its_limit(void **state)
{
	struct policy_rule rule = { .cgroup = spread_cgroups(8191) };
	struct policy_rule rules[] = { rule,
				       { .cgroup = STRINGS("/08190*"), .uid = RANGES({ 1, 1 }) },
				       { .cgroup = STRINGS("/08191*"), .uid = RANGES({ 1, 1 }) } };
	struct policy policy = { .default_verdict = BIND_DENY, .rule = rules, .rules = 2 };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.page[0].header.paths, BIND_PATHS_MAX);
	check_spread(&policy, &image);
	image_free(&image);
	policy.rules = 3;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), -E2BIG);
	assert_null(image.page);
	image_free(&image);
	free_strings(&rule.cgroup);
}

/* '/' and then the same byte; the longest path, and one byte less. */
static void check_long_path(char byte, size_t length, bool is_pattern)
{
	char path[BIND_CGROUP_PATH_LEN] = "/", pattern[BIND_CGROUP_PATH_LEN],
	     *strings[] = { pattern };
	struct policy_rule rule = { .cgroup = { strings, 1 } };
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };
	const struct bind_request request = { 0 };

	memset(path + 1, byte, length - 1);
	memcpy(pattern, path, sizeof(pattern));
	if (is_pattern)
		pattern[length - 1] = '*';
	assert_int_equal(judge_policy("long", &policy, &request, IN(path), SETTINGS(true)).rule, 0);
	for (size_t i = length - 3; i < length; i++) {
		static const char bytes[] = "/.-0a\x01\x7f\x80\xff";

		for (size_t b = 0; b < sizeof(bytes); b++) {
			char saved = path[i];

			path[i] = bytes[b];
			judge_policy("changed", &policy, &request, IN(path), SETTINGS(true));
			path[i] = saved;
		}
	}
	if (length + 2 < sizeof(path))
		strcpy(path + length, "/b");
	judge_policy("below", &policy, &request, IN(path), SETTINGS(true));
}

static void test_the_longest_paths(void **state)
{
	static const char bytes[] = { 'a', '\x01', '\xff', '.', '0' };

	(void)state;
	for (size_t i = 0; i < COUNT(bytes); i++) {
		for (size_t length = 252; length <= 255; length++) {
			check_long_path(bytes[i], length, false);
			check_long_path(bytes[i], length, true);
		}
	}
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
	judge_decide(&cut, request, EVERY_TASK, &decision);
	if (!judge_same(&decision, &unreadable)) {
		judge_print("decided", &decision);
		fail_msg("%zu pages of %zu", pages, image->pages);
	}
	free(cut.page);
}

/* The last page of an image of one rule has the vectors, which every decision needs. */
static void test_an_image_with_a_missing_page_denies(void **state)
{
	struct policy_rule rule = EVERY_CRITERION;
	const struct policy policy = { .default_verdict = BIND_ALLOW, .rule = &rule, .rules = 1 };
	const struct bind_request request = EVERY_REQUEST;
	struct image image;

	(void)state;
	for (int enforce = 0; enforce <= 1; enforce++) {
		assert_int_equal(image_compile(&policy, SETTINGS(enforce), &image), 0);
		assert_int_equal(judge_image("whole", &policy, &image, &request, EVERY_TASK,
					     SETTINGS(enforce))
					 .rule,
				 0);
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
		judge_decide(image, request, EVERY_TASK, &decision);
		assert_int_equal(decision.cause, BIND_CAUSE_UNREADABLE);
		assert_int_equal(decision.verdict, BIND_DENY);
		assert_int_equal(decision.enforced, 1);
		assert_int_equal(decision.rule, NONE);
	}
	*number = right;
}

static void test_an_image_with_a_wrong_page_number_denies(void **state)
{
	struct policy_rule rule = EVERY_CRITERION;
	const struct policy policy = { .default_verdict = BIND_ALLOW, .rule = &rule, .rules = 1 };
	const struct bind_request request = EVERY_REQUEST;
	struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	header = &image.page[0].header;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		check_broken(&image, &request, &header->trees[d].root);
	check_broken(&image, &request, &header->rule_pages);
	check_broken(&image, &request, &header->vector_pages);
	assert_int_equal(
		judge_image("whole", &policy, &image, &request, EVERY_TASK, SETTINGS(true)).rule,
		0);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_image_needs_nothing_of_its_policy),
		cmocka_unit_test(test_the_header_tells_what_the_image_is),
		cmocka_unit_test(test_the_header_tells_what_requests_need),
		cmocka_unit_test(test_only_criteria_have_trees),
		cmocka_unit_test(test_each_rule_is_found_however_many_there_are),
		cmocka_unit_test(test_each_rule_keeps_its_own_settings),
		cmocka_unit_test(test_too_many_rules_are_refused),
		cmocka_unit_test(test_narrow_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_narrow_key_is_found),
		cmocka_unit_test(test_wide_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_wide_key_is_found),
		cmocka_unit_test(test_address_trees_of_every_depth),
		cmocka_unit_test(test_padding_keys_have_the_last_value),
		cmocka_unit_test(test_names_become_keys_in_their_order),
		cmocka_unit_test(test_the_lowest_bit),
		cmocka_unit_test(test_an_expired_rule_has_no_bit),
		cmocka_unit_test(test_the_next_expiry_is_the_first_to_come),
		cmocka_unit_test(test_executables_have_classes_of_their_own),
		cmocka_unit_test(test_without_named_executables_there_is_one_class),
		cmocka_unit_test(test_classes_tell_cgroups_apart_as_the_rules_do),
		cmocka_unit_test(test_classes_of_cgroups_depend_on_the_policy_alone),
		cmocka_unit_test(test_without_named_cgroups_there_is_one_class),
		cmocka_unit_test(test_what_is_below_a_path_comes_right_after_it),
		cmocka_unit_test(test_the_order_of_bytes_has_the_slash_first),
		cmocka_unit_test(test_tables_of_paths_of_every_length),
		cmocka_unit_test(test_a_table_with_a_missing_page_has_no_classes),
		cmocka_unit_test(test_tables_grow_by_the_ends_of_patterns),
		cmocka_unit_test(test_a_table_has_its_limit),
		cmocka_unit_test(test_the_longest_paths),
		cmocka_unit_test(test_an_image_with_a_missing_page_denies),
		cmocka_unit_test(test_an_image_with_a_wrong_page_number_denies),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
