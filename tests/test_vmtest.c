/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard vmtest: its command line, and where it looks for its program. tests/vmtest has the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/offline/vmtest.h"
#include "tests/capture.h"

#define TRY "Try 'bindguard vmtest --help'.\n"

static void make_program(const char *path)
{
	capture_write(path, "#!/bin/sh\n");
	assert_int_equal(chmod(path, 0755), 0);
}

static void make_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

static void test_where_the_program_is(void **state)
{
	char path[256];

	(void)state;
	make_folder("sbin");
	make_folder("libexec");
	make_folder("libexec/bindguard");
	make_folder("selftests-vm");
	assert_int_equal(vmtest_find("sbin/bindguard", path, sizeof(path)), -1);
	make_program("selftests-vm/vmtest");
	assert_int_equal(vmtest_find("sbin/bindguard", path, sizeof(path)), 0);
	assert_string_equal(path, "sbin/../selftests-vm/vmtest");
	make_folder("sbin/san");
	assert_int_equal(vmtest_find("sbin/san/bindguard", path, sizeof(path)), 0);
	assert_string_equal(path, "sbin/san/../../selftests-vm/vmtest");
	capture_write("libexec/bindguard/vmtest", "not to be run");
	assert_int_equal(vmtest_find("sbin/bindguard", path, sizeof(path)), 0);
	assert_string_equal(path, "sbin/../selftests-vm/vmtest");
	make_program("libexec/bindguard/vmtest");
	assert_int_equal(vmtest_find("sbin/bindguard", path, sizeof(path)), 0);
	assert_string_equal(path, "sbin/../libexec/bindguard/vmtest");
	assert_int_equal(vmtest_find("bindguard", path, sizeof(path)), -1);
}

static void test_usage(void **state)
{
	(void)state;
	CAPTURE_EXPECT(vmtest, EX_USAGE, "",
		       "bindguard: vmtest: no policy given, expected POLICY\n" TRY, "vmtest");
	CAPTURE_EXPECT(vmtest, EX_USAGE, "",
		       "bindguard: vmtest: no policy given, expected POLICY\n" TRY, "vmtest", "-k",
		       "6.12");
	CAPTURE_EXPECT(vmtest, EX_USAGE, "", "bindguard: -k: needs a value\n" TRY, "vmtest",
		       "p.conf", "-k");
	CAPTURE_EXPECT(vmtest, EX_USAGE, "",
		       "bindguard: --kvm: unknown option, or a value that it does not take\n" TRY,
		       "vmtest", "--kvm", "p.conf");
}

static void test_help(void **state)
{
	struct capture capture = CAPTURE(vmtest, "vmtest", "--help");

	(void)state;
	assert_int_equal(capture.status, 0);
	assert_string_equal(capture.err, "");
	assert_ptr_equal(strstr(capture.out, "usage: bindguard vmtest POLICY [CASES...]"),
			 capture.out);
	capture_free(&capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_the_program_is),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests_name("vmtest", tests, capture_begin, capture_end);
}
