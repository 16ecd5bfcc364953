/* SPDX-License-Identifier: GPL-2.0-only */
/* What user space gets to see: filters, counters, events. */
#ifndef BPF_REPORT_BPF_H
#define BPF_REPORT_BPF_H

#include "request.bpf.h"

/* Bytes beyond wakeup_bytes in which the ring has just become that full: some CPUs' next events. */
#define WAKEUP_SPAN 4096

static __always_inline struct bind_counters *cpu_counters(void)
{
	return bpf_map_lookup_elem(&counters, &(__u32){ 0 });
}

/*
 * Adds one to a counter. The addition is atomic although the counters are per CPU: an LSM program
 * can be preempted between load and store by another one on the same CPU.
 */
#define ADD_ONE(counter) __sync_fetch_and_add(&(counter), 1)

/* The same to a field of the CPU's counters, for those who have not looked them up. */
#define COUNT(field)                                       \
	do {                                               \
		struct bind_counters *c_ = cpu_counters(); \
		if (c_)                                    \
			ADD_ONE(c_->field);                \
	} while (0)

/* Those of the generation that decided. BIND_RULE_NONE + 1 is 0, the default's entry. */
static __always_inline struct bind_rule_counters *rule_counter(const struct bind_decision *decision)
{
	__u32 parity = BIND_PARITY(decision->generation), entry = decision->rule + 1;
	void *counters = bpf_map_lookup_elem(&rule_counters, &parity);

	return counters ? bpf_map_lookup_elem(counters, &entry) : 0;
}

static __always_inline void count_decision(struct bind_counters *c,
					   const struct bind_decision *decision, __u64 now)
{
	struct bind_rule_counters *r = rule_counter(decision);

	ADD_ONE(c->attempts);
	if (!r)
		return;
	r->last = now;
	if (decision->verdict == BIND_ALLOW) {
		ADD_ONE(c->allowed);
		ADD_ONE(r->allowed);
	} else if (decision->enforced) {
		ADD_ONE(c->denied);
		ADD_ONE(r->denied);
	} else {
		ADD_ONE(c->audited);
		ADD_ONE(r->audited);
	}
	if (decision->cause == BIND_CAUSE_UNREADABLE)
		ADD_ONE(c->unreadable);
}

/* Do the filters show this task's binds? */
static __always_inline bool shows_task(void)
{
	__u64 key;

	if (!filter_by_task)
		return true;
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

/* Is the port shown, as far as it is known before the bind? User space looks again after it. */
static __always_inline bool shows_asked(const struct asked *asked)
{
	return !asked->port || shows_port(asked->port);
}

/*
 * Hands the event to the reader, who looks for events every 50 ms and need not be woken, which
 * costs more than all the rest of a bind. It is woken when it sleeps because there were none for
 * some time, and when the ring has become half full.
 *
 * Its sleep is looked at after the event is committed, and it looks for events after it has
 * announced its sleep: with a full barrier between the two on both sides, one sees the other. (In
 * the kernel it is the exchange that commits.) To wake it alone there is an event that is
 * discarded.
 *
 * follows: the thread's last event has just asked how full the ring is.
 */
static __always_inline void submit_event(struct bind_event *event, bool follows)
{
	__u64 flags = BPF_RB_NO_WAKEUP;
	void *wakeup;

	if (!follows && bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) - wakeup_bytes < WAKEUP_SPAN)
		flags = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(event, flags);
	if (!reader_sleeps)
		return;
	reader_sleeps = false;
	wakeup = bpf_ringbuf_reserve(&events, sizeof(__u64), 0);
	if (wakeup)
		bpf_ringbuf_discard(wakeup, BPF_RB_FORCE_WAKEUP);
}

/* The current task and the socket, in an event that is otherwise zero. */
static __always_inline void fill_event(struct bind_event *event, struct sock *sk,
				       const struct asked *asked, __u64 now)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct comm comm;

	__builtin_memset(event, 0, sizeof(*event));
	event->time = now;
	event->socket = sk ? (__u64)sk : copied(asked)->socket;
	event->cgroup = kernel_cgroup();
	event->pid = pid_tgid >> 32;
	event->tid = pid_tgid;
	event->uid = kernel_uid();
	event->interface = sk ? sk->__sk_common.skc_bound_dev_if :
				asked_copy(copied(asked)->interface);
	event->protocol = asked->protocol;
	event->family = asked->family;
	event->via = asked->via;
	event->netns = asked_netns(sk, asked);
	event->type = asked_type(sk, asked);
	event->hook = sk ? BIND_HOOK_LSM : BIND_HOOK_CGROUP;
	event->options = asked_options(sk, asked);
	event->requested_port = asked->port;
	__builtin_memcpy(event->requested, asked->address, sizeof(event->requested));
	comm = kernel_thread_comm();
	__builtin_memcpy(event->comm, &comm, sizeof(event->comm));
}

/* Counts an attempt and what was decided about it, and reports both. */
static __always_inline void report_attempt(struct sock *sk, const struct asked *asked,
					   const struct bind_decision *decision)
{
	struct bind_counters *c = cpu_counters();
	struct bind_event *event;
	__u64 now;

	if (!c)
		return;
	/* The coarse clock, which is cheaper, is not for LSM programs. */
	now = bpf_ktime_get_ns();
	count_decision(c, decision, now);
	if (count_only)
		return;
	if (show_nothing || !shows_task() || !shows_asked(asked)) {
		ADD_ONE(c->filtered);
		return;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		ADD_ONE(c->lost);
		return;
	}
	fill_event(event, sk, asked, now);
	event->kind = BIND_EVENT_ATTEMPT;
	event->range[0] = asked->range;
	event->range[1] = asked->range >> 16;
	event->decision = *decision;
	submit_event(event, false);
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
	struct bind_count_key key = { .family = asked->family, .port = asked->port };

	if (!shows_task() || (rc && !show_errors))
		return;
	if (rc)
		__builtin_memcpy(key.address, asked->address, sizeof(key.address));
	else
		read_bound(sk, asked, (__be32 *)key.address, &key.port);
	if (shows_port(key.port))
		count_bind(&key);
}

/*
 * Is an outcome shown? With a policy it is whenever the attempt was; without one it is all that is
 * reported of a bind.
 */
static __always_inline bool shows_outcome(const struct asked *asked, int rc, __u16 bound_port)
{
	/* Then bind_outcome() has looked at the task. */
	if (with_policy)
		return shows_asked(asked);
	return shows_task() && shows_port(rc ? asked->port : bound_port) && (!rc || show_errors);
}

/* The same for the outcome of a bind. Which counters tell depends on who reports the attempts. */
static __always_inline void report_outcome(struct sock *sk, const struct asked *asked, int rc)
{
	struct bind_counters *c = cpu_counters();
	__be32 bound[4] = { 0 };
	struct bind_event *event;
	__u16 port = 0;

	if (!c)
		return;
	if (!with_policy)
		ADD_ONE(c->attempts);
	if (count_only) {
		count_outcome(sk, asked, rc);
		return;
	}
	if (!rc)
		read_bound(sk, asked, bound, &port);
	if (!shows_outcome(asked, rc, port)) {
		if (!with_policy)
			ADD_ONE(c->filtered);
		return;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		if (with_policy)
			ADD_ONE(c->outcomes_lost);
		else
			ADD_ONE(c->lost);
		return;
	}
	fill_event(event, sk, asked, bpf_ktime_get_ns());
	event->kind = BIND_EVENT_OUTCOME;
	event->rc = rc;
	event->bound_port = port;
	__builtin_memcpy(event->bound, bound, sizeof(event->bound));
	submit_event(event, with_policy && asked->via == BIND_VIA_BIND);
}

#endif
