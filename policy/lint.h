/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says without an error, and probably not on purpose. */
#ifndef POLICY_LINT_H
#define POLICY_LINT_H

#include "policy.h"

/* Adds a warning for each, in the order of the files and lines. now is in seconds since 1970. */
void policy_lint(const struct policy *policy, int64_t now, struct policy_messages *messages);

#endif
