/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as its author wrote it, checked: what parse.c makes of the files, what compile.c turns
 * into an image, what the naive matcher of the tests walks.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"

/* Both ends belong to the range. */
struct policy_range {
	uint32_t low;
	uint32_t high;
};

/* count 0: the setting is absent, and matches anything. */
struct policy_ranges {
	struct policy_range *range;
	size_t count;
};

struct policy_strings {
	char **string;
	size_t count;
};

/* Both ends belong to the range; network order, an IPv4 address as its mapped IPv6 address. */
struct policy_address {
	uint8_t low[16];
	uint8_t high[16];
};

struct policy_addresses {
	struct policy_address *range;
	size_t count;
};

/* Of the requested address; a mapped IPv4 address is an IPv4 address. */
enum policy_family {
	POLICY_ANY_FAMILY,
	POLICY_IPV4,
	POLICY_IPV6,
};

struct policy_rule {
	char *name;
	const char *file; /* owned by the policy */
	unsigned int line;

	enum bind_verdict verdict;
	bool audit;

	struct policy_ranges uid;
	struct policy_ranges protocol; /* of bind_request.protocol; "tcp" is 6 and 262 (MPTCP) */
	struct policy_ranges port; /* of bind_request.port; "ephemeral" is 0 */
	struct policy_strings
		comm; /* 1 to 15 bytes each; and "*" at the end: names that begin so */
	struct policy_strings cgroup; /* "/a/b", never "/"; or "/a*": paths that begin so */
	struct policy_strings exe; /* absolute paths, as written */
	struct policy_addresses address;
	enum policy_family family;
	bool host_netns; /* in the initial network namespace only */

	uint32_t permit_options; /* BIND_OPT_* */
	uint32_t forbid_options; /* BIND_OPT_* */

	/* Documentation, each NULL when absent. */
	char *reason;
	char *owner;
	char *approver;
	char *ticket;

	/* 00:00 UTC of that day, in seconds since 1970; 0 when absent. From then on an expired rule
	 * does not match. */
	int64_t approved;
	int64_t expires;
};

/* In all files together. */
#define POLICY_MAX_RULES BIND_MAX_RULES

#define POLICY_DIGEST 32 /* bytes of a SHA-256 */

struct policy {
	enum bind_verdict default_verdict;
	uint32_t forbid_options; /* BIND_OPT_* */
	struct policy_rule *rule;
	size_t rules;
	char **file; /* every file read, in order */
	uint8_t (*digest)[POLICY_DIGEST]; /* of each, as it was read */
	size_t files;
};

/* One complaint about a policy, to be printed as "file:line: text". line 0: the file as a whole. */
struct policy_message {
	bool warning; /* not an error: the policy can be loaded */
	char *file;
	unsigned int line;
	char *text; /* "setting: what is wrong, expected what"; printable bytes only */
};

/*
 * Running out of memory is an error for which there may be no message: it is only noted, and from
 * then on nothing is added, for it may be wrong.
 */
struct policy_messages {
	struct policy_message *message;
	size_t count;
	bool out_of_memory;
};

/*
 * Reads and checks the policy at path: a file, or a folder, where it is every *.conf in byte order,
 * rules joined. Every error found is added to errors. Returns the policy, to be freed with
 * policy_free(), or NULL when there was any error, or no memory: a policy with an error is never
 * loaded, not even partly.
 */
struct policy *policy_read(const char *path, struct policy_messages *errors);

/*
 * The same for a policy held in memory, named path in messages. text need not end in a NUL. It can
 * include nothing.
 */
struct policy *policy_read_text(const char *path, const char *text, size_t length,
				struct policy_messages *errors);

/* Adds a copy of the text's first bytes, which have no NUL in them. Returns false: no memory. */
bool policy_strings_add(struct policy_strings *strings, const char *text, size_t length);
void policy_strings_free(const struct policy_strings *strings);

/* Both take NULL. */
void policy_free(struct policy *policy);
void policy_messages_free(struct policy_messages *messages);

#endif
