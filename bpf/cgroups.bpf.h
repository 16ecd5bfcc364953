/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that know every cgroup by its class, from the moment it is made. */
#ifndef BPF_CGROUPS_BPF_H
#define BPF_CGROUPS_BPF_H

#include <bpf/bpf_tracing.h>

#include "image.bpf.h"
#include "maps.bpf.h"
#include "report.bpf.h"

/* Adds the class in the image of this slot, if there is one whose rules name cgroups. */
static __always_inline void add_class(__u32 slot, const struct bind_path *path,
				      struct bind_cgroup *cgroup)
{
	const struct bind_image_header *header;
	struct image image;
	__u32 class, parity;

	header = image_open(&image, slot);
	if (!header || !(header->flags & BIND_IMAGE_CGROUPS) || decide_cgroup(&image, path, &class))
		return;
	/* Not by index: 5.10 has no stores to the stack at an offset that it does not know. */
	parity = BIND_PARITY(header->generation);
	cgroup->class[0] |= class * (parity ^ 1);
	cgroup->class[1] |= class * parity;
}

/*
 * Gives a new cgroup its class, in the image in force and in the upcoming one. This runs in
 * mkdir(2) before it returns, so no task can be in the cgroup yet.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct bind_cgroup classes = { { BIND_CGROUP_UNKNOWN } };
	struct bind_path where = { 0 };
	__u64 id;

	if (cgroup->root->hierarchy_id)
		return 0;
	id = cgroup->kn->id;
	bpf_probe_read_kernel_str(where.text, BIND_PATTERN_LEN + 1, path);
	add_class(BIND_SLOT_IN_FORCE, &where, &classes);
	add_class(BIND_SLOT_UPCOMING, &where, &classes);
	if (!(classes.class[0] | classes.class[1]))
		return 0; /* no rule names a cgroup */
	if (bpf_map_update_elem(&cgroups, &id, &classes, BPF_ANY))
		COUNT(cgroups_lost);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_removed, struct cgroup *cgroup, const char *path)
{
	__u64 id = cgroup->kn->id;

	if (!cgroup->root->hierarchy_id)
		bpf_map_delete_elem(&cgroups, &id);
	return 0;
}

#endif
