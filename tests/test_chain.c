/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain of lines: what is printed and written, and what report --verify says of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/json.h"
#include "enforcer/output/output.h"
#include "enforcer/report/command.h"
#include "enforcer/output/stream.h"
#include "tests/capture.h"

#define LINES 12
#define MAX_LINES 64
#define LINE_BYTES 1024
#define RUN "00000000-0000-4000-8000-000000000001"
#define OTHER_RUN "00000000-0000-4000-8000-000000000002"

/* --- What a run prints */

static struct output output;
static struct stream stream;
static uint64_t dropped;

static void open_run(const char *path, uint64_t limit, const char *run)
{
	const struct options options = { .output = path, .output_size = limit, .output_keep = 9 };

	dropped = 0;
	assert_int_equal(output_open(&output, &options, &dropped), 0);
	stream_open(&stream, output.stream, MODE_DENY);
	strcpy(stream.host, "web1");
	strcpy(stream.run, run);
	chain_begin(&output.chain, run);
	stream.chain = &output.chain;
}

static void print_line(const char *kind, const char *key, struct json_object *value)
{
	struct json_object *line = stream_line(&stream, kind, 1);

	json_object_object_add(line, key, value);
	stream_print(&stream, line);
	output_line(&output);
}

/* Any bytes, with what the parser of a chain could take for its own. */
static void print_some(int count)
{
	char text[] = "\",\"chain\":\"\xff\n}?*";

	for (int i = 0; i < count; i++) {
		text[sizeof(text) - 2] = (char)('a' + i);
		print_line("other", "what", json_text(text));
	}
}

static void print_final(void)
{
	struct json_object *line = stream_line(&stream, "totals", 1);

	json_object_object_add(line, "final", json_object_new_boolean(true));
	json_object_object_add(line, "dropped", json_object_new_uint64(dropped));
	stream_print(&stream, line);
	output_flush(&output);
	output_close(&output);
}

/* A whole run of LINES lines. */
static void make_run(const char *path, uint64_t limit, const char *run)
{
	open_run(path, limit, run);
	print_some(LINES - 1);
	print_final();
}

/* --- Files, line by line */

struct lines {
	char text[MAX_LINES][LINE_BYTES];
	int count;
};

static struct lines lines;

static void read_lines(const char *path)
{
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	for (lines.count = 0; fgets(lines.text[lines.count], LINE_BYTES, in); lines.count++)
		assert_true(lines.count < MAX_LINES - 1);
	fclose(in);
}

static void write_lines(const char *path, int from, int to)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (int i = from; i < to; i++)
		fputs(lines.text[i], out);
	fclose(out);
}

static void remove_line(int at)
{
	memmove(lines.text[at], lines.text[at + 1], (size_t)(lines.count - at - 1) * LINE_BYTES);
	lines.count--;
}

static void copy_line(int from, int to)
{
	memmove(lines.text[to + 1], lines.text[to], (size_t)(lines.count - to) * LINE_BYTES);
	memcpy(lines.text[to], lines.text[from + (from >= to)], LINE_BYTES);
	lines.count++;
}

static void swap_lines(int one, int other)
{
	char text[LINE_BYTES];

	memcpy(text, lines.text[one], LINE_BYTES);
	memcpy(lines.text[one], lines.text[other], LINE_BYTES);
	memcpy(lines.text[other], text, LINE_BYTES);
}

static void change(int at, const char *from, char to)
{
	char *place = strstr(lines.text[at], from);

	assert_non_null(place);
	*place = to;
}

/* The last digit of its chain. */
static void change_hash(int at)
{
	char *digit = strrchr(lines.text[at], '}') - 2;

	*digit = *digit == '0' ? '1' : '0';
}

/* --- What is said */

/* The status, and each text that is expected, of so many lines. */
static void expect_of(const char *const *paths, int status, int count, const char *const *wanted)
{
	const char *arguments[16] = { "report", "--verify" };
	struct capture result;
	int found = 0;

	for (int i = 0; paths[i]; i++)
		arguments[i + 2] = paths[i];
	result = capture_run(report_command, arguments);
	for (const char *at = result.out; (at = strchr(at, '\n')); at++)
		found++;
	for (int i = 0; wanted[i]; i++)
		if (!strstr(result.out, wanted[i]))
			fail_msg("no \"%s\" in:\n%s%s", wanted[i], result.out, result.err);
	if (result.status != status || found != count)
		fail_msg("status %d, not %d, %d lines, not %d:\n%s%s", result.status, status, found,
			 count, result.out, result.err);
	capture_free(&result);
}

#define FILES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define EXPECT(paths, status, count, ...) \
	expect_of(paths, status, count, (const char *const[]){ __VA_ARGS__, NULL })
#define WHOLE "web1 " RUN ": whole, 12 lines, last "
#define BROKEN(lines) "web1 " RUN ": NOT WHOLE, " lines " lines\n"

/* Makes a run and reads it: to be changed, and looked at again. */
static void begin_log(void)
{
	remove("log");
	make_run("log", 0, RUN);
	read_lines("log");
	assert_int_equal(lines.count, LINES);
}

static void expect_log(int count, const char *first, const char *second, const char *third)
{
	write_lines("log", 0, lines.count);
	EXPECT(FILES("log"), 1, count, first, second, third);
}

static void test_whole(void **state)
{
	char last[CHAIN_TEXT + sizeof(WHOLE)];

	(void)state;
	begin_log();
	snprintf(last, sizeof(last), WHOLE "%.64s", strrchr(lines.text[11], ':') + 2);
	EXPECT(FILES("log"), 0, 1, last);
	/* Without its last newline, as an editor may leave it. */
	*strchr(lines.text[11], '\n') = '\0';
	write_lines("log", 0, LINES);
	EXPECT(FILES("log"), 0, 1, last);
}

/* As the man page says, with the tools that everyone has. */
static void test_by_hand(void **state)
{
	char command[] = "last=" RUN "; while IFS= read -r line; do "
			 "last=$(printf '%s%s}' \"$last\" \"${line%,\\\"chain\\\":*}\" |"
			 " sha256sum | cut -c -64); "
			 "case $line in *\",\\\"chain\\\":\\\"$last\\\"}\") ;; *) exit 1 ;; esac; "
			 "done <log";

	(void)state;
	begin_log();
	assert_int_equal(system(command), 0);
	change(3, "?d", 'x');
	write_lines("log", 0, LINES);
	assert_int_not_equal(system(command), 0);
}

/* Returns whether it is noticed, and where. */
static bool is_told(const char *where)
{
	struct capture result;
	bool told;

	write_lines("log", 0, lines.count);
	result = CAPTURE(report_command, "report", "--verify", "log");
	told = result.status == 1 && strstr(result.out, where);
	capture_free(&result);
	return told;
}

/* Bytes everywhere, in all lines. */
static void test_byte_changed(void **state)
{
	(void)state;
	begin_log();
	for (int line = 0; line < LINES; line++) {
		size_t length = strlen(lines.text[line]) - 1;
		char where[64];

		snprintf(where, sizeof(where), "log:%d: ", line + 1);
		for (size_t i = line % 5; i < length; i += 5) {
			char byte = lines.text[line][i];

			lines.text[line][i] = byte == '0' ? '1' : '0';
			if (!is_told(where))
				fail_msg("line %d, byte %zu", line + 1, i);
			lines.text[line][i] = byte;
		}
	}
}

/* What it says, and nothing about the lines after it. */
static void test_changed(void **state)
{
	(void)state;
	for (int line = 0; line < LINES - 1; line++) {
		char text[128];

		begin_log();
		snprintf(text, sizeof(text), BROKEN("12") "  log:%d: the line was changed\n",
			 line + 1);
		change(line, "?", '!');
		expect_log(2, text, NULL, NULL);
		begin_log();
		/* Its chain instead. */
		change_hash(line);
		expect_log(2, text, NULL, NULL);
		/* No chain at all. */
		begin_log();
		strcpy(strrchr(lines.text[line], ','), "}\n");
		snprintf(text, sizeof(text), BROKEN("12") "  log:%d: the line has no chain\n",
			 line + 1);
		expect_log(2, text, NULL, NULL);
	}
}

static void test_sequence_changed(void **state)
{
	(void)state;
	begin_log();
	change(5, "5,\"what", '9');
	expect_log(
		2,
		"  log:6: lines were removed before this one, sequence 5 to 8, or it was changed",
		NULL, NULL);
	begin_log();
	change(5, "5,\"what", '3');
	expect_log(2,
		   "  log:6: the line is out of its place, sequence 3 after 4, or it was changed",
		   NULL, NULL);
}

static void test_removed(void **state)
{
	(void)state;
	begin_log();
	remove_line(0);
	expect_log(2,
		   BROKEN("11") "  log:1: the beginning was cut off: the run's first line here has "
				"sequence 1\n",
		   NULL, NULL);
	begin_log();
	remove_line(4);
	remove_line(4);
	expect_log(2, BROKEN("10") "  log:5: lines were removed before this one, sequence 4 to 5,",
		   NULL, NULL);
	begin_log();
	remove_line(LINES - 1);
	expect_log(2,
		   BROKEN("11") "  the end is not there: the last line, sequence 10, has no final ",
		   NULL, NULL);
	/* All but one. */
	begin_log();
	lines.count = 5;
	remove_line(0);
	remove_line(0);
	expect_log(3, "  log:1: the beginning was cut off", "sequence 4, has no final totals",
		   NULL);
}

static void test_moved(void **state)
{
	(void)state;
	begin_log();
	swap_lines(4, 5);
	expect_log(2, "  log:5: lines were removed before this one, sequence 4 to 4,", NULL, NULL);
	begin_log();
	swap_lines(3, 9);
	expect_log(5, "  log:4: lines were removed before this one, sequence 3 to 8,",
		   "  log:10: ", NULL);
	begin_log();
	copy_line(3, 6);
	expect_log(2, BROKEN("13") "  log:7: the line is out of its place, sequence 3 after 5,",
		   NULL, NULL);
	/* Behind the end. */
	begin_log();
	copy_line(3, LINES);
	expect_log(2, "  log:13: the line is out of its place", NULL, NULL);
}

/* Numbers that go on do not help. */
static void test_inserted(void **state)
{
	(void)state;
	begin_log();
	copy_line(6, 6);
	change(6, "?", '!');
	expect_log(2, BROKEN("13") "  log:7: the line was changed\n", NULL, NULL);
}

static void test_two_runs(void **state)
{
	(void)state;
	begin_log();
	make_run("log", 0, OTHER_RUN);
	EXPECT(FILES("log"), 0, 2, WHOLE, "web1 " OTHER_RUN ": whole, 12 lines, last ");
	read_lines("log");
	change(14, "?", '!');
	write_lines("log", 0, lines.count);
	EXPECT(FILES("log"), 1, 3, WHOLE,
	       "web1 " OTHER_RUN ": NOT WHOLE, 12 lines\n  log:15: the line");
	/* Each of them has its own. */
	begin_log();
	make_run("log", 0, OTHER_RUN);
	read_lines("log");
	swap_lines(11, 12);
	write_lines("log", 0, lines.count);
	EXPECT(FILES("log"), 0, 2, WHOLE, "web1 " OTHER_RUN ": whole, 12 lines, last ");
	/* A line that is said to be of the other one. */
	change(3, "1\",\"seq", '2');
	write_lines("log", 0, lines.count);
	EXPECT(FILES("log"), 1, 5, "  log:5: lines were removed before this one, sequence 3 to 3,",
	       "  log:4: ");
}

/* One file after the other, and each of them in any order. */
static void test_rotated(void **state)
{
	static const char *const orders[][4] = {
		{ "log.3", "log.2", "log.1", "log" },
		{ "log", "log.1", "log.2", "log.3" },
		{ "log.2", "log", "log.3", "log.1" },
		{ "log.1", "log.3", "log", "log.2" },
	};

	(void)state;
	remove("log");
	make_run("log", 4096, RUN);
	assert_int_equal(access("log.1", F_OK), -1);
	/* By hand, to have four. */
	read_lines("log");
	for (int i = 0; i < 4; i++)
		write_lines(orders[0][i], i * 3, i * 3 + 3);
	for (int i = 0; i < 4; i++)
		EXPECT(FILES(orders[i][0], orders[i][1], orders[i][2], orders[i][3]), 0, 1, WHOLE);
	EXPECT(FILES("log.3", "log.1", "log"), 1, 2,
	       "  log.1:1: lines were removed before this one, sequence 3 to 5,");
	EXPECT(FILES("log", "log.1", "log.3"), 1, 2,
	       "  log.1:1: lines were removed before this one, sequence 3 to 5,");
	EXPECT(FILES("log", "log.1", "log.2"), 1, 2, "  log.2:1: the beginning was cut off: ");
	EXPECT(FILES("log.3", "log.2", "log.1"), 1, 2, "  the end is not there: ");
	EXPECT(FILES("log.3", "log.2", "log.1", "log", "log.3"), 1, 3,
	       "  log.3:1: the run begins again: give each log once");
	EXPECT(FILES("log", "log.2", "log.1", "log.1", "log.3"), 1, 2,
	       "  log.1:1: the line is out of ");
	for (int i = 0; i < 4; i++) {
		read_lines("log.1");
		change(0, i % 2 ? "!" : "?", i % 2 ? '?' : '!');
		write_lines("log.1", 0, 3);
		if (i % 2)
			continue;
		EXPECT(FILES(orders[i][0], orders[i][1], orders[i][2], orders[i][3]), 1, 2,
		       "  log.1:1: the line was changed");
	}
}

/* The line after it, in the same file, is not what is wrong. */
static void test_rotated_and_changed(void **state)
{
	(void)state;
	begin_log();
	write_lines("log.1", 0, 6);
	change_hash(6);
	write_lines("log", 6, LINES);
	EXPECT(FILES("log.1", "log"), 1, 2, BROKEN("12") "  log:1: the line was changed\n");
}

/* By the program itself. */
static void test_rotates(void **state)
{
	(void)state;
	remove("log");
	open_run("log", 4096, RUN);
	print_some(20);
	output_flush(&output);
	assert_int_equal(rename("log", "moved"), 0);
	output_reopen(&output);
	print_some(20);
	print_final();
	assert_int_equal(access("log.1", F_OK), 0);
	EXPECT(FILES("log", "moved", "log.1", "log.2"), 0, 1, "whole, 41 lines, last ");
}

/* --- Lines that an output could not take */

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_dropped(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	remove("log");
	open_run("log", 0, RUN);
	print_some(1);
	output_flush(&output);
	/* Of these some are written and one only in part, which is removed; the next ones are lost. */
	limit_files(2000);
	print_some(10);
	output_flush(&output);
	print_some(3);
	output_flush(&output);
	limit_files(RLIM_INFINITY);
	assert_in_range(dropped, 4, 12);
	print_some(3);
	print_final();
	read_lines("log");
	assert_int_equal(lines.count, 18 - dropped);
	EXPECT(FILES("log"), 0, 1, " that an output could not take, last ");
	/* It does not hide what is removed there. */
	remove_line(4);
	expect_log(2, "lines were removed before this one, sequence 4 to ", NULL, NULL);
}

/* Memory was out for a line: the next one follows what was kept. */
static void test_not_kept(void **state)
{
	char text[2][CHAIN_TEXT];

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		FILE *out = fopen("/dev/null", "w");
		struct chain chain;

		assert_non_null(out);
		chain_begin(&chain, RUN);
		chain_print(&chain, out, "{\"a\":1}");
		chain_keep(&chain);
		if (lost) {
			chain_print(&chain, out, "{\"b\":1}");
			chain_drop(&chain);
		}
		chain_print(&chain, out, "{\"c\":1}");
		strcpy(text[lost], chain.printed);
		fclose(out);
	}
	assert_string_equal(text[0], text[1]);
}

/* From the first line on. */
static void test_dropped_first(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	remove("log");
	open_run("log", 0, RUN);
	limit_files(0);
	print_some(5);
	output_flush(&output);
	limit_files(RLIM_INFINITY);
	print_some(3);
	print_final();
	EXPECT(FILES("log"), 0, 1, "whole, 4 lines, 5 that an output could not take, last ");
}

/* A pipe keeps the beginning of a line: the rest of it comes first, and is part of the chain. */
static void test_torn(void **state)
{
	char text[65536];
	int ends[2], stdout_was = dup(STDOUT_FILENO);
	ssize_t got;
	FILE *log = fopen("log", "w");

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_in_range(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096, 4096);
	fflush(stdout);
	dup2(ends[1], STDOUT_FILENO);
	open_run(NULL, 0, RUN);
	for (int i = 0; i < 4; i++) {
		print_some(i ? 3 : 25);
		output_flush(&output);
		if (i == 1)
			continue;
		got = read(ends[0], text, sizeof(text));
		assert_true(got > 0);
		fwrite(text, 1, (size_t)got, log);
	}
	print_final();
	got = read(ends[0], text, sizeof(text));
	fwrite(text, 1, (size_t)got, log);
	dup2(stdout_was, STDOUT_FILENO);
	close(stdout_was);
	close(ends[0]);
	close(ends[1]);
	fclose(log);
	assert_in_range(dropped, 4, 20);
	EXPECT(FILES("log"), 0, 1, " that an output could not take, last ");
}

/* Who makes the chain anew has to make up the totals, too. */
static void test_made_anew(void **state)
{
	(void)state;
	remove("log");
	open_run("log", 0, RUN);
	print_some(3);
	stream.sequence += 2;
	print_some(1);
	print_final();
	EXPECT(FILES("log"), 1, 2,
	       "  2 lines are missing by their numbers, and the totals tell of 0");
}

/* --- What is not known */

static void test_no_chain(void **state)
{
	(void)state;
	remove("log");
	open_run("log", 0, OTHER_RUN);
	stream.chain = NULL;
	print_some(2);
	print_final();
	EXPECT(FILES("log"), 2, 1, "web1 " OTHER_RUN ": no chain, 3 lines\n");
	make_run("log", 0, RUN);
	EXPECT(FILES("log"), 2, 2, WHOLE, ": no chain, 3 lines\n");
	capture_write("empty", "\n");
	EXPECT(FILES("empty"), 2, 1, "no run is in these logs\n");
	begin_log();
	EXPECT(FILES("log", "missing"), 2, 1, WHOLE);
	change(3, "?", '!');
	write_lines("log", 0, LINES);
	EXPECT(FILES("log", "missing"), 1, 2, "log:4");
}

static void test_hostile(void **state)
{
	(void)state;
	begin_log();
	strcpy(lines.text[3], "{\"record\":\x1b[31m\n");
	write_lines("lo\x1bg", 0, LINES);
	EXPECT(FILES("lo\x1bg"), 1, 3, "lo\\x1bg:4: the line cannot be read: ",
	       "  lo\\x1bg:5: lines were removed before this one, sequence 3 to 3,");
	remove("lo\x1bg");
	capture_write("log", "{\"record\":\"x\",\"host\":\"\\u001b[31m\",\"run\":\"\\u009b\\n\","
			     "\"sequence\":9007199254740991,\"chain\":\"\"}\n"
			     "{\"record\":\"x\",\"host\":\"\\u001b[31m\",\"run\":\"\\u009b\\n\","
			     "\"sequence\":-9}\n"
			     "{}\n[]\n}\nx\n\",\"chain\":\"\n");
	EXPECT(FILES("log"), 1, 6, "\\x1b[31m \\xc2\\x9b\\x0a: no chain, 2 lines\n",
	       "log:4: the line cannot be read: ");
}

static void test_usage(void **state)
{
#define TRY "Try 'bindguard report --help'.\n"
	(void)state;
	CAPTURE_EXPECT(report_command, EX_USAGE, "",
		       "bindguard: report: expected a log, for example bindguard.json\n" TRY,
		       "report", "--verify");
	CAPTURE_EXPECT(report_command, EX_USAGE, "",
		       "bindguard: report: --verify takes no other option\n" TRY, "report",
		       "--verify", "--format", "json", "log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_byte_changed),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_sequence_changed),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_inserted),
		cmocka_unit_test(test_two_runs),
		cmocka_unit_test(test_rotated),
		cmocka_unit_test(test_rotated_and_changed),
		cmocka_unit_test(test_rotates),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_dropped_first),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_made_anew),
		cmocka_unit_test(test_no_chain),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, capture_begin, capture_end);
}
