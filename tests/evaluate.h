/* SPDX-License-Identifier: GPL-2.0-only */
/* What evaluate.bpf.c is asked, and what it answers. */
#ifndef TESTS_EVALUATE_H
#define TESTS_EVALUATE_H

#include "../policy/image.h"

struct evaluation {
	struct bind_path path; /* of the task's cgroup */
	struct bind_request request;

	__u32 class; /* of the path */
	struct bind_decision decision; /* of the request, whose own class counts */
};

#endif
