/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture.h"

#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGUMENTS 32

static char folder[] = "/tmp/bindguard-test-XXXXXX";

/* Everything in the file, which is closed. */
static char *take(int fd)
{
	off_t length = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)length + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)length, 0), length);
	text[length] = '\0';
	close(fd);
	return text;
}

/* Puts fd in the place of another descriptor, of which a copy is returned. */
static int replace(int fd, int place)
{
	int copy = dup(place);

	assert_true(copy >= 0);
	assert_int_equal(dup2(fd, place), place);
	return copy;
}

static void restore(int copy, int place)
{
	dup2(copy, place);
	close(copy);
}

struct capture capture_on(int out, int (*verb)(int argc, char **argv), const char *const *arguments)
{
	int err = memfd_create("err", MFD_CLOEXEC), argc = 0, own_out, own_err;
	struct capture capture = { .out = NULL };
	char *argv[ARGUMENTS + 1];

	for (; arguments[argc]; argc++) {
		assert_true(argc < ARGUMENTS);
		argv[argc] = (char *)arguments[argc];
	}
	argv[argc] = NULL;
	fflush(stdout);
	own_out = replace(out, STDOUT_FILENO);
	own_err = replace(err, STDERR_FILENO);
	optind = 0;
	capture.status = verb(argc, argv);
	fflush(stdout);
	restore(own_out, STDOUT_FILENO);
	restore(own_err, STDERR_FILENO);
	capture.err = take(err);
	return capture;
}

struct capture capture_run(int (*verb)(int argc, char **argv), const char *const *arguments)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct capture capture = capture_on(out, verb, arguments);

	capture.out = take(out);
	return capture;
}

void capture_free(struct capture *capture)
{
	free(capture->out);
	free(capture->err);
}

void capture_expect(int (*verb)(int argc, char **argv), const char *const *arguments, int status,
		    const char *out, const char *err)
{
	struct capture capture = capture_run(verb, arguments);

	assert_string_equal(capture.err, err);
	assert_string_equal(capture.out, out);
	assert_int_equal(capture.status, status);
	capture_free(&capture);
}

void capture_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

char *capture_read(const char *path)
{
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	return take(fd);
}

int capture_begin(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int capture_end(void **state)
{
	(void)state;
	return chdir("/") ? -1 : nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
