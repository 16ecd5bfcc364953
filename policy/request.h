/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request: one attempt to bind, as the policy sees it. The hook fills one from the kernel's
 * structures, the offline tools from text; the evaluator does not know which.
 */
#ifndef POLICY_REQUEST_H
#define POLICY_REQUEST_H

#include <linux/types.h>

/* Both with the NUL at the end. */
#define BIND_COMM_LEN 16
#define BIND_CGROUP_PATH_LEN 256
#define BIND_EXE_NAME_LEN 64 /* the file's name, without its folder */

/* Socket options, as bits; also the order of bindsnoop's OPTS column "FTNRr". */
#define BIND_OPT_FREEBIND (1u << 0)
#define BIND_OPT_TRANSPARENT (1u << 1)
#define BIND_OPT_ADDRESS_NO_PORT (1u << 2)
#define BIND_OPT_REUSEADDR (1u << 3)
#define BIND_OPT_REUSEPORT (1u << 4)
#define BIND_OPT_ALL 0x1fu

/*
 * Values of bind_request.protocol beyond the IPPROTO_ range (16 bits). A SOCK_RAW socket of any
 * protocol is BIND_PROTOCOL_RAW, so that a rule for "tcp" never matches a raw socket.
 */
#define BIND_PROTOCOL_RAW (1u << 16)

/* Values of bind_request.port beyond the port range. */
#define BIND_PORT_EPHEMERAL 0u
#define BIND_PORT_NONE (1u << 16) /* the socket has no ports: SOCK_RAW, L2TP */

/*
 * How it is asked. listen is of a socket that the kernel is to bind for it, or of one that is
 * bound; setsockopt of one that is bound, and gains an option. bindx is one of the addresses that
 * sctp_bindx() adds. connect and sendto are what the kernel binds by itself as a socket sends.
 */
enum bind_via {
	BIND_VIA_BIND,
	BIND_VIA_LISTEN,
	BIND_VIA_BINDX,
	BIND_VIA_SETSOCKOPT,
	BIND_VIA_CONNECT,
	BIND_VIA_SENDTO,
};

/* Values of bind_request.netns. */
#define BIND_NETNS_OTHER 0u
#define BIND_NETNS_HOST 1u /* the initial one */

/*
 * Integers are in host byte order. Bytes that a field does not use are zero: comm is padded with
 * NULs, so that comparing names is comparing 16 bytes.
 */
struct bind_request {
	__u32 uid; /* real uid, in the initial user namespace */
	__u32 cgroup; /* class of the task's cgroup, see image.h */
	__u32 exe; /* class of the running executable, likewise */
	__u32 netns; /* of the socket: BIND_NETNS_* */
	__u32 protocol; /* IPPROTO_* or BIND_PROTOCOL_RAW */
	__u32 port; /* 1..65535, BIND_PORT_EPHEMERAL or BIND_PORT_NONE */
	__u32 options; /* BIND_OPT_* */
	__u16 via; /* enum bind_via */
	__u16 is_bound; /* 1: the socket is, and it is only asked whether it may have its options */
	char comm[BIND_COMM_LEN]; /* name of the thread-group leader */
	char address[16]; /* network order; a.b.c.d is ::ffff:a.b.c.d, on any socket */
};

#endif
