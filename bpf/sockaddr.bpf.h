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
					 struct copied *copied)
{
	struct asked *asked = &copied->asked;

	copy_socket(sk, copied);
	copied->type = ctx->type;
	asked->protocol = ctx->protocol;
	if (asked->protocol == IPPROTO_TCP && kernel_is_mptcp(sk))
		asked->protocol = IPPROTO_MPTCP;
	asked->family = ctx->family;
	asked->via = BIND_VIA_BIND;
	asked->port = bpf_ntohs(ctx->user_port);
}

/*
 * What the kernel accepts, as in read_ipv4() and read_ipv6(); it has checked the length already. A
 * program may load the address of its own attach point only, so that is_ipv6 is a constant.
 */
static __always_inline enum asked_state read_bind(struct bpf_sock_addr *ctx, struct sock *sk,
						  bool is_ipv6, struct copied *copied)
{
	struct asked *asked = &copied->asked;
	__u32 family = ctx->user_family;

	read_watched(ctx, sk, copied);
	if (is_ipv6) {
		asked->address[0] = ctx->user_ip6[0];
		asked->address[1] = ctx->user_ip6[1];
		asked->address[2] = ctx->user_ip6[2];
		asked->address[3] = ctx->user_ip6[3];
		return family == AF_INET6 ? ASKED_WELL : ASKED_MALFORMED;
	}
	asked->address[0] = ctx->user_ip4;
	if (family == AF_INET || (family == AF_UNSPEC && !asked->address[0]))
		return ASKED_WELL;
	return ASKED_MALFORMED;
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

static __always_inline int sockaddr_attempt(struct bpf_sock_addr *ctx, bool is_ipv6,
					    void *range_program)
{
	struct sock *sk = sockaddr_socket(ctx);
	enum asked_state state;
	struct copied copied;

	state = read_bind(ctx, sk, is_ipv6, &copied);
	if (sockaddr_range_takes(sk, &copied.asked, state)) {
		bpf_tail_call(ctx, range_program, 0);
		return 0; /* cannot happen, it is there before the hook is attached */
	}
	return sockaddr_return(judge(0, &copied.asked, state));
}

SEC("cgroup/bind4")
int bind4_attempt(struct bpf_sock_addr *ctx)
{
	return sockaddr_attempt(ctx, false, &bind4_range_program);
}

SEC("cgroup/bind6")
int bind6_attempt(struct bpf_sock_addr *ctx)
{
	return sockaddr_attempt(ctx, true, &bind6_range_program);
}

/* Without work to do it in, what is asked cannot be judged. */
static __always_inline int sockaddr_unreadable(struct bpf_sock_addr *ctx, struct sock *sk,
					       bool is_ipv6)
{
	struct copied copied;

	read_bind(ctx, sk, is_ipv6, &copied);
	return judge(0, &copied.asked, ASKED_UNREADABLE);
}

/* Functions of their own: the stack is small. */
static __noinline int sockaddr_unreadable4(struct bpf_sock_addr *ctx, struct sock *sk)
{
	return sockaddr_unreadable(ctx, sk, false);
}

static __noinline int sockaddr_unreadable6(struct bpf_sock_addr *ctx, struct sock *sk)
{
	return sockaddr_unreadable(ctx, sk, true);
}

static __always_inline int sockaddr_range(struct bpf_sock_addr *ctx, bool is_ipv6)
{
	struct range_work *work = bpf_sk_storage_get(&range_sockets, ctx->sk, 0,
						     BPF_SK_STORAGE_GET_F_CREATE);
	struct sock *sk = sockaddr_socket(ctx);
	__u32 range;

	if (!work)
		return sockaddr_return(is_ipv6 ? sockaddr_unreadable6(ctx, sk) :
						 sockaddr_unreadable4(ctx, sk));
	read_bind(ctx, sk, is_ipv6, &work->copied);
	range = kernel_system_range(BPF_CORE_READ(sk, __sk_common.skc_net.net));
	range = kernel_effective_range(kernel_port_range(sk), range);
	return sockaddr_return(range_judge(0, range, work));
}

/* Both are tail calls, of the programs on the same hooks. */
SEC("cgroup/bind4")
int bind4_range(struct bpf_sock_addr *ctx)
{
	return sockaddr_range(ctx, false);
}

SEC("cgroup/bind6")
int bind6_range(struct bpf_sock_addr *ctx)
{
	return sockaddr_range(ctx, true);
}

#endif
