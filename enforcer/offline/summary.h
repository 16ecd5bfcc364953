/* SPDX-License-Identifier: GPL-2.0-only */
/* How much a policy has in it. */
#ifndef ENFORCER_SUMMARY_H
#define ENFORCER_SUMMARY_H

#include "policy/policy.h"

struct summary {
	size_t rules;
	size_t subjects; /* users or ranges of them, cgroups, executables, names; each once */
	size_t ports; /* that some rule names, each once; "ephemeral" is none */
};

struct summary summary_of(const struct policy *policy);

#endif
