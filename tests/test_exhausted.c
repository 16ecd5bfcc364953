/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory is out at every moment of what a reload does before it publishes: either it fails and says
 * so, or the image is the one that it is with memory. Allocations are those of our objects:
 * Makefile has the linker put the functions below in between.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/watch/exes.h"
#include "enforcer/watch/generations.h"
#include "policy/compile.h"

/* How many allocations still succeed, and how many fail after that. */
static long left, failing;

static bool is_out(void)
{
	if (left > 0) {
		left--;
		return false;
	}
	if (failing == 0)
		return false;
	failing--;
	errno = ENOMEM;
	return true;
}

#define WRAP(type, none, name, parameters, arguments)             \
	type __real_##name parameters;                            \
	type __wrap_##name parameters;                            \
	type __wrap_##name parameters                             \
	{                                                         \
		return is_out() ? none : __real_##name arguments; \
	}

WRAP(void *, NULL, malloc, (size_t size), (size))
WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, NULL, realloc, (void *memory, size_t size), (memory, size))
WRAP(void *, NULL, reallocarray, (void *memory, size_t count, size_t size), (memory, count, size))
WRAP(char *, NULL, strdup, (const char *text), (text))
WRAP(char *, NULL, strndup, (const char *text, size_t length), (text, length))
WRAP(char *, NULL, realpath, (const char *path, char *resolved), (path, resolved))
WRAP(FILE *, NULL, open_memstream, (char **text, size_t *size), (text, size))
WRAP(void *, NULL, tsearch,
     (const void *key, void **root, int (*compare)(const void *, const void *)),
     (key, root, compare))
WRAP(int, -1, vasprintf, (char **text, const char *format, va_list arguments),
     (text, format, arguments))
WRAP(int, -1, __vasprintf_chk, (char **text, int flag, const char *format, va_list arguments),
     (text, flag, format, arguments))

/* What vasprintf() is to those that have no va_list. */
int __wrap_asprintf(char **text, const char *format, ...);
int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = __wrap_vasprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...);
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = __wrap___vasprintf_chk(text, flag, format, arguments);
	va_end(arguments);
	return length;
}

/* A policy with every setting, in a folder, with an include. */
#define FOLDER "/tmp/test_exhausted.XXXXXX"

static const char main_text[] =
	"version = 1; default = \"deny\"; forbid_options = [\"IP_FREEBIND\"];\n"
	"tests = ( { name = \"a\"; bind = \"tcp 0.0.0.0:1\"; expect = \"deny\"; } );\n"
	"@include \"rules\"\n";

static const char rules_text[] =
	"rules = (\n"
	"{ name = \"all\"; verdict = \"deny\"; mode = \"audit\"; uid = (\"root\", \"nobody\", 1000, \"5-9\");\n"
	"  cgroup = [\"/a/b\", \"/a*\", \"/a\"]; comm = [\"init\", \"sh*\"]; family = \"ipv4\";\n"
	"  exe = [\"/bin/sh\", \"/usr/bin/env\"]; netns = \"host\";\n"
	"  protocol = (\"tcp\", 17, \"sctp\"); address = [\"10.0.0.0/8\", \"loopback\"];\n"
	"  ports = \"80, 443, 8000-8100\"; permit_options = \"IP_TRANSPARENT\";\n"
	"  forbid_options = [\"SO_REUSEPORT\"]; reason = \"r\"; owner = \"o\"; approver = \"a\";\n"
	"  ticket = \"t\"; approved = \"2026-01-01\"; expires = \"2036-01-01\"; },\n"
	"{ name = \"units\"; unit = [\"a@b.service\", \"c.service\"]; address = \"::/0\"; },\n"
	"{ name = \"user\"; uid = \"root\"; ports = [1, 2, 3, 4, 5]; },\n";

static char folder[] = FOLDER;
static struct image expected;

static const char *place(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static FILE *create(const char *name)
{
	FILE *file = fopen(place(name), "w");

	assert_non_null(file);
	return file;
}

/* So many wide rules that they need vectors, and so many narrow ones that tables grow. */
static void write_rules(FILE *file)
{
	fputs(rules_text, file);
	for (int i = 0; i < 12; i++)
		fprintf(file, "{ name = \"wide%d\"; uid = \"%d-%d\"; ports = \"%d-%d\"; },\n", i,
			1000 + i, 60000 + i, 100 + i, 60000 + i);
	for (int i = 0; i < 30; i++)
		fprintf(file, "{ name = \"n%d\"; uid = %d; ports = %d; }%s\n", i, 70000 + i, 1 + i,
			i < 29 ? "," : ");");
}

/*
 * As reload.c does. Returns whether the next policy would come into force; the image is to be
 * freed.
 */
static bool prepare(struct image *image)
{
	const struct image_settings settings = { .generation = 1, .now = 1767225600 };
	struct policy_messages errors = { 0 };
	struct generations generations = { 0 };
	struct policy *policy = policy_read(folder, &errors);
	int err = policy ? exes_resolve(policy) : -ENOMEM;

	if (!policy && !errors.out_of_memory) {
		assert_int_equal(errors.count, 1);
		assert_non_null(strstr(errors.message[0].text, "Cannot allocate memory"));
	}
	if (!err)
		err = image_compile(policy, &settings, image);
	if (!err)
		err = generations_add(&generations, 1, policy);
	if (generations.newest)
		generations_free(&generations);
	else
		policy_free(policy);
	policy_messages_free(&errors);
	assert_true(err == 0 || err == -ENOMEM);
	return !err;
}

static int set_up(void **state)
{
	FILE *file;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	file = create("rules");
	write_rules(file);
	fclose(file);
	file = create("main.conf");
	fputs(main_text, file);
	fclose(file);
	return prepare(&expected) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	image_free(&expected);
	unlink(place("rules"));
	unlink(place("main.conf"));
	return rmdir(folder);
}

static void assert_expected(const struct image *image)
{
	assert_int_equal(image->pages, expected.pages);
	assert_memory_equal(image->page, expected.page, image->pages * sizeof(*image->page));
	assert_int_equal(image->exes, expected.exes);
	for (size_t i = 0; i < image->exes; i++)
		assert_string_equal(image->exe[i], expected.exe[i]);
}

/* Lets the allocation after so many fail, and as many as follow. Returns whether there was one. */
static bool fail_after(long succeed, long fail)
{
	struct image image = { 0 };
	bool prepared, failed;

	left = succeed;
	failing = fail;
	prepared = prepare(&image);
	failed = failing < fail;
	left = failing = 0;
	if (prepared)
		assert_expected(&image);
	image_free(&image);
	return failed;
}

static void test_one_allocation_fails(void **state)
{
	long succeed = 0;

	(void)state;
	while (fail_after(succeed, 1))
		succeed++;
	assert_in_range(succeed, 200, 100000);
}

static void test_all_allocations_fail_from_one_on(void **state)
{
	long succeed = 0;

	(void)state;
	while (fail_after(succeed, LONG_MAX))
		succeed++;
	assert_in_range(succeed, 200, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_allocation_fails),
		cmocka_unit_test(test_all_allocations_fail_from_one_on),
	};

	return cmocka_run_group_tests_name("exhausted", tests, set_up, tear_down);
}
