/* SPDX-License-Identifier: GPL-2.0-only */
/* What user space gets to see: filters, counters, events. */
#ifndef BPF_REPORT_BPF_H
#define BPF_REPORT_BPF_H

#include "request.bpf.h"

/*
 * Adds to a field of the CPU's counters. The addition is atomic although the counters are per CPU:
 * an LSM program can be preempted between load and store by another one on the same CPU.
 */
#define COUNT(field)                                                                      \
	do {                                                                              \
		struct bind_counters *c_ = bpf_map_lookup_elem(&counters, &(__u32){ 0 }); \
		if (c_)                                                                   \
			__sync_fetch_and_add(&c_->field, 1);                              \
	} while (0)

/* BIND_RULE_NONE + 1 is 0, the default's entry. */
static __always_inline void count_decision(const struct bind_decision *decision)
{
	struct bind_counters *c = bpf_map_lookup_elem(&counters, &(__u32){ 0 });
	__u32 entry = decision->rule + 1;
	struct bind_rule_counters *r = bpf_map_lookup_elem(&rule_counters, &entry);

	if (!c || !r)
		return;
	if (decision->verdict == BIND_ALLOW) {
		__sync_fetch_and_add(&c->allowed, 1);
		__sync_fetch_and_add(&r->allowed, 1);
	} else if (decision->enforced) {
		__sync_fetch_and_add(&c->denied, 1);
		__sync_fetch_and_add(&r->denied, 1);
	} else {
		__sync_fetch_and_add(&c->audited, 1);
		__sync_fetch_and_add(&r->audited, 1);
	}
	if (decision->cause == BIND_CAUSE_UNREADABLE)
		__sync_fetch_and_add(&c->unreadable, 1);
}

/* Do the filters show this task's binds? */
static __always_inline bool shows_task(void)
{
	__u64 key;

	if (filter_pid && bpf_get_current_pid_tgid() >> 32 != filter_pid)
		return false;
	if (filter_by_uid && (__u32)bpf_get_current_uid_gid() != filter_uid)
		return false;
	if (filter_by_cgroup) {
		key = bpf_get_current_cgroup_id();
		if (!bpf_map_lookup_elem(&filter_cgroups, &key))
			return false;
	}
	if (filter_by_mount_namespace) {
		key = kernel_mount_namespace();
		if (!bpf_map_lookup_elem(&filter_mount_namespaces, &key))
			return false;
	}
	return true;
}

static __always_inline bool shows_port(__u16 port)
{
	return !filter_by_port || (filter_ports[port / 64] & (1ULL << (port % 64)));
}

/* Waking the reader costs more than all the rest of a bind, so only a filling ring does it. */
static __always_inline __u64 wakeup_flags(void)
{
	__u64 unread = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);

	return unread >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* The current task and the socket, in an event that is otherwise zero. */
static __always_inline void fill_event(struct bind_event *event, struct sock *sk,
				       const struct asked *asked)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_ns();
	event->socket = (__u64)sk;
	event->cgroup = bpf_get_current_cgroup_id();
	event->pid = pid_tgid >> 32;
	event->tid = pid_tgid;
	event->uid = bpf_get_current_uid_gid();
	event->interface = sk->__sk_common.skc_bound_dev_if;
	event->protocol = kernel_protocol(sk);
	event->family = sk->__sk_common.skc_family;
	event->type = sk->sk_type;
	event->options = kernel_options(sk);
	event->requested_port = asked->port;
	__builtin_memcpy(event->requested, asked->address, sizeof(event->requested));
	bpf_get_current_comm(event->comm, sizeof(event->comm));
}

/*
 * Where the socket is bound, as bindsnoop shows it. An SCTP socket has its addresses in a list of
 * its own; the one that was asked for is in it.
 */
static __always_inline void read_bound(struct sock *sk, const struct asked *asked, __u8 address[16],
				       __u16 *port)
{
	struct inet_sock *inet = (void *)sk;

	*port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	if (sk->sk_protocol == IPPROTO_SCTP)
		__builtin_memcpy(address, asked->address, 16);
	else if (sk->__sk_common.skc_family == AF_INET)
		bpf_core_read(address, sizeof(__be32), &inet->inet_saddr);
	else
		bpf_core_read(address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
}

/*
 * Reports an attempt and what was decided about it. A port that is not known yet passes the port
 * filter here: user space looks again when it has the outcome.
 */
static __always_inline void report_attempt(struct sock *sk, const struct asked *asked,
					   const struct bind_decision *decision)
{
	struct bind_event *event;

	if (!shows_task() || (asked->port && !shows_port(asked->port))) {
		COUNT(filtered);
		return;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		COUNT(lost);
		return;
	}
	fill_event(event, sk, asked);
	event->kind = BIND_EVENT_ATTEMPT;
	event->decision = *decision;
	bpf_ringbuf_submit(event, wakeup_flags());
}

/* Adds one to the --count table. */
static __always_inline void count_bind(const struct bind_count_key *key)
{
	__u64 *count = bpf_map_lookup_elem(&counts, key), one = 1;

	if (!count) {
		if (!bpf_map_update_elem(&counts, key, &one, BPF_NOEXIST))
			return;
		count = bpf_map_lookup_elem(&counts, key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		COUNT(counts_lost);
}

static __always_inline void count_outcome(struct sock *sk, const struct asked *asked, int rc)
{
	struct bind_count_key key = { .family = sk->__sk_common.skc_family, .port = asked->port };

	if (rc)
		__builtin_memcpy(key.address, asked->address, sizeof(key.address));
	else
		read_bound(sk, asked, key.address, &key.port);
	if (shows_port(key.port))
		count_bind(&key);
}

/* The probes' event is lost: which counter tells depends on who reports the attempts. */
static __always_inline void count_lost(void)
{
	if (with_policy)
		COUNT(outcomes_lost);
	else
		COUNT(lost);
}

/*
 * Reports the outcome of a bind. Without a policy this is all that is reported of it; with one, it
 * is passed on whenever the attempt was.
 */
static __always_inline void report_outcome(struct sock *sk, const struct asked *asked, int rc)
{
	struct bind_event *event;
	__u8 bound[16] = { 0 };
	__u16 port = 0;
	bool shown;

	if (!rc)
		read_bound(sk, asked, bound, &port);
	shown = shows_task() && shows_port(rc ? asked->port : port) && (!rc || show_errors);
	if (with_policy)
		shown = shows_task() && (!asked->port || shows_port(asked->port));
	if (!shown) {
		if (!with_policy)
			COUNT(filtered);
		return;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_lost();
		return;
	}
	fill_event(event, sk, asked);
	event->kind = BIND_EVENT_OUTCOME;
	event->rc = rc;
	event->bound_port = port;
	__builtin_memcpy(event->bound, bound, sizeof(event->bound));
	bpf_ringbuf_submit(event, wakeup_flags());
}

#endif
