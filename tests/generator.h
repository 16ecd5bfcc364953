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

#include "naive.h"
#include "policy/policy.h"
#include "policy/request.h"

#define GENERATOR_RULES 4096 /* at most */
#define GENERATOR_VALUES 3 /* of a setting, at most */
#define GENERATOR_POOL 200
#define GENERATOR_NOW 1700000000

/*
 * A policy, and the pools its values come from. Small pools and few criteria make rules overlap;
 * large pools and many criteria let late rules decide. Broad rules are those that no single value
 * leads to. It is large: for the heap.
 */
struct generator {
	struct policy policy; /* refers to what is below */
	struct image_settings settings;

	uint64_t random;
	struct policy_rule rule[GENERATOR_RULES];
	struct policy_range range[GENERATOR_RULES * 3 * GENERATOR_VALUES];
	size_t ranges;
	struct policy_address address_range[GENERATOR_RULES * GENERATOR_VALUES];
	size_t address_ranges;
	char *string[GENERATOR_RULES * 3 * GENERATOR_VALUES];
	size_t strings;

	uint32_t pool; /* how many values each of these has */
	uint32_t uid[GENERATOR_POOL], protocol[GENERATOR_POOL], port[GENERATOR_POOL];
	uint8_t address[GENERATOR_POOL][16];
	char exe[GENERATOR_POOL][16];
	char comm[GENERATOR_POOL][BIND_COMM_LEN];
	char cgroup[GENERATOR_POOL][BIND_CGROUP_PATH_LEN];
	/* The names above or the beginnings of them, with "*". */
	char comm_pattern[GENERATOR_POOL][BIND_COMM_LEN + 1];
	char cgroup_pattern[GENERATOR_POOL][BIND_CGROUP_PATH_LEN + 1];
	uint32_t density[BIND_DIMENSIONS]; /* of 4 rules, how many have such a criterion */
	uint32_t breadth; /* of 4 rules, how many have only criteria that accept much */
	bool broad; /* the rule at hand is one of them */
	bool expiring; /* some rules expire about now */

	char path[BIND_CGROUP_PATH_LEN]; /* of the request's cgroup */
};

/* Makes the policy of this seed, in place of the one before; nothing is to be freed. */
void generator_policy(struct generator *g, uint64_t seed);

/* Makes the policy's next request, of the task, which is good until the next one. */
void generator_request(struct generator *g, struct bind_request *request, struct naive_task *task);

#endif
