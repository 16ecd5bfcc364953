/* SPDX-License-Identifier: GPL-2.0-only */
/* From trees of settings, one for each file of the policy's folder, to a policy. */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "messages.h"
#include "setting.h"

struct parse;

/*
 * The policy must be zeroed but for its files. With an error, it is good for policy_free() only.
 * Returns NULL when memory is out.
 */
struct parse *parse_new(struct policy *policy);

/*
 * Adds what the settings say to the policy, and reports every error in them. The policy refers to
 * the names of the source's files.
 */
void parse_tree(struct parse *parse, const struct source *source, const struct setting *root);

/*
 * Reports what shows only once all trees are there. whole is the policy's file or folder; what it
 * says about users and lines is not used. If complete is false, something is not there that could
 * not be read, so that it is no error if something is missing.
 */
void parse_end(struct parse *parse, const struct source *whole, bool complete);

/* Takes NULL. */
void parse_free(struct parse *parse);

#endif
