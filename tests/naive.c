/* SPDX-License-Identifier: GPL-2.0-only */
#include "naive.h"

#include <string.h>

/* A setting that is absent matches anything; in a list, any value may match. */
static bool in_ranges(const struct policy_ranges *ranges, uint32_t value)
{
	if (ranges->count == 0)
		return true;
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->range[i].low <= value && value <= ranges->range[i].high)
			return true;
	return false;
}

static bool matches_uid(const struct policy_rule *rule, const struct bind_request *request)
{
	return in_ranges(&rule->uid, request->uid);
}

static bool matches_protocol(const struct policy_rule *rule, const struct bind_request *request)
{
	return in_ranges(&rule->protocol, request->protocol);
}

static bool matches_port(const struct policy_rule *rule, const struct bind_request *request)
{
	return in_ranges(&rule->port, request->port);
}

static bool matches_comm(const struct policy_rule *rule, const struct bind_request *request)
{
	if (rule->comm.count == 0)
		return true;
	for (size_t i = 0; i < rule->comm.count; i++)
		if (strncmp(rule->comm.string[i], request->comm, BIND_COMM_LEN) == 0)
			return true;
	return false;
}

/* That cgroup and everything below it. */
static bool is_below(const char *cgroup, const char *path)
{
	size_t length = strlen(cgroup);

	if (strncmp(cgroup, path, length) != 0)
		return false;
	return path[length] == '\0' || path[length] == '/';
}

static bool matches_cgroup(const struct policy_rule *rule, const char *path)
{
	if (rule->cgroup.count == 0)
		return true;
	for (size_t i = 0; i < rule->cgroup.count; i++)
		if (is_below(rule->cgroup.string[i], path))
			return true;
	return false;
}

static bool matches(const struct policy_rule *rule, const struct bind_request *request,
		    const char *path)
{
	return matches_uid(rule, request) && matches_protocol(rule, request) &&
	       matches_port(rule, request) && matches_comm(rule, request) &&
	       matches_cgroup(rule, path);
}

void naive_decide(const struct policy *policy, const struct bind_request *request,
		  const char *cgroup_path, bool enforce, struct bind_decision *decision)
{
	const struct policy_rule *rule = NULL;
	uint32_t forbidden = policy->forbid_options;

	for (size_t i = 0; i < policy->rules && !rule; i++)
		if (matches(&policy->rule[i], request, cgroup_path))
			rule = &policy->rule[i];

	decision->rule = rule ? (uint32_t)(rule - policy->rule) : BIND_RULE_NONE;
	decision->verdict = rule ? rule->verdict : policy->default_verdict;
	decision->cause = rule ? BIND_CAUSE_RULE : BIND_CAUSE_DEFAULT;
	decision->enforced = enforce && !(rule && rule->audit);
	decision->forbidden = 0;

	if (rule)
		forbidden = (policy->forbid_options | rule->forbid_options) & ~rule->permit_options;
	if (decision->verdict == BIND_ALLOW && (request->options & forbidden)) {
		decision->verdict = BIND_DENY;
		decision->cause = BIND_CAUSE_OPTIONS;
		decision->forbidden = request->options & forbidden;
	}
}
