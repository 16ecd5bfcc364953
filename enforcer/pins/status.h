/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in force, as it is found: not by the program that did it, which need not run any more. */
#ifndef ENFORCER_STATUS_H
#define ENFORCER_STATUS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "gate.h"
#include "pin.h"

/* In the order of the exit statuses. */
enum standing {
	STANDING_ENFORCING,
	STANDING_AUDITING,
	STANDING_DEGRADED,
	STANDING_NOTHING, /* is in force */
};

#define STATUS_PROBLEMS 8 /* at most */

struct status {
	enum standing standing;
	char *problem[STATUS_PROBLEMS]; /* why it is degraded */
	size_t problems;
	bool pinned; /* something is, which the rest is about */
	unsigned int unpinned; /* how many decide beside it, each as long as its program runs */
	bool running; /* the program that has pinned it */
	bool guarded;
	struct gate gate;
	uint32_t program[GATE_HOOKS]; /* id of what decides on each hook; 0: nothing does */
	struct json_object *state; /* as state.h has it; NULL: unknown */
	uint32_t generation; /* in force; 0: unknown */
	bool denies;
	bool counted;
	struct bind_counters counters;
	struct bind_rule_counters *rules; /* the default's first; NULL: unknown */
	uint32_t entries;
};

/* bindguard status. Returns the exit status. */
int status_show(int argc, char **argv);

#endif
