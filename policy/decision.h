/* SPDX-License-Identifier: GPL-2.0-only */
/* A decision: what the policy says about a request, and why. */
#ifndef POLICY_DECISION_H
#define POLICY_DECISION_H

#include <linux/types.h>

/* No rule matched: the default decides. */
#define BIND_RULE_NONE 0xffffffffu

enum bind_verdict {
	BIND_ALLOW,
	BIND_DENY,
};

/* What made the verdict, for those who read it. */
enum bind_cause {
	BIND_CAUSE_DEFAULT, /* no rule matched */
	BIND_CAUSE_RULE, /* the rule's own verdict */
	BIND_CAUSE_OPTIONS, /* allowed but for the options in bind_decision.forbidden */
	BIND_CAUSE_UNREADABLE, /* the request or the image could not be read: denied */
	BIND_CAUSE_MALFORMED, /* the kernel will refuse it by itself: passed on */
};

struct bind_decision {
	__u32 generation; /* of the image that decided */
	__u32 rule; /* index, or BIND_RULE_NONE */
	__u8 verdict; /* enum bind_verdict */
	__u8 enforced; /* 1: a deny verdict is carried out, 0: it is only reported */
	__u8 cause; /* enum bind_cause */
	__u8 forbidden; /* BIND_OPT_* that the request carries and may not */
};

_Static_assert(sizeof(struct bind_decision) == 12, "the decision is part of the ABI");

#endif
