/* SPDX-License-Identifier: GPL-2.0-only */
/* From a group of settings to a rule. */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include "messages.h"
#include "setting.h"

#define RULE_NAME_BYTES 63 /* at most, without the NUL */

/*
 * Fills the rule, which must be zeroed, with what the group says, and reports every error in it.
 * The name is NULL if it is missing or wrong. The rule's file is the source's string.
 */
void rule_read(const struct source *source, const struct setting *group, struct policy_rule *rule);

/* A verdict: also the policy has one. */
void rule_verdict(const struct source *source, const struct setting *setting,
		  enum bind_verdict *verdict);

#endif
