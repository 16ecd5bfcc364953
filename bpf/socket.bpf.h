/* SPDX-License-Identifier: GPL-2.0-only */
/* What a socket is, where it is bound, and what the kernel hides of it: so that is remembered. */
#ifndef BPF_SOCKET_BPF_H
#define BPF_SOCKET_BPF_H

#include "image.bpf.h"
#include "kernel.bpf.h"
#include "maps.bpf.h"

/*
 * AF_INET or AF_INET6, also of an SMC socket, which binds a TCP socket inside it; 0 of any other.
 */
static __always_inline __u16 socket_family(struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	if (family == AF_SMC)
		return sk->sk_protocol == SMCPROTO_SMC6 ? AF_INET6 : AF_INET;
	return family == AF_INET || family == AF_INET6 ? family : 0;
}

/* An SMC socket is no inet_sock: its address, and the options of IP, are in the socket inside. */
static __always_inline bool socket_is_smc(struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_SMC;
}

/* Does the address of such a socket have a port? In that of L2TP/IP those two bytes are unused. */
static __always_inline bool has_ports(__u32 type, __u32 protocol)
{
	return type != SOCK_RAW && protocol != IPPROTO_L2TP;
}

/* Can it listen? The kernel refuses it to all others. */
static __always_inline bool socket_can_listen(struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM || sk->sk_type == SOCK_SEQPACKET ||
	       sk->sk_type == SOCK_DCCP;
}

/* The ports of IP_LOCAL_PORT_RANGE, hi << 16 | lo; 0: the kernel chooses among all. */
static __always_inline __u32 socket_port_range(struct sock *sk)
{
	if (socket_is_smc(sk) || !has_ports(sk->sk_type, sk->sk_protocol))
		return 0;
	return kernel_port_range(sk);
}

/* The ports among which the kernel is going to choose, as kernel_effective_range() has them. */
static __always_inline __u32 socket_effective_range(struct sock *sk)
{
	return kernel_effective_range(socket_port_range(sk),
				      kernel_system_range(sk->__sk_common.skc_net.net));
}

/*
 * What cannot be read from a socket: where the TCP socket inside an SMC socket is bound, the
 * options of IP that it has, and SCTP_REUSE_PORT, which is SO_REUSEPORT by another name.
 * setsockopt(2) tells the option, not whether it is set or cleared: what was named once counts.
 */
static __always_inline bool socket_has_memory(struct sock *sk)
{
	return socket_is_smc(sk) || sk->sk_protocol == IPPROTO_SCTP;
}

/* Remembers one option. Returns 0, or -1 when memory is out. */
static __always_inline int socket_remember_option(struct sock *sk, __u32 option)
{
	struct socket_memory *memory;

	memory = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!memory)
		return -1;
	/* A byte each, since 5.10 has no atomic OR. */
	memory->named[decide_lowest(option) % 8] = 1;
	return 0;
}

static __always_inline __u32 socket_remembered(const struct socket_memory *memory)
{
	__u32 options = 0;

	for (int i = 0; i < 8; i++)
		options |= memory->named[i] << i;
	return options;
}

/*
 * That a bind was let through; if the kernel then refuses it, listen() is taken for that of a bound
 * one.
 */
static __always_inline void socket_remember_bound(struct sock *sk, __u16 port)
{
	struct socket_memory *memory;

	memory = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!memory)
		return;
	memory->port = port;
	memory->bound = 1;
}

static __always_inline struct socket_memory socket_memory(struct sock *sk)
{
	struct socket_memory *memory = bpf_sk_storage_get(&sockets, sk, 0, 0);

	return memory ? *memory : (struct socket_memory){ 0 };
}

#endif
