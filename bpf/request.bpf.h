/* SPDX-License-Identifier: GPL-2.0-only */
/* From the kernel's arguments to a request. */
#ifndef BPF_REQUEST_BPF_H
#define BPF_REQUEST_BPF_H

#include "kernel.bpf.h"
#include "maps.bpf.h"
#include "socket.bpf.h"

#include <bpf/bpf_endian.h>

#define MAPPED_IPV4 bpf_htonl(0xffff) /* the third word of ::ffff:a.b.c.d, after zeros */

/* What a bind asks for: what a request and an event both have. */
struct asked {
	__be32 address[4]; /* as in bind_event: that of IPv4 is the first */
	__u16 port;
	__u16 protocol; /* IPPROTO_ number */
	__u32 options; /* BIND_OPT_* that the socket is taken to have besides those it has */
	__u32 range; /* the ports that the kernel may choose from, high << 16 | low; 0: one port */
	__u16 family; /* of the address: AF_INET or AF_INET6 */
	__u8 via; /* enum bind_via */
	__u8 is_bound; /* 1: the socket is */
};

/*
 * The same in programs that cannot load from the socket: they pass it on as NULL, options has all
 * that it has, and here is what the others load when they need it.
 */
struct copied {
	struct asked asked;
	__u32 netns; /* inode number of the socket's network namespace */
	__u32 interface; /* index of SO_BINDTODEVICE, 0: none */
	__u32 type; /* SOCK_* */
	__u64 socket; /* its address */
};

/* What is asked is the first of it. */
static __always_inline const struct copied *copied(const struct asked *asked)
{
	return (const struct copied *)asked;
}

/*
 * A socket that can be loaded from, as said to the compiler: it then leaves out what is for copies,
 * and a verifier would refuse where there are none.
 */
static __always_inline struct sock *loadable(struct sock *sk)
{
	if (!sk)
		__builtin_unreachable();
	return sk;
}

/* Who hands the address over: to the LSM program the verifier lets it be loaded as it is. */
enum asked_by {
	ASKED_BY_HOOK,
	ASKED_BY_PROBE,
};

enum asked_state {
	ASKED_WELL,
	ASKED_MALFORMED, /* the kernel is going to refuse it: EINVAL or EAFNOSUPPORT */
	ASKED_UNREADABLE, /* the bytes could not be read */
};

/*
 * What the kernel accepts on an IPv4 socket: AF_INET, for compatibility AF_UNSPEC with INADDR_ANY,
 * and on a raw socket any family at all.
 */
static __always_inline enum asked_state read_ipv4(struct sock *sk, struct sockaddr *from,
						  enum asked_by by, struct asked *asked)
{
	struct sockaddr_in in;

	kernel_sockaddr_in(&in, from, by == ASKED_BY_HOOK);
	asked->port = bpf_ntohs(in.sin_port);
	asked->address[0] = in.sin_addr;
	if (in.sin_family == AF_INET || sk->sk_type == SOCK_RAW)
		return ASKED_WELL;
	return in.sin_family == AF_UNSPEC && !in.sin_addr ? ASKED_WELL : ASKED_MALFORMED;
}

/* SCTP alone takes an IPv4 address on an IPv6 socket; it is noted as the mapped address. */
static __always_inline enum asked_state read_ipv4_on_ipv6(struct sock *sk, struct sockaddr *from,
							  enum asked_by by, struct asked *asked)
{
	struct sockaddr_in in;

	kernel_sockaddr_in(&in, from, by == ASKED_BY_HOOK);
	if (in.sin_family != AF_INET || sk->sk_protocol != IPPROTO_SCTP)
		return ASKED_MALFORMED;
	asked->port = bpf_ntohs(in.sin_port);
	asked->address[2] = MAPPED_IPV4;
	asked->address[3] = in.sin_addr;
	return ASKED_WELL;
}

static __always_inline enum asked_state read_ipv6(struct sock *sk, struct sockaddr *from,
						  int length, enum asked_by by, struct asked *asked)
{
	struct sockaddr_in6 in6;

	if (length >= SOCKADDR_IN6_LEN) {
		if (!kernel_sockaddr_in6(&in6, from))
			return ASKED_UNREADABLE;
		if (in6.sin6_family == AF_INET6) {
			asked->port = bpf_ntohs(in6.sin6_port);
			__builtin_memcpy(asked->address, in6.sin6_addr, sizeof(asked->address));
			return ASKED_WELL;
		}
	}
	return read_ipv4_on_ipv6(sk, from, by, asked);
}

/*
 * All but the address, of a socket of that family. Only the probes see the TCP socket inside an
 * MPTCP or SMC socket: the hooks are called with the one that the task has.
 */
static __always_inline void read_socket(struct sock *sk, __u16 family, enum bind_via via,
					enum asked_by by, struct asked *asked)
{
	__builtin_memset(asked, 0, sizeof(*asked));
	if (by == ASKED_BY_PROBE)
		asked->protocol = kernel_protocol(sk);
	else
		asked->protocol = socket_is_smc(sk) ? IPPROTO_TCP : sk->sk_protocol;
	asked->family = family;
	asked->via = via;
}

/*
 * What helpers copy of a socket for programs that cannot load from it, and for whom sk is NULL from
 * then on. Its protocol, type and family are for the caller to set.
 */
static __always_inline void copy_socket(struct sock *sk, struct copied *copied)
{
	__u32 reuse = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuse);
	__u32 reuseport = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport);

	__builtin_memset(copied, 0, sizeof(*copied));
	copied->asked.options = !!reuse * BIND_OPT_REUSEADDR | reuseport * BIND_OPT_REUSEPORT |
				kernel_inet_options(sk);
	copied->socket = (__u64)sk;
	copied->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	copied->interface = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
}

/*
 * Reads the address, and all else. Bytes beyond length are never looked at: the kernel has not
 * checked the length yet, and on 5.10 they are what the stack held before.
 */
static __always_inline enum asked_state read_asked(struct sock *sk, __u16 family,
						   struct sockaddr *from, int length,
						   enum asked_by by, struct asked *asked)
{
	read_socket(sk, family, BIND_VIA_BIND, by, asked);
	if (length < SOCKADDR_IN_LEN)
		return ASKED_MALFORMED;
	if (family == AF_INET)
		return read_ipv4(sk, from, by, asked);
	return read_ipv6(sk, from, length, by, asked);
}

/*
 * Keeps clang from making one load of two, of which the verifier does not know what it loads from.
 */
static __always_inline __u32 asked_copy(__u32 value)
{
	barrier_var(value);
	return value;
}

/* BIND_OPT_* of the socket now, and what is known of it besides. */
static __always_inline __u32 asked_options(struct sock *sk, const struct asked *asked)
{
	__u32 options = asked->options;

	if (!sk)
		return options;
	options |= kernel_reuse_options(sk);
	return socket_is_smc(sk) ? options : options | kernel_inet_options(sk);
}

static __always_inline __u32 asked_type(struct sock *sk, const struct asked *asked)
{
	return sk ? sk->sk_type : asked_copy(copied(asked)->type);
}

static __always_inline __u32 asked_netns(struct sock *sk, const struct asked *asked)
{
	return sk ? kernel_netns(sk) : asked_copy(copied(asked)->netns);
}

/* The same as read_bound(), of the socket that was copied before. */
static __always_inline void copy_bound(const struct asked *asked, __be32 address[4], __u16 *port)
{
	const struct inet_sock *inet = (const struct inet_sock *)copied(asked)->socket;
	const struct sock *sk = (const struct sock *)copied(asked)->socket;

	*port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	if (asked->protocol == IPPROTO_SCTP)
		__builtin_memcpy(address, asked->address, 16);
	else if (asked->family == AF_INET)
		address[0] = BPF_CORE_READ(inet, inet_saddr);
	else
		bpf_probe_read_kernel(address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
}

/*
 * Where the socket is bound, as bindsnoop shows it. An SCTP socket has its addresses in a list of
 * its own; the one that was asked for is in it.
 */
static __always_inline void read_bound(struct sock *sk, const struct asked *asked,
				       __be32 address[4], __u16 *port)
{
	if (!sk) {
		copy_bound(asked, address, port);
		return;
	}
	*port = bpf_ntohs(KERNEL_READ(sk, struct inet_sock, inet_sport));
	if (asked->protocol == IPPROTO_SCTP)
		__builtin_memcpy(address, asked->address, 16);
	else if (asked->family == AF_INET)
		address[0] = KERNEL_READ(sk, struct inet_sock, inet_saddr);
	else
		__builtin_memcpy(address, &sk->__sk_common.skc_v6_rcv_saddr, 16);
}

/*
 * The socket with the address that it has, for what is asked of one that may be bound. A raw socket
 * is when it has an address: what is a port elsewhere is its protocol.
 */
static __always_inline void read_own(struct sock *sk, __u16 family, enum bind_via via,
				     struct asked *asked)
{
	struct socket_memory memory;
	__u16 port;

	read_socket(sk, family, via, ASKED_BY_HOOK, asked);
	if (socket_has_memory(sk)) {
		memory = socket_memory(sk);
		asked->options |= socket_remembered(&memory);
		if (socket_is_smc(sk)) {
			asked->port = memory.port;
			asked->is_bound = memory.bound;
			return;
		}
	}
	read_bound(sk, asked, asked->address, &port);
	if (sk->sk_type == SOCK_RAW) {
		asked->is_bound = !!(asked->address[0] | asked->address[1] | asked->address[2] |
				     asked->address[3]);
		return;
	}
	asked->port = sk->__sk_common.skc_num;
	asked->is_bound = !!asked->port;
}

/*
 * Changes nothing, but a verifier no longer knows in which way the address was read: it then
 * follows the evaluator once, not once for each way.
 */
static __always_inline void forget_asked(struct asked *asked, __u32 any)
{
	__u32 zero = decide_zero(any);

	for (int i = 0; i < 4; i++)
		asked->address[i] ^= zero;
	asked->port ^= zero;
	asked->options ^= zero;
	asked->family ^= zero;
	asked->is_bound ^= zero;
	DECIDE_KEEP(*asked);
}

/*
 * The class of the current task's cgroup in the image of this generation. It is unknown only when
 * the cgroup map was full as the cgroup was made.
 */
static __always_inline __u32 read_cgroup(__u32 generation)
{
	__u64 id = kernel_cgroup();
	struct bind_cgroup *found = bpf_map_lookup_elem(&cgroups, &id);

	return found ? found->class[BIND_PARITY(generation)] : BIND_CGROUP_UNKNOWN;
}

/* The protocol as rules name it. SMC is TCP with another transport below it. */
static __always_inline __u32 request_protocol(struct sock *sk, const struct asked *asked)
{
	if (asked_type(sk, asked) == SOCK_RAW)
		return BIND_PROTOCOL_RAW;
	return asked->protocol == IPPROTO_SMC ? IPPROTO_TCP : asked->protocol;
}

/*
 * The class of the running executable in the image of this generation; 0 if no rule names it. The
 * map is there whenever the image asks for it: it is published first.
 */
static __always_inline __u32 read_exe(__u32 generation)
{
	__u32 parity = BIND_PARITY(generation), *class = 0;
	void *named = bpf_map_lookup_elem(&exes, &parity);
	struct bind_exe key = { 0 };

	kernel_exe(&key);
	if (named)
		class = bpf_map_lookup_elem(named, &key);
	return class ? *class : 0;
}

/*
 * The address as rules name it: an IPv4 address is its mapped IPv6 address. By bytes, since the
 * verifier follows the evaluator once for each set of words that it knows.
 */
static __always_inline void request_address(const struct asked *asked, char address[16])
{
	if (asked->family == AF_INET6) {
		__builtin_memcpy(address, asked->address, 16);
		return;
	}
	address[10] = 0xff;
	address[11] = 0xff;
	__builtin_memcpy(address + 12, asked->address, 4);
}

/* What has to be fetched from somewhere is read if a rule needs it. */
static __always_inline void read_request(struct sock *sk, const struct asked *asked,
					 const struct bind_image_header *header,
					 struct bind_request *request)
{
	struct comm comm;

	__builtin_memset(request, 0, sizeof(*request));
	if (header->flags & BIND_IMAGE_CGROUPS)
		request->cgroup = read_cgroup(header->generation);
	if (header->flags & BIND_IMAGE_EXES)
		request->exe = read_exe(header->generation);
	if (header->flags & BIND_IMAGE_NETNS)
		request->netns = asked_netns(sk, asked) == host_netns ? BIND_NETNS_HOST :
									BIND_NETNS_OTHER;
	if (header->flags & BIND_IMAGE_UIDS)
		request->uid = kernel_uid();
	if (header->flags & BIND_IMAGE_OPTIONS)
		request->options = asked_options(sk, asked);
	if (header->flags & BIND_IMAGE_COMMS) {
		comm = kernel_process_comm();
		__builtin_memcpy(request->comm, &comm, sizeof(request->comm));
	}
	if (header->flags & BIND_IMAGE_ADDRESSES)
		request_address(asked, request->address);
	request->protocol = request_protocol(sk, asked);
	request->port = has_ports(asked_type(sk, asked), asked->protocol) ? asked->port :
									    BIND_PORT_NONE;
	request->via = asked->via;
	request->is_bound = asked->is_bound;
}

#endif
