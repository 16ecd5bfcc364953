/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy that is not in force says of binds that were recorded, perhaps under another one. */
#ifndef ENFORCER_CANDIDATE_H
#define ENFORCER_CANDIDATE_H

#include "enforcer/watch/load.h"
#include "records.h"

/* What a record may not tell, so that some rules may match or not. Bits. */
enum candidate_fact {
	CANDIDATE_EXE = 1 << 0, /* the process had gone, or its paths are not the host's */
	CANDIDATE_CGROUP = 1 << 1,
	CANDIDATE_COMM = 1 << 2,
	CANDIDATE_NETNS = 1 << 3,
};

#define CANDIDATE_FACTS 4

struct candidate {
	struct load load;
	/* The policy without the criteria that these facts are for: what a rule at most matches. */
	struct candidate_image {
		bool compiled;
		struct image image;
	} at_most[1 << CANDIDATE_FACTS];
	size_t *alike; /* for each rule the first one after it with another outcome */
};

struct candidate_answer {
	bool is_decided; /* it is for the policy to decide, and could be read; otherwise, nothing below */
	bool is_sure; /* whatever is missing, this is the outcome */
	uint32_t missing; /* facts that rules ask for */
	struct bind_decision
		decision; /* as under --deny; if it is not sure, what is known alone says */
	/* The rules that may have decided it: one, or several for a range of ports or if facts are
	 * missing, and others between them. The default counts as one more rule of the policy. */
	size_t first, last;
};

/*
 * Reads the policy at path. Its executables are those that it names and, since records have paths
 * without symbolic links, those to which links lead on this host. Returns 0, or EX_CONFIG or EX_OSERR.
 * What there is to say about it is on stderr. Must be freed in any case.
 */
int candidate_load(struct candidate *candidate, const char *path);

/* Decides a recorded bind. Running out of memory ends the program, as policy/alloc.h says. */
void candidate_decide(struct candidate *candidate, const struct records_line *line,
		      struct candidate_answer *answer);

/* A rule's name; "-" for the default. */
const char *candidate_rule(const struct candidate *candidate, uint32_t rule);

/* Does the rule ask for one of these facts? */
bool candidate_asks(const struct policy_rule *rule, uint32_t facts);

/* "executable, cgroup": facts in words. */
const char *candidate_facts(uint32_t facts, char *buffer, size_t size);

void candidate_free(struct candidate *candidate);

#endif
