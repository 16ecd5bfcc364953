/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive matcher: the decision as the documentation words it, one rule after the other, straight
 * from the policy. It is slow and plain, and the evaluator is tested against it. It shares nothing
 * with the compiler and the evaluator but the types.
 */
#ifndef TESTS_NAIVE_H
#define TESTS_NAIVE_H

#include <stdbool.h>

#include "policy/compile.h"
#include "policy/decision.h"
#include "policy/policy.h"
#include "policy/request.h"

/* What a request has classes of, by name. */
struct naive_task {
	const char *cgroup;
	const char *exe; /* NULL: unknown */
};

/*
 * Decides the task's request; request->cgroup and request->exe are not used. A policy has no
 * generation: decision->generation is the settings'.
 */
void naive_decide(const struct policy *policy, const struct image_settings *settings,
		  const struct bind_request *request, const struct naive_task *task,
		  struct bind_decision *decision);

#endif
