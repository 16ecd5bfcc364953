/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Images as a whole: their header, the settings of their rules, expiry, and images with a part
 * missing or wrong, which deny.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "typical.h"

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
	assert_int_equal(header->flags, BIND_IMAGE_UIDS | BIND_IMAGE_OPTIONS);
	assert_int_equal(header->default_verdict, BIND_DENY);
	assert_int_equal(header->forbid_options, BIND_OPT_REUSEADDR);
	assert_int_equal(header->rules, 1);
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		assert_int_equal(header->tables[d].pilots != 0, d == BIND_DIM_UID);
		assert_int_equal(header->trees[d].depth, 0);
	}
	image_free(&image);
}

#define NEEDS_ALL                                                                                  \
	(BIND_IMAGE_NEEDS(BIND_DIM_PROTOCOL) | BIND_IMAGE_NEEDS(BIND_DIM_PORT) | BIND_IMAGE_UIDS | \
	 BIND_IMAGE_CGROUPS | BIND_IMAGE_EXES | BIND_IMAGE_NETNS | BIND_IMAGE_COMMS |              \
	 BIND_IMAGE_ADDRESSES)

/* Requests need their parts only if a rule names them; expired rules are rules, too. */
static void test_the_header_tells_what_requests_need(void **state)
{
	const struct {
		struct policy_rule rule;
		uint32_t flags;
	} rows[] = {
		{ { .reason = NULL }, 0 },
		{ { .uid = RANGES({ 0, 0 }) }, BIND_IMAGE_UIDS },
		{ { .comm = STRINGS("a*") }, BIND_IMAGE_COMMS },
		{ { .family = POLICY_IPV4 }, BIND_IMAGE_ADDRESSES },
		{ { .forbid_options = BIND_OPT_FREEBIND }, BIND_IMAGE_OPTIONS },
		{ { .permit_options = BIND_OPT_FREEBIND }, 0 },
		{ { .cgroup = STRINGS("/a") }, BIND_IMAGE_CGROUPS },
		{ { .cgroup = STRINGS("/*") }, BIND_IMAGE_CGROUPS },
		{ { .exe = STRINGS("/bin/a") }, BIND_IMAGE_EXES },
		{ { .host_netns = true }, BIND_IMAGE_NETNS },
		{ EVERY_CRITERION, NEEDS_ALL },
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

/* Broad rules, more than the common bucket takes; all match EVERY_REQUEST. */
static struct policy_rule broad_rules[9];

static struct policy broad_policy(void)
{
	static struct policy_range uid = { 0, 99 }, port = { 80, 179 },
				   tcp[] = { { 6, 6 }, { 262, 262 } };
	static struct policy_address address = { IPV4(10, 0, 0, 0), IPV4(10, 255, 255, 255) };
	static char text[] = "w*", *comm = text;

	for (size_t i = 0; i < COUNT(broad_rules); i++)
		broad_rules[i] = (struct policy_rule){
			.uid = { &uid, 1 },
			.port = { &port, 1 },
			.protocol = { tcp, 2 },
			.address = { &address, 1 },
			.comm = { &comm, 1 },
			.host_netns = true,
		};
	return (struct policy){ .rule = broad_rules, .rules = COUNT(broad_rules) };
}

static void test_only_criteria_of_broad_rules_have_trees(void **state)
{
	struct policy policy = broad_policy();
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_equal(image.page[0].header.broad_rules, COUNT(broad_rules));
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		assert_int_equal(image.page[0].header.trees[d].depth,
				 d != BIND_DIM_CGROUP && d != BIND_DIM_EXE);
	image_free(&image);
}

static void test_an_empty_policy_is_its_default(void **state)
{
	const struct bind_request request = EVERY_REQUEST;

	(void)state;
	for (int verdict = 0; verdict <= 1; verdict++) {
		const struct policy policy = { .default_verdict = verdict ? BIND_DENY :
									    BIND_ALLOW };
		struct bind_decision d = judge_policy("empty", &policy, &request, EVERY_TASK,
						      SETTINGS(true));

		assert_int_equal(d.verdict, policy.default_verdict);
		assert_int_equal(d.cause, BIND_CAUSE_DEFAULT);
	}
}

/* Rules */

static void test_each_rule_keeps_its_own_settings(void **state)
{
	struct policy policy = typical_policy(TYPICAL_PORT, BIND_MAX_RULES);
	struct image image;

	(void)state;
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		policy.rule[i].verdict = i % 3 ? BIND_ALLOW : BIND_DENY;
		policy.rule[i].audit = i % 5 == 0;
		policy.rule[i].forbid_options = i % 32;
		policy.rule[i].permit_options = i / 7 % 32;
	}
	policy.forbid_options = BIND_OPT_FREEBIND;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		uint32_t forbidden = (i % 32 | BIND_OPT_FREEBIND) & ~(i / 7 % 32);
		struct typical_request request;
		struct bind_decision d;

		typical_request(&policy, i, &request);
		request.request.options = BIND_OPT_ALL;
		judge_decide(&image, &request.request, &request.task, &d);
		assert_int_equal(d.rule, i);
		assert_int_equal(d.enforced, i % 5 != 0);
		assert_int_equal(d.forbidden, i % 3 ? forbidden : 0);
		assert_int_equal(d.verdict, i % 3 && !forbidden ? BIND_ALLOW : BIND_DENY);
	}
	image_free(&image);
	typical_free(&policy);
}

static void test_too_many_rules_are_refused(void **state)
{
	struct policy policy = typical_policy(TYPICAL_PORT, BIND_MAX_RULES + 1);
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), -E2BIG);
	assert_null(image.page);
	image_free(&image);
	typical_free(&policy);
}

/* Keys */

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
	assert_int_equal(decide_bytes(names[0]), 0);
	for (size_t i = 1; i < COUNT(names); i++)
		assert_true(decide_bytes(names[i - 1]) < decide_bytes(names[i]));
}

/* Expiry */

/* Which rules are in the image's items and vectors, as bits. */
static uint64_t all_rules(const struct image *image)
{
	const struct bind_image_header *header = &image->page[0].header;
	uint64_t bits = 0;

	for (size_t i = header->item_page; i < header->box_page; i++)
		for (size_t item = 0; item < BIND_ITEMS_PER_PAGE; item++)
			if (image->page[i].item[item].any_port)
				bits |= 1ULL << image->page[i].item[item].rule;
	for (size_t i = 0; i < header->broad_rules; i++)
		bits |= 1ULL << image->page[header->broad_page].number[i];
	return bits;
}

/* Filed under a key, in the common bucket and, if there are more broad rules, in the vectors. */
static void check_expired(size_t more)
{
	struct policy_rule rules[20] = { { .uid = RANGES({ 1, 1 }) },
					 { .uid = RANGES({ 2, 2 }), .expires = 2000 },
					 { .expires = 1000 } };
	const struct policy policy = { .rule = rules, .rules = 3 + more };
	static const uint64_t without[][2] = { { 999, 0 }, { 1000, 4 }, { 1999, 4 }, { 2000, 6 } };
	struct image image;

	for (size_t i = 0; i < COUNT(without); i++) {
		assert_int_equal(image_compile(&policy, SETTINGS_AT(true, without[i][0]), &image),
				 0);
		assert_int_equal(all_rules(&image), ((1ULL << (3 + more)) - 1) & ~without[i][1]);
		assert_int_equal(image.page[0].header.rules, 3 + more);
		image_free(&image);
	}
}

static void test_an_expired_rule_is_nowhere(void **state)
{
	(void)state;
	check_expired(0);
	check_expired(5);
	check_expired(15);
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

/* Every page is needed, as they come: the last one has the box, or the cells of vectors. */
static void check_missing_pages(const struct policy *policy)
{
	const struct bind_request request = EVERY_REQUEST;
	struct image image;

	for (int enforce = 0; enforce <= 1; enforce++) {
		struct bind_decision d;

		assert_int_equal(image_compile(policy, SETTINGS(enforce), &image), 0);
		d = judge_image("whole", policy, &image, &request, EVERY_TASK, SETTINGS(enforce));
		assert_int_equal(d.rule, 0);
		for (size_t pages = 0; pages < image.pages; pages++)
			check_cut(&image, &request, pages, enforce);
		image_free(&image);
	}
}

static void test_an_image_with_a_missing_page_denies(void **state)
{
	struct policy_rule rule = EVERY_CRITERION;
	const struct policy filed = { .default_verdict = BIND_ALLOW, .rule = &rule, .rules = 1 };
	const struct policy broad = broad_policy();

	(void)state;
	check_missing_pages(&filed);
	check_missing_pages(&broad);
}

/*
 * Nobody looked it up, or its path only seems to be a pattern's: not the same as no pattern at all.
 */
static void test_a_cgroup_without_a_class_denies(void **state)
{
	struct policy_rule rules[] = { { .verdict = BIND_DENY, .cgroup = STRINGS("/a") }, { 0 } };
	const struct policy policy = { .default_verdict = BIND_ALLOW, .rule = rules, .rules = 2 };
	struct bind_request request = { .cgroup = BIND_CGROUP_UNKNOWN };
	struct bind_decision decision;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	decide(&image, &request, &decision);
	assert_int_equal(decision.cause, BIND_CAUSE_UNREADABLE);
	assert_int_equal(decision.verdict, BIND_DENY);
	assert_int_equal(decision.enforced, 1);
	request.cgroup = BIND_CGROUP_UNNAMED;
	decide(&image, &request, &decision);
	assert_int_equal(decision.rule, 1);
	image_free(&image);
	rules[0] = rules[1];
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	request.cgroup = BIND_CGROUP_UNKNOWN;
	decide(&image, &request, &decision);
	assert_int_equal(decision.rule, 0);
	image_free(&image);
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
	check_broken(&image, &request, &header->rule_page);
	check_broken(&image, &request, &header->item_page);
	check_broken(&image, &request, &header->box_page);
	check_broken(&image, &request, &header->tables[BIND_DIM_UID].pilot_page);
	check_broken(&image, &request, &header->tables[BIND_DIM_UID].slot_page);
	assert_int_equal(
		judge_image("whole", &policy, &image, &request, EVERY_TASK, SETTINGS(true)).rule,
		0);
	image_free(&image);
}

/* Roots are pages, or cells where there is no tree. */
static void test_vectors_with_a_wrong_page_number_deny(void **state)
{
	const struct policy policy = broad_policy();
	const struct bind_request request = EVERY_REQUEST;
	struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	header = &image.page[0].header;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		check_broken(&image, &request, &header->trees[d].root);
	check_broken(&image, &request, &header->rule_page);
	check_broken(&image, &request, &header->broad_page);
	check_broken(&image, &request, &header->cell_page);
	assert_int_equal(
		judge_image("whole", &policy, &image, &request, EVERY_TASK, SETTINGS(true)).rule,
		0);
	image_free(&image);
}

static void test_a_common_bucket_with_a_wrong_page_number_denies(void **state)
{
	struct policy policy = broad_policy();
	const struct bind_request request = EVERY_REQUEST;
	struct image image;

	(void)state;
	policy.rules = 1;
	assert_int_equal(image_compile(&policy, SETTINGS(true), &image), 0);
	assert_int_not_equal(image.page[0].header.common, 0);
	check_broken(&image, &request, &image.page[0].header.item_page);
	check_broken(&image, &request, &image.page[0].header.box_page);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_image_needs_nothing_of_its_policy),
		cmocka_unit_test(test_the_header_tells_what_the_image_is),
		cmocka_unit_test(test_the_header_tells_what_requests_need),
		cmocka_unit_test(test_only_criteria_of_broad_rules_have_trees),
		cmocka_unit_test(test_an_empty_policy_is_its_default),
		cmocka_unit_test(test_each_rule_keeps_its_own_settings),
		cmocka_unit_test(test_too_many_rules_are_refused),
		cmocka_unit_test(test_names_become_keys_in_their_order),
		cmocka_unit_test(test_an_expired_rule_is_nowhere),
		cmocka_unit_test(test_the_next_expiry_is_the_first_to_come),
		cmocka_unit_test(test_a_cgroup_without_a_class_denies),
		cmocka_unit_test(test_an_image_with_a_missing_page_denies),
		cmocka_unit_test(test_an_image_with_a_wrong_page_number_denies),
		cmocka_unit_test(test_vectors_with_a_wrong_page_number_deny),
		cmocka_unit_test(test_a_common_bucket_with_a_wrong_page_number_denies),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
