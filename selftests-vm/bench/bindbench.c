// SPDX-License-Identifier: GPL-2.0-only
/*
 * bindbench - how many instructions does a bind take?
 *
 *	bindbench [-u UID] [-n COMM] [-c CGROUPDIR] [-e ERRNO] tcp4|tcp6|udp4|udp6 ADDRESS PORT
 *
 * Binds a new socket over and over and prints the median and the least of the time stamp counter's
 * ticks around bind(2), of the last of three rounds: the first two warm up what is allocated once.
 *
 *	median=2106 min=2106
 *
 * Under "qemu -accel tcg -icount shift=0" a tick is an instruction. The median leaves out the binds
 * that a timer interrupted. Every bind must come to the same end, success or the errno of -e; else
 * there is no result, a line on stderr, and exit status 1.
 *
 * Static, so that the guest needs nothing else to run it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#define ROUNDS 3
#define BINDS 300 /* in a round */

struct request {
	int domain;
	int type;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t length;
	int expected; /* errno, 0 for success */
};

static const struct {
	const char *name;
	int domain;
	int type;
} protocols[] = {
	{ "tcp4", AF_INET, SOCK_STREAM },
	{ "tcp6", AF_INET6, SOCK_STREAM },
	{ "udp4", AF_INET, SOCK_DGRAM },
	{ "udp6", AF_INET6, SOCK_DGRAM },
};

static void usage(void)
{
	fputs("usage: bindbench [-u UID] [-n COMM] [-c CGROUPDIR] [-e ERRNO] "
	      "tcp4|tcp6|udp4|udp6 ADDRESS PORT\n",
	      stderr);
	exit(2);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value > max)
		usage();
	return value;
}

/* The number of an errno by its name; such as are not known by name are no outcome of a bind. */
static int errno_number(const char *name)
{
	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	usage();
	return 0;
}

static void join_cgroup(const char *folder)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

static void parse_address(struct request *r, const char *text, unsigned int port)
{
	if (r->domain == AF_INET) {
		r->address.v4 = (struct sockaddr_in){ .sin_family = AF_INET,
						      .sin_port = htons(port) };
		r->length = sizeof(r->address.v4);
		if (inet_pton(AF_INET, text, &r->address.v4.sin_addr) != 1)
			usage();
		return;
	}
	r->address.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
	r->length = sizeof(r->address.v6);
	if (inet_pton(AF_INET6, text, &r->address.v6.sin6_addr) != 1)
		usage();
}

static void parse_request(struct request *r, char **argument)
{
	size_t i = 0;

	while (i < sizeof(protocols) / sizeof(protocols[0]) &&
	       strcmp(protocols[i].name, argument[0]))
		i++;
	if (i == sizeof(protocols) / sizeof(protocols[0]))
		usage();
	r->domain = protocols[i].domain;
	r->type = protocols[i].type;
	parse_address(r, argument[1], number(argument[2], 65535));
}

/* Ticks of one bind. Nothing but the system call is between the two readings. */
static uint64_t measure(const struct request *r)
{
	int fd = socket(r->domain, r->type | SOCK_CLOEXEC, 0), rc, error;
	uint64_t before, after;

	if (fd < 0)
		err(1, "socket");
	before = __rdtsc();
	rc = bind(fd, &r->address.any, r->length);
	after = __rdtsc();
	error = rc ? errno : 0;
	close(fd);
	if (error != r->expected) {
		fprintf(stderr, "bindbench: a bind gave %s, expected %s\n", strerror(error),
			strerror(r->expected));
		exit(1);
	}
	return after - before;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	static uint64_t ticks[BINDS];
	struct request request = { 0 };
	const char *comm = NULL, *uid = NULL;
	int option;

	while ((option = getopt(argc, argv, "u:n:c:e:")) != -1) {
		if (option == 'u')
			uid = optarg;
		else if (option == 'n')
			comm = optarg;
		else if (option == 'c')
			join_cgroup(optarg);
		else if (option == 'e')
			request.expected = errno_number(optarg);
		else
			usage();
	}
	if (argc - optind != 3)
		usage();
	parse_request(&request, argv + optind);
	if (comm)
		prctl(PR_SET_NAME, comm);
	if (uid && setuid((uid_t)number(uid, UINT32_MAX - 1)))
		err(1, "setuid");
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < BINDS; i++)
			ticks[i] = measure(&request);
	qsort(ticks, BINDS, sizeof(ticks[0]), compare);
	printf("median=%llu min=%llu\n", (unsigned long long)ticks[BINDS / 2],
	       (unsigned long long)ticks[0]);
	return 0;
}
