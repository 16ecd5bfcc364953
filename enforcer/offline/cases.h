/* SPDX-License-Identifier: GPL-2.0-only */
/* The cases of a policy test: binds, and what is expected of the policy. */
#ifndef ENFORCER_CASES_H
#define ENFORCER_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"
#include "policy/setting.h"
#include "query.h"

/* What the VERDICT column would say with --deny. */
enum cases_verdict {
	CASES_ALLOW,
	CASES_DENY,
	CASES_AUDIT,
};

struct cases_case {
	const char *name;
	char *file; /* where it is written */
	unsigned int line;
	struct query query;
	enum cases_verdict verdict;
	bool by_rule; /* the rule is expected too */
	uint32_t rule; /* index, or BIND_RULE_NONE for the default */
};

struct cases {
	struct cases_case *item;
	size_t count;
	struct setting **root; /* hold the strings of the cases */
	size_t roots;
};

/*
 * Adds the cases of the file at path, or of each *.conf in a folder: the groups of its list
 * "tests", which is all that is in it. Adds every error to the errors. The policy is the one that
 * the cases are about: it knows the rules.
 */
void cases_read(const char *path, const struct policy *policy, struct policy_messages *errors,
		struct cases *cases);

/* The same for the policy's own files, of which path is the policy's; they need not have any. */
void cases_read_own(const char *path, const struct policy *policy, struct policy_messages *errors,
		    struct cases *cases);

/* "allow", "deny" or "audit". */
const char *cases_verdict_name(enum cases_verdict verdict);

/* Takes zeroed cases too. */
void cases_free(struct cases *cases);

#endif
