/* SPDX-License-Identifier: GPL-2.0-only */
/* One bind as it is told to the user: the attempt and its outcome, joined. */
#ifndef ENFORCER_RECORD_H
#define ENFORCER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "policy/policy.h"

struct record {
	struct bind_event event; /* the attempt, or the outcome if there is no attempt */
	bool decided; /* event.decision is valid */
	const struct policy_rule *rule; /* that decided; NULL: the default, or not known any more */
	const struct policy *policy; /* that decided; NULL: none, or not known any more */
	uint64_t repeats; /* equal ones after it that it stands for, too */
	uint64_t last; /* when the last of those was: ns, CLOCK_MONOTONIC */
	bool known; /* rc is known */
	int rc; /* 0 or -errno */
	uint8_t address[16]; /* as bound or, failing that, as requested */
	uint16_t port;
	bool rewritten; /* another program changed it after the decision: it is not what was requested */
	bool judged; /* and what is bound has been judged, by the policy in force */
	struct bind_decision bound; /* that verdict */
	const char *bound_rule; /* the name of the rule, NULL: the default */
};

/*
 * Who has refused the bind, in a word: "policy"; "privileged_port" (ip_unprivileged_port_start),
 * "cgroup_bpf", "address_in_use", "address_not_available" or "other", as its errno tells. NULL if
 * nobody has, or if that is not known.
 */
const char *record_refused_by(const struct record *record);

/* Who has decided: the rule's name, NULL for the default, "?" for a rule whose policy is gone. */
const char *record_rule(const struct record *record);

#endif
