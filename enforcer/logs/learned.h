/* SPDX-License-Identifier: GPL-2.0-only */
/* Binds that were recorded, gathered into the fewest rules that allow just these. */
#ifndef ENFORCER_LEARNED_H
#define ENFORCER_LEARNED_H

#include "candidate.h"
#include "subject.h"
#include "table.h"

/* Sorted, each once. */
struct learned_set {
	uint32_t *value;
	size_t count;
};

/* The criteria that a rule can have several values of. */
enum learned_criterion {
	LEARNED_ADDRESS, /* indices of entries of learned.addresses */
	LEARNED_PORT, /* LEARNED_PORTS(low, high), or LEARNED_NO_PORT alone */
	LEARNED_PROTOCOL, /* as in struct bind_request; TCP is MPTCP, too */
	LEARNED_UID, /* none: any user */
	LEARNED_CRITERIA,
};

#define LEARNED_PORTS(low, high) ((uint32_t)(low) << 16 | (high))
#define LEARNED_NO_PORT LEARNED_PORTS(1, 0)
#define LEARNED_LOW(ports) ((ports) >> 16)
#define LEARNED_HIGH(ports) ((ports)&0xffff)

struct learned_rule {
	enum subject_kind kind;
	char *text; /* of the subject */
	struct learned_set of[LEARNED_CRITERIA];
	uint32_t options; /* BIND_OPT_* that the binds have carried and the base forbids */
	uint64_t count;
	int64_t first, last;
	struct learned_set hosts; /* indices of entries of learned.hosts */
};

struct learned {
	/* What is to be learned; set by the caller after learned_init(). */
	struct candidate *base; /* only what it does not allow; NULL: everything */
	bool denied; /* also binds that were refused by the policy of then */
	bool failed; /* also binds that the kernel has refused */

	struct table binds; /* struct learned_rule with one value of each criterion */
	struct table addresses, hosts; /* no values; what counts is the order of their keys */
	struct table refused; /* uint64_t for the name of each rule of the base that denies some */
	uint64_t count, left_denied, left_failed, left_other,
		allowed; /* binds; allowed by the base */
	int64_t first, last; /* time of what was learned from */
	bool too_many; /* different binds; some are missing */

	/* Made by learned_finish(). */
	struct learned_rule *rule;
	size_t rules;
};

void learned_init(struct learned *learned);

/* Learns a recorded bind, if it is of those that are to be learned. False: there are too many. */
bool learned_add(struct learned *learned, const struct records_line *line);

/*
 * Makes the rules, in an order in which none stands in front of a narrower one. Ports that are at
 * most gap apart become ranges; 0: none do.
 */
void learned_finish(struct learned *learned, uint32_t gap);

void learned_free(struct learned *learned);

#endif
