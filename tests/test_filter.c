/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the filter of system calls refuses, and what it lets through. Each attempt is made in a
 * process of its own, without the filter and with it: what it is to refuse fails with EPERM only
 * with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/host/filter.h"
#include "enforcer/output/logfile.h"
#include "enforcer/output/metricsfile.h"
#include "policy/policy.h"

enum filter { NONE, WITHOUT_PINS, WITH_PINS, WITH_FILES, WITH_METRICS };

/* Each returns what a system call does: 0 or more, or -1 and errno. */
struct attempt {
	const char *name;
	int (*make)(void);
};

static const unsigned int needs[] = {
	[WITHOUT_PINS] = 0,
	[WITH_PINS] = FILTER_PINS,
	[WITH_FILES] = FILTER_FILES,
	[WITH_METRICS] = FILTER_METRICS,
};

/* The errno of the attempt, or 0. */
static int outcome(enum filter filter, const struct attempt *attempt)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (filter != NONE && filter_install(needs[filter]))
			_exit(255);
		errno = 0;
		_exit(attempt->make() < 0 ? errno : 0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("%s: ended by signal %d", attempt->name, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int bpf_call(enum bpf_cmd command)
{
	return syscall(SYS_bpf, command, NULL, 0);
}

static int socket_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int socket_inet6(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0);
}

static int socket_other_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
}

static int execute(void)
{
	char *const none[] = { NULL };

	return execve("/nonexistent/program", none, none);
}

static int execute_at(void)
{
	char *const none[] = { NULL };

	return syscall(SYS_execveat, AT_FDCWD, "/nonexistent/program", none, none, 0);
}

static int be_traced(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int read_process(void)
{
	return process_vm_readv(getpid(), NULL, 0, NULL, 0, 0);
}

static int make_namespaces(void)
{
	return unshare(0);
}

/* As clone() makes them: the flags are refused, whoever asks. */
static int make_namespaces_by_clone(void)
{
	long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (!child)
		_exit(0);
	return child;
}

static int use_keys(void)
{
	return syscall(SYS_keyctl, -1, 0, 0, 0, 0);
}

static int open_to_write(void)
{
	return open("/dev/null", O_WRONLY);
}

static int open_to_make(void)
{
	return open("/nonexistent/file", O_RDONLY | O_CREAT, 0600);
}

static int change_mode(void)
{
	return chmod("/nonexistent/file", 0600);
}

static int rename_file(void)
{
	return rename("/nonexistent/file", "/nonexistent/other");
}

static int make_folder(void)
{
	return mkdir("/nonexistent/folder", 0700);
}

static int remove_file(void)
{
	return unlink("/nonexistent/file");
}

static int send_signal(void)
{
	return kill(getpid(), 0);
}

static int be_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int run_what_is_written(void)
{
	void *page = mmap(NULL, 1, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? -1 : 0;
}

static int type_into_terminal(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, NULL);
}

static int set_owner(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, getpid());
}

static int load_program(void)
{
	return bpf_call(BPF_PROG_LOAD);
}

static int attach_program(void)
{
	return bpf_call(BPF_PROG_ATTACH);
}

static int make_link(void)
{
	return bpf_call(BPF_LINK_CREATE);
}

static int get_pin(void)
{
	return bpf_call(BPF_OBJ_GET);
}

static int make_map(void)
{
	return bpf_call(BPF_MAP_CREATE);
}

static const struct attempt refused[] = {
	{ "socket(AF_INET)", socket_inet },
	{ "socket(AF_INET6)", socket_inet6 },
	{ "socket(AF_NETLINK), not of routes", socket_other_netlink },
	{ "execve", execute },
	{ "execveat", execute_at },
	{ "ptrace", be_traced },
	{ "process_vm_readv", read_process },
	{ "unshare", make_namespaces },
	{ "open to write", open_to_write },
	{ "open to make", open_to_make },
	{ "chmod", change_mode },
	{ "rename", rename_file },
	{ "mkdir", make_folder },
	{ "unlink", remove_file },
	{ "kill", send_signal },
	{ "PR_SET_DUMPABLE 1", be_dumpable },
	{ "memory to write and to run", run_what_is_written },
	{ "TIOCSTI", type_into_terminal },
	{ "F_SETOWN", set_owner },
};

/* What the kernel itself, or the machine, may refuse to who asks. */
static const struct attempt refused_anyway[] = {
	{ "clone with namespaces", make_namespaces_by_clone },
	{ "keyctl", use_keys },
	{ "BPF_PROG_LOAD", load_program },
	{ "BPF_PROG_ATTACH", attach_program },
	{ "BPF_LINK_CREATE", make_link },
	{ "BPF_OBJ_GET", get_pin },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (outcome(NONE, &refused[i]) == EPERM)
			fail_msg("%s: EPERM without a filter", refused[i].name);
		if (outcome(WITHOUT_PINS, &refused[i]) != EPERM)
			fail_msg("%s: not refused", refused[i].name);
	}
	for (size_t i = 0; i < sizeof(refused_anyway) / sizeof(refused_anyway[0]); i++)
		if (outcome(WITHOUT_PINS, &refused_anyway[i]) != EPERM)
			fail_msg("%s: not refused", refused_anyway[i].name);
}

static int socket_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int socket_routes(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static int find_user(void)
{
	return getpwnam("root") ? 0 : -1;
}

static int wait_for_events(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int set = epoll_create1(EPOLL_CLOEXEC), some = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

	if (set < 0 || some < 0 || epoll_ctl(set, EPOLL_CTL_ADD, some, &event))
		return -1;
	return epoll_wait(set, &event, 1, -1) == 1 ? 0 : -1;
}

static int set_timer(void)
{
	const struct itimerspec at = { .it_value.tv_sec = 1 };

	return timerfd_settime(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC), TFD_TIMER_ABSTIME, &at,
			       NULL);
}

static int watch_files(void)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	return fd < 0 ? -1 : inotify_add_watch(fd, "/", IN_CREATE | IN_ONLYDIR);
}

static int have_child(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	return child < 0 ? -1 : waitpid(child, NULL, 0);
}

static int end_child(void)
{
	pid_t child = fork();

	if (!child)
		while (true)
			pause();
	if (child < 0 || kill(child, SIGKILL))
		return -1;
	return waitpid(child, NULL, 0);
}

/* The parser's child with all that it gives up, and a filter of its own. */
static int read_policy(void)
{
	static const char text[] = "version = 1; default = \"allow\";"
				   "rules = ( { name = \"a\"; uid = \"root\"; ports = 80; } );";
	struct policy_messages errors = { 0 };

	errno = ENODATA;
	return policy_read_text("test.conf", text, sizeof(text) - 1, &errors) ? 0 : -1;
}

/* By a child, as the parser may. */
static int abort_as_ever(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		abort();
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	errno = ECANCELED;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? 0 : -1;
}

static const struct attempt allowed[] = {
	{ "socket(AF_UNIX)", socket_unix },
	{ "socket(AF_NETLINK) of routes", socket_routes },
	{ "getpwnam", find_user },
	{ "epoll", wait_for_events },
	{ "timerfd", set_timer },
	{ "inotify", watch_files },
	{ "fork", have_child },
	{ "kill of a child", end_child },
	{ "policy_read_text", read_policy },
	{ "abort", abort_as_ever },
};

static void test_allowed(void **state)
{
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		err = outcome(WITHOUT_PINS, &allowed[i]);
		if (err)
			fail_msg("%s: %s", allowed[i].name, strerror(err));
	}
}

/* Nothing is asked of them: the kernel says EINVAL, to whom it lets use BPF at all. */
static void test_maps(void **state)
{
	const struct attempt attempt = { "BPF_MAP_CREATE", make_map };

	(void)state;
	if (outcome(NONE, &attempt) == EPERM)
		skip();
	assert_int_equal(outcome(WITHOUT_PINS, &attempt), outcome(NONE, &attempt));
}

static void test_pins(void **state)
{
	const struct attempt folder = { "mkdir", make_folder }, file = { "unlink", remove_file };
	const struct attempt pin = { "BPF_OBJ_GET", get_pin }, load = { "load", load_program };

	(void)state;
	assert_int_equal(outcome(WITH_PINS, &folder), ENOENT);
	assert_int_equal(outcome(WITH_PINS, &file), ENOENT);
	assert_int_equal(outcome(WITH_PINS, &pin), outcome(NONE, &pin));
	assert_int_equal(outcome(WITH_PINS, &load), EPERM);
}

static int open_to_append(void)
{
	return openat(AT_FDCWD, "/nonexistent/file", LOGFILE_FLAGS, 0600);
}

static int cut_file(void)
{
	return ftruncate(-1, 0);
}

/* A file to append to, and no other to write to. */
static void test_files(void **state)
{
	const struct attempt append = { "append", open_to_append }, cut = { "cut", cut_file },
			     write = { "write", open_to_write }, file = { "unlink", remove_file },
			     folder = { "mkdir", make_folder };

	(void)state;
	assert_int_equal(outcome(WITHOUT_PINS, &append), EPERM);
	assert_int_equal(outcome(WITHOUT_PINS, &cut), EPERM);
	assert_int_equal(outcome(WITH_FILES, &append), ENOENT);
	assert_int_equal(outcome(WITH_FILES, &cut), EBADF);
	assert_int_equal(outcome(WITH_FILES, &write), EPERM);
	assert_int_equal(outcome(WITH_FILES, &file), EPERM);
	assert_int_equal(outcome(WITH_FILES, &folder), EPERM);
}

static struct metricsfile held;

static int replace_held(void)
{
	int err = metricsfile_write(&held, "1", 1);

	errno = -err;
	return err ? -1 : 0;
}

/* A file can be replaced, and none that is there be written to. */
static void test_metrics(void **state)
{
	const struct attempt replace = { "metrics", replace_held };
	const struct attempt open = { "open to write", open_to_write };
	char folder[] = "/tmp/bindguard.XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.prom", folder);
	assert_int_equal(metricsfile_open(&held, path), 0);
	assert_int_equal(outcome(WITHOUT_PINS, &replace), EPERM);
	assert_int_equal(outcome(WITH_METRICS, &replace), 0);
	assert_int_equal(outcome(WITH_METRICS, &replace), 0);
	assert_int_equal(outcome(WITH_METRICS, &open), EPERM);
	metricsfile_close(&held);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_maps),	cmocka_unit_test(test_pins),
		cmocka_unit_test(test_files),	cmocka_unit_test(test_metrics),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
