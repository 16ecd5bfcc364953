/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies as people write them, of any size: a rule for each service, or for each port. */
#ifndef TESTS_TYPICAL_H
#define TESTS_TYPICAL_H

#include "judge.h"

/* What the rules have. No two rules of a policy match the same request. */
enum typical {
	TYPICAL_UID, /* a uid and two ports */
	TYPICAL_COMM, /* a comm and two ports */
	TYPICAL_CGROUP, /* a unit's cgroup, two ports, protocol tcp */
	TYPICAL_MIXED, /* these three in turn */
	TYPICAL_PORT, /* a port, a protocol when there are no more ports */
	TYPICAL_ADDRESS, /* an IPv4 address and two ports */
	TYPICALS,
};

/* A policy of so many rules, to be freed; its default is deny. */
struct policy typical_policy(enum typical typical, size_t rules);
void typical_free(struct policy *policy);

/* What typical_request() fills in; task refers to cgroup. */
struct typical_request {
	struct bind_request request;
	struct naive_task task;
	char cgroup[64];
};

/* A request that this rule of the policy matches, and no other one. */
void typical_request(const struct policy *policy, size_t rule, struct typical_request *request);

#endif
