/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy as libconfig text again: every setting in one form, whatever form it was written in. */
#ifndef ENFORCER_DUMP_H
#define ENFORCER_DUMP_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/policy.h"

/*
 * Writes the whole policy. What is read from it is the same policy, and is written the same again.
 * Users are numbers, ranges are sorted and joined, addresses are CIDR blocks. A string may have any
 * bytes but NUL, as in the policy: what has no escape in the syntax of policies is written as it
 * is.
 */
void dump_policy(FILE *out, const struct policy *policy);

/* Writes the value of one setting of a rule, likewise. Returns false if the rule has none. */
bool dump_setting(FILE *out, const struct policy_rule *rule, const char *name);

#endif
