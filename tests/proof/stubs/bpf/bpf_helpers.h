/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of libbpf's header: what the kernel's helpers may do, as the proofs see it. A read of
 * kernel memory may fail at any time; what a lookup finds is the proof's to say.
 */
#ifndef PROOF_BPF_HELPERS_H
#define PROOF_BPF_HELPERS_H

#include <stddef.h>
#include <string.h>

#include "../../proof.h"

#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[1]
#define __ksym
#ifndef __weak
#define __weak
#endif
#ifndef __always_inline
#define __always_inline inline
#endif
#define barrier_var(x)

#define EFAULT 14
#define LOWEST_ADDRESS 65536 /* nothing can be read below it */

static unsigned int proof_failed_reads;
static const void *proof_failed_last; /* from where the last of them was to read */
static __u64 proof_uid_gid, proof_cgroup_id;
static struct task_struct proof_task;

/* What the proof's maps have. */
static void *proof_lookup(const void *map, const void *key);

static bool proof_fails(const void *from)
{
	if ((unsigned long)from >= LOWEST_ADDRESS && !nondet_bool())
		return false;
	proof_failed_reads++;
	proof_failed_last = from;
	return true;
}

/* A failed read zeroes what it should have filled. */
static long bpf_probe_read_kernel(void *to, __u32 size, const void *from)
{
	if (proof_fails(from)) {
		memset(to, 0, size);
		return -EFAULT;
	}
	memcpy(to, from, size);
	return 0;
}

/* Copies up to the NUL, or as much as there is room for with a NUL after it. */
static long bpf_probe_read_kernel_str(void *to, __u32 size, const void *from)
{
	__u32 i = 0;

	if (proof_fails(from)) {
		memset(to, 0, size);
		return -EFAULT;
	}
	for (; i + 1 < size && ((const char *)from)[i]; i++)
		((char *)to)[i] = ((const char *)from)[i];
	((char *)to)[i] = '\0';
	return i + 1;
}

#define bpf_map_lookup_elem(map, key) proof_lookup(map, key)
#define bpf_get_current_uid_gid() proof_uid_gid
#define bpf_get_current_cgroup_id() proof_cgroup_id
#define bpf_get_current_task() ((unsigned long)&proof_task)
#define bpf_get_current_comm(to, size) memcpy(to, proof_task.comm, size)

/* Its fields can be loaded, and so can what they point at. */
static struct task_struct *bpf_get_current_task_btf(void)
{
	PROVE(proof_has_task);
	return &proof_task;
}

#endif
