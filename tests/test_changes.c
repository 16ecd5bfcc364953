/* SPDX-License-Identifier: GPL-2.0-only */
/* When do changes of a policy's files count, and when are they told? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/watch/changes.h"

#define START 1000000000ULL /* ns */
#define POLICY "policy.conf"

/* A folder of its own for each test, which is the current one. */
static int enter(void **state)
{
	char path[] = "/tmp/changes-XXXXXX";

	*state = mkdtemp(path) ? strdup(path) : NULL;
	return *state ? chdir(path) : -1;
}

static int leave(void **state)
{
	char command[64];
	int status;

	snprintf(command, sizeof(command), "rm -r %s", (char *)*state);
	status = chdir("/") || system(command);
	free(*state);
	return status;
}

static void write_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs("version = 1;", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/*
 * Files have the time of the kernel's last tick: what was written before is older than what comes.
 */
static void wait_for_tick(void)
{
	const struct timespec twenty_milliseconds = { .tv_nsec = 20000000 };

	nanosleep(&twenty_milliseconds, NULL);
}

static struct changes *begin(const char *path)
{
	struct changes *changes = changes_new();

	assert_non_null(changes);
	wait_for_tick();
	assert_int_equal(changes_begin(changes), 0);
	assert_int_equal(changes_add(changes, path), 0);
	assert_false(changes_due(changes, START));
	return changes;
}

static void check_noticed(struct changes *changes)
{
	assert_false(changes_due(changes, START));
	assert_true(changes_due(changes, START + CHANGES_QUIET));
	changes_free(changes);
}

static void check_ignored(struct changes *changes)
{
	assert_false(changes_due(changes, START));
	assert_false(changes_due(changes, START + CHANGES_PATIENCE));
	changes_free(changes);
}

static void test_a_change_is_told_when_it_is_quiet(void **state)
{
	struct changes *changes;

	(void)state;
	write_file(POLICY);
	changes = begin(POLICY);
	assert_false(changes_due(changes, START + CHANGES_PATIENCE));
	assert_int_equal(changes_next(changes), UINT64_MAX);
	write_file(POLICY);
	assert_false(changes_due(changes, START));
	assert_int_equal(changes_next(changes), START + CHANGES_QUIET);
	assert_false(changes_due(changes, START + CHANGES_QUIET - 1));
	assert_true(changes_due(changes, START + CHANGES_QUIET));
	/* Until it begins anew. */
	assert_true(changes_due(changes, START + CHANGES_QUIET + 1));
	wait_for_tick();
	assert_int_equal(changes_begin(changes), 0);
	assert_int_equal(changes_add(changes, POLICY), 0);
	check_ignored(changes);
}

static void test_a_stream_of_changes_is_told_in_the_end(void **state)
{
	struct changes *changes;
	uint64_t now;

	(void)state;
	write_file(POLICY);
	changes = begin(POLICY);
	for (now = START; now < START + CHANGES_PATIENCE; now += CHANGES_QUIET / 2) {
		write_file(POLICY);
		assert_false(changes_due(changes, now));
	}
	assert_int_equal(changes_next(changes), START + CHANGES_PATIENCE);
	write_file(POLICY);
	assert_true(changes_due(changes, now));
	changes_free(changes);
}

static void test_replacing_and_removing_count(void **state)
{
	struct changes *changes;

	(void)state;
	write_file(POLICY);
	write_file("new");
	changes = begin(POLICY);
	assert_int_equal(rename("new", POLICY), 0);
	check_noticed(changes);
	changes = begin(POLICY);
	assert_int_equal(unlink(POLICY), 0);
	check_noticed(changes);
	changes = begin(POLICY);
	write_file(POLICY);
	check_noticed(changes);
	changes = begin(POLICY);
	assert_int_equal(chmod(POLICY, 0600), 0);
	check_noticed(changes);
}

static void test_other_files_do_not_count(void **state)
{
	struct changes *changes;

	(void)state;
	write_file(POLICY);
	changes = begin(POLICY);
	write_file(POLICY ".swp");
	write_file("other.conf");
	assert_int_equal(fclose(fopen(POLICY, "r")), 0);
	check_ignored(changes);
}

/* Of a folder, any *.conf in it. */
static void test_a_folder_has_its_files(void **state)
{
	struct changes *changes;

	(void)state;
	assert_int_equal(mkdir("policy.d", 0755), 0);
	changes = begin("policy.d");
	write_file("policy.d/note.txt");
	check_ignored(changes);
	changes = begin("policy.d/");
	write_file("policy.d/10.conf");
	check_noticed(changes);
}

/* A folder that comes later is awaited. */
static void test_a_folder_may_come_later(void **state)
{
	struct changes *changes = begin("a/b/" POLICY);

	(void)state;
	assert_int_equal(mkdir("other", 0755), 0);
	assert_false(changes_due(changes, START));
	assert_int_equal(mkdir("a", 0755), 0);
	check_noticed(changes);
}

static void test_links_lead_elsewhere(void **state)
{
	struct changes *changes;

	(void)state;
	assert_int_equal(mkdir("one", 0755), 0);
	assert_int_equal(mkdir("two", 0755), 0);
	write_file("one/" POLICY);
	write_file("two/" POLICY);
	assert_int_equal(symlink("one", "now"), 0);
	assert_int_equal(symlink("now/" POLICY, POLICY), 0);
	changes = begin(POLICY);
	write_file("two/" POLICY);
	check_ignored(changes);
	changes = begin(POLICY);
	write_file("one/" POLICY);
	check_noticed(changes);
	changes = begin(POLICY);
	assert_int_equal(symlink("two", "then"), 0);
	assert_int_equal(rename("then", "now"), 0);
	check_noticed(changes);
	changes = begin(POLICY);
	write_file("two/" POLICY);
	check_noticed(changes);
}

static void test_a_loop_of_links_ends(void **state)
{
	(void)state;
	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	changes_free(begin("a"));
}

/* Read, then watched: what changes between the two has not been read. */
static void test_nothing_is_missed_before_watching(void **state)
{
	struct changes *changes = changes_new();

	(void)state;
	assert_non_null(changes);
	assert_int_equal(changes_begin(changes), 0);
	write_file(POLICY);
	assert_int_equal(changes_add(changes, POLICY), 0);
	assert_int_equal(changes_next(changes), 0);
	check_noticed(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_change_is_told_when_it_is_quiet, enter,
						leave),
		cmocka_unit_test_setup_teardown(test_a_stream_of_changes_is_told_in_the_end, enter,
						leave),
		cmocka_unit_test_setup_teardown(test_replacing_and_removing_count, enter, leave),
		cmocka_unit_test_setup_teardown(test_other_files_do_not_count, enter, leave),
		cmocka_unit_test_setup_teardown(test_a_folder_has_its_files, enter, leave),
		cmocka_unit_test_setup_teardown(test_a_folder_may_come_later, enter, leave),
		cmocka_unit_test_setup_teardown(test_links_lead_elsewhere, enter, leave),
		cmocka_unit_test_setup_teardown(test_a_loop_of_links_ends, enter, leave),
		cmocka_unit_test_setup_teardown(test_nothing_is_missed_before_watching, enter,
						leave),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
