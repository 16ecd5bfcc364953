/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernel versions, and what takes more than a load to read: a function each. */
#ifndef BPF_KERNEL_BPF_H
#define BPF_KERNEL_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../policy/request.h"
#include "event.h"

/*
 * Bits of inet_sock.inet_flags. The kernel's enum has no name, so CO-RE cannot find its values: the
 * loader reads them from the kernel's BTF. These are the values of 6.6 to 7.3.
 */
const volatile __u32 inet_flag_freebind = 11;
const volatile __u32 inet_flag_transparent = 15;
const volatile __u32 inet_flag_address_no_port = 18;

/* IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT: inet_flags since 6.6 (c274af2242693). */
static __always_inline __u32 kernel_inet_options(struct sock *sk)
{
	struct inet_sock___bitfields *bitfields = (void *)sk;
	struct inet_sock___flags *with_flags = (void *)sk;
	__u32 options = 0;
	unsigned long flags;

	if (bpf_core_field_exists(with_flags->inet_flags)) {
		flags = BPF_CORE_READ(with_flags, inet_flags);
		if (flags & (1ul << inet_flag_freebind))
			options |= BIND_OPT_FREEBIND;
		if (flags & (1ul << inet_flag_transparent))
			options |= BIND_OPT_TRANSPARENT;
		if (flags & (1ul << inet_flag_address_no_port))
			options |= BIND_OPT_ADDRESS_NO_PORT;
	} else {
		if (BPF_CORE_READ_BITFIELD_PROBED(bitfields, freebind))
			options |= BIND_OPT_FREEBIND;
		if (BPF_CORE_READ_BITFIELD_PROBED(bitfields, transparent))
			options |= BIND_OPT_TRANSPARENT;
		if (BPF_CORE_READ_BITFIELD_PROBED(bitfields, bind_address_no_port))
			options |= BIND_OPT_ADDRESS_NO_PORT;
	}
	return options;
}

/* BIND_OPT_* of the socket. */
static __always_inline __u32 kernel_options(struct sock *sk)
{
	__u32 options = kernel_inet_options(sk);

	if (BPF_CORE_READ_BITFIELD(sk, __sk_common.skc_reuse))
		options |= BIND_OPT_REUSEADDR;
	if (BPF_CORE_READ_BITFIELD(sk, __sk_common.skc_reuseport))
		options |= BIND_OPT_REUSEPORT;
	return options;
}

/*
 * IPPROTO_ number. What an MPTCP socket binds is an inner TCP socket, and that is what the probes
 * see: it is told by its is_mptcp mark (5.6, absent without CONFIG_MPTCP).
 */
static __always_inline __u16 kernel_protocol(struct sock *sk)
{
	__u16 protocol = sk->sk_protocol;
	struct tcp_sock *tcp = (void *)sk;

	if (protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM &&
	    bpf_core_field_exists(tcp->is_mptcp) && BPF_CORE_READ_BITFIELD_PROBED(tcp, is_mptcp))
		protocol = IPPROTO_MPTCP;
	return protocol;
}

/*
 * The process's name, into zeroed memory. Any thread can take another name for itself. What the
 * name left behind after its NUL must not be copied: kernels before 5.17 do not clear it.
 */
static __always_inline void kernel_process_comm(char comm[BIND_COMM_LEN])
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	bpf_core_read_str(comm, BIND_COMM_LEN, &leader->comm);
}

/* Inode number of the task's mount namespace: the key of --mntnsmap. */
static __always_inline __u64 kernel_mount_namespace(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
}

/* Inode number of the socket's network namespace. */
static __always_inline __u32 kernel_netns(struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
}

/*
 * The current process's executable, into zeroed memory: the folder in which it is and its name
 * there. What the process sees as its root does not matter, and a file that was renamed over is
 * still known by its name. Zero for a kernel thread, and for a name that is too long for a rule.
 */
static __always_inline void kernel_exe(struct bind_exe *exe)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct inode *folder = BPF_CORE_READ(dentry, d_parent, d_inode);

	exe->folder = BPF_CORE_READ(folder, i_ino);
	exe->device = BPF_CORE_READ(folder, i_sb, s_dev);
	if (bpf_probe_read_kernel_str(exe->name, sizeof(exe->name),
				      BPF_CORE_READ(dentry, d_name.name)) >=
	    (long)sizeof(exe->name))
		exe->folder = 0;
}

#endif
