/* SPDX-License-Identifier: GPL-2.0-only */
/* Decisions that would change under another policy, gathered into groups of equal ones. */
#ifndef ENFORCER_CHANGED_H
#define ENFORCER_CHANGED_H

#include <stdio.h>

#include "candidate.h"
#include "table.h"

enum changed_would {
	CHANGED_ALLOW,
	CHANGED_AUDIT, /* denied by a rule in audit mode */
	CHANGED_DENY,
	CHANGED_UNSURE, /* what is recorded does not tell */
};

struct changed {
	struct table groups; /* struct changed_group */
	uint64_t decisions; /* binds that were compared */
	uint64_t changes; /* of those; without the unsure ones */
	uint64_t unsure;
	uint64_t skipped; /* binds that no policy decides, or that could not be read */
	uint64_t ungrouped; /* of changes and unsure, those for which there was no group any more */
	uint32_t missing; /* facts, because of which some are unsure: enum candidate_fact */
};

void changed_init(struct changed *changed);

/* Compares a recorded bind with what the candidate says of it. */
void changed_add(struct changed *changed, struct candidate *candidate,
		 const struct records_line *line);

/* Prints the groups, the worst first: what would be denied, what may be, what would be allowed. */
void changed_print(FILE *out, const struct changed *changed);

/* The same as JSON objects, each on a line, and one that sums it up. */
void changed_print_json(FILE *out, const struct changed *changed);

void changed_free(struct changed *changed);

#endif
