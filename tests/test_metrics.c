/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --metrics: the text is in Prometheus' format, whatever rules are called, and says what is counted;
 * the file is replaced as a whole. With "--print" it prints such a text, for tests/promtool.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/output/metrics.h"
#include "enforcer/output/metricsfile.h"
#include "enforcer/output/monitor.h"
#include "records.h"

#define RULES 3
#define ROUNDS 2000

/* --- Something to print */

static struct options options = { .mode = MODE_DENY, .policy = "/p", .pin = true };
static struct totals_sum sum = {
	.kernel = { .attempts = 100,
		    .filtered = 7,
		    .lost = 4,
		    .outcomes_lost = 2,
		    .allowed = 60,
		    .denied = 30,
		    .audited = 10,
		    .unreadable = 1 },
	.user = { .reported = 50,
		  .folded = 20,
		  .sampled = 10,
		  .filtered = 3,
		  .dropped = 5,
		  .rewritten = 6 },
	.missed = 8,
};
static struct bind_rule_counters counters[RULES + 1] = {
	{ .allowed = 1, .denied = 2, .audited = 3 },
	{ .allowed = 10 },
	{ .denied = UINT64_MAX },
	{ .audited = 0 },
};

/* A policy with such rules is in force, as generation 2. */
static void force(struct reload *reload, const char *const *names)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	assert_non_null(policy);
	policy->rules = RULES;
	policy->rule = calloc(RULES, sizeof(*policy->rule));
	for (size_t i = 0; i < RULES; i++)
		policy->rule[i].name = strdup(names[i]);
	*reload = (struct reload){
		.options = &options,
		.status = { .generation = 2, .reloads = 1, .failures = 3, .last = 1700000000 },
	};
	assert_int_equal(generations_add(&reload->generations, 2, policy), 0);
}

static void release(struct reload *reload)
{
	tally_free(&reload->tally);
	generations_free(&reload->generations);
}

/* Allocated. */
static char *text_of(const struct metrics *metrics)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(metrics_print(out, metrics), 0);
	fclose(out);
	assert_int_equal(strlen(text), length);
	return text;
}

static struct metrics make_metrics(const struct reload *reload)
{
	return (struct metrics){
		.up = true,
		.options = &options,
		.sum = &sum,
		.reload = reload,
		.current = reload ? counters : NULL,
		.hooks = 4,
		.gaps = 2,
		.gap_seconds = 12,
		.started = 1600000000,
	};
}

static void expect_lines(const char *text, const char *const *lines, size_t count)
{
	char line[256];

	for (size_t i = 0; i < count; i++) {
		snprintf(line, sizeof(line), "\n%s\n", lines[i]);
		if (!strstr(text, line))
			fail_msg("no line %s in\n%s", lines[i], text);
	}
}

/* --- The format */

/* Skips what begins at *at: letters, digits after the first, _ and, in names, colons. */
static void skip_name(const char **at, const char *more)
{
	assert_true(isalpha(**at) || **at == '_');
	while (isalnum(**at) || **at == '_' || (**at && strchr(more, **at)))
		++*at;
}

static void expect_char(const char **at, char c)
{
	if (**at != c)
		fail_msg("expected '%c' before: %.40s", c, *at);
	++*at;
}

/* A value in quotes, with a backslash before backslashes, quotes and n only. */
static void skip_value(const char **at)
{
	expect_char(at, '"');
	while (**at != '"') {
		assert_in_range(**at, ' ', '~');
		if (**at == '\\' && !strchr("\\\"n", *++*at))
			fail_msg("escaped: %.40s", *at);
		++*at;
	}
	++*at;
}

static void skip_labels(const char **at)
{
	if (**at != '{')
		return;
	do {
		++*at;
		skip_name(at, "");
		expect_char(at, '=');
		skip_value(at);
	} while (**at == ',');
	expect_char(at, '}');
}

/* The samples of the metric, which must be there, and of no other. */
static void check_samples(const char **at, const char *name)
{
	size_t length = strlen(name);
	int samples = 0;
	char *end;

	for (; !strncmp(*at, name, length) && strchr("{ ", (*at)[length]); samples++) {
		*at += length;
		skip_labels(at);
		expect_char(at, ' ');
		assert_true(isdigit(**at));
		strtoull(*at, &end, 10);
		*at = end;
		expect_char(at, '\n');
	}
	assert_true(samples > 0);
}

/* "# HELP NAME TEXT", "# TYPE NAME TYPE" and the samples, of each metric once. */
static void check_format(const char *text)
{
	char name[64], again[64], type[16], names[4096] = " ";
	const char *at = text;
	int end;

	while (*at) {
		end = 0;
		sscanf(at, "# HELP %63[a-z_] %*[^\n]\n%n", name, &end);
		assert_true(end);
		at += end;
		end = 0;
		sscanf(at, "# TYPE %63[a-z_] %15[a-z]\n%n", again, type, &end);
		assert_true(end);
		at += end;
		assert_string_equal(name, again);
		assert_memory_equal(name, "bindguard_", 10);
		assert_true(!strcmp(type, "counter") || !strcmp(type, "gauge"));
		assert_int_equal(!strcmp(type, "counter"),
				 !strcmp(name + strlen(name) - 6, "_total"));
		snprintf(again, sizeof(again), " %s ", name);
		assert_null(strstr(names, again));
		strcat(strcat(names, name), " ");
		check_samples(&at, name);
	}
}

/* Two samples of the same labels would be an error. */
static void check_series(char *text)
{
	char *lines[512], *rest = text, *line, *value;
	size_t count = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (*line == '#' || !*line)
			continue;
		value = strrchr(line, ' ');
		*value = '\0';
		for (size_t i = 0; i < count; i++)
			assert_string_not_equal(lines[i], line);
		assert_true(count < 512);
		lines[count++] = line;
	}
	assert_true(count > 20);
}

/* --- The tests */

static void test_all_is_there(void **state)
{
	static const char *const names[] = { "web", "no-telnet", "idle" };
	static const char *const lines[] = {
		"bindguard_info{version=\"0.1.0\",mode=\"deny\",hook=\"lsm\"} 1",
		"bindguard_start_time_seconds 1600000000",
		"bindguard_hooks_attached 4",
		"bindguard_enforcing 1",
		"bindguard_attempts_total 100",
		"bindguard_reports_total{result=\"reported\"} 50",
		"bindguard_reports_total{result=\"folded\"} 20",
		"bindguard_reports_total{result=\"sampled\"} 10",
		"bindguard_reports_total{result=\"filtered\"} 10",
		"bindguard_reports_total{result=\"lost\"} 4",
		"bindguard_events_lost_total 6",
		"bindguard_outcomes_missed_total 8",
		"bindguard_lines_dropped_total 5",
		"bindguard_unreadable_total 1",
		"bindguard_rewritten_total 6",
		"bindguard_policy_generation 2",
		"bindguard_policy_rules 3",
		"bindguard_policy_stand_in 0",
		"bindguard_reloads_total{result=\"success\"} 1",
		"bindguard_reloads_total{result=\"failure\"} 3",
		"bindguard_last_reload_successful 1",
		"bindguard_last_reload_timestamp_seconds 1700000000",
		"bindguard_decisions_total{mode=\"deny\",verdict=\"audit\",rule=\"\"} 3",
		"bindguard_decisions_total{mode=\"deny\",verdict=\"allow\",rule=\"web\"} 15",
		("bindguard_decisions_total{mode=\"deny\",verdict=\"deny\",rule=\"no-telnet\"} "
		 "18446744073709551615"),
		"bindguard_decisions_total{mode=\"deny\",verdict=\"deny\",rule=\"idle\"} 0",
		"bindguard_gaps_total 2",
		"bindguard_gap_seconds_total 12",
		"bindguard_gap_open 0",
	};
	struct bind_rule_counters retired = { .allowed = 5 };
	struct policy_rule rule = { .name = (char[]){ "web" } };
	const struct policy before = { .rule = &rule, .rules = 1 };
	const struct bind_rule_counters both[] = { { 0 }, retired };
	struct reload reload;
	struct metrics metrics;
	char *text;

	(void)state;
	force(&reload, names);
	assert_int_equal(tally_add(&reload.tally, &before, both), 0);
	metrics = make_metrics(&reload);
	text = text_of(&metrics);
	assert_memory_equal(text, "# HELP bindguard_up ", 20);
	expect_lines(text, lines, sizeof(lines) / sizeof(lines[0]));
	check_format(text);
	check_series(text);
	free(text);
	release(&reload);
}

/* Nothing that says something about policies; and zeros for what there is. */
static void test_observing_has_no_decisions(void **state)
{
	static const char *const lines[] = {
		"bindguard_info{version=\"0.1.0\",mode=\"observe\",hook=\"\"} 1",
		"bindguard_hooks_attached 0",
		"bindguard_enforcing 0",
		"bindguard_attempts_total 100",
	};
	const struct options observes = { .mode = MODE_OBSERVE };
	struct metrics metrics = make_metrics(NULL);
	char *text;

	(void)state;
	metrics.options = &observes;
	metrics.hooks = 0;
	text = text_of(&metrics);
	expect_lines(text, lines, sizeof(lines) / sizeof(lines[0]));
	check_format(text);
	assert_null(strstr(text, "decisions"));
	assert_null(strstr(text, "bindguard_policy"));
	assert_null(strstr(text, "gap"));
	free(text);
}

static void test_what_does_not_refuse_does_not_enforce(void **state)
{
	static const char *const names[] = { "a", "b", "c" };
	static const char *const off[] = { "bindguard_enforcing 0" };
	static const char *const last[] = { "bindguard_up 0", "bindguard_enforcing 1" };
	struct reload reload;
	struct metrics metrics;
	char *text;

	(void)state;
	force(&reload, names);
	metrics = make_metrics(&reload);
	metrics.hooks = 0;
	text = text_of(&metrics);
	expect_lines(text, off, 1);
	free(text);
	/* What is pinned goes on when the program has ended. */
	metrics.hooks = 4;
	metrics.up = false;
	text = text_of(&metrics);
	expect_lines(text, last, 2);
	free(text);
	reload.stand_in = true;
	options.on_boot_error = BOOT_ERROR_AUDIT;
	text = text_of(&metrics);
	expect_lines(text, off, 1);
	free(text);
	options.on_boot_error = 0;
	release(&reload);
}

static void test_labels_are_escaped(void **state)
{
	static const char *const names[] = { "a\"b\\c", "a\nb", "\xc3\xa4" };
	static const char *const lines[] = {
		"bindguard_decisions_total{mode=\"deny\",verdict=\"allow\",rule=\"a\\\"b\\\\c\"} 10",
		"bindguard_decisions_total{mode=\"deny\",verdict=\"audit\",rule=\"a\\\\x0ab\"} 0",
		"bindguard_decisions_total{mode=\"deny\",verdict=\"deny\",rule=\"\\\\xc3\\\\xa4\"} 0",
	};
	struct reload reload;
	struct metrics metrics;
	char *text;

	(void)state;
	force(&reload, names);
	metrics = make_metrics(&reload);
	text = text_of(&metrics);
	expect_lines(text, lines, sizeof(lines) / sizeof(lines[0]));
	check_format(text);
	free(text);
	release(&reload);
}

static void test_any_name_gives_the_format(void **state)
{
	struct records records = { 0 };
	char a[20], b[20], c[20];
	const char *const names[] = { a, b, c };
	struct reload reload;
	struct metrics metrics;
	char *text;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		records_text(&records, a, sizeof(a));
		records_text(&records, b, sizeof(b));
		records_text(&records, c, sizeof(c));
		force(&reload, names);
		metrics = make_metrics(&reload);
		text = text_of(&metrics);
		check_format(text);
		free(text);
		release(&reload);
	}
}

/* --- The file */

static char folder[] = "/tmp/bindguard.XXXXXX", path[64];

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	snprintf(path, sizeof(path), "%s/b.prom", mkdtemp(folder) ? folder : "");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void expect_file(const char *expected)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

/* Whoever has the old one open reads it to its end. */
static void test_the_file_is_replaced(void **state)
{
	struct metricsfile file;
	struct stat status;
	char before[16] = "", beside[80];
	mode_t mask = umask(0077);
	int reader;

	(void)state;
	assert_int_equal(metricsfile_open(&file, path), 0);
	assert_int_equal(metricsfile_write(&file, "one\n", 4), 0);
	umask(mask);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	reader = open(path, O_RDONLY);
	assert_int_equal(metricsfile_write(&file, "two\n", 4), 0);
	expect_file("two\n");
	assert_int_equal(read(reader, before, sizeof(before)), 4);
	assert_string_equal(before, "one\n");
	close(reader);
	snprintf(beside, sizeof(beside), "%s.new", path);
	assert_int_equal(access(beside, F_OK), -1);
	metricsfile_close(&file);
}

/* Left by one that was killed, or put there to have another file written to. */
static void test_what_is_in_the_way_is_not_written_to(void **state)
{
	struct metricsfile file;
	char beside[80], target[80], text[8] = "";
	int fd;

	(void)state;
	snprintf(beside, sizeof(beside), "%s.new", path);
	snprintf(target, sizeof(target), "%s/target", folder);
	fd = open(target, O_RDWR | O_CREAT, 0600);
	assert_int_equal(write(fd, "mine", 4), 4);
	assert_int_equal(symlink(target, beside), 0);
	assert_int_equal(metricsfile_open(&file, path), 0);
	assert_int_equal(metricsfile_write(&file, "one\n", 4), 0);
	assert_int_equal(link(target, beside), 0);
	assert_int_equal(metricsfile_write(&file, "two\n", 4), 0);
	expect_file("two\n");
	assert_int_equal(pread(fd, text, 7, 0), 4);
	assert_string_equal(text, "mine");
	close(fd);
	unlink(target);
	metricsfile_close(&file);
}

static void test_a_folder_that_is_not_there_is_an_error(void **state)
{
	struct metricsfile file;

	(void)state;
	assert_int_equal(metricsfile_open(&file, "/nonexistent/b.prom"), -ENOENT);
	metricsfile_close(&file);
	assert_int_equal(metricsfile_open(&file, "/tmp/"), -EISDIR);
	metricsfile_close(&file);
	assert_int_equal(metricsfile_open(&file, "/dev/null/b.prom"), -ENOTDIR);
	metricsfile_close(&file);
}

/* Without --metrics there is no file, and nobody is woken for it. */
static void test_it_is_written_every_15_seconds(void **state)
{
	const struct options observes = { .mode = MODE_OBSERVE, .metrics = path };
	const struct options none = { .mode = MODE_OBSERVE };
	struct monitor monitor = { 0 };

	(void)state;
	assert_int_equal(monitor_open(&monitor, &none), 0);
	monitor_begin(&monitor, NULL, NULL, NULL);
	assert_true(monitor_due(&monitor) == UINT64_MAX);
	monitor_write(&monitor, 5, &sum, false);
	assert_int_equal(monitor_open(&monitor, &observes), 0);
	assert_true(monitor_due(&monitor) == UINT64_MAX);
	monitor_begin(&monitor, NULL, NULL, NULL);
	assert_int_equal(monitor_due(&monitor), 0);
	monitor_write(&monitor, 5, NULL, false);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(monitor_due(&monitor), 15000000005ULL);
	monitor_write(&monitor, 5, &sum, false);
	assert_int_equal(access(path, F_OK), 0);
	monitor_close(&monitor);
}

static int print(void)
{
	const char *const names[] = { "web", "a\"b\\c\nd", "\xc3\xa4" };
	struct reload reload;
	struct metrics metrics;

	force(&reload, names);
	metrics = make_metrics(&reload);
	metrics_print(stdout, &metrics);
	release(&reload);
	return 0;
}

int main(int argc, char **argv)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_there),
		cmocka_unit_test(test_observing_has_no_decisions),
		cmocka_unit_test(test_what_does_not_refuse_does_not_enforce),
		cmocka_unit_test(test_labels_are_escaped),
		cmocka_unit_test(test_any_name_gives_the_format),
		WITH_FOLDER(test_the_file_is_replaced),
		WITH_FOLDER(test_what_is_in_the_way_is_not_written_to),
		cmocka_unit_test(test_a_folder_that_is_not_there_is_an_error),
		WITH_FOLDER(test_it_is_written_every_15_seconds),
	};

	if (argc == 2 && !strcmp(argv[1], "--print"))
		return print();
	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
