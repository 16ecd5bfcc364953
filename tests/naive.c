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

/* Does the name begin with the pattern's bytes? The pattern ends in "*", which is not one. */
static bool begins(const char *pattern, const char *name)
{
	return strncmp(pattern, name, strlen(pattern) - 1) == 0;
}

static bool is_pattern(const char *string)
{
	return string[strlen(string) - 1] == '*';
}

static bool matches_comm(const struct policy_rule *rule, const struct bind_request *request)
{
	char comm[BIND_COMM_LEN + 1] = "";

	if (rule->comm.count == 0)
		return true;
	memcpy(comm, request->comm, BIND_COMM_LEN);
	for (size_t i = 0; i < rule->comm.count; i++) {
		const char *string = rule->comm.string[i];

		if (is_pattern(string) ? begins(string, comm) : strcmp(string, comm) == 0)
			return true;
	}
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

static bool matches_cgroup(const struct policy_rule *rule, const struct naive_task *task)
{
	if (rule->cgroup.count == 0)
		return true;
	for (size_t i = 0; i < rule->cgroup.count; i++) {
		const char *string = rule->cgroup.string[i];

		if (is_pattern(string) ? begins(string, task->cgroup) :
					 is_below(string, task->cgroup))
			return true;
	}
	return false;
}

static bool matches_exe(const struct policy_rule *rule, const struct naive_task *task)
{
	if (rule->exe.count == 0)
		return true;
	for (size_t i = 0; i < rule->exe.count; i++)
		if (task->exe && strcmp(rule->exe.string[i], task->exe) == 0)
			return true;
	return false;
}

static bool matches_netns(const struct policy_rule *rule, const struct bind_request *request)
{
	return !rule->host_netns || request->netns == BIND_NETNS_HOST;
}

static bool matches_address(const struct policy_rule *rule, const struct bind_request *request)
{
	if (rule->address.count == 0)
		return true;
	for (size_t i = 0; i < rule->address.count; i++)
		if (memcmp(request->address, rule->address.range[i].low, 16) >= 0 &&
		    memcmp(request->address, rule->address.range[i].high, 16) <= 0)
			return true;
	return false;
}

/* Ten zero bytes, two of ones: an IPv4 address, mapped. */
static bool is_ipv4(const struct bind_request *request)
{
	for (int i = 0; i < 12; i++)
		if ((unsigned char)request->address[i] != (i < 10 ? 0 : 0xff))
			return false;
	return true;
}

static bool matches_family(const struct policy_rule *rule, const struct bind_request *request)
{
	switch (rule->family) {
	case POLICY_IPV4:
		return is_ipv4(request);
	case POLICY_IPV6:
		return !is_ipv4(request);
	default:
		return true;
	}
}

/* From that second on. */
static bool has_expired(const struct policy_rule *rule, int64_t now)
{
	return rule->expires != 0 && now >= rule->expires;
}

static bool matches(const struct policy_rule *rule, const struct bind_request *request,
		    const struct naive_task *task)
{
	return matches_uid(rule, request) && matches_protocol(rule, request) &&
	       matches_port(rule, request) && matches_comm(rule, request) &&
	       matches_cgroup(rule, task) && matches_exe(rule, task) &&
	       matches_netns(rule, request) && matches_address(rule, request) &&
	       matches_family(rule, request);
}

void naive_decide(const struct policy *policy, const struct image_settings *settings,
		  const struct bind_request *request, const struct naive_task *task,
		  struct bind_decision *decision)
{
	const struct policy_rule *rule = NULL;
	uint32_t forbidden = policy->forbid_options;

	for (size_t i = 0; i < policy->rules && !rule; i++)
		if (!has_expired(&policy->rule[i], settings->now) &&
		    matches(&policy->rule[i], request, task))
			rule = &policy->rule[i];

	decision->generation = settings->generation;
	decision->rule = rule ? (uint32_t)(rule - policy->rule) : BIND_RULE_NONE;
	decision->verdict = rule ? rule->verdict : policy->default_verdict;
	decision->cause = rule ? BIND_CAUSE_RULE : BIND_CAUSE_DEFAULT;
	decision->enforced = settings->enforce && !(rule && rule->audit);
	decision->forbidden = 0;

	if (request->is_bound)
		decision->verdict = BIND_ALLOW;
	if (rule)
		forbidden = (policy->forbid_options | rule->forbid_options) & ~rule->permit_options;
	if (decision->verdict == BIND_ALLOW && (request->options & forbidden)) {
		decision->verdict = BIND_DENY;
		decision->cause = BIND_CAUSE_OPTIONS;
		decision->forbidden = request->options & forbidden;
	}
}
