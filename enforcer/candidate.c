/* SPDX-License-Identifier: GPL-2.0-only */
#include "candidate.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "policy/alloc.h"
#include "policy/range.h"
#include "subject.h"

#define PROTOCOL_L2TP 115
#define PROTOCOL_SMC 256

/* --- The policy */

/* What an allowed bind that this rule, or the default, has decided may not carry. */
static uint32_t forbidden_by(const struct policy *policy, size_t rule)
{
	const struct policy_rule *r = &policy->rule[rule];

	if (rule >= policy->rules)
		return policy->forbid_options;
	return (policy->forbid_options | r->forbid_options) & ~r->permit_options;
}

static bool same_outcome(const struct policy *policy, size_t a, size_t b)
{
	enum bind_verdict default_verdict = policy->default_verdict;
	bool audit_a = a < policy->rules && policy->rule[a].audit;
	bool audit_b = b < policy->rules && policy->rule[b].audit;

	return (a < policy->rules ? policy->rule[a].verdict : default_verdict) ==
		       (b < policy->rules ? policy->rule[b].verdict : default_verdict) &&
	       audit_a == audit_b && forbidden_by(policy, a) == forbidden_by(policy, b);
}

/* The default counts as one more rule. */
static void find_alike(struct candidate *candidate)
{
	const struct policy *policy = candidate->load.policy;

	candidate->alike = alloc_zeroed(policy->rules + 1, sizeof(*candidate->alike));
	candidate->alike[policy->rules] = policy->rules + 1;
	for (size_t i = policy->rules; i-- > 0;)
		candidate->alike[i] = same_outcome(policy, i, i + 1) ? candidate->alike[i + 1] :
								       i + 1;
}

int candidate_load(struct candidate *candidate, const char *path)
{
	int status;

	*candidate = (struct candidate){ 0 };
	status = load_policy_here(path, true, &candidate->load);
	load_print(&candidate->load);
	if (!status)
		find_alike(candidate);
	return status;
}

bool candidate_asks(const struct policy_rule *rule, uint32_t facts)
{
	return (facts & CANDIDATE_EXE && rule->exe.count) ||
	       (facts & CANDIDATE_CGROUP && rule->cgroup.count) ||
	       (facts & CANDIDATE_COMM && rule->comm.count) ||
	       (facts & CANDIDATE_NETNS && rule->host_netns);
}

/* The image of the policy without the criteria of these facts. */
static const struct image *image_without(struct candidate *candidate, uint32_t facts)
{
	struct image_settings settings = { .generation = 1, .enforce = true };
	struct candidate_image *without = &candidate->at_most[facts];
	struct policy copy = *candidate->load.policy;

	if (without->compiled)
		return &without->image;
	settings.now = candidate->load.now;
	copy.rule = alloc_zeroed(copy.rules, sizeof(*copy.rule));
	if (copy.rules)
		memcpy(copy.rule, candidate->load.policy->rule, copy.rules * sizeof(*copy.rule));
	for (size_t i = 0; i < copy.rules; i++) {
		if (facts & CANDIDATE_EXE)
			copy.rule[i].exe.count = 0;
		if (facts & CANDIDATE_CGROUP)
			copy.rule[i].cgroup.count = 0;
		if (facts & CANDIDATE_COMM)
			copy.rule[i].comm.count = 0;
		if (facts & CANDIDATE_NETNS)
			copy.rule[i].host_netns = false;
	}
	without->compiled = !image_compile(&copy, &settings, &without->image);
	free(copy.rule);
	return without->compiled ? &without->image : NULL;
}

/* --- Requests */

static uint32_t requested_port(const struct records_line *line)
{
	return line->is_raw || line->protocol == PROTOCOL_L2TP ? BIND_PORT_NONE :
								 (uint32_t)line->requested_port;
}

static uint32_t requested_protocol(const struct records_line *line)
{
	if (line->is_raw)
		return BIND_PROTOCOL_RAW;
	return line->protocol == PROTOCOL_SMC ? IPPROTO_TCP : (uint32_t)line->protocol;
}

static bool is_bound(const struct records_line *line)
{
	return line->via == BIND_VIA_SETSOCKOPT ||
	       (line->via == BIND_VIA_LISTEN && line->requested_port != BIND_PORT_EPHEMERAL);
}

/* The request that the hook made of it; what is not known is what no rule names. */
static void make_request(const struct image *image, const struct records_line *line,
			 struct bind_request *request)
{
	const char *process = records_process(line);
	uint32_t flags = image->page[0].header.flags;

	*request = (struct bind_request){
		.uid = (uint32_t)line->uid,
		.cgroup = BIND_CGROUP_UNNAMED,
		.netns = line->netns_host == 1 ? BIND_NETNS_HOST : BIND_NETNS_OTHER,
		.protocol = requested_protocol(line),
		.port = requested_port(line),
		.options = line->options,
		.via = (uint16_t)line->via,
		.is_bound = is_bound(line),
	};
	if (flags & BIND_IMAGE_CGROUPS && line->cgroup)
		request->cgroup = image_cgroup_class(image, line->cgroup);
	if (flags & BIND_IMAGE_EXES && line->exe)
		request->exe = image_exe_class(image, line->exe);
	if (process)
		strncpy(request->comm, process, sizeof(request->comm) - 1);
	memcpy(request->address, line->requested, sizeof(request->address));
}

/* As the hook does: port 0 of a socket that says where to pick is every port of there. */
static void decide_line(const struct image *image, const struct records_line *line,
			struct bind_decision *decision)
{
	struct bind_request request;
	struct decide_range range;

	make_request(image, line, &request);
	if (!line->range[1] || request.is_bound) {
		decide(image, &request, decision);
		return;
	}
	decide_range_begin(&range, line->range[0], line->range[1]);
	while (!decide_range_step(image, &image->page[0].header, &request, &range))
		;
	*decision = range.worst;
}

/* The facts that the line does not tell, of those that some rule asks for. */
static uint32_t missing_facts(const struct candidate *candidate, const struct records_line *line)
{
	uint32_t flags = candidate->load.image.page[0].header.flags, missing = 0;

	if (flags & BIND_IMAGE_EXES &&
	    (!line->exe || (line->cgroup && subject_is_container(line->cgroup))))
		missing |= CANDIDATE_EXE;
	if (flags & BIND_IMAGE_CGROUPS &&
	    (!line->cgroup || line->cgroup[0] != '/' || strstr(line->cgroup, "/../")))
		missing |= CANDIDATE_CGROUP;
	if (flags & BIND_IMAGE_COMMS && !records_process(line))
		missing |= CANDIDATE_COMM;
	if (flags & BIND_IMAGE_NETNS && line->netns_host == RECORDS_UNKNOWN)
		missing |= CANDIDATE_NETNS;
	return missing;
}

/*
 * Between the first rule that may match and the first that does, any rule may be the one. Of a
 * range that goes for each of its ports.
 */
static void decide_unsure(struct candidate *candidate, const struct records_line *line,
			  struct candidate_answer *answer)
{
	const struct image *image = image_without(candidate, answer->missing);
	size_t rules = candidate->load.policy->rules, last = answer->decision.rule;
	struct bind_decision at_most;

	answer->is_sure = false;
	answer->first = 0;
	if (!image || line->range[1])
		return;
	decide_line(image, line, &at_most);
	answer->first = at_most.rule;
	if (last > rules)
		last = rules;
	answer->is_sure = at_most.rule == answer->decision.rule ||
			  (at_most.rule < rules && candidate->alike[at_most.rule] > last);
}

/* Nothing was asked that a policy decides, or it could not be read. */
static bool is_for_policy(const struct records_line *line)
{
	if (line->via == BIND_VIA_CONNECT || line->via == BIND_VIA_SENDTO)
		return false;
	return !line->cause ||
	       (strcmp(line->cause, "malformed") && strcmp(line->cause, "unreadable"));
}

void candidate_decide(struct candidate *candidate, const struct records_line *line,
		      struct candidate_answer *answer)
{
	*answer = (struct candidate_answer){ .is_decided = is_for_policy(line), .is_sure = true };
	if (!answer->is_decided)
		return;
	answer->missing = missing_facts(candidate, line);
	if (!(answer->missing & (CANDIDATE_EXE | CANDIDATE_CGROUP))) {
		decide_line(&candidate->load.image, line, &answer->decision);
	} else {
		struct records_line known = *line;

		known.exe = answer->missing & CANDIDATE_EXE ? NULL : line->exe;
		known.cgroup = answer->missing & CANDIDATE_CGROUP ? NULL : line->cgroup;
		decide_line(&candidate->load.image, &known, &answer->decision);
	}
	answer->first = answer->decision.rule;
	if (answer->missing)
		decide_unsure(candidate, line, answer);
}

const char *candidate_rule(const struct candidate *candidate, uint32_t rule)
{
	const struct policy *policy = candidate->load.policy;

	return rule < policy->rules ? policy->rule[rule].name : "-";
}

const char *candidate_facts(uint32_t facts, char *buffer, size_t size)
{
	static const char *const names[CANDIDATE_FACTS] = { "executable", "cgroup",
							    "process's name", "network namespace" };
	size_t used = 0;

	buffer[0] = '\0';
	for (int i = 0; i < CANDIDATE_FACTS; i++)
		if (facts & 1u << i && used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s",
						 used ? ", " : "", names[i]);
	return buffer;
}

void candidate_free(struct candidate *candidate)
{
	for (size_t i = 0; i < sizeof(candidate->at_most) / sizeof(candidate->at_most[0]); i++)
		image_free(&candidate->at_most[i].image);
	free(candidate->alike);
	load_free(&candidate->load);
}
