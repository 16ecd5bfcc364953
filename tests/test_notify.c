/* SPDX-License-Identifier: GPL-2.0-only */
/* What a service manager hears, on a socket that is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/host/notify.h"

#define SECOND 1000000000ULL

static int manager = -1;

/* An abstract address of this process's own. */
static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[sizeof(address.sun_path)];
	int length = snprintf(name, sizeof(name), "@bindguard-test-%d", (int)getpid());

	(void)state;
	memcpy(address.sun_path + 1, name + 1, length - 1);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return bind(manager, (struct sockaddr *)&address,
		    offsetof(struct sockaddr_un, sun_path) + length);
}

static int teardown(void **state)
{
	(void)state;
	close(manager);
	return unsetenv("NOTIFY_SOCKET");
}

/* The next message, "" if there is none. */
static const char *heard(void)
{
	static char text[8192];
	ssize_t length = recv(manager, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* A policy of so many rules, as generation 1. */
static void force(struct reload *reload, struct options *options, size_t rules)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	assert_non_null(policy);
	policy->rules = rules;
	*reload = (struct reload){ .options = options, .status.generation = 1 };
	assert_int_equal(generations_add(&reload->generations, 1, policy), 0);
}

/* The rules are only a number. */
static void release(struct reload *reload)
{
	struct policy *policy = (struct policy *)reload_policy(reload);

	policy->rules = 0;
	generations_free(&reload->generations);
}

static void test_a_start_says_what_it_does(void **state)
{
	struct options options = { .mode = MODE_AUDIT, .policy = "/etc/a\nMAINPID=1" };
	struct notify notify;
	struct reload reload;

	(void)state;
	notify_open(&notify);
	notify_ready(&notify, NULL);
	assert_string_equal(heard(), "READY=1\nSTATUS=observing");
	force(&reload, &options, 12);
	notify_ready(&notify, &reload);
	assert_string_equal(
		heard(),
		"READY=1\nSTATUS=auditing: 12 rules of /etc/a\\x0aMAINPID=1, generation 1");
	release(&reload);
	notify_stopping(&notify);
	assert_string_equal(heard(), "STOPPING=1");
}

static void test_a_reload_is_told_with_its_errors(void **state)
{
	struct options options = { .mode = MODE_DENY, .policy = "p" };
	unsigned long long time;
	struct notify notify;
	struct reload reload;
	int end = 0;

	(void)state;
	notify_open(&notify);
	force(&reload, &options, 1);
	notify_reloading(&notify);
	sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%llu%n", &time, &end);
	assert_true(end && time);
	reload.status.errors = 2;
	notify_ready(&notify, &reload);
	assert_string_equal(heard(), "READY=1\nSTATUS=denying: 1 rule of p, generation 1 stays in "
				     "force: 2 errors");
	release(&reload);
}

/* Where no policy could be loaded, what it does is not what it was told to. */
static void test_a_stand_in_is_told(void **state)
{
	struct options options = {
		.mode = MODE_DENY,
		.policy = "p",
		.on_boot_error = BOOT_ERROR_AUDIT,
	};
	struct notify notify;
	struct reload reload;

	(void)state;
	notify_open(&notify);
	force(&reload, &options, 0);
	reload.stand_in = true;
	reload.status.errors = 2;
	notify_ready(&notify, &reload);
	assert_string_equal(heard(),
			    "READY=1\nSTATUS=auditing every bind: no policy, 2 errors in p");
	options.on_boot_error = BOOT_ERROR_DENY;
	reload.status.errors = 1;
	notify_ready(&notify, &reload);
	assert_string_equal(heard(), "READY=1\nSTATUS=denying every bind: no policy, 1 error in p");
	release(&reload);
}

/* Of one that no manager asked for, only the status is told, and once. */
static void test_a_change_is_told_once(void **state)
{
	struct options options = { .mode = MODE_DENY, .policy = "p" };
	struct notify notify;
	struct reload reload;

	(void)state;
	notify_open(&notify);
	force(&reload, &options, 3);
	notify_ready(&notify, &reload);
	heard();
	notify_tick(&notify, &reload, SECOND);
	assert_string_equal(heard(), "");
	reload.status.generation = 2;
	notify_tick(&notify, &reload, SECOND);
	assert_string_equal(heard(), "STATUS=denying: 3 rules of p, generation 2");
	reload.status.failures = 1;
	reload.status.errors = 1;
	notify_tick(&notify, &reload, SECOND);
	assert_string_equal(heard(), "STATUS=denying: 3 rules of p, generation 2 stays in force: 1 "
				     "error");
	notify_tick(&notify, &reload, SECOND);
	assert_string_equal(heard(), "");
	release(&reload);
}

static void test_a_watchdog_gets_twice_what_it_asks_for(void **state)
{
	struct notify notify;
	char pid[16];

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "4000000", 1);
	notify_open(&notify);
	notify_tick(&notify, NULL, 10 * SECOND);
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_true(notify_due(&notify) == 12 * SECOND);
	notify_tick(&notify, NULL, 12 * SECOND - 1);
	assert_string_equal(heard(), "");
	notify_tick(&notify, NULL, 12 * SECOND);
	assert_string_equal(heard(), "WATCHDOG=1");
}

/* Of the parent's: it is for another process. */
static void test_without_a_watchdog_nothing_is_due(void **state)
{
	struct notify notify;

	(void)state;
	notify_open(&notify);
	assert_true(notify_due(&notify) == UINT64_MAX);
	setenv("WATCHDOG_PID", "1", 1);
	setenv("WATCHDOG_USEC", "4000000", 1);
	notify_open(&notify);
	assert_true(notify_due(&notify) == UINT64_MAX);
	notify_tick(&notify, NULL, 10 * SECOND);
	assert_string_equal(heard(), "");
}

static void test_without_a_manager_nothing_is_said(void **state)
{
	char socket[64], pid[16];
	struct notify notify;

	(void)state;
	snprintf(socket, sizeof(socket), "%s", getenv("NOTIFY_SOCKET"));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "4000000", 1);
	unsetenv("NOTIFY_SOCKET");
	notify_open(&notify);
	setenv("NOTIFY_SOCKET", socket, 1);
	notify_ready(&notify, NULL);
	notify_reloading(&notify);
	notify_tick(&notify, NULL, SECOND);
	notify_stopping(&notify);
	assert_string_equal(heard(), "");
	assert_true(notify_due(&notify) == UINT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_start_says_what_it_does),
		TEST(test_a_reload_is_told_with_its_errors),
		TEST(test_a_stand_in_is_told),
		TEST(test_a_change_is_told_once),
		TEST(test_a_watchdog_gets_twice_what_it_asks_for),
		TEST(test_without_a_watchdog_nothing_is_due),
		TEST(test_without_a_manager_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
