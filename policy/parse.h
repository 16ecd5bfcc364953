/* SPDX-License-Identifier: GPL-2.0-only */
/* From a tree of settings to a policy. */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "messages.h"
#include "setting.h"

/*
 * Fills the policy, which must be zeroed but for its file, with what the settings say, and reports
 * every error in them. With an error, the policy is good for policy_free() only.
 */
void parse_policy(const struct source *source, const struct setting *root, struct policy *policy);

#endif
