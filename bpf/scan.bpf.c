/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goes over the open files of all tasks, and writes a record for each that is an IPv4 or IPv6
 * socket. It sees the sockets of every network namespace, those that are bound and do not listen
 * among them.
 *
 * The verifier does not know that what a file points to is a socket. So all is copied by a helper,
 * which fails where a load would be wrong, and what cannot be read is 0.
 */
#include "vmlinux.h"

#include <bpf/bpf_tracing.h>

#include "kernel.bpf.h"
#include "scan.h"

char LICENSE[] SEC("license") = "GPL";

/* The socket that the file is, or NULL. */
static __always_inline struct sock *open_socket(struct file *file)
{
	struct socket *socket;

	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	/* NULL for a file that only names the socket: O_PATH. */
	socket = BPF_CORE_READ(file, private_data);
	return socket ? BPF_CORE_READ(socket, sk) : 0;
}

/* Set by the loader: where an SMC socket has its TCP socket; 0: not known. */
const volatile __u32 smc_inner;

/*
 * What is bound for the socket: itself, or the TCP socket inside it; NULL if that cannot be found.
 * What is in the wrong place is not TCP.
 */
static __always_inline struct sock *bound_socket(struct sock *sk)
{
	struct socket *inner = 0;

	if (BPF_CORE_READ(sk, __sk_common.skc_family) != AF_SMC &&
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_SMC)
		return sk;
	if (!smc_inner || bpf_probe_read_kernel(&inner, sizeof(inner), (void *)sk + smc_inner))
		return 0;
	sk = BPF_CORE_READ(inner, sk);
	return sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ? sk : 0;
}

/* BIND_OPT_*. */
static __always_inline __u32 socket_options(struct sock *sk)
{
	__u32 options = kernel_inet_options(sk);

	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuse))
		options |= BIND_OPT_REUSEADDR;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport))
		options |= BIND_OPT_REUSEPORT;
	return options;
}

/* What an MPTCP socket binds is the first TCP socket inside it. */
static __always_inline __u32 socket_locks(struct sock *sk, __u16 protocol)
{
	struct mptcp_sock *mptcp = (void *)sk;

	if (protocol == IPPROTO_MPTCP && bpf_core_field_exists(mptcp->first))
		sk = BPF_CORE_READ(mptcp, first);
	return BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);
}

static __always_inline void read_socket(struct sock *sk, struct bind_socket *to)
{
	to->socket = (__u64)sk;
	to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	to->interface = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	to->protocol = BPF_CORE_READ(sk, sk_protocol);
	to->type = BPF_CORE_READ(sk, sk_type);
	to->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	to->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	to->range = kernel_effective_range(kernel_port_range(sk),
					   kernel_system_range(
						   BPF_CORE_READ(sk, __sk_common.skc_net.net)));
	to->options = socket_options(sk);
	to->locks = socket_locks(sk, to->protocol);
	if (to->family == AF_INET)
		BPF_CORE_READ_INTO((__be32 *)to->address, sk, __sk_common.skc_rcv_saddr);
	else
		BPF_CORE_READ_INTO(&to->address, sk, __sk_common.skc_v6_rcv_saddr);
}

static __always_inline void read_owner(struct task_struct *task, struct bind_socket *to)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	to->pid = BPF_CORE_READ(task, tgid);
	to->uid = BPF_CORE_READ(task, cred, uid.val);
	to->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	bpf_core_read_str(to->comm, sizeof(to->comm), &leader->comm);
	kernel_task_exe(task, &to->exe);
}

SEC("iter/task_file")
int each_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct bind_socket record;
	struct sock *named, *sk;

	if (!task || !file)
		return 0;
	named = open_socket(file);
	sk = named ? bound_socket(named) : 0;
	if (!sk)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	record.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (record.family != AF_INET && record.family != AF_INET6)
		return 0;
	record.inode = BPF_CORE_READ(file, f_inode, i_ino);
	read_socket(sk, &record);
	/*
	 * As it listens SMC overwrites the locks of the socket inside: it may have asked for both.
	 */
	if (sk != named && record.state == BIND_STATE_LISTEN)
		record.locks |= BIND_LOCK_PORT | BIND_LOCK_ADDRESS;
	read_owner(task, &record);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
