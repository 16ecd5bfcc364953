/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not here fails with EPERM, and does not kill: a libc that takes another call tomorrow
 * makes a reload fail, which is told, and not the policy go. Calls of another architecture (int
 * 0x80, x32) do kill, libseccomp's default: no libc makes them.
 */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "enforcer/output/logfile.h"
#include "enforcer/output/metricsfile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Names with a space between them, so that each architecture and library takes what it knows; some
 * are old ones that only x86-64 has, some new ones that only a libc to come may use.
 */
static const char *const always[] = {
	/* Memory. */
	"brk madvise mremap munmap",
	/* Output, and files to read. */
	"access close close_range dup dup2 dup3 faccessat faccessat2 fstat fstatfs getcwd getdents "
	"getdents64 lseek lstat name_to_handle_at newfstatat pipe pipe2 pread64 read readlink "
	"readlinkat readv stat statfs statx write writev",
	/* Waiting. */
	"clock_nanosleep epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd2 "
	"futex futex_waitv inotify_add_watch inotify_init1 inotify_rm_watch nanosleep poll ppoll "
	"pselect6 restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait "
	"sched_yield select sigaltstack timerfd_create timerfd_settime",
	/* What it is and where: it changes nothing. */
	"capget clock_getres clock_gettime getcpu getegid geteuid getgid getgroups getpeername "
	"getpgrp getpid getppid getrandom getresgid getresuid getrlimit getsockname getsockopt "
	"gettid gettimeofday getuid sched_getaffinity sysinfo time uname",
	/* The child that parses: limits, and what gives privileges up. There are none to gain. */
	("capset exit exit_group rseq seccomp set_robust_list set_tid_address setgroups setresgid "
	 "setresuid setrlimit wait4 waitid"),
	/* Users' names, from a service on a local socket. */
	"connect recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown",
};

static const char *const changes_pins[] = {
	"flock mkdir mkdirat rename renameat renameat2 rmdir umask unlink unlinkat",
};

static const char *const writes_files[] = {
	"flock ftruncate renameat renameat2",
};

static const char *const replaces_files[] = {
	"fchmod renameat renameat2 unlinkat",
};

/* Allowed if the argument, as far as mask goes, has this value. */
struct some {
	const char *call;
	unsigned int argument;
	uint64_t mask; /* 0: all of it */
	uint64_t value;
};

#define WRITES (O_ACCMODE | O_CREAT | O_TRUNC)
#define NAMESPACES                                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

static const struct some some[] = {
	/* Files are there to be read: what may be written is open. */
	{ "open", 1, WRITES, O_RDONLY },
	{ "openat", 2, WRITES, O_RDONLY },
	/* The name service loads its modules; but no memory is both written and run. */
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mmap", 2, PROT_WRITE, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ "mprotect", 2, PROT_WRITE, 0 },
	{ "clone", 0, NAMESPACES, 0 },
	/* To a child that does not end, and by abort(). */
	{ "kill", 1, 0, SIGKILL },
	{ "tgkill", 2, 0, SIGABRT },
	{ "prlimit64", 0, 0, 0 },
	{ "fcntl", 1, 0, F_DUPFD },
	{ "fcntl", 1, 0, F_DUPFD_CLOEXEC },
	{ "fcntl", 1, 0, F_GETFD },
	{ "fcntl", 1, 0, F_SETFD },
	{ "fcntl", 1, 0, F_GETFL },
	{ "fcntl", 1, 0, F_SETFL },
	/* Is it a terminal, and how wide? How much is there to read? */
	{ "ioctl", 1, 0, TCGETS },
	{ "ioctl", 1, 0, TIOCGWINSZ },
	{ "ioctl", 1, 0, FIONREAD },
	/* With which libbpf takes a kprobe off. */
	{ "ioctl", 1, 0, PERF_EVENT_IOC_DISABLE },
	{ "prctl", 0, 0, PR_CAPBSET_READ },
	{ "prctl", 0, 0, PR_GET_DUMPABLE },
	{ "prctl", 0, 0, PR_GET_NO_NEW_PRIVS },
	{ "prctl", 0, 0, PR_GET_SECCOMP },
	{ "prctl", 0, 0, PR_SET_NO_NEW_PRIVS },
	{ "prctl", 0, 0, PR_SET_SECCOMP },
	{ "socket", 0, 0, AF_UNIX },
	{ "socketpair", 0, 0, AF_UNIX },
	/* Maps of a new generation. No program is loaded or attached any more. */
	{ "bpf", 0, 0, BPF_MAP_CREATE },
	{ "bpf", 0, 0, BPF_MAP_LOOKUP_ELEM },
	{ "bpf", 0, 0, BPF_MAP_UPDATE_ELEM },
	{ "bpf", 0, 0, BPF_MAP_DELETE_ELEM },
	{ "bpf", 0, 0, BPF_MAP_GET_NEXT_KEY },
	{ "bpf", 0, 0, BPF_MAP_LOOKUP_BATCH },
	{ "bpf", 0, 0, BPF_MAP_UPDATE_BATCH },
	{ "bpf", 0, 0, BPF_MAP_FREEZE },
	{ "bpf", 0, 0, BPF_OBJ_GET_INFO_BY_FD },
};

static const struct some some_of_pins[] = {
	{ "bpf", 0, 0, BPF_OBJ_PIN },
	{ "bpf", 0, 0, BPF_OBJ_GET },
	/* A program that is loaded already to its hook again. */
	{ "bpf", 0, 0, BPF_LINK_CREATE },
	{ "bpf", 0, 0, BPF_LINK_UPDATE },
};

static const struct some some_of_files[] = {
	/* As these, and no file that is there is emptied. */
	{ "openat", 2, 0, LOGFILE_FLAGS },
};

static const struct some some_of_metrics[] = {
	/* As these, and no file that is there is opened. */
	{ "openat", 2, 0, METRICSFILE_FLAGS },
};

/* What this library or architecture does not have is not called by the libc that came with it. */
static int allow(scmp_filter_ctx filter, const char *call, unsigned int count,
		 const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(call);

	if (number < 0)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, arguments);
}

static int allow_list(scmp_filter_ctx filter, const char *list)
{
	char *copy = strdup(list), *rest = copy, *call;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (call = strsep(&rest, " ")))
		err = allow(filter, call, 0, NULL);
	free(copy);
	return err;
}

static int allow_all(scmp_filter_ctx filter, const char *const *lists, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++)
		err = allow_list(filter, lists[i]);
	return err;
}

static int allow_some(scmp_filter_ctx filter, const struct some *calls, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		const struct some *call = &calls[i];
		const struct scmp_arg_cmp argument = {
			.arg = call->argument,
			.op = call->mask ? SCMP_CMP_MASKED_EQ : SCMP_CMP_EQ,
			.datum_a = call->mask ? call->mask : call->value,
			.datum_b = call->value,
		};

		err = allow(filter, call->call, 1, &argument);
	}
	return err;
}

/* Those with more than one argument to look at, or with another answer. */
static int allow_special(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp undumpable[] = {
		{ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = PR_SET_DUMPABLE },
		{ .arg = 1, .op = SCMP_CMP_EQ, .datum_a = 0 },
	};
	const struct scmp_arg_cmp routes[] = {
		{ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_NETLINK },
		{ .arg = 2, .op = SCMP_CMP_EQ, .datum_a = NETLINK_ROUTE },
	};
	int err = allow(filter, "prctl", COUNT(undumpable), undumpable);

	/* With which libc asks what addresses there are. */
	if (!err)
		err = allow(filter, "socket", COUNT(routes), routes);
	/* Its flags are in memory, where no filter looks; libc then takes clone(). */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return err;
}

static int fill(scmp_filter_ctx filter, unsigned int needs)
{
	int err = allow_all(filter, always, COUNT(always));

	if (!err)
		err = allow_some(filter, some, COUNT(some));
	if (!err && needs & FILTER_PINS)
		err = allow_all(filter, changes_pins, COUNT(changes_pins));
	if (!err && needs & FILTER_PINS)
		err = allow_some(filter, some_of_pins, COUNT(some_of_pins));
	if (!err && needs & FILTER_FILES)
		err = allow_all(filter, writes_files, COUNT(writes_files));
	if (!err && needs & FILTER_FILES)
		err = allow_some(filter, some_of_files, COUNT(some_of_files));
	if (!err && needs & FILTER_METRICS)
		err = allow_all(filter, replaces_files, COUNT(replaces_files));
	if (!err && needs & FILTER_METRICS)
		err = allow_some(filter, some_of_metrics, COUNT(some_of_metrics));
	return err ? err : allow_special(filter);
}

/* A search among some hundred calls, not one comparison after the other; refusals are logged. */
static int set_attributes(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	return err ? err : seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
}

int filter_install(unsigned int needs)
{
	scmp_filter_ctx filter;
	int err;

	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	err = set_attributes(filter);
	if (!err)
		err = fill(filter, needs);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

bool filter_works(void)
{
	uint32_t refuse = SECCOMP_RET_ERRNO;

	return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &refuse);
}
