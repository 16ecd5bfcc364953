/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bind that another program changed after the decision: a cgroup/bind4 or bind6 program sends it
 * elsewhere. It cannot be undone; it is judged, and told.
 */
#ifndef ENFORCER_REWRITTEN_H
#define ENFORCER_REWRITTEN_H

#include "enforcer/output/record.h"
#include "policy/compile.h"
#include "policy/policy.h"

/*
 * Judges what the record's socket is bound to by the policy, whose image this is, as if its process
 * had asked for that. What only /proc tells of the process is unknown if it has gone, its executable
 * also without CAP_SYS_PTRACE if it is another user's: then there is no verdict, if rules ask for
 * it. host_netns is the initial network namespace.
 */
void rewritten_judge(struct record *record, const struct policy *policy, const struct image *image,
		     uint32_t host_netns);

#endif
