/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

/* Owns nothing on any system. */
#define NOBODY 65534

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/* The sanitizers reserve terabytes of addresses, and cannot work under a limit. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define LIMIT_MEMORY false
#else
#define LIMIT_MEMORY true
#endif

int sandbox_descriptors(int out)
{
	int null;

	/* Out of the way first: any of 0 to 3 may be closed, or be out itself. */
	out = fcntl(out, F_DUPFD, STDERR_FILENO + 2);
	null = open("/dev/null", O_RDWR | O_NOCTTY);
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
	       (!LIMIT_MEMORY || limit(RLIMIT_AS, SANDBOX_MEMORY_BYTES));
}

/*
 * Root of a container may be denied these, or have no other user to become. It is not refused: the
 * capabilities go in any case, and without a descriptor to open files with, little is left.
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
