/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes, which report what came of a bind. On preemptible kernels they are skipped when
 * another task runs one of them on the same CPU, so nothing that counts is decided or remembered
 * here.
 */
#ifndef BPF_PROBES_BPF_H
#define BPF_PROBES_BPF_H

#include <bpf/bpf_tracing.h>

#include "report.bpf.h"

static __always_inline int bind_outcome(struct sock *sk, struct sockaddr *address, int length,
					int rc)
{
	struct asked asked;
	__u16 family;

	/* With a policy, what is not shown is counted by the attempt. */
	if ((with_policy && !shows_task()) || !sk)
		return 0;
	family = socket_family(sk);
	if (!family)
		return 0;
	read_asked(sk, family, address, length, ASKED_BY_PROBE, &asked);
	report_outcome(sk, &asked, rc);
	return 0;
}

/*
 * Up to 6.5 everything goes through these two; from 6.6 on, MPTCP calls inet_bind_sk() and
 * inet6_bind_sk() directly, so the probes move there.
 */
SEC("fexit/inet_bind")
int BPF_PROG(inet_bind_outcome, struct socket *sock, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sock->sk, address, length, rc);
}

SEC("fexit/inet6_bind")
int BPF_PROG(inet6_bind_outcome, struct socket *sock, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sock->sk, address, length, rc);
}

SEC("fexit/inet_bind_sk")
int BPF_PROG(inet_bind_sk_outcome, struct sock *sk, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sk, address, length, rc);
}

SEC("fexit/inet6_bind_sk")
int BPF_PROG(inet6_bind_sk_outcome, struct sock *sk, struct sockaddr *address, int length, int rc)
{
	return bind_outcome(sk, address, length, rc);
}

/*
 * listen() has bound the socket, if nothing did before: user space knows, from the attempt. MPTCP
 * calls the second one since 6.6.
 */
static __always_inline int listen_outcome(struct sock *sk, int rc)
{
	struct asked asked;
	__u16 family;

	if (!shows_task() || !sk)
		return 0;
	family = socket_family(sk);
	if (!family)
		return 0;
	read_socket(sk, family, BIND_VIA_LISTEN, ASKED_BY_PROBE, &asked);
	report_outcome(sk, &asked, rc);
	return 0;
}

SEC("fexit/inet_listen")
int BPF_PROG(inet_listen_outcome, struct socket *sock, int backlog, int rc)
{
	return listen_outcome(sock->sk, rc);
}

SEC("fexit/__inet_listen_sk")
int BPF_PROG(inet_listen_sk_outcome, struct sock *sk, int backlog, int rc)
{
	return listen_outcome(sk, rc);
}

#endif
