/* SPDX-License-Identifier: GPL-2.0-only */
/* What reading a policy leads to, as a text to compare with. */
#ifndef TESTS_OUTCOME_H
#define TESTS_OUTCOME_H

#include "policy/policy.h"

/*
 * A policy is one line, where a rule is "name@line verdict criterion=values ...;". Errors are one
 * line each, "line: text". A line's file is put in front of it unless it is the usual one; of those
 * in a folder that is the usual one, the rest of the path. Frees both, and the result is to be
 * freed.
 */
char *outcome_text(struct policy *policy, struct policy_messages *errors, const char *usual);

/* Only the messages, which are not freed. */
char *outcome_messages(const struct policy_messages *messages, const char *usual);

#endif
