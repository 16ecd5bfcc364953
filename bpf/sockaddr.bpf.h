/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup programs (--hook cgroup), for kernels without "bpf" among the LSMs: inside of bind(2),
 * of sockets that the kernel's inet_bind() and inet6_bind() bind. No guard skips them, and like the
 * LSM programs they can be preempted.
 *
 * The verifier does not let them load from the socket, so that helpers copy all that may be needed
 * of it, and who decides and reports gets NULL for it.
 */
#ifndef BPF_SOCKADDR_BPF_H
#define BPF_SOCKADDR_BPF_H

#include "judge.bpf.h"
#include "range.bpf.h"

/* Each is for one attach point: a tail call may not lead to another one's program. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bind4_range_program SEC(".maps"), bind6_range_program SEC(".maps");

/* Of the socket, since these programs know no task. The kernel has locked it. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct range_work);
} range_sockets SEC(".maps");

/* The kernel's socket: what the context has is one that the verifier watches over. */
static __always_inline struct sock *sockaddr_socket(struct bpf_sock_addr *ctx)
{
	return BPF_CORE_READ((struct bpf_sock_addr_kern *)ctx, sk);
}

/* All but the address, as read_socket() has it. */
static __always_inline void read_watched(struct bpf_sock_addr *ctx, struct sock *sk,
					 struct asked *asked)
{
	__u32 reuse = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuse);
	__u32 reuseport = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport);

	__builtin_memset(asked, 0, sizeof(*asked));
	asked->options = !!reuse * BIND_OPT_REUSEADDR | reuseport * BIND_OPT_REUSEPORT |
			 kernel_inet_options(sk);
	asked->protocol = ctx->protocol;
	asked->type = ctx->type;
	if (asked->protocol == IPPROTO_TCP && kernel_is_mptcp(sk))
		asked->protocol = IPPROTO_MPTCP;
	asked->family = ctx->family;
	asked->via = BIND_VIA_BIND;
	asked->socket = (__u64)sk;
	asked->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	asked->interface = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	asked->port = bpf_ntohs(ctx->user_port);
}

/* What the kernel accepts, as in read_ipv4(); it has checked the length already. */
static __always_inline enum asked_state read_bind4(struct bpf_sock_addr *ctx, struct sock *sk,
						   struct asked *asked)
{
	__u32 family = ctx->user_family;

	read_watched(ctx, sk, asked);
	asked->address[0] = ctx->user_ip4;
	if (family == AF_INET || (family == AF_UNSPEC && !asked->address[0]))
		return ASKED_WELL;
	return ASKED_MALFORMED;
}

static __always_inline enum asked_state read_bind6(struct bpf_sock_addr *ctx, struct sock *sk,
						   struct asked *asked)
{
	read_watched(ctx, sk, asked);
	asked->address[0] = ctx->user_ip6[0];
	asked->address[1] = ctx->user_ip6[1];
	asked->address[2] = ctx->user_ip6[2];
	asked->address[3] = ctx->user_ip6[3];
	return ctx->user_family == AF_INET6 ? ASKED_WELL : ASKED_MALFORMED;
}

/* As range_takes() has it. */
static __always_inline bool sockaddr_range_takes(struct sock *sk, const struct asked *asked,
						 enum asked_state state)
{
	return has_port_ranges && !asked->port && state == ASKED_WELL && kernel_port_range(sk);
}

/* What the hook returns: 0 becomes EPERM. */
static __always_inline int sockaddr_return(int refused)
{
	barrier_var(refused);
	if (!refused)
		return 1;
	asm volatile("" ::: "memory");
	return 0;
}

SEC("cgroup/bind4")
int bind4_attempt(struct bpf_sock_addr *ctx)
{
	struct sock *sk = sockaddr_socket(ctx);
	enum asked_state state;
	struct asked asked;

	state = read_bind4(ctx, sk, &asked);
	if (sockaddr_range_takes(sk, &asked, state)) {
		bpf_tail_call(ctx, &bind4_range_program, 0);
		return 0; /* cannot happen, it is there before the hook is attached */
	}
	return sockaddr_return(judge(0, &asked, state));
}

SEC("cgroup/bind6")
int bind6_attempt(struct bpf_sock_addr *ctx)
{
	struct sock *sk = sockaddr_socket(ctx);
	enum asked_state state;
	struct asked asked;

	state = read_bind6(ctx, sk, &asked);
	if (sockaddr_range_takes(sk, &asked, state)) {
		bpf_tail_call(ctx, &bind6_range_program, 0);
		return 0; /* as above */
	}
	return sockaddr_return(judge(0, &asked, state));
}

static __always_inline struct range_work *sockaddr_work(struct bpf_sock_addr *ctx)
{
	return bpf_sk_storage_get(&range_sockets, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
}

/*
 * Without work to do it in, what is asked cannot be judged. Functions of their own: the stack is
 * small.
 */
static __noinline int sockaddr_unreadable4(struct bpf_sock_addr *ctx, struct sock *sk)
{
	struct asked asked;

	read_bind4(ctx, sk, &asked);
	return judge(0, &asked, ASKED_UNREADABLE);
}

static __noinline int sockaddr_unreadable6(struct bpf_sock_addr *ctx, struct sock *sk)
{
	struct asked asked;

	read_bind6(ctx, sk, &asked);
	return judge(0, &asked, ASKED_UNREADABLE);
}

/* Returns whether it is refused. */
static __always_inline bool sockaddr_range_judge(struct sock *sk, struct range_work *work)
{
	struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

	return range_judge(0,
			   kernel_effective_range(kernel_port_range(sk), kernel_system_range(net)),
			   work);
}

/* Both are tail calls, of the programs on the same hooks. */
SEC("cgroup/bind4")
int bind4_range(struct bpf_sock_addr *ctx)
{
	struct range_work *work = sockaddr_work(ctx);
	struct sock *sk = sockaddr_socket(ctx);

	if (!work)
		return sockaddr_return(sockaddr_unreadable4(ctx, sk));
	read_bind4(ctx, sk, &work->asked);
	return sockaddr_return(sockaddr_range_judge(sk, work));
}

SEC("cgroup/bind6")
int bind6_range(struct bpf_sock_addr *ctx)
{
	struct range_work *work = sockaddr_work(ctx);
	struct sock *sk = sockaddr_socket(ctx);

	if (!work)
		return sockaddr_return(sockaddr_unreadable6(ctx, sk));
	read_bind6(ctx, sk, &work->asked);
	return sockaddr_return(sockaddr_range_judge(sk, work));
}

#endif
