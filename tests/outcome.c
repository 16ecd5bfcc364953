/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outcome.h"
#include "policy/addresses.h"
#include "policy/names.h"

static void print_ranges(FILE *out, const char *name, const struct policy_ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++) {
		fprintf(out, "%s%s%u", i ? "," : " ", i ? "" : name, ranges->range[i].low);
		if (ranges->range[i].high != ranges->range[i].low)
			fprintf(out, "-%u", ranges->range[i].high);
	}
}

static void print_strings(FILE *out, const char *name, const struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		fprintf(out, "%s%s%s", i ? "," : " ", i ? "" : name, strings->string[i]);
}

static void print_options(FILE *out, const char *name, uint32_t options)
{
	char names[128];

	if (options)
		fprintf(out, " %s%s", name, names_options(options, names, sizeof(names)));
}

static void print_text(FILE *out, const char *name, const char *text)
{
	if (text)
		fprintf(out, " %s%s", name, text);
}

static void print_address(FILE *out, const uint8_t *address)
{
	bool ipv4 = memcmp(address, addresses_ipv4.low, 12) == 0;
	char text[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(ipv4 ? AF_INET : AF_INET6, address + (ipv4 ? 12 : 0), text,
				  sizeof(text)));
	fputs(text, out);
}

static void print_addresses(FILE *out, const struct policy_addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const struct policy_address *range = &addresses->range[i];

		fprintf(out, "%s", i ? "," : " address=");
		print_address(out, range->low);
		if (memcmp(range->low, range->high, sizeof(range->low)) == 0)
			continue;
		fprintf(out, "-");
		print_address(out, range->high);
	}
}

static void print_time(FILE *out, const char *name, int64_t time)
{
	if (time)
		fprintf(out, " %s%" PRId64, name, time);
}

/* "file:line" without what is usual. */
static void print_place(FILE *out, const char *file, unsigned int line, const char *usual)
{
	if (strcmp(file, usual) != 0)
		fprintf(out, "%s:",
			strncmp(file, usual, strlen(usual)) == 0 && file[strlen(usual)] == '/' ?
				file + strlen(usual) + 1 :
				file);
	fprintf(out, "%u", line);
}

static void print_rule(FILE *out, const struct policy_rule *rule, const char *usual)
{
	fprintf(out, " %s@", rule->name);
	print_place(out, rule->file, rule->line, usual);
	fprintf(out, " %s%s", rule->verdict == BIND_ALLOW ? "allow" : "deny",
		rule->audit ? " audit" : "");
	print_ranges(out, "uid=", &rule->uid);
	print_ranges(out, "protocol=", &rule->protocol);
	print_ranges(out, "port=", &rule->port);
	print_strings(out, "comm=", &rule->comm);
	print_strings(out, "cgroup=", &rule->cgroup);
	print_strings(out, "exe=", &rule->exe);
	if (rule->family)
		fprintf(out, " family=%s", rule->family == POLICY_IPV4 ? "ipv4" : "ipv6");
	print_addresses(out, &rule->address);
	if (rule->host_netns)
		fprintf(out, " netns=host");
	print_options(out, "permit=", rule->permit_options);
	print_options(out, "forbid=", rule->forbid_options);
	print_text(out, "reason=", rule->reason);
	print_text(out, "owner=", rule->owner);
	print_text(out, "approver=", rule->approver);
	print_text(out, "ticket=", rule->ticket);
	print_time(out, "approved=", rule->approved);
	print_time(out, "expires=", rule->expires);
	fprintf(out, ";");
}

static void print_policy(FILE *out, const struct policy *policy, const char *usual)
{
	fprintf(out, "%s", policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	print_options(out, "forbid=", policy->forbid_options);
	fprintf(out, ";");
	for (size_t i = 0; i < policy->rules; i++)
		print_rule(out, &policy->rule[i], usual);
}

char *outcome_messages(const struct policy_messages *messages, const char *usual)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	assert_non_null(out);
	for (size_t i = 0; i < messages->count; i++) {
		fputs(i ? "\n" : "", out);
		print_place(out, messages->message[i].file, messages->message[i].line, usual);
		fprintf(out, ": %s", messages->message[i].text);
	}
	fclose(out);
	return result;
}

char *outcome_text(struct policy *policy, struct policy_messages *errors, const char *usual)
{
	char *result = NULL;
	size_t size;
	FILE *out;

	assert_true(!policy == (errors->count > 0));
	if (policy) {
		out = open_memstream(&result, &size);
		assert_non_null(out);
		print_policy(out, policy, usual);
		fclose(out);
	} else {
		for (size_t i = 0; i < errors->count; i++)
			assert_false(errors->message[i].warning);
		result = outcome_messages(errors, usual);
	}
	policy_free(policy);
	policy_messages_free(errors);
	return result;
}
