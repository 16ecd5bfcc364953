/* SPDX-License-Identifier: GPL-2.0-only */
/* Classes of cgroups and executables, and what the image has to tell cgroups apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "policy/paths.h"

/* Executables */

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

/* Classes of cgroups */

static struct policy_rule named_rules[] = {
	{ .cgroup = STRINGS("/a/b/c") }, { .cgroup = STRINGS("/a-b") },
	{ .cgroup = STRINGS("/ab") },	 { .cgroup = STRINGS("/a/b"), .uid = RANGES({ 0, 0 }) },
	{ .cgroup = STRINGS("/a") },	 { .cgroup = STRINGS("/a/b") },
	{ .cgroup = STRINGS("/z") },	 { .cgroup = STRINGS("/a.b") },
	{ .cgroup = STRINGS("/a*") },	 { .cgroup = STRINGS("/a/*") },
	{ .cgroup = STRINGS("/ab*") },	 { .cgroup = STRINGS("/\xff*") },
	{ .cgroup = STRINGS("/z/z*") },	 { .cgroup = STRINGS("/z/zz") },
};

static const struct policy named_policy = { .rule = named_rules, .rules = COUNT(named_rules) };

static const char *const named_paths[] = {
	"/",	  "/\x01",    "/A",	 "/a",	      "/a/\x01",  "/a/-b",  "/a/b", "/a/b/a",
	"/a/b/c", "/a/b/c/d", "/a/b/cd", "/a/bc",     "/a/x/b/c", "/a\x01", "/a-",  "/a-b",
	"/a-b/c", "/a-b.",    "/a-bc",	 "/a.b",      "/a.b/z",	  "/a.b-c", "/aa",  "/ab",
	"/ab/a",  "/ab.",     "/abc",	 "/ac",	      "/b",	  "/b/a",   "/z",   "/z/z",
	"/zz",	  "/\xff",    "/\xff/a", "/\xff\xff", "/z/zz",	  "/z/zzz", "/z/y", "/z/z/a",
};

static bool accepts(const struct policy_rule *rule, const char *path)
{
	const struct policy policy = { .rule = (struct policy_rule *)rule, .rules = 1 };
	const struct bind_request request = { 0 };
	struct bind_decision d;

	naive_decide(&policy, SETTINGS(true), &request, IN(path), &d);
	return d.rule == 0;
}

/* What a rule accepts is the classes from low to high. */
static void test_classes_tell_cgroups_apart_as_the_rules_do(void **state)
{
	struct image image = judge_compile(&named_policy);
	uint32_t low, high;

	(void)state;
	for (size_t i = 0; i < COUNT(named_paths); i++) {
		uint32_t class = image_cgroup_class(&image, named_paths[i]);
		bool named = false;

		for (size_t r = 0; r < COUNT(named_rules); r++) {
			bool is = accepts(&named_rules[r], named_paths[i]);

			paths_cgroup_classes(&image, named_rules[r].cgroup.string[0], &low, &high);
			assert_in_range(low, BIND_CGROUP_FIRST, high);
			assert_true((low <= class && class <= high) == is);
			named |= is;
		}
		assert_true((class == BIND_CGROUP_UNNAMED) == !named);
		assert_int_not_equal(class, BIND_CGROUP_UNKNOWN);
	}
	image_free(&image);
}

/* Each of the rules alone, two of them, all. */
static void test_images_tell_cgroups_apart_as_the_rules_do(void **state)
{
	const struct bind_request request = { .uid = 1 };

	(void)state;
	for (size_t a = 0; a < COUNT(named_rules); a++) {
		for (size_t b = 0; b < COUNT(named_rules); b++) {
			struct policy_rule rules[] = { named_rules[a], named_rules[b] };
			const struct policy policy = { .rule = rules, .rules = 2 };
			struct image image = judge_compile(&policy);

			for (size_t i = 0; i < COUNT(named_paths); i++)
				judge_image(named_paths[i], &policy, &image, &request,
					    IN(named_paths[i]), SETTINGS(true));
			image_free(&image);
		}
	}
}

static void test_a_tree_and_a_star_with_one_text(void **state)
{
	struct policy_rule rules[] = { { .cgroup = STRINGS("/a") }, { .cgroup = STRINGS("/a*") } };
	struct policy policy = { .rule = rules, .rules = 2 };
	uint32_t tree, star, tree_last, star_last;
	struct image image = judge_compile(&policy);

	(void)state;
	assert_int_equal(image.cgroups, 2);
	paths_cgroup_classes(&image, "/a", &tree, &tree_last);
	paths_cgroup_classes(&image, "/a*", &star, &star_last);
	assert_int_equal(star, BIND_CGROUP_FIRST);
	assert_int_equal(tree, BIND_CGROUP_FIRST + 1);
	assert_int_equal(star_last, tree);
	assert_int_equal(tree_last, tree);
	assert_int_equal(image_cgroup_class(&image, "/a"), tree);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), tree);
	assert_int_equal(image_cgroup_class(&image, "/ab"), star);
	assert_int_equal(image_cgroup_class(&image, "/ab/a"), star);
	assert_int_equal(image_cgroup_class(&image, "/b"), BIND_CGROUP_UNNAMED);
	assert_int_equal(image_cgroup_class(&image, "/"), BIND_CGROUP_UNNAMED);
	image_free(&image);
}

static void test_the_root(void **state)
{
	struct policy_rule rule = { .cgroup = STRINGS("/*") };
	struct policy policy = { .rule = &rule, .rules = 1 };
	struct image image = judge_compile(&policy);

	(void)state;
	assert_int_equal(image_cgroup_class(&image, "/"), BIND_CGROUP_FIRST);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), BIND_CGROUP_FIRST);
	image_free(&image);
}

static void test_without_named_cgroups_there_is_one_class(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY };
	struct image image = judge_compile(&policy);

	(void)state;
	assert_int_equal(image.cgroups, 0);
	assert_int_equal(image.exes, 0);
	assert_int_equal(image_exe_class(&image, "/bin/a"), 0);
	assert_int_equal(image_cgroup_class(&image, "/"), BIND_CGROUP_UNNAMED);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), BIND_CGROUP_UNNAMED);
	image_free(&image);
}

static void test_classes_of_cgroups_depend_on_the_policy_alone(void **state)
{
	struct policy_rule rules[] = { { .cgroup = STRINGS("/a", "/b*"), .expires = 1000 },
				       { .cgroup = STRINGS("/a/b", "/a") } };
	const struct policy policy = { .rule = rules, .rules = 2 };
	struct image before, after;

	(void)state;
	assert_int_equal(image_compile(&policy, SETTINGS_AT(true, 999), &before), 0);
	assert_int_equal(image_compile(&policy, SETTINGS_AT(false, 1000), &after), 0);
	assert_int_equal(before.cgroups, 3);
	assert_int_equal(after.cgroups, 3);
	for (size_t i = 0; i < COUNT(named_paths); i++)
		assert_int_equal(image_cgroup_class(&before, named_paths[i]),
				 image_cgroup_class(&after, named_paths[i]));
	image_free(&before);
	image_free(&after);
}

/* Long paths, and many */

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

/* Every length of a text, one byte of it changed, wherever it is. */
static void test_texts_of_every_length(void **state)
{
	char path[BIND_CGROUP_PATH_LEN], pattern[BIND_CGROUP_PATH_LEN] = "/",
					 *strings[] = { pattern };
	struct policy_rule rule = { .cgroup = { strings, 1 } };
	const struct policy policy = { .rule = &rule, .rules = 1 };

	(void)state;
	for (size_t length = 2; length < BIND_CGROUP_PATH_LEN; length++) {
		struct image image;

		pattern[length - 1] = (char)('a' + length % 26);
		image = judge_compile(&policy);
		memcpy(path, pattern, sizeof(path));
		assert_int_equal(image_cgroup_class(&image, path), BIND_CGROUP_FIRST);
		for (size_t i = 0; i < length; i++) {
			path[i] ^= 1;
			assert_int_equal(image_cgroup_class(&image, path), BIND_CGROUP_UNNAMED);
			path[i] ^= 1;
		}
		path[length - 1] = '\0';
		assert_int_equal(image_cgroup_class(&image, path), BIND_CGROUP_UNNAMED);
		image_free(&image);
	}
}

#define MANY 50000

static void test_many_patterns(void **state)
{
	struct policy_rule rule = { .cgroup = { calloc(MANY, sizeof(char *)), MANY } };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct image image;
	char path[64];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		assert_true(asprintf(&rule.cgroup.string[i], "/a/%05zu%s", i, i % 3 ? "" : "*") >
			    0);
	image = judge_compile(&policy);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "/a/%05u", i);
		assert_int_equal(image_cgroup_class(&image, path), BIND_CGROUP_FIRST + i);
		strcat(path, "/b");
		assert_int_equal(image_cgroup_class(&image, path), BIND_CGROUP_FIRST + i);
		snprintf(path, sizeof(path), "/a/%05ub", i);
		assert_int_equal(image_cgroup_class(&image, path),
				 i % 3 ? BIND_CGROUP_UNNAMED : BIND_CGROUP_FIRST + i);
		free(rule.cgroup.string[i]);
	}
	image_free(&image);
	free(rule.cgroup.string);
}

/* Images that cannot be read, and hashes that are equal */

static int class_of(const struct image *image, const char *path, uint32_t *class)
{
	struct bind_path copy = { 0 };

	strcpy(copy.text, path);
	*class = 99;
	return decide_cgroup(image, &copy, class);
}

static void check_unknown(const struct image *image, const char *path)
{
	uint32_t class;

	assert_int_equal(class_of(image, path, &class), -1);
	assert_int_equal(class, BIND_CGROUP_UNKNOWN);
	assert_int_equal(image_cgroup_class(image, path), BIND_CGROUP_UNKNOWN);
}

static void test_a_cgroup_is_unknown_when_a_page_is_missing(void **state)
{
	struct policy_rule rule = { .cgroup = STRINGS("/a") };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct image image = judge_compile(&policy);
	struct bind_image_header *header = &image.page[0].header;
	uint32_t *numbers[] = { &header->text_page, &header->patterns.pilot_page,
				&header->patterns.slot_page };
	size_t pages = image.pages;
	uint32_t class;

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint32_t right = *numbers[i];

		assert_int_equal(class_of(&image, "/a/b", &class), 0);
		assert_int_equal(class, BIND_CGROUP_FIRST);
		*numbers[i] = 0xfffffff0;
		check_unknown(&image, "/a/b");
		check_unknown(&image, "/b");
		*numbers[i] = right;
		image.pages = right;
		check_unknown(&image, "/a/b");
		image.pages = pages;
	}
	image.pages = 0;
	check_unknown(&image, "/a");
	image.pages = pages;
	image_free(&image);
}

/* Of the path's hash the table has the low half. */
static uint32_t half_hash(const char *path)
{
	uint64_t hash = decide_text_begin(0);

	for (size_t i = 0; path[i]; i++)
		hash = decide_text_hash(hash, (uint8_t)path[i]);
	return (uint32_t)hash;
}

#define NAMES 800000 /* enough for some seventy pairs, a third of them of one length */

struct half {
	uint32_t hash, number;
};

static int compare_halves(const void *a, const void *b)
{
	const struct half *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static void name_path(char path[16], uint32_t number)
{
	snprintf(path, 16, "/%x%.*s", number * 2654435761u, (int)number % 3, "zz");
}

/*
 * Both are told apart when rules name them; if one is, the other one is it never. Of another length
 * it is even known not to be.
 */
static void check_pair(const char *a, const char *b, int *unknown)
{
	char *strings[] = { (char *)a, (char *)b };
	struct policy_rule rule = { .cgroup = { strings, 1 } };
	const struct policy policy = { .rule = &rule, .rules = 1 };
	struct image image = judge_compile(&policy);
	char below[32];
	uint32_t class;

	assert_int_equal(image_cgroup_class(&image, a), BIND_CGROUP_FIRST);
	if (class_of(&image, b, &class)) {
		assert_int_equal(strlen(a), strlen(b));
		check_unknown(&image, b);
		snprintf(below, sizeof(below), "%s/b", b);
		check_unknown(&image, below);
		(*unknown)++;
	} else {
		assert_int_equal(class, BIND_CGROUP_UNNAMED);
	}
	image_free(&image);
	rule.cgroup.count = 2;
	image = judge_compile(&policy);
	assert_int_equal(image_cgroup_class(&image, a), BIND_CGROUP_FIRST + (strcmp(a, b) > 0));
	assert_int_equal(image_cgroup_class(&image, b), BIND_CGROUP_FIRST + (strcmp(b, a) > 0));
	image_free(&image);
}

static void test_a_path_with_a_patterns_hash_is_not_the_pattern(void **state)
{
	struct half *half = calloc(NAMES, sizeof(*half));
	int pairs = 0, unknown = 0;
	char a[16], b[16];

	(void)state;
	assert_non_null(half);
	for (uint32_t i = 0; i < NAMES; i++) {
		name_path(a, i);
		half[i] = (struct half){ half_hash(a), i };
	}
	qsort(half, NAMES, sizeof(*half), compare_halves);
	for (size_t i = 1; i < NAMES; i++) {
		if (half[i - 1].hash != half[i].hash)
			continue;
		name_path(a, half[i - 1].number);
		name_path(b, half[i].number);
		check_pair(a, b, &unknown);
		pairs++;
	}
	assert_in_range(unknown, 1, pairs);
	free(half);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_executables_have_classes_of_their_own),
		cmocka_unit_test(test_classes_tell_cgroups_apart_as_the_rules_do),
		cmocka_unit_test(test_images_tell_cgroups_apart_as_the_rules_do),
		cmocka_unit_test(test_a_tree_and_a_star_with_one_text),
		cmocka_unit_test(test_the_root),
		cmocka_unit_test(test_without_named_cgroups_there_is_one_class),
		cmocka_unit_test(test_classes_of_cgroups_depend_on_the_policy_alone),
		cmocka_unit_test(test_the_longest_paths),
		cmocka_unit_test(test_texts_of_every_length),
		cmocka_unit_test(test_many_patterns),
		cmocka_unit_test(test_a_cgroup_is_unknown_when_a_page_is_missing),
		cmocka_unit_test(test_a_path_with_a_patterns_hash_is_not_the_pattern),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
