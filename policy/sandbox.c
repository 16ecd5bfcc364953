/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"
#include "sanitized.h"

/* Owns nothing on any system. */
#define NOBODY 65534

int sandbox_descriptors(int out)
{
	int null;

	/* Out of the way first: any of 0 to 3 may be closed, or be out itself. */
	out = fcntl(out, F_DUPFD, STDERR_FILENO + 2);
	/* Not to write to: a program that has given up its privileges may open nothing for that. */
	null = open("/dev/null", O_RDONLY | O_NOCTTY);
	if (out < 0 || null < 0)
		return -1;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -1;
	if (dup2(out, STDERR_FILENO + 1) < 0 || close_range(STDERR_FILENO + 2, ~0u, 0) < 0)
		return -1;
	return STDERR_FILENO + 1;
}

/* A limit that is lower already stays: raising it again takes a privilege. */
static bool limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return false;
	if (now.rlim_max > most)
		now.rlim_max = most;
	now.rlim_cur = now.rlim_max;
	/* At the soft limit of time comes SIGXCPU, which tells the parent why. */
	if (resource == RLIMIT_CPU && now.rlim_cur > 1)
		now.rlim_cur--;
	return setrlimit(resource, &now) == 0;
}

bool sandbox_limits(void)
{
	return limit(RLIMIT_CPU, SANDBOX_CPU_SECONDS + 1) && limit(RLIMIT_FSIZE, 0) &&
	       limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, 0) &&
	       (SANITIZED || limit(RLIMIT_AS, SANDBOX_MEMORY_BYTES));
}

/*
 * Root of a container may be denied these, or have no other user to become, and so is a program that
 * has given up its privileges. It is not refused: the capabilities go in any case, and so do all
 * system calls with which the user could do something.
 */
static bool drop_user(void)
{
	if (geteuid() != 0)
		return true;
	if (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	    setresuid(NOBODY, NOBODY, NOBODY) == 0)
		return true;
	return errno == EPERM || errno == EINVAL;
}

/* Also of a service that is not root, but was started with some. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capset, &header, none) == 0;
}

bool sandbox_privileges(void)
{
	/* Not dumpable comes last: a change of user sets what the system has as default. */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && drop_user() && drop_capabilities() &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* Memory, what is written to out, and what only tells about this process. */
static const char *const calls[] = {
	"brk",	       "clock_gettime", "exit",		"exit_group",
	"futex",       "getegid",	"geteuid",	"getgid",
	"getpid",      "getrandom",	"gettid",	"getuid",
	"madvise",     "mremap",	"munmap",	"restart_syscall",
	"capget",      "rt_sigaction",	"rt_sigreturn", "rt_sigprocmask",
	"sched_yield", "write",
};

static int allow_calls(scmp_filter_ctx filter)
{
	int number, err = 0;

	for (size_t i = 0; !err && i < sizeof(calls) / sizeof(calls[0]); i++) {
		number = seccomp_syscall_resolve_name(calls[i]);
		if (number >= 0)
			err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	}
	return err;
}

/* No memory is code; no signals but to itself, for abort(); prctl() only tells. */
static int allow_some(scmp_filter_ctx filter)
{
	const struct {
		int number;
		struct scmp_arg_cmp argument;
	} some[] = {
		{ SCMP_SYS(mmap), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ SCMP_SYS(mprotect), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ SCMP_SYS(tgkill), { 0, SCMP_CMP_EQ, getpid(), 0 } },
		{ SCMP_SYS(prctl), { 0, SCMP_CMP_EQ, PR_GET_NO_NEW_PRIVS, 0 } },
		{ SCMP_SYS(prctl), { 0, SCMP_CMP_EQ, PR_GET_DUMPABLE, 0 } },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(some) / sizeof(some[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, some[i].number, 1, some[i].argument);
	return err;
}

bool sandbox_calls(void)
{
	scmp_filter_ctx filter;
	int err;

	if (SANITIZED || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return true;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return false;
	err = allow_calls(filter);
	if (!err)
		err = allow_some(filter);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return !err;
}
