/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernel versions, and what takes more than a load to read: a function each.
 */
#ifndef BPF_KERNEL_BPF_H
#define BPF_KERNEL_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../policy/request.h"
#include "event.h"

/* Set by the loader: does the kernel have bpf_rdonly_cast()? From 6.2 on. */
const volatile bool has_cast;

extern void *bpf_rdonly_cast(const void *pointer, __u32 type) __ksym __weak;

/*
 * What pointer points to, as more than the verifier knows it to be: to it every socket is a struct
 * sock, and nothing beyond. Loads through it do not fail: what cannot be read is 0.
 */
#define KERNEL_CAST(pointer, type) ((type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)))

/* A field of it: a load or, where there is no cast, a helper's copy for 90 instructions more. */
#define KERNEL_READ(pointer, type, field)                             \
	({                                                            \
		__typeof__(((type *)0)->field) v_;                    \
		if (has_cast)                                         \
			v_ = KERNEL_CAST(pointer, type)->field;       \
		else                                                  \
			v_ = BPF_CORE_READ((type *)(pointer), field); \
		v_;                                                   \
	})

/*
 * Copies the IPv4 address that a bind asks for. It does not fail: the kernel is about to load the
 * same bytes.
 *
 * The cast is for 7.2, where what the probes get has no size. Where it has, the 16 bytes of a
 * struct sockaddr can be loaded, and they hold an IPv4 address. That is cheaper.
 */
static __always_inline void kernel_sockaddr_in(struct sockaddr_in *in, struct sockaddr *from,
					       bool is_sized)
{
	const struct sockaddr_in *address;

	if (is_sized || !has_cast) {
		in->sin_family = from->sa_family;
		in->sin_port = *(const __be16 *)&from->sa_data[0];
		in->sin_addr = *(const __be32 *)&from->sa_data[2];
		return;
	}
	address = KERNEL_CAST(from, struct sockaddr_in);
	in->sin_family = address->sin_family;
	in->sin_port = address->sin_port;
	in->sin_addr = address->sin_addr;
}

/* The same of an IPv6 address. A copy can fail, and then returns false. */
static __always_inline bool kernel_sockaddr_in6(struct sockaddr_in6 *in6, struct sockaddr *from)
{
	const struct sockaddr_in6 *address;

	if (!has_cast)
		return !bpf_probe_read_kernel(in6, SOCKADDR_IN6_LEN, from);
	address = KERNEL_CAST(from, struct sockaddr_in6);
	in6->sin6_family = address->sin6_family;
	in6->sin6_port = address->sin6_port;
	__builtin_memcpy(in6->sin6_addr, address->sin6_addr, sizeof(in6->sin6_addr));
	return true;
}

/*
 * Bits of inet_sock.inet_flags. The kernel's enum has no name, so CO-RE cannot find its values: the
 * loader reads them from the kernel's BTF. These are the values of 6.6 to 7.3.
 */
const volatile __u32 inet_flag_freebind = 11;
const volatile __u32 inet_flag_transparent = 15;
const volatile __u32 inet_flag_address_no_port = 18;

/*
 * A bitfield of the inet_sock, from the bytes that begin with the one that freebind is in: the
 * others are in the same byte and in the next.
 */
#define INET_BITFIELD(bytes, inet, field)                               \
	({                                                              \
		__u32 byte_ = __CORE_RELO(inet, field, BYTE_OFFSET) -   \
			      __CORE_RELO(inet, freebind, BYTE_OFFSET); \
		__u64 v_ = (bytes) >> 8 * byte_;                        \
		v_ << __CORE_RELO(inet, field, LSHIFT_U64) >>           \
			__CORE_RELO(inet, field, RSHIFT_U64);           \
	})

/* IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT: inet_flags since 6.6 (c274af2242693). */
static __always_inline __u32 kernel_inet_options(struct sock *sk)
{
	struct inet_sock___bitfields *inet = (void *)sk;
	struct inet_sock___flags *with_flags = (void *)sk;
	__u64 freebind, transparent, address_no_port, bits = 0;

	if (bpf_core_field_exists(with_flags->inet_flags)) {
		bits = KERNEL_READ(sk, struct inet_sock___flags, inet_flags);
		freebind = bits >> inet_flag_freebind & 1;
		transparent = bits >> inet_flag_transparent & 1;
		address_no_port = bits >> inet_flag_address_no_port & 1;
	} else {
		bpf_probe_read_kernel(&bits, sizeof(bits),
				      (void *)sk + __CORE_RELO(inet, freebind, BYTE_OFFSET));
		freebind = INET_BITFIELD(bits, inet, freebind);
		transparent = INET_BITFIELD(bits, inet, transparent);
		address_no_port = INET_BITFIELD(bits, inet, bind_address_no_port);
	}
	return freebind * BIND_OPT_FREEBIND | transparent * BIND_OPT_TRANSPARENT |
	       address_no_port * BIND_OPT_ADDRESS_NO_PORT;
}

/* What IP_LOCAL_PORT_RANGE has set: hi << 16 | lo; 0: nothing. */
static __always_inline __u32 kernel_port_range(struct sock *sk)
{
	struct inet_sock___range *range = (void *)sk;
	struct inet_sock___range_word *word = (void *)sk;

	if (bpf_core_field_exists(word->local_port_range))
		return KERNEL_READ(sk, struct inet_sock___range_word, local_port_range);
	if (bpf_core_field_exists(range->local_port_range))
		return BPF_CORE_READ(range, local_port_range.lo) |
		       (__u32)BPF_CORE_READ(range, local_port_range.hi) << 16;
	return 0;
}

/* The ports among which the kernel chooses for sockets without a range, high << 16 | low. */
static __always_inline __u32 kernel_system_range(struct net *net)
{
	struct net___ports_pair *pair = (void *)net;
	struct net___ports_word *word = (void *)net;
	__u32 low, high;

	if (bpf_core_field_exists(word->ipv4.ip_local_ports.range))
		return BPF_CORE_READ(word, ipv4.ip_local_ports.range);
	if (!bpf_core_field_exists(pair->ipv4.ip_local_ports.range))
		return 65535u << 16 | 1;
	low = BPF_CORE_READ(pair, ipv4.ip_local_ports.range[0]);
	high = BPF_CORE_READ(pair, ipv4.ip_local_ports.range[1]);
	return high << 16 | low;
}

/*
 * The ports among which the kernel is going to choose for a socket with that range of its own:
 * either end counts if it is within the system's. Returns 0 if none does: then it is as without a
 * range.
 */
static __always_inline __u32 kernel_effective_range(__u32 own, __u32 all)
{
	__u16 low = all, high = all >> 16, own_low = own, own_high = own >> 16;
	bool is_narrower = false;

	if (low <= own_low && own_low <= high) {
		low = own_low;
		is_narrower = true;
	}
	if (low <= own_high && own_high <= high) {
		high = own_high;
		is_narrower = true;
	}
	return is_narrower ? (__u32)high << 16 | low : 0;
}

/* SO_REUSEADDR and SO_REUSEPORT. */
static __always_inline __u32 kernel_reuse_options(struct sock *sk)
{
	/* SO_REUSEADDR has four bits, of which any counts. */
	__u32 reuse = (BPF_CORE_READ_BITFIELD(sk, __sk_common.skc_reuse) + 0xf) >> 4;
	__u32 reuseport = BPF_CORE_READ_BITFIELD(sk, __sk_common.skc_reuseport);

	return reuse * BIND_OPT_REUSEADDR | reuseport * BIND_OPT_REUSEPORT;
}

/* 1 for the TCP socket inside an MPTCP socket, else 0 (5.6, absent without CONFIG_MPTCP). */
static __always_inline __u32 kernel_is_mptcp(struct sock *sk)
{
	struct tcp_sock *tcp = (void *)sk;

	if (!bpf_core_field_exists(tcp->is_mptcp))
		return 0;
	if (!has_cast)
		return BPF_CORE_READ_BITFIELD_PROBED(tcp, is_mptcp);
	tcp = KERNEL_CAST(sk, struct tcp_sock);
	return BPF_CORE_READ_BITFIELD(tcp, is_mptcp);
}

/* IPPROTO_ number. What an MPTCP socket binds, and the probes see, is the TCP socket inside it. */
static __always_inline __u16 kernel_protocol(struct sock *sk)
{
	__u32 protocol = sk->sk_protocol, is_mptcp;

	if (protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM) {
		is_mptcp = kernel_is_mptcp(sk);
		barrier_var(is_mptcp);
		protocol += is_mptcp * (IPPROTO_MPTCP - IPPROTO_TCP);
	}
	return protocol;
}

/* The current task's fields can be loaded since 5.11; before, a helper copies them. */
static __always_inline bool has_task(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id___since,
					  BPF_FUNC_get_current_task_btf___5_11);
}

/* The real uid, in the initial user namespace. */
static __always_inline __u32 kernel_uid(void)
{
	if (has_task())
		return bpf_get_current_task_btf()->cred->uid.val;
	return bpf_get_current_uid_gid();
}

/* The id of the task's cgroup in cgroup v2. The helper takes twice as long. */
static __always_inline __u64 kernel_cgroup(void)
{
	if (has_task())
		return bpf_get_current_task_btf()->cgroups->dfl_cgrp->kn->id;
	return bpf_get_current_cgroup_id();
}

/* A task's name, as it is in the kernel. */
struct comm {
	__u64 half[BIND_COMM_LEN / 8];
};

static __always_inline struct comm load_comm(const struct task_struct *task)
{
	return (struct comm){ { *(const __u64 *)&task->comm[0], *(const __u64 *)&task->comm[8] } };
}

/* The name of the current thread. */
static __always_inline struct comm kernel_thread_comm(void)
{
	struct comm comm;

	if (has_task())
		return load_comm(bpf_get_current_task_btf());
	bpf_get_current_comm(&comm, sizeof(comm));
	return comm;
}

/* Eight bytes of a string without those that follow the first NUL among them. */
static __always_inline __u64 clear_after_nul(__u64 bytes)
{
	/* The lowest bit of this is in the first NUL, if the first byte is the lowest one. */
	__u64 nul = (bytes - 0x0101010101010101ULL) & ~bytes & 0x8080808080808080ULL;

	return bytes & (nul ^ (nul - 1));
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "clear_after_nul() and its caller");

/*
 * The name of the process, which is that of its first thread; any thread can take another one for
 * itself. What a longer name has left behind after the NUL does not count: kernels before 5.17 do
 * not clear it.
 */
static __always_inline struct comm kernel_process_comm(void)
{
	const struct task_struct *task, *leader;
	struct comm comm = { 0 };
	__u64 goes_on;

	if (has_task()) {
		comm = load_comm(bpf_get_current_task_btf()->group_leader);
		comm.half[0] = clear_after_nul(comm.half[0]);
		/* 0 or 1 without a branch, both sides of which the verifier would follow. */
		goes_on = ((comm.half[0] >> 56) + 0xff) >> 8;
		barrier_var(goes_on);
		comm.half[1] = clear_after_nul(comm.half[1]) * goes_on;
		return comm;
	}
	task = (const struct task_struct *)bpf_get_current_task();
	leader = BPF_CORE_READ(task, group_leader);
	bpf_core_read_str(&comm, sizeof(comm), &leader->comm);
	return comm;
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
 * The name of an executable, into its zeroed memory, which is zero again if the name is too long.
 */
static __always_inline void read_exe_name(struct bind_exe *exe, const unsigned char *name)
{
	if (bpf_probe_read_kernel_str(exe->name, sizeof(exe->name), name) > BIND_EXE_NAME_LEN)
		exe->folder = 0;
}

/* A task's executable, as kernel_exe() has it, copied by a helper. */
static __always_inline void kernel_task_exe(struct task_struct *task, struct bind_exe *exe)
{
	struct dentry *dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	struct inode *folder = BPF_CORE_READ(dentry, d_parent, d_inode);

	exe->folder = BPF_CORE_READ(folder, i_ino);
	exe->device = BPF_CORE_READ(folder, i_sb, s_dev);
	read_exe_name(exe, BPF_CORE_READ(dentry, d_name.name));
}

/*
 * The current process's executable, into zeroed memory: the folder in which it is and its name
 * there. What the process sees as its root does not matter, and a file that was renamed over is
 * still known by its name. Zero for a kernel thread, and for a name that is too long for a rule.
 */
static __always_inline void kernel_exe(struct bind_exe *exe)
{
	struct dentry *dentry;
	struct inode *folder;

	if (!has_task()) {
		kernel_task_exe((struct task_struct *)bpf_get_current_task(), exe);
		return;
	}
	dentry = bpf_get_current_task_btf()->mm->exe_file->f_path.dentry;
	folder = dentry->d_parent->d_inode;
	exe->folder = folder->i_ino;
	exe->device = folder->i_sb->s_dev;
	read_exe_name(exe, dentry->d_name.name);
}

#endif
