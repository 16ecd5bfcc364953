/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each rule has decided, over all the policies that were in force: the kernel counts for one
 * generation, here they are added up by the rules' names.
 */
#ifndef ENFORCER_TALLY_H
#define ENFORCER_TALLY_H

#include "bpf/event.h"
#include "policy/policy.h"

/* Zeroed, it is empty. */
struct tally {
	void *rules; /* tree of struct tally_rule, by name */
	struct bind_rule_counters fallback; /* the default's */
};

struct tally_rule {
	struct bind_rule_counters counters;
	char name[];
};

/*
 * Adds the counters of a generation of the policy: its default's, then each rule's. Rules that have
 * decided nothing are left out. Returns 0, or -ENOMEM when there was no room for some name.
 */
int tally_add(struct tally *tally, const struct policy *policy,
	      const struct bind_rule_counters *counters);

/* The same with all rules of the policy, those too that have decided nothing. */
int tally_add_all(struct tally *tally, const struct policy *policy,
		  const struct bind_rule_counters *counters);

/* Makes an empty tally equal to the other one. Returns 0 or -ENOMEM. */
int tally_copy(struct tally *tally, const struct tally *other);

/* Calls visit for each rule, in byte order of the names. */
void tally_visit(const struct tally *tally,
		 void (*visit)(void *context, const struct tally_rule *rule), void *context);

/* Leaves it empty. */
void tally_free(struct tally *tally);

#endif
