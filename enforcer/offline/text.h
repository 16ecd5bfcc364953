/* SPDX-License-Identifier: GPL-2.0-only */
/* Files in the syntax of policies, for what is not a policy, or not the policy's part of them. */
#ifndef ENFORCER_TEXT_H
#define ENFORCER_TEXT_H

#include "policy/messages.h"
#include "policy/setting.h"

/* Gets what is in one file, and what it includes; root is to be freed with setting_free(). */
typedef void text_take(void *context, const struct source *source, struct setting *root);

/*
 * Reads the file at path or, in a folder, each *.conf, as a policy is read. Errors are added to the
 * errors; take is called for what can be read. The source ends with the call.
 */
void text_each(const char *path, struct policy_messages *errors, text_take *take, void *context);

#endif
