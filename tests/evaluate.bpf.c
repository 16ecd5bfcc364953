/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluator in the kernel, for any request: what bindguard.bpf.c does when a cgroup is made and
 * when a socket is bound, without a cgroup and a socket. User space fills evaluation, runs a
 * program, and reads it again.
 */
#include "../bpf/vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "../policy/decide.h"
#include "evaluate.h"

/* As in bpf/maps.bpf.h. */
struct image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, BIND_PAGE_SIZE);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct image_map);
} policy SEC(".maps");

struct evaluation evaluation;

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	return bpf_map_lookup_elem((void *)image, &number);
}

char LICENSE[] SEC("license") = "GPL";

/* Returns 0 if there is an answer. */
SEC("syscall")
int evaluate_cgroup(void *context)
{
	__u32 zero = 0, class;
	const struct image *image = bpf_map_lookup_elem(&policy, &zero);
	struct bind_path key;

	if (!image)
		return 1;
	__builtin_memcpy(&key, &evaluation.path, sizeof(key));
	decide_path_key(&key);
	if (decide_cgroup(image, &key, &class))
		return 2;
	evaluation.class = class;
	return 0;
}

SEC("syscall")
int evaluate_request(void *context)
{
	__u32 zero = 0;
	const struct image *image = bpf_map_lookup_elem(&policy, &zero);
	struct bind_decision decision;
	struct bind_request request;

	if (!image)
		return 1;
	__builtin_memcpy(&request, &evaluation.request, sizeof(request));
	decide(image, &request, &decision);
	evaluation.decision = decision;
	return 0;
}
