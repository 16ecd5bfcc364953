/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The LSM programs: every way in which a task asks for a port or, once it has one, for an option.
 * Only they run for every call, whatever else runs on the CPU. And since they can be preempted, by
 * one another too, there is no per-CPU scratch memory.
 *
 * Each first gives back what an LSM before it has refused.
 */
#ifndef BPF_HOOKS_BPF_H
#define BPF_HOOKS_BPF_H

#include <bpf/bpf_tracing.h>

#include "judge.bpf.h"
#include "range.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bindx_program SEC(".maps");

#define BINDX_MAX 32 /* addresses of one call: as often can a program call itself */

/* bind(2), whoever calls it: also as socketcall(2), by io_uring, with a compatible ABI. */
SEC("lsm/socket_bind")
int BPF_PROG(bind_attempt, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	struct socket_memory memory;
	enum asked_state state;
	struct asked asked;
	struct sock *sk;
	__u16 family;
	bool refused;

	if (ret)
		return ret;
	sk = sock->sk;
	/* The verifier of 6.12 and later wants to see that it is not NULL. */
	if (!sk)
		return 0;
	family = socket_family(sk);
	if (!family)
		return 0;
	state = read_asked(sk, family, address, length, ASKED_BY_HOOK, &asked);
	if (range_takes(sk, &asked, state)) {
		bpf_tail_call(ctx, &bind_range_program, 0);
		return -EACCES; /* cannot happen, it is there before the hook is attached */
	}
	if (socket_has_memory(sk)) {
		memory = socket_memory(sk);
		asked.options |= socket_remembered(&memory);
	}
	refused = judge(sk, &asked, state);
	if (!refused && socket_is_smc(sk))
		socket_remember_bound(sk, asked.port);
	return judge_return(refused);
}

/*
 * listen(2) binds a socket to an ephemeral port, if it is not bound. If it is, its options are
 * looked at again: they may have changed while nobody looked.
 */
SEC("lsm/socket_listen")
int BPF_PROG(listen_attempt, struct socket *sock, int backlog, int ret)
{
	struct asked asked;
	struct sock *sk;
	__u16 family;

	if (ret)
		return ret;
	sk = sock->sk;
	if (!sk)
		return 0;
	family = socket_family(sk);
	if (!family || !socket_can_listen(sk))
		return 0;
	read_own(sk, family, BIND_VIA_LISTEN, &asked);
	if (!asked.is_bound && range_takes(sk, &asked, ASKED_WELL)) {
		bpf_tail_call(ctx, &listen_range_program, 0);
		return -EACCES; /* as above */
	}
	return judge_return(judge(sk, &asked, ASKED_WELL));
}

/*
 * The BIND_OPT_ that setsockopt(2) is about to set, or clear: it cannot be seen which. 0: another
 * one.
 */
static __always_inline __u32 option_named(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_REUSEADDR ? BIND_OPT_REUSEADDR :
		       name == SO_REUSEPORT ? BIND_OPT_REUSEPORT :
					      0;
	case IPPROTO_IP:
		return name == IP_FREEBIND	       ? BIND_OPT_FREEBIND :
		       name == IP_TRANSPARENT	       ? BIND_OPT_TRANSPARENT :
		       name == IP_BIND_ADDRESS_NO_PORT ? BIND_OPT_ADDRESS_NO_PORT :
							 0;
	case IPPROTO_IPV6:
		return name == IPV6_FREEBIND	? BIND_OPT_FREEBIND :
		       name == IPV6_TRANSPARENT ? BIND_OPT_TRANSPARENT :
						  0;
	case IPPROTO_TCP: /* repair mode shares the port with anyone */
		return name == TCP_REPAIR ? BIND_OPT_REUSEADDR : 0;
	case IPPROTO_SCTP:
		return name == SCTP_REUSE_PORT ? BIND_OPT_REUSEPORT : 0;
	default:
		return 0;
	}
}

/* Is this an option that the kernel does not show us later? */
static __always_inline bool option_hidden(struct sock *sk, int level)
{
	return level == IPPROTO_SCTP || (socket_is_smc(sk) && level != SOL_SOCKET);
}

/* An option that a bound socket does not have is decided as if it had. */
SEC("lsm/socket_setsockopt")
int BPF_PROG(option_attempt, struct socket *sock, int level, int name, int ret)
{
	struct asked asked;
	struct sock *sk;
	__u16 family;
	__u32 option;

	if (ret)
		return ret;
	option = option_named(level, name);
	if (!option)
		return 0;
	sk = sock->sk;
	if (!sk)
		return 0;
	family = socket_family(sk);
	if (!family)
		return 0;
	read_own(sk, family, BIND_VIA_SETSOCKOPT, &asked);
	if (!asked.is_bound) {
		if (!option_hidden(sk, level) || !socket_remember_option(sk, option))
			return 0;
		/* What is not remembered would not be decided when it is bound. */
		return judge_return(judge(sk, &asked, ASKED_UNREADABLE));
	}
	if (asked_options(sk, &asked) & option)
		return 0;
	asked.options |= option;
	return judge_return(judge(sk, &asked, ASKED_WELL));
}

/*
 * Reads the address that the packed ones have here, of which so many bytes are left. Returns its
 * length, or 0 if it cannot be read; the kernel has made sure that each is whole.
 */
static __always_inline int read_packed(const void *from, int left, struct asked *asked)
{
	struct sockaddr_in6 in6;

	if (left < SOCKADDR_IN_LEN || bpf_probe_read_kernel(&in6, SOCKADDR_IN_LEN, from))
		return 0;
	asked->port = bpf_ntohs(in6.sin6_port);
	if (in6.sin6_family == AF_INET && asked->family == AF_INET) {
		asked->address[0] = in6.sin6_flowinfo; /* where IPv4 has its address */
		return SOCKADDR_IN_LEN;
	}
	if (in6.sin6_family == AF_INET) {
		asked->address[2] = MAPPED_IPV4;
		asked->address[3] = in6.sin6_flowinfo;
		return SOCKADDR_IN_LEN;
	}
	if (left < (int)sizeof(in6) || bpf_probe_read_kernel(&in6, sizeof(in6), from))
		return 0;
	asked->family = AF_INET6;
	__builtin_memcpy(asked->address, in6.sin6_addr, sizeof(asked->address));
	return sizeof(in6);
}

/* The next address of the call, which holds the socket's lock: memory says how far it has come. */
static __always_inline enum asked_state read_bindx(struct sock *sk, const void *packed, int length,
						   struct socket_memory *memory,
						   struct asked *asked)
{
	__u32 offset = memory->packed;
	int size = 0;

	read_socket(sk, socket_family(sk), BIND_VIA_BINDX, ASKED_BY_HOOK, asked);
	asked->options |= socket_remembered(memory);
	if (memory->addresses++ < BINDX_MAX && offset < BINDX_MAX * sizeof(struct sockaddr_in6))
		size = read_packed(packed + offset, length - offset, asked);
	memory->packed = size ? offset + size : length;
	if (!asked->port)
		asked->port = sk->__sk_common.skc_num;
	return size && !range_takes(sk, asked, ASKED_WELL) ? ASKED_WELL : ASKED_UNREADABLE;
}

/*
 * Without memory there is no telling how far it has come. What it asks for is reported as unknown.
 */
static __always_inline int bindx_forgotten(struct sock *sk)
{
	struct asked asked;

	sk = loadable(sk);
	read_socket(sk, socket_family(sk), BIND_VIA_BINDX, ASKED_BY_HOOK, &asked);
	return judge_return(judge(sk, &asked, ASKED_UNREADABLE));
}

/*
 * sctp_bindx(3) adds addresses of both families, packed. Each is decided, one after the other,
 * until one is refused: then the kernel adds none. A loop would be too long for the verifier, so
 * the program calls itself; what is beyond BINDX_MAX cannot be read.
 */
SEC("lsm/sctp_bind_connect")
int BPF_PROG(bindx_attempt, struct sock *sk, int name, struct sockaddr *packed, int length, int ret)
{
	struct socket_memory *memory;
	struct asked asked;
	bool refused;

	if (ret || name != SCTP_SOCKOPT_BINDX_ADD)
		return ret;
	sk = loadable(sk);
	memory = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!memory)
		return bindx_forgotten(sk);
	refused = judge(sk, &asked, read_bindx(sk, packed, length, memory, &asked));
	if (!refused && (int)memory->packed < length) {
		bpf_tail_call(ctx, &bindx_program, 0);
		refused = true; /* cannot happen: as above, and it calls itself 32 times at most */
	}
	memory->packed = 0;
	memory->addresses = 0;
	return judge_return(refused);
}

#endif
