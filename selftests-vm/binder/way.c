// SPDX-License-Identifier: GPL-2.0-only
/* The ways to make a call, and the calls that get a port. */
#define _GNU_SOURCE
#include "binder.h"

#include <string.h>

static int plain_bind(int fd, const void *addr, socklen_t len)
{
	return bind(fd, addr, len);
}

/* The options of the last two are set through the kernel's entry for 32-bit programs, too. */
static const struct way ways[] = {
	{ "plain", plain_bind, listen, setsockopt, NULL },
	{ "int80", compat_bind, compat_listen, compat_setsockopt, compat_works },
	{ "socketcall", socketcall_bind, socketcall_listen, socketcall_setsockopt, compat_works },
	{ "uring", uring_bind, uring_listen, uring_setsockopt, uring_works },
	{ "uring-async", uring_async_bind, uring_async_listen, uring_async_setsockopt,
	  uring_works },
	{ "uring-sqpoll", uring_bind, uring_listen, uring_setsockopt, uring_polled_works },
};

const struct way *way_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	usage();
}

static int method_bind(int fd, const union address *addr, socklen_t len)
{
	return set.way->bind(fd, addr, len);
}

static int method_bindx(int fd, const union address *addr, socklen_t len)
{
	return set.way->setsockopt(fd, IPPROTO_SCTP, SCTP_BINDX_ADD, addr, len);
}

static int method_listen(int fd, const union address *addr, socklen_t len)
{
	(void)addr;
	(void)len;
	return set.way->listen(fd, BACKLOG);
}

/* The next three get a port for the sake of a peer, who is at the address. */
static int method_connect(int fd, const union address *addr, socklen_t len)
{
	return connect(fd, &addr->any, len);
}

/* Of a socket that is bound: to a port that the kernel chooses, but because it is told to. */
static int method_bound(int fd, const union address *addr, socklen_t len)
{
	const union address own = { .any.sa_family = addr->any.sa_family };

	return bind(fd, &own.any, len) ? -1 : connect(fd, &addr->any, len);
}

static int method_sendto(int fd, const union address *addr, socklen_t len)
{
	return sendto(fd, "x", 1, MSG_NOSIGNAL, &addr->any, len) < 0 ? -1 : 0;
}

static int method_fastopen(int fd, const union address *addr, socklen_t len)
{
	return sendto(fd, "x", 1, MSG_NOSIGNAL | MSG_FASTOPEN, &addr->any, len) < 0 ? -1 : 0;
}

/* To learn whether such a socket can be made at all, and in this way. */
static int method_none(int fd, const union address *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return 0;
}

static const struct method methods[] = {
	{ "bind", method_bind },     { "bindx", method_bindx },
	{ "listen", method_listen }, { "connect", method_connect },
	{ "sendto", method_sendto }, { "fastopen", method_fastopen },
	{ "none", method_none },     { "bound-connect", method_bound },
};

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	usage();
}
