/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes of --autobind: the kernel has bound a socket by itself, since it is to send and has no
 * port. It is told where the port is chosen, which is two places: __inet_hash_connect() for what
 * connects as TCP does, inet_autobind() for the rest. Nothing is decided, so there are outcomes
 * only.
 */
#ifndef BPF_AUTOBIND_BPF_H
#define BPF_AUTOBIND_BPF_H

#include <bpf/bpf_tracing.h>

#include "report.bpf.h"

/*
 * The socket without a port that a thread connects just now: inet_autobind() is not told whether it
 * is for that or for a datagram.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* the thread */
	__type(value, __u64); /* the socket */
} connecting SEC(".maps");

/* One that has no port even now has not found any. */
static __always_inline int autobind_outcome(struct sock *sk, enum bind_via via)
{
	__u16 port = sk->__sk_common.skc_num, family = socket_family(sk);
	struct asked asked;

	if (!port || !family)
		return 0;
	/* With a policy, what is counted is what was decided. */
	if (with_policy && (!shows_task() || !shows_port(port)))
		return 0;
	read_socket(sk, family, via, ASKED_BY_PROBE, &asked);
	report_outcome(sk, &asked, 0);
	return 0;
}

/* The offset from which it looks for a port: 0 if the socket has one. */
SEC("fexit/__inet_hash_connect")
int BPF_PROG(autobind_stream, void *death_row, struct sock *sk, __u64 offset)
{
	struct tcp_sock *tcp = (void *)sk;
	void *fastopen;

	if (!offset || !sk)
		return 0;
	/*
	 * sendto() with MSG_FASTOPEN connects, and this is what it is to send with the first
	 * segment.
	 */
	fastopen = sk->sk_protocol == IPPROTO_TCP ? BPF_CORE_READ(tcp, fastopen_req) : 0;
	return autobind_outcome(sk, fastopen ? BIND_VIA_SENDTO : BIND_VIA_CONNECT);
}

SEC("fentry/inet_dgram_connect")
int BPF_PROG(connect_begins, struct socket *sock)
{
	__u64 thread = bpf_get_current_pid_tgid(), socket;
	struct sock *sk = sock->sk;

	if (!sk || sk->__sk_common.skc_num)
		return 0;
	socket = (__u64)sk;
	bpf_map_update_elem(&connecting, &thread, &socket, BPF_ANY);
	return 0;
}

SEC("fexit/inet_dgram_connect")
int BPF_PROG(autobind_connect, struct socket *sock)
{
	__u64 thread = bpf_get_current_pid_tgid(), *socket;
	struct sock *sk = sock->sk;
	bool was_unbound;

	if (!sk)
		return 0;
	socket = bpf_map_lookup_elem(&connecting, &thread);
	if (!socket)
		return 0;
	was_unbound = *socket == (__u64)sk;
	bpf_map_delete_elem(&connecting, &thread);
	return was_unbound ? autobind_outcome(sk, BIND_VIA_CONNECT) : 0;
}

SEC("fexit/inet_autobind")
int BPF_PROG(autobind_datagram, struct sock *sk)
{
	__u64 thread = bpf_get_current_pid_tgid(), *socket;

	if (!sk)
		return 0;
	socket = bpf_map_lookup_elem(&connecting, &thread);
	/* autobind_connect tells it, with the address that the connection has got. */
	if (socket && *socket == (__u64)sk)
		return 0;
	return autobind_outcome(sk, BIND_VIA_SENDTO);
}

#endif
