// SPDX-License-Identifier: GPL-2.0-only
/*
 * landlock - what does a bind take in a Landlock domain?
 *
 *	landlock RULES PORT PROGRAM [ARGUMENT...]
 *
 * Restricts itself to binding PORT and RULES - 1 other TCP ports, then becomes the program. Linux
 * 6.7 and later. Static, as everything that runs in the guest.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not in the headers of Debian 12. */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define RULE_NET_PORT 2
#define ACCESS_NET_BIND_TCP (1ULL << 0)

struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
};

struct net_port {
	uint64_t allowed_access;
	uint64_t port;
};

static void allow(int fd, uint64_t port)
{
	struct net_port rule = { .allowed_access = ACCESS_NET_BIND_TCP, .port = port };

	if (syscall(ADD_RULE, fd, RULE_NET_PORT, &rule, 0))
		err(1, "cannot add a rule");
}

int main(int argc, char **argv)
{
	struct ruleset ruleset = { .handled_access_net = ACCESS_NET_BIND_TCP };
	int rules, port, fd;

	if (argc < 4) {
		fputs("usage: landlock RULES PORT PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	rules = atoi(argv[1]);
	port = atoi(argv[2]);
	fd = (int)syscall(CREATE_RULESET, &ruleset, sizeof(ruleset), 0);
	if (fd < 0)
		err(1, "no rules for ports in this kernel");
	allow(fd, port);
	for (int i = 1; i < rules; i++)
		allow(fd, (port + i) % 65536);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(RESTRICT_SELF, fd, 0))
		err(1, "cannot restrict myself");
	execvp(argv[3], argv + 3);
	err(1, "%s", argv[3]);
}
