/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program that goes over all open files tells user space of sockets: one record for each
 * descriptor of an IPv4 or IPv6 socket, so that a socket which is open more than once, or in more
 * than one process, comes more than once. Integers are in host byte order, addresses in network
 * order.
 */
#ifndef BPF_SCAN_H
#define BPF_SCAN_H

#include "event.h"

/* Values of bind_socket.state; those of TCP and UDP connections are others. */
#define BIND_STATE_ESTABLISHED 1
#define BIND_STATE_CLOSE 7 /* neither connected nor listening */
#define BIND_STATE_LISTEN 10

/* Bits of bind_socket.locks, the kernel's: what the program has asked for itself. */
#define BIND_LOCK_ADDRESS (1u << 2) /* an address other than the wildcard */
#define BIND_LOCK_PORT (1u << 3) /* a port other than 0 */

struct bind_socket {
	__u64 socket; /* which one: equal for all records of a socket */
	__u64 inode; /* of the socket, as in /proc/net/tcp */
	__u64 cgroup; /* id in cgroup v2; this and what follows, of the process */
	struct bind_exe exe; /* folder 0: unknown, or its name is too long */
	char comm[BIND_COMM_LEN]; /* of the first thread, padded with NULs */
	__u8 address[16]; /* an IPv4 address is in the first four bytes, the rest is zero */
	__u32 pid; /* in the initial pid namespace */
	__u32 uid; /* real, in the initial user namespace */
	__u32 netns; /* inode number of the socket's network namespace */
	__u32 interface; /* index of SO_BINDTODEVICE, 0: none */
	__u32 range; /* IP_LOCAL_PORT_RANGE within the system's: high << 16 | low, 0: none */
	__u16 protocol; /* IPPROTO_* */
	__u16 port; /* 0: none yet; of a raw socket its protocol's number */
	__u8 family; /* AF_INET or AF_INET6 */
	__u8 type; /* SOCK_* */
	__u8 options; /* BIND_OPT_* */
	__u8 state; /* BIND_STATE_* */
	__u8 locks; /* BIND_LOCK_*, and others */
	__u8 unused[3];
};

_Static_assert(sizeof(struct bind_socket) == 168, "no padding at the end");

#endif
