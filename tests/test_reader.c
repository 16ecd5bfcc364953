/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A libconfig that a hostile policy has taken over: this program has its own config_read_string(),
 * which runs in the reader's child in place of the real one.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <libconfig.h>

#include "policy/policy.h"

static int (*misbehave)(const char *text);

int config_read_string(config_t *config, const char *text)
{
	(void)config;
	return misbehave(text);
}

/* Reads a policy with that libconfig; it has to fail with that message. */
static void assert_failure(int (*behaviour)(const char *text), const char *expected)
{
	static const char text[] = "version = 1; default = \"allow\";";
	struct policy_messages errors = { 0 };

	misbehave = behaviour;
	assert_null(policy_read_text("test.conf", text, sizeof(text) - 1, &errors));
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.message[0].line, 0);
	assert_string_equal(errors.message[0].text, expected);
	policy_messages_free(&errors);
}

static int crash(const char *text)
{
	(void)text;
	abort();
}

static int exit_two(const char *text)
{
	(void)text;
	_exit(2);
}

static int exit_early(const char *text)
{
	(void)text;
	_exit(0);
}

static int write_garbage(const char *text)
{
	(void)text;
	_exit(write(STDERR_FILENO + 1, "garbage", 7) == 7 ? 0 : 99);
}

static int write_forever(const char *text)
{
	static const char zeros[65536];

	(void)text;
	while (write(STDERR_FILENO + 1, zeros, sizeof(zeros)) > 0)
		;
	_exit(99);
}

static int find_nothing(const char *text)
{
	(void)text;
	return CONFIG_TRUE;
}

static void test_failures(void **state)
{
	(void)state;
	assert_failure(crash, "cannot read: the parser was killed by signal 6 (Aborted)");
	assert_failure(exit_two, "cannot read: the parser failed with exit code 2");
	assert_failure(exit_early, "cannot read: the parser's result is not valid");
	assert_failure(write_garbage, "cannot read: the parser's result is not valid");
	assert_failure(write_forever, "cannot read: the parser's result is too long");
}

/* The code says what is still possible in the child. */
static int try_everything(const char *text)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	(void)text;
	if (syscall(SYS_capget, &header, data) < 0 || data[0].permitted || data[1].permitted)
		_exit(101);
	if (getuid() == 0 || geteuid() == 0 || getgid() == 0)
		_exit(102);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != 0)
		_exit(103);
	if (open("/dev/null", O_RDONLY) >= 0 || dup(STDERR_FILENO) >= 0)
		_exit(104);
	for (int fd = STDERR_FILENO + 2; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			_exit(105);
	if (write(STDOUT_FILENO, "x", 1) > 0 || write(STDERR_FILENO, "x", 1) > 0)
		_exit(106);
	if (fork() >= 0)
		_exit(107);
#ifndef __SANITIZE_ADDRESS__ /* which cannot work under a filter */
	if (chdir("/") == 0 || umask(0) != (mode_t)-1 ||
	    mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		_exit(108);
#endif
	_exit(100);
}

static void test_sandbox(void **state)
{
	(void)state;
	if (geteuid() != 0)
		print_message("# not root: no privileges to give up\n");
	assert_failure(try_everything, "cannot read: the parser failed with exit code 100");
}

/* The tree is that of a policy in which nothing is set. */
static void test_nothing(void **state)
{
	struct policy_messages errors = { 0 };

	(void)state;
	misbehave = find_nothing;
	assert_null(policy_read_text("test.conf", "version = 1;", 12, &errors));
	assert_int_equal(errors.count, 2);
	assert_string_equal(errors.message[0].text, "version: missing, expected version = 1");
	policy_messages_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_sandbox),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
