// SPDX-License-Identifier: GPL-2.0-only
/* One attempt, and its line. */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct result outcome(const char *op, int rc)
{
	return (struct result){ .op = op, .rc = rc, .error = rc ? errno : 0 };
}

static struct result add_addresses(int fd, unsigned int port)
{
	union address addr;
	socklen_t len = addresses_make(&addr, set.more_addresses, port);

	return outcome("bindx", set.way->setsockopt(fd, IPPROTO_SCTP, SCTP_BINDX_ADD, &addr, len));
}

struct result attempt_rest(int fd, unsigned int port, struct result first)
{
	struct result last = first;

	if (set.late_options && sockopts_set(fd, set.way, set.late_options))
		first.late_error = errno;
	if (set.more_addresses)
		last = add_addresses(fd, port);
	if (!last.rc && set.listen)
		last = outcome("listen", set.way->listen(fd, BACKLOG));
	if (!last.rc)
		last = first;
	last.late_error = first.late_error;
	return last;
}

struct result attempt(int fd, unsigned int port)
{
	union address addr;
	socklen_t len = address_make(&addr, port);
	struct result res = outcome(set.method->name, set.method->call(fd, &addr, len));

	if (!res.rc && set.pass) {
		pass_on(fd, port, res);
		return res;
	}
	if (!res.rc)
		res = attempt_rest(fd, port, res);
	if (!set.quiet)
		print_result(fd, &res, port);
	return res;
}

/*
 * The process as the initial pid namespace knows it, if /proc is that one's: what its entry "self"
 * says depends on where /proc was mounted, not on who reads it.
 */
static long process(void)
{
	char text[32];
	ssize_t len = readlink("/proc/self", text, sizeof(text) - 1);

	if (len <= 0)
		return getpid();
	text[len] = '\0';
	return strtol(text, NULL, 10);
}

void print_result(int fd, const struct result *res, unsigned int port)
{
	char bound[sizeof(((struct sockaddr_un *)0)->sun_path)];
	union address addr = { 0 };
	socklen_t len = sizeof(addr);
	unsigned int has;

	if (getsockname(fd, &addr.any, &len))
		step_failed("getsockname");
	has = address_text(&addr, bound, sizeof(bound));
	printf("rc=%d errno=%s addr=%s port=%u pid=%ld op=%s set=%s has=%u\n", res->rc,
	       errno_name(res->error), res->rc ? set.address : bound, res->rc ? port : has,
	       process(), res->op, errno_name(res->late_error), has);
	fflush(stdout);
}
