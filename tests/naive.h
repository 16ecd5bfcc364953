/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive matcher: the decision as the documentation words it, one rule after the other, straight
 * from the policy. It is slow and plain, and the evaluator is tested against it. It shares nothing
 * with the compiler and the evaluator but the types.
 */
#ifndef TESTS_NAIVE_H
#define TESTS_NAIVE_H

#include <stdbool.h>

#include "policy/decision.h"
#include "policy/policy.h"
#include "policy/request.h"

/*
 * Decides the request of a task in the cgroup at cgroup_path; request->cgroup is not used. enforce
 * is --deny. A policy has no generation: decision->generation stays what the caller has made it.
 */
void naive_decide(const struct policy *policy, const struct bind_request *request,
		  const char *cgroup_path, bool enforce, struct bind_decision *decision);

#endif
