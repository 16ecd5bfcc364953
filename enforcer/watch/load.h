/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy from its files to the image that decides, with all that there is to say about it. */
#ifndef ENFORCER_LOAD_H
#define ENFORCER_LOAD_H

#include <stdbool.h>

#include "policy/compile.h"
#include "policy/policy.h"

struct load {
	const char *path; /* the caller's */
	struct policy *policy; /* NULL after an error */
	struct image image; /* of the policy */
	int64_t now; /* when it was compiled: rules that have expired by then match nothing */
	struct policy_messages messages; /* the errors, then the warnings */
	size_t errors, warnings;
};

/*
 * Reads the policy at path and compiles it, as the first generation; enforce is --deny. Returns 0,
 * or EX_CONFIG or EX_OSERR when there is at least one error among the messages.
 */
int load_policy(const char *path, bool enforce, struct load *load);

/* The same, with the executables that the policy names as they are found on this host. */
int load_policy_here(const char *path, bool enforce, struct load *load);

/* What there is to say of messages that are out of memory. */
extern const char load_no_memory[];

/* Why image_compile() gave err for the policy, in words; 256 bytes are enough. Returns text. */
const char *load_compile_error(const struct policy *policy, int err, char *text, size_t size);

/* Adds what is doubtful about the policy, if there is one, to the messages. */
void load_lint(struct load *load);

/*
 * Prints the messages on stderr, as "file:line: text" or "file:line: warning: text", and after
 * errors one line that says how many. Nothing if there is nothing to say.
 */
void load_print(const struct load *load);

/* Only the messages, for those that are not about loading a policy. */
void load_print_messages(const struct policy_messages *messages);

/* Takes a zeroed load too. */
void load_free(struct load *load);

#endif
