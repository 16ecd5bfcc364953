/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of the fexit probes, where the kernel cannot attach any: on arm64 before 6.4. bind(2) is
 * met as it begins, where the kernel binds, and as it ends; what is asked for waits in between. A
 * return probe would be one instead of three, but the kernel has few of them to wait with, and lets
 * returns go when tasks bind at the same time.
 *
 * The verifier lets none of these load from the socket: helpers copy what is needed of it, as for
 * the cgroup programs.
 */
#ifndef BPF_KPROBES_BPF_H
#define BPF_KPROBES_BPF_H

#include "report.bpf.h"

/* The bind(2) that a thread is in; its socket is 0 as long as the kernel has not come to bind it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64); /* the thread */
	__type(value, struct copied);
} binding SEC(".maps");

/* What these programs get as their context. */
struct bind_ends {
	__u64 registers;
	__u64 call;
	__s64 rc;
};

SEC("tracepoint/syscalls/sys_enter_bind")
int bind_begins(void *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct copied copied = { 0 };
	struct bind_counters *c;

	/* With a policy, what is not shown is counted by the attempt. */
	if (with_policy && !shows_task())
		return 0;
	if (!bpf_map_update_elem(&binding, &thread, &copied, BPF_ANY))
		return 0;
	/* No room: that may be no internet socket, but it is not known to be none. */
	c = cpu_counters();
	if (!c)
		return 0;
	if (with_policy) {
		ADD_ONE(c->outcomes_lost);
	} else {
		ADD_ONE(c->attempts);
		ADD_ONE(c->lost);
	}
	return 0;
}

/* The address, as read_ipv4() and read_ipv6() have it. What cannot be read is left zero. */
static __always_inline void copy_address(const void *from, int length, struct asked *asked)
{
	struct sockaddr_in6 in6;

	if (length < SOCKADDR_IN_LEN || bpf_probe_read_kernel(&in6, SOCKADDR_IN_LEN, from))
		return;
	if (asked->family == AF_INET) {
		asked->address[0] = in6.sin6_flowinfo; /* where IPv4 has its address */
	} else if (in6.sin6_family == AF_INET && asked->protocol == IPPROTO_SCTP) {
		asked->address[2] = MAPPED_IPV4;
		asked->address[3] = in6.sin6_flowinfo;
	} else if (in6.sin6_family == AF_INET6 && length >= SOCKADDR_IN6_LEN) {
		if (bpf_probe_read_kernel(&in6, SOCKADDR_IN6_LEN, from))
			return;
		__builtin_memcpy(asked->address, in6.sin6_addr, sizeof(asked->address));
	} else {
		return;
	}
	asked->port = bpf_ntohs(in6.sin6_port);
}

/* The kernel function's argument of that number, from 0 to 2. */
static __always_inline __u64 kernel_argument(const struct kernel_registers *registers, int number)
{
#if defined(__TARGET_ARCH_x86)
	return number == 0 ? registers->di : number == 1 ? registers->si : registers->dx;
#else
	return registers->regs[number];
#endif
}

/* The kernel binds for bind(2); what else it binds, such as a tunnel's socket, is not met as a call. */
static __always_inline int bind_goes_on(const struct kernel_registers *registers)
{
	struct socket *socket = (struct socket *)kernel_argument(registers, 0);
	__u64 thread = bpf_get_current_pid_tgid();
	struct copied *copied = bpf_map_lookup_elem(&binding, &thread);
	struct asked *asked;
	struct sock *sk;

	if (!copied)
		return 0;
	sk = BPF_CORE_READ(socket, sk);
	if (!sk)
		return 0;
	copy_socket(sk, copied);
	copied->type = BPF_CORE_READ(sk, sk_type);
	asked = &copied->asked;
	asked->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (asked->protocol == IPPROTO_TCP && copied->type == SOCK_STREAM && kernel_is_mptcp(sk))
		asked->protocol = IPPROTO_MPTCP;
	asked->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	asked->via = BIND_VIA_BIND;
	copy_address((const void *)kernel_argument(registers, 1), kernel_argument(registers, 2),
		     asked);
	return 0;
}

SEC("kprobe/inet_bind")
int inet_bind_goes_on(struct kernel_registers *registers)
{
	return bind_goes_on(registers);
}

SEC("kprobe/inet6_bind")
int inet6_bind_goes_on(struct kernel_registers *registers)
{
	return bind_goes_on(registers);
}

SEC("tracepoint/syscalls/sys_exit_bind")
int bind_ends(struct bind_ends *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct copied *waiting = bpf_map_lookup_elem(&binding, &thread), copied;

	if (!waiting)
		return 0;
	copied = *waiting;
	bpf_map_delete_elem(&binding, &thread);
	if (copied.socket)
		report_outcome(0, &copied.asked, ctx->rc);
	return 0;
}

#endif
