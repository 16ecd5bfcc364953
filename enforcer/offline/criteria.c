/* SPDX-License-Identifier: GPL-2.0-only */
#include "criteria.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dump.h"
#include "enforcer/escape.h"
#include "policy/alloc.h"
#include "policy/spans.h"

#define VALUE_SHOWN 60 /* columns of a rule's value, which may be a long list */

static void print_family(FILE *out, const struct query *query)
{
	fputs(query_is_ipv4(query->address) ? "ipv4" : "ipv6", out);
}

static void print_uid(FILE *out, const struct query *query)
{
	fprintf(out, "%u", query->uid);
}

static void print_cgroup(FILE *out, const struct query *query)
{
	query_print_string(out, query->cgroup);
}

static void print_exe(FILE *out, const struct query *query)
{
	query_print_string(out, query->exe);
}

static void print_comm(FILE *out, const struct query *query)
{
	query_print_string(out, query->comm);
}

static void print_netns(FILE *out, const struct query *query)
{
	fputs(query->other_netns ? "other" : "host", out);
}

/* In the order in which they are looked at. */
static const struct criterion {
	const char *setting;
	enum bind_dimension dimension;
	void (*print)(FILE *out, const struct query *query);
} criteria[] = {
	{ "family", BIND_DIM_ADDRESS, print_family },
	{ "address", BIND_DIM_ADDRESS, query_print_address },
	{ "protocol", BIND_DIM_PROTOCOL, query_print_protocol },
	{ "ports", BIND_DIM_PORT, query_print_port },
	{ "uid", BIND_DIM_UID, print_uid },
	{ "cgroup", BIND_DIM_CGROUP, print_cgroup },
	{ "exe", BIND_DIM_EXE, print_exe },
	{ "comm", BIND_DIM_COMM, print_comm },
	{ "netns", BIND_DIM_NETNS, print_netns },
};

#define CRITERIA (sizeof(criteria) / sizeof(criteria[0]))

/* Does the rule accept what the request has in this dimension? */
static bool accepts(const struct image *image, const struct bind_request *request,
		    const struct policy_rule *rule, enum bind_dimension dimension)
{
	struct spans spans = { 0 };
	bool does = spans_any(rule, dimension);
	struct decide_keys keys;

	if (does)
		return true;
	decide_make_keys(request, 0, &keys);
	if (!spans_of(image, rule, dimension, &spans))
		does = spans_have(&spans, spans_key(decide_key(&keys, dimension), dimension));
	spans_free(&spans);
	return does;
}

/* Family and address are one dimension. */
static bool is_other_family(const struct policy_rule *rule, const struct query *query)
{
	if (rule->family == POLICY_ANY_FAMILY)
		return false;
	return query_is_ipv4(query->address) != (rule->family == POLICY_IPV4);
}

static const struct criterion *first_unmet(const struct load *load, const struct query *query,
					   uint32_t rule)
{
	struct bind_request request;

	query_request(&load->image, query, &request);
	for (size_t i = 0; i < CRITERIA; i++) {
		if (accepts(&load->image, &request, &load->policy->rule[rule],
			    criteria[i].dimension))
			continue;
		if (i == 0 && !is_other_family(&load->policy->rule[rule], query))
			continue; /* then it is the address */
		return &criteria[i];
	}
	return NULL;
}

/* The rule's value as the policy would have it, cut if it is long. */
static void print_setting(FILE *out, const struct policy_rule *rule, const char *setting)
{
	char *value = NULL, shown[VALUE_SHOWN + 1];
	size_t length;
	FILE *text = alloc_checked(open_memstream(&value, &length));
	bool whole;

	if (!dump_setting(text, rule, setting))
		fputs("absent", text);
	fclose(text);
	escape(alloc_checked(value), length, VALUE_SHOWN, shown, sizeof(shown));
	whole = strlen(shown) >= length;
	fprintf(out, "%s%s", shown, whole ? "" : "...");
	free(value);
}

void criteria_print(FILE *out, const struct load *load, const struct query *query, uint32_t rule)
{
	int64_t expires = load->policy->rule[rule].expires;
	const struct criterion *unmet = first_unmet(load, query, rule);

	if (expires && expires <= load->now) {
		fputs("expires is ", out);
		print_setting(out, &load->policy->rule[rule], "expires");
		fputs(", which is over", out);
		return;
	}
	if (!unmet) {
		fputs("every criterion matches", out);
		return;
	}
	fprintf(out, "%s is ", unmet->setting);
	print_setting(out, &load->policy->rule[rule], unmet->setting);
	fputs(", the request has ", out);
	unmet->print(out, query);
}
