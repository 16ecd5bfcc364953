/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets that are bound now, of every process and every network namespace, with all who hold
 * them.
 */
#ifndef ENFORCER_SOCKETS_H
#define ENFORCER_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/scan.h"
#include "policy/decision.h"

/* A process that holds a socket. */
struct sockets_owner {
	struct bind_socket record;
	const char *cgroup; /* its path, of a list of cgroups; NULL: not known */
	struct bind_decision decision; /* once there is one */
};

/* Its owners are sorted: those that a policy cannot tell apart follow each other, by pid. */
struct sockets_socket {
	struct sockets_owner *owner; /* the first one */
	size_t owners;
	struct sockets_owner
		*judged; /* the one that the verdict is about; the first if there is none */
};

struct sockets {
	struct sockets_owner *owner; /* of all sockets */
	size_t owners, space;
	struct sockets_socket *socket; /* sorted by network namespace, protocol, port, address */
	size_t count;
};

/*
 * Is it bound, as users mean it? It listens; or it has a port and is not connected; or it is
 * connected, from a port that the program has asked for. A raw socket has no port, and is bound to
 * an address. Not so connections that have a port because every connection has one, accepted ones
 * among them.
 */
bool sockets_is_bound(const struct bind_socket *record);

/* Would a policy say the same of both, whatever it says? */
bool sockets_same_owner(const struct bind_socket *a, const struct bind_socket *b);

/* Adds what the record says, if it is of a bound socket. Returns 0 or -ENOMEM. */
int sockets_add(struct sockets *sockets, const struct bind_socket *record);

/* Makes sockets of what was added, the last step. Returns 0 or -ENOMEM. */
int sockets_group(struct sockets *sockets, uint32_t host_netns);

/* All of that with what the kernel says, into zeroed memory. Returns 0 or -errno. */
int sockets_read(struct sockets *sockets);

/* Takes zeroed ones too. */
void sockets_free(struct sockets *sockets);

#endif
