/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the image in force is, and how the evaluator reads it. */
#ifndef BPF_IMAGE_BPF_H
#define BPF_IMAGE_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "../policy/decide.h"

/*
 * An image: pages, as many as it needs. Frozen before it is published. (Sizes, not types: clang
 * leaves types this far from a variable out of the BTF.)
 */
struct image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, BIND_PAGE_SIZE);
};

/* The image in force. Replacing it is the one atomic step of publishing a policy. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct image_map);
} policy SEC(".maps");

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	return bpf_map_lookup_elem((void *)image, &number);
}

#endif
