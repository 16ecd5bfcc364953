/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates of --pin: what stays on the LSM hooks while the programs that decide are replaced. Each
 * leads to the program in the only entry of its map, and user space changes that in one step: so
 * every call is decided, and by one program.
 *
 * Whoever changes what gates do, or which there are, raises GATE_VERSION (enforcer/pins/gate.c).
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct gate_slot {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

/* Each its own: a map leads to programs of one hook only. */
struct gate_slot bind_slot SEC(".maps"), listen_slot SEC(".maps"), setsockopt_slot SEC(".maps"),
	bindx_slot SEC(".maps");

volatile __u32 deny_if_empty; /* user space sets it: is this deny mode? */

/*
 * There is no program behind the gate, which takes somebody else who has emptied the map. Two
 * constants on two paths, as in judge_return().
 */
static __always_inline int gate_empty(void)
{
	if (!deny_if_empty)
		return 0;
	asm volatile("" ::: "memory");
	return -EACCES;
}

SEC("lsm/socket_bind")
int bind_gate(void *ctx)
{
	bpf_tail_call(ctx, &bind_slot, 0);
	return gate_empty();
}

SEC("lsm/socket_listen")
int listen_gate(void *ctx)
{
	bpf_tail_call(ctx, &listen_slot, 0);
	return gate_empty();
}

SEC("lsm/socket_setsockopt")
int setsockopt_gate(void *ctx)
{
	bpf_tail_call(ctx, &setsockopt_slot, 0);
	return gate_empty();
}

SEC("lsm/sctp_bind_connect")
int bindx_gate(void *ctx)
{
	bpf_tail_call(ctx, &bindx_slot, 0);
	return gate_empty();
}

char LICENSE[] SEC("license") = "GPL";
