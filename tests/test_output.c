/* SPDX-License-Identifier: GPL-2.0-only */
/* Where lines go: files that are rotated, moved away or full, and standard output. */
#include <errno.h>
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture.h"
#include "enforcer/host/filter.h"
#include "enforcer/output/output.h"

#define FILE_NAME "lines"
#define LIMIT 4096

static struct output output;
static uint64_t dropped;

static int open_limited(uint64_t limit, unsigned int keep)
{
	const struct options options = { .output = FILE_NAME,
					 .output_size = limit,
					 .output_keep = keep };

	dropped = 0;
	return output_open(&output, &options, &dropped);
}

static int remove_files(void **state)
{
	char name[64];

	(void)state;
	output_close(&output);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), i ? FILE_NAME ".%d" : FILE_NAME, i);
		remove(name);
	}
	remove(FILE_NAME ".new");
	remove("moved");
	remove(FILE_NAME ".1/inside");
	remove(FILE_NAME ".1");
	return 0;
}

static void print_line(const char *text)
{
	fprintf(output.stream, "%s\n", text);
	output_line(&output);
}

/* "NUMBER xxx...", with its newline of so many bytes. */
static void print_number(int number, size_t length)
{
	char *text = malloc(length + 32);
	int digits = sprintf(text, "%d ", number);

	memset(text + digits, 'x', length + 32 - digits);
	text[(int)length > digits ? length - 1 : (size_t)digits] = '\0';
	print_line(text);
	free(text);
}

static void expect_file(const char *name, const char *expected)
{
	char *text = capture_read(name);

	assert_string_equal(text, expected);
	free(text);
}

static size_t size_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_size;
}

/* Each line of the file has the number after that of the one before. Returns the next number. */
static int expect_numbers(const char *name, int next)
{
	char *text = capture_read(name), *line = text, *end;

	for (; *line; line = end + 1) {
		assert_int_equal(atoi(line), next++);
		end = strchr(line, '\n');
		if (!end)
			fail_msg("%s: torn line at the end: %.40s", name, line);
		assert_int_equal(strspn(strchr(line, ' ') + 1, "x"), end - strchr(line, ' ') - 1);
	}
	free(text);
	return next;
}

static int first_number(const char *name)
{
	char *text = capture_read(name);
	int number = atoi(text);

	free(text);
	return number;
}

static void test_appends(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(open_limited(0, 5), 0);
	assert_int_equal(stat(FILE_NAME, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	print_line("one");
	assert_int_equal(output_flush(&output), -1);
	expect_file(FILE_NAME, "one\n");
	output_close(&output);
	assert_int_equal(open_limited(0, 5), 0);
	print_line("two");
	print_line("three");
	assert_int_equal(output_flush(&output), -1);
	expect_file(FILE_NAME, "one\ntwo\nthree\n");
	assert_int_equal(dropped, 0);
}

/* Not limited by what a buffer holds, and not kept until somebody flushes. */
static void test_long_lines(void **state)
{
	const size_t length = 300000;

	(void)state;
	assert_int_equal(open_limited(LIMIT, 5), 0);
	print_number(0, 10);
	print_number(1, length);
	print_number(2, 10);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(size_of(FILE_NAME ".1"), length);
	assert_int_equal(expect_numbers(FILE_NAME ".2", 0), 1);
	assert_int_equal(expect_numbers(FILE_NAME ".1", 1), 2);
	assert_int_equal(expect_numbers(FILE_NAME, 2), 3);
}

static int open_it(int argc, char **argv)
{
	const struct options options = { .output = argv[1], .output_keep = 5 };
	struct output other;
	int status = output_open(&other, &options, &dropped);

	(void)argc;
	output_close(&other);
	return status;
}

static void test_refuses(void **state)
{
	(void)state;
	capture_write("target", "");
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output link: cannot open it: it is a symbolic link: name the "
		       "file itself\n",
		       "open", "link");
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output dangling: cannot open it: it is a symbolic link: name "
		       "the file itself\n",
		       "open", "dangling");
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output fifo: cannot open it: not a regular file\n", "open",
		       "fifo");
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output /dev/null: cannot open it: not a regular file\n",
		       "open", "/dev/null");
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output .: cannot open it: Is a directory\n", "open", ".");
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output none/x: cannot open it: No such file or directory\n",
		       "open", "none/x");
	assert_int_equal(open_limited(0, 5), 0);
	CAPTURE_EXPECT(open_it, EX_CANTCREAT, "",
		       "bindguard: --output " FILE_NAME
		       ": cannot open it: another bindguard writes to it\n",
		       "open", FILE_NAME);
}

/* Lines of all lengths up to a third of the limit: none is torn or lost, no file is too large. */
static void test_rotates(void **state)
{
	char name[64];
	int next = 0, files = 0;

	(void)state;
	srand(1);
	assert_int_equal(open_limited(LIMIT, 900), 0);
	for (int i = 0; i < 2000; i++) {
		print_number(i, 6 + rand() % (LIMIT / 3));
		if (!(rand() % 7))
			assert_int_equal(output_flush(&output), -1);
	}
	assert_int_equal(output_flush(&output), -1);
	while (snprintf(name, sizeof(name), FILE_NAME ".%d", files + 1), !access(name, F_OK))
		files++;
	assert_in_range(files, 2000 * LIMIT / 6 / LIMIT, 899);
	for (; files > 0; files--) {
		snprintf(name, sizeof(name), FILE_NAME ".%d", files);
		assert_in_range(size_of(name), LIMIT * 2 / 3, LIMIT);
		next = expect_numbers(name, next);
	}
	assert_int_equal(expect_numbers(FILE_NAME, next), 2000);
	assert_int_equal(access(FILE_NAME ".new", F_OK), -1);
}

static void test_keeps_some(void **state)
{
	int next;

	(void)state;
	assert_int_equal(open_limited(LIMIT, 2), 0);
	for (int i = 0; i < 100; i++)
		print_number(i, LIMIT / 4);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(access(FILE_NAME ".3", F_OK), -1);
	next = expect_numbers(FILE_NAME ".2", first_number(FILE_NAME ".2"));
	assert_int_equal(expect_numbers(FILE_NAME, expect_numbers(FILE_NAME ".1", next)), 100);
}

static int rotate_twice(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0; i < 11; i++) {
		print_number(i, LIMIT / 4);
		if (output_flush(&output) != -1)
			return EX_IOERR;
	}
	return 0;
}

/* It goes on with the file that it has, and says so once; it tries again, but not for every line. */
static void test_cannot_rotate(void **state)
{
	(void)state;
	assert_int_equal(mkdir(FILE_NAME ".1", 0700), 0);
	capture_write(FILE_NAME ".1/inside", "");
	assert_int_equal(open_limited(LIMIT, 1), 0);
	CAPTURE_EXPECT(rotate_twice, 0, "",
		       "bindguard: " FILE_NAME
		       ": cannot rotate: Is a directory: it grows beyond its size\n",
		       "rotate");
	assert_int_equal(remove(FILE_NAME ".1/inside"), 0);
	assert_int_equal(remove(FILE_NAME ".1"), 0);
	print_number(11, LIMIT / 4);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(expect_numbers(FILE_NAME, 0), 12);
	print_number(12, LIMIT / 4);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(expect_numbers(FILE_NAME ".1", 0), 12);
	assert_int_equal(expect_numbers(FILE_NAME, 12), 13);
	assert_int_equal(dropped, 0);
}

static void test_reopens(void **state)
{
	(void)state;
	assert_int_equal(open_limited(0, 5), 0);
	print_line("one");
	output_reopen(&output);
	expect_file(FILE_NAME, "one\n");
	assert_int_equal(rename(FILE_NAME, "moved"), 0);
	print_line("two");
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(access(FILE_NAME, F_OK), -1);
	print_line("three");
	output_reopen(&output);
	print_line("four");
	assert_int_equal(output_flush(&output), -1);
	expect_file("moved", "one\ntwo\nthree\n");
	expect_file(FILE_NAME, "four\n");
}

static int reopen(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	output_reopen(&output);
	return 0;
}

static void test_cannot_reopen(void **state)
{
	(void)state;
	assert_int_equal(open_limited(0, 5), 0);
	assert_int_equal(rename(FILE_NAME, "moved"), 0);
	assert_int_equal(symlink("elsewhere", FILE_NAME), 0);
	CAPTURE_EXPECT(reopen, 0, "",
		       "bindguard: " FILE_NAME ": cannot open it anew: it is a symbolic link: name "
		       "the file itself: going on with the file that it was\n",
		       "reopen");
	print_line("one");
	assert_int_equal(output_flush(&output), -1);
	expect_file("moved", "one\n");
	assert_int_equal(access("elsewhere", F_OK), -1);
}

/* As logrotate's copytruncate does it. */
static void test_made_smaller(void **state)
{
	(void)state;
	assert_int_equal(open_limited(LIMIT, 5), 0);
	for (int i = 0; i < 3; i++)
		print_number(i, LIMIT / 4);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(truncate(FILE_NAME, 0), 0);
	for (int i = 0; i < 4; i++)
		print_number(i, LIMIT / 4);
	assert_int_equal(output_flush(&output), -1);
	assert_int_equal(expect_numbers(FILE_NAME, 0), 4);
	assert_int_equal(access(FILE_NAME ".1", F_OK), -1);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Ten lines of 100 bytes, of which 7 and a half fit; three more, which do not; and room again. */
static int fill_up(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	limit_files(750);
	for (int i = 0; i < 10; i++)
		print_number(i, 100);
	if (output_flush(&output) != -1)
		return EX_IOERR;
	if (size_of(FILE_NAME) != 700 || dropped != 3)
		return 1;
	for (int i = 0; i < 3; i++) {
		print_number(i, 100);
		if (output_flush(&output) != -1)
			return EX_IOERR;
	}
	if (dropped != 6)
		return 2;
	limit_files(RLIM_INFINITY);
	print_number(7, 100);
	output_flush(&output);
	print_number(8, 100);
	output_flush(&output);
	output_end(&output);
	return 0;
}

static void test_full(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)state;
	sigaction(SIGXFSZ, &ignore, NULL);
	assert_int_equal(open_limited(0, 5), 0);
	CAPTURE_EXPECT(fill_up, 0, "",
		       "bindguard: " FILE_NAME
		       ": cannot write: File too large: going on without these lines\n"
		       "bindguard: " FILE_NAME
		       ": can be written again: lines dropped until now: 6\n"
		       "bindguard: lines dropped, because they could not be written: 6\n",
		       "fill");
	assert_int_equal(expect_numbers(FILE_NAME, 0), 9);
}

/* All that a program does with its file once it has no privileges any more, and nothing else. */
static int live_without_privileges(void)
{
	if (filter_install(FILTER_FILES))
		return 1;
	if (open(FILE_NAME, O_WRONLY) >= 0 || open(FILE_NAME, O_RDONLY | O_TRUNC) >= 0 ||
	    !unlink(FILE_NAME) || !mkdir("folder", 0700))
		return 2;
	for (int i = 0; i < 8; i++)
		print_number(i, LIMIT / 4);
	if (output_flush(&output) != -1 || output.trouble)
		return 3;
	limit_files(LIMIT / 2);
	print_number(8, LIMIT);
	output_flush(&output);
	limit_files(RLIM_INFINITY);
	if (dropped != 1)
		return 4;
	print_number(8, LIMIT / 4);
	output_flush(&output);
	if (renameat(AT_FDCWD, FILE_NAME, AT_FDCWD, "moved"))
		return 5;
	output_reopen(&output);
	print_number(9, LIMIT / 4);
	output_flush(&output);
	return 0;
}

static void test_without_privileges(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(open_limited(LIMIT, 5), 0);
	child = fork();
	if (!child)
		_exit(freopen("/dev/null", "w", stderr) ? live_without_privileges() : 6);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(expect_numbers(FILE_NAME ".2", 0), 4);
	assert_int_equal(expect_numbers(FILE_NAME ".1", 4), 8);
	assert_int_equal(expect_numbers("moved", 8), 9);
	assert_int_equal(expect_numbers(FILE_NAME, 9), 10);
}

static void open_standard(enum mode mode)
{
	const struct options options = { .mode = mode };

	dropped = 0;
	assert_int_equal(output_open(&output, &options, &dropped), 0);
}

static int flush_one(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_line("one");
	return output_flush(&output);
}

static void expect_flush(int fd, int status, const char *err)
{
	struct capture capture = capture_on(fd, flush_one, (const char *const[]){ "flush", NULL });

	assert_int_equal(capture.status, status);
	assert_string_equal(capture.err, err);
	capture_free(&capture);
}

static void test_standard_output(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];

	(void)state;
	sigaction(SIGPIPE, &ignore, NULL);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	open_standard(MODE_AUDIT);
	CAPTURE_EXPECT(flush_one, -1, "one\n", "", "flush");
	expect_flush(full, EX_IOERR,
		     "bindguard: cannot write the output: No space left on device\n");
	output_close(&output);
	open_standard(MODE_OBSERVE);
	expect_flush(ends[1], -1, "");
	output_close(&output);
	open_standard(MODE_OBSERVE);
	close(ends[0]);
	expect_flush(ends[1], 0, "");
	output_close(&output);
	open_standard(MODE_DENY);
	expect_flush(ends[1], -1,
		     "bindguard: cannot write the output: Broken pipe: still denying\n");
	expect_flush(full, -1, "");
	assert_int_equal(dropped, 2);
	CAPTURE_EXPECT(flush_one, -1, "one\n",
		       "bindguard: the output: can be written again: lines dropped until now: 2\n",
		       "flush");
	close(ends[1]);
	close(full);
}

static int print_many(int argc, char **argv)
{
	(void)argc;
	for (int i = atoi(argv[1]); i < atoi(argv[2]); i++)
		print_number(i, 100);
	return output_flush(&output);
}

/* What is in a pipe cannot be taken back: the rest of the line comes before the next one. */
static void test_torn_in_pipe(void **state)
{
	static char text[1 << 20];
	size_t length = 0;
	ssize_t some;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 0);
	open_standard(MODE_DENY);
	capture_free(&(struct capture[]){
		capture_on(ends[1], print_many,
			   (const char *const[]){ "print", "0", "50", NULL }) }[0]);
	while ((some = read(ends[0], text + length, sizeof(text) - length)) > 0)
		length += some;
	assert_int_equal(length, 4096);
	assert_int_equal(dropped, 9);
	capture_free(&(struct capture[]){
		capture_on(ends[1], print_many,
			   (const char *const[]){ "print", "41", "43", NULL }) }[0]);
	while ((some = read(ends[0], text + length, sizeof(text) - length)) > 0)
		length += some;
	text[length] = '\0';
	capture_write(FILE_NAME, text);
	assert_int_equal(expect_numbers(FILE_NAME, 0), 43);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_appends, remove_files),
		cmocka_unit_test_teardown(test_long_lines, remove_files),
		cmocka_unit_test_teardown(test_refuses, remove_files),
		cmocka_unit_test_teardown(test_rotates, remove_files),
		cmocka_unit_test_teardown(test_keeps_some, remove_files),
		cmocka_unit_test_teardown(test_cannot_rotate, remove_files),
		cmocka_unit_test_teardown(test_reopens, remove_files),
		cmocka_unit_test_teardown(test_cannot_reopen, remove_files),
		cmocka_unit_test_teardown(test_made_smaller, remove_files),
		cmocka_unit_test_teardown(test_full, remove_files),
		cmocka_unit_test_teardown(test_without_privileges, remove_files),
		cmocka_unit_test_teardown(test_standard_output, remove_files),
		cmocka_unit_test_teardown(test_torn_in_pipe, remove_files),
	};

	return cmocka_run_group_tests_name("output", tests, capture_begin, capture_end);
}
