/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the image in force is, and how the evaluator reads it. */
#ifndef BPF_IMAGE_BPF_H
#define BPF_IMAGE_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

/* Not by a kernel before 5.17, for which there is an object of its own. */
#ifndef BIND_NO_LOOP
#define DECIDE_REPEAT(rounds, step, context) bpf_loop(rounds, step, context, 0)
#endif

#include "../policy/decide.h"
#include "../policy/pattern.h"
#include "event.h"

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

/* By enum bind_slot. Replacing the image in force is the one atomic step of publishing a policy. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, BIND_SLOTS);
	__type(key, __u32);
	__array(values, struct image_map);
} policy SEC(".maps");

/* An image that is looked at. */
struct image {
	void *map;
	/*
	 * Of the page last asked for: one place on the stack for all lookups. Eight bytes, since to
	 * a verifier a store of four leaves alive what was there before.
	 */
	__u64 number;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a key is the first half of number");

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	((struct image *)image)->number = number;
	return bpf_map_lookup_elem(image->map, &image->number);
}

/* The image in this slot. Returns its header, or NULL if there is none. */
static __always_inline const struct bind_image_header *image_open(struct image *image, __u32 slot)
{
	const union bind_page *page;

	image->number = slot;
	image->map = bpf_map_lookup_elem(&policy, &image->number);
	if (!image->map)
		return 0;
	page = image_page(image, 0);
	return page ? &page->header : 0;
}

#endif
