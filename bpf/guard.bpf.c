/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What --guard attaches: nobody but bindguard's own executable takes down or changes what it has
 * pinned. Root who means to do it has other ways (docs/SECURITY.md).
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "guard.h"
#include "kernel.bpf.h"

#define EPERM 1
#define FMODE_WRITE 2

/* Set by the loader. The first is a struct bind_exe. */
const volatile __u64 guard_exe[sizeof(struct bind_exe) / 8];
const volatile __u32 guard_device; /* of the file system of pins: major << 20 | minor */
const volatile __u64 guard_home; /* inode number of our folder there */
const volatile __u64 guard_mount_namespace; /* the host's */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GUARD_OBJECTS);
	__type(key, struct guard_object);
	__type(value, __u32);
} guarded SEC(".maps");

static __always_inline bool is_bindguard(void)
{
	struct bind_exe exe = { 0 };
	const __u64 *word = (const __u64 *)&exe;
	__u64 differs = 0;

	kernel_exe(&exe);
	for (__u32 i = 0; i < sizeof(exe) / 8; i++)
		differs |= word[i] ^ guard_exe[i];
	return !differs;
}

/* Two constants on two paths, as in judge_return(). */
static __always_inline int judge(bool is_ours)
{
	if (!is_ours || is_bindguard())
		return 0;
	asm volatile("" ::: "memory");
	return -EPERM;
}

static __always_inline bool is_home(struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	return inode && inode->i_ino == guard_home;
}

/* Is that in dir our folder, one of the folders in it, or a pin in one of those? */
static __always_inline bool is_pin(struct inode *dir, struct dentry *dentry)
{
	struct dentry *parent = dentry->d_parent;

	if (dir->i_sb->s_dev != guard_device)
		return false;
	return is_home(dentry) || is_home(parent) || is_home(parent->d_parent);
}

static __always_inline bool is_guarded(__u32 kind, __u32 id)
{
	struct guard_object object = { kind, id };

	return bpf_map_lookup_elem(&guarded, &object);
}

SEC("lsm/inode_unlink")
int BPF_PROG(guard_unlink, struct inode *dir, struct dentry *dentry)
{
	return judge(is_pin(dir, dentry));
}

SEC("lsm/inode_rmdir")
int BPF_PROG(guard_rmdir, struct inode *dir, struct dentry *dentry)
{
	return judge(is_pin(dir, dentry));
}

SEC("lsm/inode_rename")
int BPF_PROG(guard_rename, struct inode *old_dir, struct dentry *old, struct inode *new_dir,
	     struct dentry *new)
{
	return judge(is_pin(old_dir, old) || is_pin(new_dir, new));
}

/* In another mount namespace it does not take the pins along. */
SEC("lsm/sb_umount")
int BPF_PROG(guard_umount, struct vfsmount *mount)
{
	return judge(mount->mnt_sb->s_dev == guard_device &&
		     kernel_mount_namespace() == guard_mount_namespace);
}

/* A new descriptor of a map. Those that only read stay free for who looks on. */
SEC("lsm/bpf_map")
int BPF_PROG(guard_map, struct bpf_map *map, unsigned int mode)
{
	return judge(mode & FMODE_WRITE && is_guarded(GUARD_MAP, map->id));
}

/* The id of the link that this descriptor of the task's is of; of another file, any number. */
static __always_inline __u32 link_of(__u32 descriptor)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd), *file = NULL;
	struct bpf_link *link;

	if (descriptor >= BPF_CORE_READ(task, files, fdt, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), files + descriptor);
	link = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(link, id);
}

/* What changes a link; both have its descriptor first. */
SEC("lsm/bpf")
int BPF_PROG(guard_command, int command, union bpf_attr *attr)
{
	if (command != BPF_LINK_DETACH && command != BPF_LINK_UPDATE)
		return 0;
	return judge(is_guarded(GUARD_LINK, link_of(attr->link_update.link_fd)));
}

char LICENSE[] SEC("license") = "GPL";
