/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that the BPF programs touch, with just the fields that they touch. CO-RE finds
 * the real offsets when the programs are loaded, so nothing here depends on a kernel version.
 * Types that differ between versions carry a ___suffix, and kernel.bpf.h chooses between them.
 */
#ifndef BPF_VMLINUX_H
#define BPF_VMLINUX_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sockaddr {
	__u16 sa_family;
	char sa_data[14];
};

struct in6_addr {
	__u8 bytes[16];
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

/* The system's range of ephemeral ports: two numbers, since 6.8 one: high << 16 | low. */
struct net___ports_pair {
	struct {
		struct {
			int range[2];
		} ip_local_ports;
	} ipv4;
};

struct net___ports_word {
	struct {
		struct {
			__u32 range;
		} ip_local_ports;
	} ipv4;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_rcv_saddr;
	__u16 skc_num;
	__u16 skc_family;
	volatile unsigned char skc_state;
	__u8 skc_reuse : 4;
	__u8 skc_reuseport : 1;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u8 sk_userlocks : 4;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

/* The option bits were bitfields before 6.6, and are bits of inet_flags since. */
struct inet_sock {
	__be32 inet_saddr;
	__be16 inet_sport;
};

struct inet_sock___bitfields {
	__u8 freebind : 1;
	__u8 transparent : 1;
	__u8 bind_address_no_port : 1;
};

struct inet_sock___flags {
	unsigned long inet_flags;
};

/* IP_LOCAL_PORT_RANGE, since 6.3 and in what was backported from there. */
struct inet_sock___range {
	struct {
		__u16 lo;
		__u16 hi;
	} local_port_range;
};

struct inet_sock___range_word {
	__u32 local_port_range; /* hi << 16 | lo */
};

struct tcp_sock {
	__u8 is_mptcp : 1;
	void *fastopen_req; /* what a sendto() that connects is to send */
};

struct mptcp_sock {
	struct sock *first;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
};

struct vfsmount {
	struct super_block *mnt_sb;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct bpf_map {
	__u32 id;
};

struct bpf_link {
	__u32 id;
};

struct mm_struct {
	struct file *exe_file;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_root {
	int hierarchy_id; /* 0: cgroup v2 */
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup *dfl_cgrp; /* in cgroup v2 */
};

struct task_struct {
	struct task_struct *group_leader;
	const struct cred *cred;
	struct mm_struct *mm;
	struct nsproxy *nsproxy;
	struct files_struct *files;
	struct css_set *cgroups;
	int tgid;
	char comm[16];
};

/* What a program on cgroup/bind4 or bind6 gets as its context. */
struct bpf_sock_addr_kern {
	struct sock *sk;
};

/* What a program on a kprobe gets as its context: the registers, where they hold arguments. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
};
#define kernel_registers pt_regs
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
};
#define kernel_registers user_pt_regs
#endif

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct file *file;
};

#pragma clang attribute pop

/* What user space passes to bind(2): the kernel never changes these. */
struct sockaddr_in {
	__u16 sin_family;
	__be16 sin_port;
	__be32 sin_addr;
	__u8 padding[8];
};

struct sockaddr_in6 {
	__u16 sin6_family;
	__be16 sin6_port;
	__be32 sin6_flowinfo;
	__u8 sin6_addr[16];
	__u32 sin6_scope_id;
};

/* Helpers that not every kernel has. */
enum bpf_func_id___since {
	BPF_FUNC_get_current_task_btf___5_11,
};

#define SOCKADDR_IN_LEN 16
#define SOCKADDR_IN6_LEN 24 /* without the scope id: SIN6_LEN_RFC2133, which the kernel accepts */

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define AF_SMC 43

#define SOCK_STREAM 1
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_DCCP 6

#define SMCPROTO_SMC6 1 /* of an AF_SMC socket: it is over IPv6 */

#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define IPPROTO_IPV6 41
#define IPPROTO_L2TP 115
#define IPPROTO_SCTP 132
#define IPPROTO_SMC 256
#define IPPROTO_MPTCP 262

#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_REUSEPORT 15
#define IP_FREEBIND 15
#define IP_TRANSPARENT 19
#define IP_BIND_ADDRESS_NO_PORT 24
#define IPV6_TRANSPARENT 75
#define IPV6_FREEBIND 78
#define TCP_REPAIR 19
#define SCTP_REUSE_PORT 36
#define SCTP_SOCKOPT_BINDX_ADD 100

#define EACCES 13

#define SOCKFS_MAGIC 0x534f434b

#endif
