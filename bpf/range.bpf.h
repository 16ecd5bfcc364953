/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests for a range of ports (IP_LOCAL_PORT_RANGE), in programs of their own: it takes
 * bpf_loop() and the task's storage, which kernels that know no such ranges do not have.
 */
#ifndef BPF_RANGE_BPF_H
#define BPF_RANGE_BPF_H

#include <bpf/bpf_tracing.h>

#include "../policy/range.h"
#include "judge.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bind_range_program SEC(".maps"), listen_range_program SEC(".maps");

/* A request and how far its decision is: too much for the stack. A task makes one at a time. */
struct range_work {
	struct copied copied;
	struct bind_request request;
	struct decide_range range;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct range_work);
} range_works SEC(".maps");

/* Is the kernel going to choose a port from the socket's own range? Then asked has it. */
static __always_inline bool range_takes(struct sock *sk, struct asked *asked,
					enum asked_state state)
{
	if (!has_port_ranges || asked->port || state != ASKED_WELL)
		return false;
	asked->range = socket_port_range(sk);
	return asked->range;
}

struct range_round {
	struct image image;
	const struct bind_image_header *header;
	struct range_work *work;
};

static long range_step(__u32 i, void *context)
{
	struct range_round *round = context;
	struct range_work *work = round->work;

	return decide_range_step(&round->image, round->header, &work->request, &work->range);
}

/* These are functions of their own, so that their stack is free while the steps need theirs. */
static __noinline void range_read_bind(struct sock *sk, struct sockaddr *address, int length,
				       struct range_work *work)
{
	read_asked(sk, socket_family(sk), address, length, ASKED_BY_HOOK, &work->copied.asked);
}

static __noinline void range_read_listen(struct sock *sk, struct range_work *work)
{
	read_own(sk, socket_family(sk), BIND_VIA_LISTEN, &work->copied.asked);
}

static __noinline void range_report(struct sock *sk, struct range_work *work)
{
	report_attempt(sk, &work->copied.asked, &work->range.worst);
}

static __noinline void range_request(struct sock *sk, const struct bind_image_header *header,
				     struct range_work *work)
{
	read_request(sk, &work->copied.asked, header, &work->request);
}

/* Without a range, which another thread may have taken away meanwhile, it is for port 0. */
static __always_inline void range_decide(struct sock *sk, struct range_work *work)
{
	__u16 low = work->copied.asked.range, high = work->copied.asked.range >> 16;
	struct range_round round = { .work = work };

	round.header = judge_begin(&round.image, ASKED_WELL, &work->range.worst);
	if (!round.header)
		return;
	range_request(sk, round.header, work);
	decide_range_begin(&work->range, low, high);
	bpf_loop(DECIDE_RANGE_STEPS, range_step, &round, 0);
}

static __always_inline struct range_work *range_work(void)
{
	return bpf_task_storage_get(&range_works, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* The kernel is going to choose from the range, 0: from all. Returns whether it is refused. */
static __always_inline bool range_judge(struct sock *sk, __u32 range, struct range_work *work)
{
	work->copied.asked.range = range;
	range_decide(sk, work);
	range_report(sk, work);
	return judge_refuses(&work->range.worst);
}

/* Without work to do it in, what is asked cannot be judged. Likewise functions of their own. */
static __noinline int range_unreadable_bind(struct sock *sk, struct sockaddr *address, int length)
{
	struct asked asked;

	sk = loadable(sk);
	read_asked(sk, socket_family(sk), address, length, ASKED_BY_HOOK, &asked);
	return judge(sk, &asked, ASKED_UNREADABLE);
}

static __noinline int range_unreadable_listen(struct sock *sk)
{
	struct asked asked;

	sk = loadable(sk);
	read_own(sk, socket_family(sk), BIND_VIA_LISTEN, &asked);
	return judge(sk, &asked, ASKED_UNREADABLE);
}

/* Both are tail calls, of the programs on the same hooks. */
SEC("lsm/socket_bind")
int BPF_PROG(bind_range, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	struct range_work *work;
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	work = range_work();
	if (!work)
		return judge_return(range_unreadable_bind(sk, address, length));
	range_read_bind(sk, address, length, work);
	return judge_return(range_judge(sk, socket_effective_range(sk), work));
}

SEC("lsm/socket_listen")
int BPF_PROG(listen_range, struct socket *sock, int backlog, int ret)
{
	struct range_work *work;
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	work = range_work();
	if (!work)
		return judge_return(range_unreadable_listen(sk));
	range_read_listen(sk, work);
	return judge_return(range_judge(sk, socket_effective_range(sk), work));
}

#endif
