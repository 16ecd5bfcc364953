/* SPDX-License-Identifier: GPL-2.0-only */
/* What the static build has in place of libsystemd and of glibc's names of users. Linked before those. */
#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A socket with that name, "@" being an abstract one's; what it gets is read without waiting. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	strncpy(address.sun_path, name, sizeof(address.sun_path) - 1);
	if (*name == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      offsetof(struct sockaddr_un, sun_path) + strlen(name)),
			 0);
	return fd;
}

static void expect_datagram(int fd, const char *text)
{
	char got[256] = "";

	assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), strlen(text));
	assert_string_equal(got, text);
}

static void try_notify(const char *name)
{
	int fd = listen_at(name);

	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(sd_notify(0, "STOPPING=1"), 1);
	expect_datagram(fd, "STOPPING=1");
	assert_int_equal(sd_notifyf(0, "%sSTATUS=%s, generation %u", "READY=1\n", "denying", 7), 1);
	expect_datagram(fd, "READY=1\nSTATUS=denying, generation 7");
	assert_string_equal(getenv("NOTIFY_SOCKET"), name);
	assert_int_equal(sd_notify(1, "WATCHDOG=1"), 1);
	expect_datagram(fd, "WATCHDOG=1");
	assert_null(getenv("NOTIFY_SOCKET"));
	close(fd);
}

static void test_notify_sends_a_datagram(void **state)
{
	char folder[] = "/tmp/bindguard-test-XXXXXX", name[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s/notify", folder);
	try_notify(name);
	unlink(name);
	rmdir(folder);
	snprintf(name, sizeof(name), "@bindguard-test-%d", getpid());
	try_notify(name);
}

static void test_notify_without_a_listener(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(sd_notify(0, "READY=1"), 0);
	setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
	assert_int_equal(sd_notify(0, "READY=1"), -ENOENT);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(sd_notify(0, "READY=1"), -EINVAL);
	unsetenv("NOTIFY_SOCKET");
}

static void test_watchdog(void **state)
{
	static const struct {
		const char *usec, *pid;
		int result;
	} cases[] = {
		{ NULL, NULL, 0 },	    { "5000000", NULL, 1 },  { "5000000", "self", 1 },
		{ "5000000", "1", 0 },	    { "0", NULL, -EINVAL },  { "5s", NULL, -EINVAL },
		{ "5000000", "", -EINVAL }, { "-1", NULL, -EINVAL },
	};
	char self[16];
	uint64_t usec;

	(void)state;
	snprintf(self, sizeof(self), "%d", getpid());
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *pid = cases[i].pid;

		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].usec)
			setenv("WATCHDOG_USEC", cases[i].usec, 1);
		if (pid)
			setenv("WATCHDOG_PID", strcmp(pid, "self") ? pid : self, 1);
		usec = 0;
		assert_int_equal(sd_watchdog_enabled(0, &usec), cases[i].result);
		assert_int_equal(usec, cases[i].result == 1 ? 5000000 : 0);
	}
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void test_ids_are_uuids_and_differ(void **state)
{
	sd_id128_t one, other;

	(void)state;
	assert_int_equal(sd_id128_randomize(&one), 0);
	assert_int_equal(sd_id128_randomize(&other), 0);
	assert_memory_not_equal(&one, &other, sizeof(one));
	assert_int_equal(one.bytes[6] >> 4, 4);
	assert_int_equal(one.bytes[8] >> 6, 2);
}

/* A line break would end the field, and what follows it be another one. */
static void test_a_field_with_a_line_break_is_refused(void **state)
{
	struct iovec field = { (void *)"MESSAGE=a\nPRIORITY=0", 20 };

	(void)state;
	assert_int_equal(sd_journal_sendv(&field, 1), -EINVAL);
	assert_int_equal(sd_journal_sendv(&field, 0), -EINVAL);
}

static void test_users_are_those_of_the_file(void **state)
{
	const struct passwd *user = getpwnam("root");

	(void)state;
	assert_non_null(user);
	assert_int_equal(user->pw_uid, 0);
	assert_null(getpwnam("bindguard-nosuchuser"));
	/* The other one that is in the same file says so by itself. */
	assert_null(getpwuid(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify_sends_a_datagram),
		cmocka_unit_test(test_notify_without_a_listener),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_ids_are_uuids_and_differ),
		cmocka_unit_test(test_a_field_with_a_line_break_is_refused),
		cmocka_unit_test(test_users_are_those_of_the_file),
	};

	return cmocka_run_group_tests_name("static", tests, NULL, NULL);
}
