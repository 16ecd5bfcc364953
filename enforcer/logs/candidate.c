/* SPDX-License-Identifier: GPL-2.0-only */
#include "candidate.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "enforcer/complain.h"
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

/* Where symbolic links lead on this host, allocated; the file itself may be missing. Or NULL. */
static char *follow(const char *path)
{
	char *real = realpath(path, NULL), *folder, *joined = NULL;
	const char *slash = strrchr(path, '/');

	if (real || !slash)
		return real;
	folder = alloc_string(path, slash == path ? 1 : (size_t)(slash - path));
	real = realpath(folder, NULL);
	if (real && asprintf(&joined, "%s%s", strcmp(real, "/") ? real : "", slash) < 0)
		joined = NULL;
	free(real);
	free(folder);
	return joined;
}

/* Lets the rule have its executables as it names them and as they are called here. */
static void follow_exes(struct policy_rule *rule)
{
	size_t count = rule->exe.count;

	for (size_t i = 0; i < count; i++) {
		char *real = follow(rule->exe.string[i]);

		if (real && strcmp(real, rule->exe.string[i]))
			alloc_checked(policy_strings_add(&rule->exe, real, strlen(real)) ? rule :
											   NULL);
		free(real);
	}
}

int candidate_load(struct candidate *candidate, const char *path)
{
	struct image_settings settings = { .generation = 1, .enforce = true };
	struct load *load = &candidate->load;
	char text[256];
	int status, err;

	*candidate = (struct candidate){ 0 };
	status = load_policy(path, true, load);
	load_print(load);
	if (status)
		return status;
	for (size_t i = 0; i < load->policy->rules; i++)
		follow_exes(&load->policy->rule[i]);
	image_free(&load->image);
	settings.now = load->now;
	err = image_compile(load->policy, &settings, &load->image);
	if (err) {
		complain("%s: %s", path, load_compile_error(load->policy, err, text, sizeof(text)));
		return EX_OSERR;
	}
	find_alike(candidate);
	return 0;
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

/* What some rule says about the ports of a range; of one port, about that. */
struct span {
	struct bind_decision worst;
	uint32_t port; /* the last one that was looked at: if worst is a refusal, its */
	size_t first, last; /* of the rules that decide, the default being one more */
};

static void widen(struct span *span, const struct bind_decision *decision, size_t rules)
{
	size_t rule = decision->rule < rules ? decision->rule : rules;

	if (rule < span->first)
		span->first = rule;
	if (rule > span->last)
		span->last = rule;
}

/* As the hook does: port 0 of a socket that says where to pick is every port of there. */
static void decide_span(const struct image *image, const struct bind_request *asked,
			const uint16_t ports[2], size_t rules, struct span *span)
{
	struct bind_request request = *asked;
	struct decide_range range = { 0 };
	int done;

	*span = (struct span){ .port = asked->port, .first = SIZE_MAX };
	if (!ports[1] || asked->is_bound) {
		decide(image, asked, &span->worst);
		widen(span, &span->worst, rules);
		return;
	}
	decide_range_begin(&range, ports[0], ports[1]);
	do {
		done = decide_range_step(image, &image->page[0].header, &request, &range);
		if (range.latest.cause != BIND_CAUSE_UNREADABLE) {
			widen(span, &range.latest, rules);
			span->port = request.port;
		}
	} while (!done);
	span->worst = range.worst;
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

/* Is it all the same which of the rules from the first to the last decides? */
static bool are_alike(const struct candidate *candidate, size_t first, size_t last)
{
	return first >= last || candidate->alike[first] > last;
}

/*
 * Between the first rule that may match and the first that does, any rule may be the one. Of a
 * range one port that is refused is enough; otherwise it goes for all of them.
 */
static void decide_unsure(struct candidate *candidate, const struct records_line *line,
			  const struct span *known, struct candidate_answer *answer)
{
	static const uint16_t one_port[2];
	const struct image *image = image_without(candidate, answer->missing);
	bool refused = known->worst.verdict == BIND_DENY && known->worst.enforced;
	size_t rules = candidate->load.policy->rules, last = known->last;
	struct bind_request request;
	struct span at_most;

	answer->is_sure = false;
	answer->first = 0;
	if (!image)
		return;
	make_request(image, line, &request);
	if (refused) {
		request.port = known->port;
		last = known->worst.rule < rules ? known->worst.rule : rules;
	}
	decide_span(image, &request, refused ? one_port : line->range, rules, &at_most);
	answer->first = at_most.first;
	answer->last = last;
	answer->is_sure = are_alike(candidate, at_most.first, last);
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
	struct records_line known = *line;
	struct bind_request request;
	struct span span;

	*answer = (struct candidate_answer){ .is_decided = is_for_policy(line), .is_sure = true };
	if (!answer->is_decided)
		return;
	answer->missing = missing_facts(candidate, line);
	known.exe = answer->missing & CANDIDATE_EXE ? NULL : line->exe;
	known.cgroup = answer->missing & CANDIDATE_CGROUP ? NULL : line->cgroup;
	make_request(&candidate->load.image, &known, &request);
	decide_span(&candidate->load.image, &request, line->range, candidate->load.policy->rules,
		    &span);
	answer->decision = span.worst;
	answer->first = span.first;
	answer->last = span.last;
	if (answer->missing)
		decide_unsure(candidate, &known, &span, answer);
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
