// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder matrix - what the kernel says to some thousand binds, and to the calls around them.
 *
 * One line per cell, what was done and the errno, "-" for success:
 *
 *	tcp4 length=15 family=2 EINVAL
 *	udp6 2001:db8::1 freebind -
 *	sctp4 late REUSEPORT -
 *
 * A protocol that this kernel does not have is one line: "dccp4 socket ESOCKTNOSUPPORT". Each cell
 * has a socket of its own, and a port that no other cell has, so that nothing depends on the cells
 * before.
 */
#define _GNU_SOURCE
#include "binder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PORT 20000
#define PRIVILEGED_PORT 80
#define USER 1000

/* What a cell does before, or beside, its bind. */
enum deed { NOTHING, TAKEN, TWICE, LISTEN };

struct situation {
	const char *name;
	const char *options;
	enum deed deed;
	unsigned int port; /* 0: one of its own */
	bool user; /* binds as an unprivileged user */
	bool ephemeral;
};

static const struct situation situations[] = {
	{ .name = "plain" },
	{ .name = "ephemeral", .ephemeral = true },
	{ .name = "privileged", .port = PRIVILEGED_PORT },
	{ .name = "privileged-user", .port = PRIVILEGED_PORT, .user = true },
	{ .name = "user", .user = true },
	{ .name = "taken", .deed = TAKEN },
	{ .name = "taken-reuseport", .options = "REUSEPORT", .deed = TAKEN },
	{ .name = "taken-reuseaddr", .options = "REUSEADDR", .deed = TAKEN },
	{ .name = "twice", .deed = TWICE },
	{ .name = "listen", .deed = LISTEN },
	{ .name = "freebind", .options = "FREEBIND" },
	{ .name = "transparent", .options = "TRANSPARENT" },
	{ .name = "noport", .options = "NOPORT", .ephemeral = true },
	{ .name = "v6only", .options = "V6ONLY" },
};

static const char *const addresses4[] = { "127.0.0.1", "0.0.0.0",   "10.0.0.1",
					  "192.0.2.1", "224.0.0.1", "255.255.255.255" };
static const char *const addresses6[] = {
	"::1",	    "::",      "fd00::1",	   "2001:db8::1",
	"ff02::1",  "fe80::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
	"127.0.0.1"
};

static const int lengths[] = { -1, 0, 1, 2, 3, 8, 15, 16, 20, 23, 24, 27, 28, 29, 64, 128, 129 };
static const unsigned int families[] = { 0, AF_UNIX, AF_INET, AF_INET6, FAMILY_SMC, 77, 65535 };

static const char *const late_options[] = { "FREEBIND",	  "TRANSPARENT",   "NOPORT",
					    "REUSEADDR",  "REUSEPORT",	   "V6ONLY",
					    "V6FREEBIND", "V6TRANSPARENT", "PORTRANGE=40000-40001",
					    "PRIORITY" };

static unsigned int next_port = FIRST_PORT;

static void cell(const struct protocol *p, const char *what, const char *more, int rc)
{
	printf("%s %s %s %s\n", p->name, what, more, errno_name(rc ? errno : 0));
}

static bool is_v6(const struct protocol *p)
{
	return p->domain == AF_INET6 || (p->domain == FAMILY_SMC && p->number == 1);
}

static int cell_socket(const struct protocol *p)
{
	int fd = socket(p->domain, p->type, p->number);

	if (fd < 0)
		step_failed("socket");
	return fd;
}

static socklen_t fill(union address *addr, const char *text, unsigned int port)
{
	return addresses_make(addr, text, port);
}

/* Of AF_UNIX an abstract name, which leaves nothing behind. */
static void fill_own(const struct protocol *p, union address *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (p->domain == AF_UNIX)
		memcpy(addr->un.sun_path, "\0binder-matrix", 14);
	else
		fill(addr, is_v6(p) ? "::1" : "127.0.0.1", next_port++);
}

static void cells_of_lengths(const struct protocol *p)
{
	union address addr;
	char length[32], family[32];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(families); j++) {
			fd = cell_socket(p);
			fill_own(p, &addr);
			addr.any.sa_family = (sa_family_t)families[j];
			snprintf(length, sizeof(length), "length=%d", lengths[i]);
			snprintf(family, sizeof(family), "family=%u", families[j]);
			cell(p, length, family, bind(fd, &addr.any, (socklen_t)lengths[i]));
			close(fd);
		}
	}
}

/* A socket of the same kind that has the address already. */
static int take_address(const struct protocol *p, const struct situation *s,
			const union address *addr, socklen_t len)
{
	int fd = cell_socket(p);

	sockopts_set(fd, way_find("plain"), s->options);
	bind(fd, &addr->any, len);
	return fd;
}

static int bind_as(const struct situation *s, int fd, const union address *addr, socklen_t len)
{
	int rc, error;

	if (s->user && seteuid(USER))
		step_failed("seteuid");
	rc = bind(fd, &addr->any, len);
	error = errno;
	if (s->user && seteuid(0))
		step_failed("seteuid");
	errno = error;
	return rc;
}

static void cell_of_situation(const struct protocol *p, const struct situation *s, const char *text)
{
	unsigned int port = s->ephemeral ? 0 : s->port ? s->port : next_port++;
	int fd = cell_socket(p), other = -1, rc;
	union address addr;
	socklen_t len = fill(&addr, text, port);

	if (s->deed == TAKEN)
		other = take_address(p, s, &addr, len);
	rc = sockopts_set(fd, way_find("plain"), s->options);
	if (!rc)
		rc = bind_as(s, fd, &addr, len);
	if (!rc && s->deed == TWICE)
		rc = bind(fd, &addr.any, len);
	if (!rc && s->deed == LISTEN)
		rc = listen(fd, BACKLOG);
	cell(p, text, s->name, rc);
	close(fd);
	if (other >= 0)
		close(other);
}

static void cells_of_situations(const struct protocol *p)
{
	const char *const *texts = is_v6(p) ? addresses6 : addresses4;
	size_t count = is_v6(p) ? ARRAY_SIZE(addresses6) : ARRAY_SIZE(addresses4);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(situations); j++)
			cell_of_situation(p, &situations[j], texts[i]);
}

/* An address that is not there. */
static void cells_of_pointers(const struct protocol *p)
{
	static const uintptr_t pointers[] = { 0, 1, 4096, UINTPTR_MAX - 4095 };
	char text[32];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		fd = cell_socket(p);
		snprintf(text, sizeof(text), "%#lx", (unsigned long)pointers[i]);
		/* By its own name: the compiler knows what libc's wants. */
		cell(p, "pointer", text, way_find("plain")->bind(fd, (void *)pointers[i], 16));
		close(fd);
	}
}

static void cells_of_listen(const struct protocol *p)
{
	int fd = cell_socket(p);

	cell(p, "listen", "unbound", listen(fd, BACKLOG));
	cell(p, "listen", "again", listen(fd, BACKLOG));
	close(fd);
}

static void cell_of_late_option(const struct protocol *p, const char *option)
{
	int fd = cell_socket(p);
	union address addr;

	fill_own(p, &addr);
	bind(fd, &addr.any, is_v6(p) ? sizeof(addr.v6) : sizeof(addr.v4));
	cell(p, "late", option, sockopts_set(fd, way_find("plain"), option));
	listen(fd, BACKLOG);
	cell(p, "late-listening", option, sockopts_set(fd, way_find("plain"), option));
	close(fd);
}

/* SCTP's own; what else has no such option says so. */
static void cells_of_bindx(const struct protocol *p)
{
	static const char *const lists[] = { "127.0.0.1",     "::1",	   "127.0.0.1,10.0.0.1",
					     "127.0.0.1,::1", "192.0.2.1", "127.0.0.1,192.0.2.1" };
	union address addr;
	char what[32];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (size_t j = 1; j < ARRAY_SIZE(lengths); j++) {
			fd = cell_socket(p);
			fill(&addr, lists[i], next_port++);
			snprintf(what, sizeof(what), "bindx=%d", lengths[j]);
			cell(p, what, lists[i],
			     setsockopt(fd, IPPROTO_SCTP, SCTP_BINDX_ADD, &addr,
					(socklen_t)lengths[j]));
			close(fd);
		}
	}
}

static void cells_of_protocol(const struct protocol *p)
{
	cells_of_lengths(p);
	cells_of_pointers(p);
	cells_of_listen(p);
	if (p->domain == AF_UNIX)
		return;
	cells_of_situations(p);
	for (size_t i = 0; i < ARRAY_SIZE(late_options); i++)
		cell_of_late_option(p, late_options[i]);
	if (p->number == IPPROTO_SCTP || p->number == IPPROTO_TCP)
		cells_of_bindx(p);
}

int matrix_main(int argc, char **argv)
{
	const struct protocol *p;
	int fd;

	(void)argv;
	if (argc != 1)
		usage();
	for (size_t i = 0; (p = protocol_at(i)) != NULL; i++) {
		fd = socket(p->domain, p->type, p->number);
		if (fd < 0) {
			printf("%s socket %s\n", p->name, errno_name(errno));
			continue;
		}
		close(fd);
		cells_of_protocol(p);
	}
	return 0;
}
