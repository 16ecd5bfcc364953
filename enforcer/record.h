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
	bool known; /* rc is known */
	int rc; /* 0 or -errno */
	uint8_t address[16]; /* as bound or, failing that, as requested */
	uint16_t port;
};

#endif
