/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluator in the kernel, for any request: what bindguard.bpf.c does when a cgroup is made and
 * when a socket is bound, without a cgroup and a socket. User space fills evaluation, runs a
 * program, and reads it again.
 */
#include "../bpf/vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "../bpf/image.bpf.h"
#include "evaluate.h"

struct evaluation evaluation;

char LICENSE[] SEC("license") = "GPL";

/* Returns 0 if there is an answer. */
SEC("syscall")
int evaluate_cgroup(void *context)
{
	struct bind_path path;
	struct image image;
	__u32 class;

	if (!image_open(&image, BIND_SLOT_IN_FORCE))
		return 1;
	__builtin_memcpy(&path, &evaluation.path, sizeof(path));
	if (decide_cgroup(&image, &path, &class))
		return 2;
	evaluation.class = class;
	return 0;
}

SEC("syscall")
int evaluate_request(void *context)
{
	struct bind_decision decision;
	struct bind_request request;
	struct image image;

	if (!image_open(&image, BIND_SLOT_IN_FORCE))
		return 1;
	__builtin_memcpy(&request, &evaluation.request, sizeof(request));
	decide(&image, &request, &decision);
	evaluation.decision = decision;
	return 0;
}
