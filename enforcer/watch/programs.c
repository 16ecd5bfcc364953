/* SPDX-License-Identifier: GPL-2.0-only */
#include "programs.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include "bindguard.skel.h"
#include "old.skel.h"

/* What bindguard__open() does, with the other object: it has the same maps, programs and variables. */
static struct bindguard *open_old(void)
{
	struct bindguard *skeleton = calloc(1, sizeof(*skeleton));
	int err;

	if (!skeleton)
		return NULL;
	err = bindguard__create_skeleton(skeleton);
	if (!err) {
		skeleton->skeleton->data = (void *)old__elf_bytes(&skeleton->skeleton->data_sz);
		err = bpf_object__open_skeleton(skeleton->skeleton, NULL);
	}
	if (err) {
		bindguard__destroy(skeleton);
		errno = -err;
		return NULL;
	}
	return skeleton;
}

struct bindguard *programs_open(void)
{
	bool has_loop = libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_loop, NULL) ==
			1;

	return has_loop ? bindguard__open() : open_old();
}
