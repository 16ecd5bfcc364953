/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies and requests at random, the same for the same seed on every machine. The requests are at
 * the edges of what the policy's rules match, where mistakes are.
 */
#ifndef TESTS_GENERATOR_H
#define TESTS_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"
#include "policy/request.h"

#define GENERATOR_VALUES 3 /* of a setting, at most */
#define GENERATOR_POOL 200
#define GENERATOR_PATH_LEN 64 /* of a cgroup's path, with its NUL */

/*
 * A policy, and the pools its values come from. Small pools and few criteria make rules overlap;
 * large pools and many criteria let late rules decide. It is large: for the heap.
 */
struct generator {
	struct policy policy; /* refers to what is below */
	bool enforce; /* --deny */

	uint64_t random;
	struct policy_rule rule[BIND_MAX_RULES];
	struct policy_range range[BIND_MAX_RULES * 3 * GENERATOR_VALUES];
	size_t ranges;
	char *string[BIND_MAX_RULES * 2 * GENERATOR_VALUES];
	size_t strings;

	uint32_t pool; /* how many values each of these has */
	uint32_t uid[GENERATOR_POOL], protocol[GENERATOR_POOL], port[GENERATOR_POOL];
	char comm[GENERATOR_POOL][BIND_COMM_LEN];
	char cgroup[GENERATOR_POOL][GENERATOR_PATH_LEN];
	uint32_t density[BIND_DIMENSIONS]; /* of 4 rules, how many have such a criterion */
};

/* Makes the policy of this seed, in place of the one before; nothing is to be freed. */
void generator_policy(struct generator *g, uint64_t seed);

/* Makes the policy's next request: of a task in the cgroup at path. */
void generator_request(struct generator *g, struct bind_request *request,
		       char path[GENERATOR_PATH_LEN]);

#endif
