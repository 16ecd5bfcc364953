/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: read_request() fills the request from socket, or what was copied of it, and task, and what cannot be read is zero
 * Bound: every socket, task and version of the kernel; names of every length; each read may fail
 * Flags: --unwind 72
 * Mutant: bpf/socket.bpf.h s/type != SOCK_RAW \&\&/type != SOCK_RAW ||/
 * Mutant: bpf/request.bpf.h s/return asked->protocol == IPPROTO_SMC/return asked->protocol != IPPROTO_SMC/
 * Mutant: bpf/request.bpf.h s/address\[11\] = 0xff;/address[11] = 0xfe;/
 * Mutant: bpf/request.bpf.h s/address + 12/address + 8/
 * Mutant: bpf/kernel.bpf.h s/> BIND_EXE_NAME_LEN)/>= BIND_EXE_NAME_LEN)/
 * Mutant: bpf/kernel.bpf.h s/ & ~bytes & / \& /
 * Mutant: bpf/kernel.bpf.h s/ \* goes_on;/;/
 * Mutant: bpf/kernel.bpf.h s/= dentry->d_parent->d_inode/= dentry->d_inode/
 * Mutant: bpf/request.bpf.h s/asked_copy(copied(asked)->netns)/asked_copy(copied(asked)->type)/
 * Mutant: bpf/request.bpf.h s/flags & BIND_IMAGE_OPTIONS/flags \& BIND_IMAGE_UIDS/
 */
#include "kernel.h"

static union proof_sock sock;
static struct sock *sk; /* it, or NULL for the cgroup programs */
static struct net net;
static struct task_struct leader;
static struct mm_struct mm;
static struct file file;
static struct dentry dentry, parent;
static struct inode folder, file_inode;
static struct super_block super;
static struct cred cred;
static struct css_set css_set;
static struct cgroup cgroup;
static struct kernfs_node kn;
static unsigned char name[BIND_EXE_NAME_LEN + 2];

/* What a kernel thread has for an mm: NULL. But loads through NULL, and on from there, give 0. */
static struct mm_struct no_mm;
static struct file no_file;
static struct dentry no_dentry;
static struct inode no_inode;
static struct super_block no_super;

static struct bind_exe exe_key;
static __u32 exe_class;
static bool exes_there, exe_found;
static struct exes_map named;
static __u32 generation;
static struct bind_cgroup classes; /* of the task's cgroup */
static bool cgroup_found;

static void *proof_lookup(const void *map, const void *key)
{
	if (map == &exes) {
		PROVE(*(const __u32 *)key == generation % 2);
		return exes_there ? &named : NULL;
	}
	if (map == &cgroups) {
		PROVE(*(const __u64 *)key == proof_cgroup_id);
		return cgroup_found ? &classes : NULL;
	}
	PROVE(map == &named);
	exe_key = *(const struct bind_exe *)key;
	return exe_found ? &exe_class : NULL;
}

static void make_kernel_thread(void)
{
	no_mm.exe_file = &no_file;
	no_file.f_path.dentry = &no_dentry;
	no_dentry.d_parent = &no_dentry;
	no_dentry.d_inode = &no_inode;
	no_inode.i_sb = &no_super;
	proof_task.mm = proof_has_task ? &no_mm : NULL;
}

/* Any values, in objects that point at one another as the kernel's do. */
static void make_kernel(void)
{
	union proof_sock any_sock;
	struct task_struct any_task;
	struct inode any_folder, any_inode;
	struct super_block any_super;
	struct net any_net;

	sock = any_sock;
	net = any_net;
	sock.sk.__sk_common.skc_net.net = &net;
	sk = nondet_bool() ? &sock.sk : NULL;
	leader = any_task;
	leader.comm[BIND_COMM_LEN - 1] = '\0'; /* as it always is */
	proof_task.group_leader = &leader;
	proof_task.cred = &cred;
	cred.uid.val = nondet_u32();
	proof_uid_gid = nondet_u64();
	proof_task.cgroups = &css_set;
	css_set.dfl_cgrp = &cgroup;
	cgroup.kn = &kn;
	kn.id = proof_cgroup_id = nondet_u64();
	if (nondet_bool())
		make_kernel_thread();
	else
		proof_task.mm = &mm;
	mm.exe_file = &file;
	file.f_path.dentry = &dentry;
	dentry.d_parent = &parent;
	dentry.d_name.name = name;
	parent.d_inode = &folder;
	dentry.d_inode = &file_inode;
	file_inode = any_inode;
	file_inode.i_sb = &super;
	folder = any_folder;
	folder.i_sb = &super;
	super = any_super;
	for (size_t i = 0; i + 1 < sizeof(name); i++)
		name[i] = nondet_u8();
	exe_class = nondet_u32();
	exe_found = nondet_bool();
	exes_there = nondet_bool();
	generation = nondet_u32();
	cgroup_found = nondet_bool();
	classes.class[0] = nondet_u32();
	classes.class[1] = nondet_u32();
}

static __u32 protocol(const struct asked *asked)
{
	if ((sk ? sk->sk_type : copied(asked)->type) == SOCK_RAW)
		return BIND_PROTOCOL_RAW;
	return asked->protocol == IPPROTO_SMC ? IPPROTO_TCP : asked->protocol;
}

static void check_address(const struct bind_request *request, const struct asked *asked,
			  __u32 flags)
{
	bool is_ipv6 = asked->family == AF_INET6;
	const __u8 *address = (const __u8 *)asked->address;

	for (int i = 0; i < 16; i++) {
		__u8 mapped = i < 10 ? 0 : i < 12 ? 0xff : address[i - 12];
		__u8 expected = is_ipv6 ? address[i] : mapped;

		if (!(flags & BIND_IMAGE_ADDRESSES))
			expected = 0;
		PROVE((__u8)request->address[i] == expected);
	}
	REACH((flags & BIND_IMAGE_ADDRESSES) && is_ipv6 && request->address[0] == 5);
}

static void check_socket(const struct bind_request *request, const struct asked *asked, __u32 flags)
{
	bool is_portless = (sk ? sk->sk_type : copied(asked)->type) == SOCK_RAW ||
			   asked->protocol == IPPROTO_L2TP;
	__u32 uid = proof_has_task ? cred.uid.val : (__u32)proof_uid_gid;

	PROVE(request->uid == (flags & BIND_IMAGE_UIDS ? uid : 0));
	PROVE(request->protocol == protocol(asked));
	PROVE(request->via == asked->via && request->is_bound == asked->is_bound);
	PROVE(request->port == (is_portless ? BIND_PORT_NONE : asked->port));
	if (!(flags & BIND_IMAGE_OPTIONS))
		PROVE(request->options == 0);
	else if (!proof_failed_reads)
		PROVE(request->options == asked_options(sk, asked) || proof_failed_reads);
	REACH(request->uid == 5 && proof_has_task);
	REACH(request->options == BIND_OPT_ALL && sk);
	REACH(request->options == BIND_OPT_ALL && !sk);
}

/* The name up to its NUL, and NULs. */
static void check_comm(const struct bind_request *request, __u32 flags)
{
	bool is_over = !(flags & BIND_IMAGE_COMMS);

	for (int i = 0; i < BIND_COMM_LEN; i++) {
		is_over |= i == BIND_COMM_LEN - 1 || !leader.comm[i];
		if (proof_failed_reads)
			PROVE(!request->comm[i] || request->comm[i] == leader.comm[i]);
		else
			PROVE(request->comm[i] == (is_over ? 0 : leader.comm[i]));
	}
	PROVE(!request->comm[BIND_COMM_LEN - 1]);
}

static void check_exe(const struct bind_request *request, __u32 flags)
{
	size_t length = strlen((const char *)name);

	if (!(flags & BIND_IMAGE_EXES)) {
		PROVE(request->exe == 0);
		return;
	}
	PROVE(request->exe == (exes_there && exe_found ? exe_class : 0));
	if (!exes_there)
		return;
	PROVE(proof_task.mm == &mm || !exe_key.folder);
	if (proof_failed_reads)
		return;
	PROVE(exe_key.device == super.s_dev);
	if (length >= BIND_EXE_NAME_LEN) { /* no room for the NUL */
		PROVE(exe_key.folder == 0);
		return;
	}
	PROVE(exe_key.folder == folder.i_ino);
	for (size_t i = 0; i < sizeof(exe_key.name); i++)
		PROVE((unsigned char)exe_key.name[i] == (i < length ? name[i] : 0));
}

int main(void)
{
	struct bind_image_header header;
	struct bind_request request;
	struct copied copied;
	struct asked *asked = &copied.asked;

	ASSUME(asked->options <= BIND_OPT_ALL);
	make_version();
	make_kernel();
	header.generation = generation;
	read_request(sk, asked, &header, &request);
	check_comm(&request, header.flags);
	check_address(&request, asked, header.flags);
	check_exe(&request, header.flags);
	PROVE(request.cgroup == (cgroup_found && (header.flags & BIND_IMAGE_CGROUPS) ?
					 classes.class[generation % 2] :
					 BIND_CGROUP_UNKNOWN));
	REACH(request.cgroup == 5);
	PROVE(request.netns == BIND_NETNS_OTHER || (header.flags & BIND_IMAGE_NETNS));
	PROVE(!(header.flags & BIND_IMAGE_NETNS) ||
	      (request.netns == BIND_NETNS_HOST) ==
		      ((sk ? net.ns.inum : copied.netns) == host_netns));
	REACH(proof_failed_reads > 2);
	REACH(request.protocol == IPPROTO_MPTCP);
	REACH(request.exe && exe_key.name[BIND_EXE_NAME_LEN - 2] && proof_has_task);
	REACH(request.exe && exe_key.name[BIND_EXE_NAME_LEN - 2] && !proof_has_task);
	REACH(!proof_failed_reads && exes_there && (header.flags & BIND_IMAGE_EXES) &&
	      !exe_key.folder && folder.i_ino);
	REACH(request.netns == BIND_NETNS_HOST && host_netns == 7 && sk);
	REACH(request.netns == BIND_NETNS_HOST && host_netns == 7 && !sk);
	REACH(request.comm[BIND_COMM_LEN - 2] && proof_has_task);
	REACH(request.comm[BIND_COMM_LEN - 2] && !proof_has_task);
	check_socket(&request, asked, header.flags); /* the last: it reads the options again */
	return 0;
}
