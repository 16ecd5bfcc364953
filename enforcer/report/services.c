/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of the policy, and how often each has been used. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "enforcer/offline/dump.h"
#include "policy/alloc.h"
#include "report.h"

#define REVIEW_MONTHS 6
#define NAMED_HOSTS 5

/*
 * A setting as it is dumped, escaped, without brackets and quotes: its value, to be read by people.
 * NULL if the rule has none.
 */
static char *setting(const struct policy_rule *rule, const char *name)
{
	char *text = NULL, *to, *escaped;
	size_t length;
	FILE *out = alloc_checked(open_memstream(&text, &length));
	bool has = dump_setting(out, rule, name);

	fclose(out);
	for (char *from = to = alloc_checked(text); (*to = *from); from++)
		to += !strchr("[]\"", *from);
	escaped = has ? report_text(text) : NULL;
	free(text);
	return escaped;
}

/* "cgroup "/system.slice/nginx.service", uid 33": whose binds it is for. */
static char *subject_text(const struct policy_rule *rule)
{
	static const char *const names[] = { "cgroup", "exe", "comm", "uid", "netns" };
	char *text = NULL;
	size_t length;
	FILE *out = alloc_checked(open_memstream(&text, &length));
	const char *between = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *value = setting(rule, names[i]);

		if (value)
			fprintf(out, "%s%s %s", between, names[i], value);
		if (value)
			between = "; ";
		free(value);
	}
	fclose(out);
	if (text && *text)
		return text;
	free(text);
	return report_text("any");
}

/* The same day so many months later; the last one of a month that is shorter. */
static int64_t months_later(int64_t day, int months)
{
	time_t seconds = day;
	struct tm tm, later;

	gmtime_r(&seconds, &tm);
	tm.tm_mon += months;
	later = tm;
	seconds = timegm(&later);
	if (later.tm_mday != tm.tm_mday) {
		tm.tm_mon++;
		tm.tm_mday = 0;
		seconds = timegm(&tm);
	}
	return seconds;
}

static char *or_any(char *text)
{
	return text ?: report_text("any");
}

static void make_service(struct report_service *service, const struct policy_rule *rule)
{
	*service = (struct report_service){
		.rule = rule,
		.name = report_text(rule->name),
		.ports = or_any(setting(rule, "ports")),
		.protocol = or_any(setting(rule, "protocol")),
		.subject = subject_text(rule),
		.address = or_any(setting(rule, "address")),
		.options = setting(rule, "permit_options"),
		.reason = report_text(rule->reason),
		.owner = report_text(rule->owner),
		.approver = report_text(rule->approver),
		.ticket = report_text(rule->ticket),
		.review_due = rule->approved ? months_later(rule->approved, REVIEW_MONTHS) : 0,
		.first = RECORDS_UNKNOWN,
		.last = RECORDS_UNKNOWN,
	};
}

static void add_use(struct report_service *service, const struct report_group *group)
{
	if (!group->done)
		return;
	service->uses += group->done;
	if (service->first == RECORDS_UNKNOWN || group->first < service->first)
		service->first = group->first;
	if (service->last == RECORDS_UNKNOWN || group->last > service->last)
		service->last = group->last;
}

/* Groups come sorted by rule and host, so that one host is one run of them. */
static void add_host(struct report_service *service, const struct report_group *group,
		     const char **host)
{
	char *names = service->host_names;

	if (!group->done || (*host && !strcmp(*host, group->host)))
		return;
	*host = group->host;
	if (service->hosts++ < NAMED_HOSTS) {
		service->host_names = names ? report_print("%s, %s", names, group->host) :
					      report_text(group->host);
		free(names);
	}
}

static int compare_groups(const void *a, const void *b)
{
	const struct report_group *one = *(struct report_group *const *)a;
	const struct report_group *other = *(struct report_group *const *)b;
	int order = strcmp(one->rule, other->rule);

	return order ? order : strcmp(one->host, other->host);
}

/* Was it allowed by a rule? */
static bool is_use(const struct report_group *group)
{
	return !group->is_socket && group->rule && group->verdict == RECORDS_ALLOW;
}

static struct report_group **sorted_uses(const struct report *report, size_t *count)
{
	struct report_group **groups = alloc_zeroed(report->groups.count, sizeof(*groups));

	*count = 0;
	for (size_t i = 0; i < report->groups.count; i++) {
		struct report_group *group = report->groups.entry[i].value;

		if (is_use(group))
			groups[(*count)++] = group;
	}
	qsort(groups, *count, sizeof(*groups), compare_groups);
	return groups;
}

void services_make(struct report *report)
{
	const struct policy *policy = report->policy;
	struct table names;
	const char *host = NULL;
	size_t count;
	struct report_group **groups = sorted_uses(report, &count);

	report->service = alloc_zeroed(policy->rules, sizeof(*report->service));
	table_init(&names, sizeof(size_t), SIZE_MAX);
	for (size_t i = 0; i < policy->rules; i++) {
		if (policy->rule[i].verdict != BIND_ALLOW)
			continue;
		make_service(&report->service[report->services], &policy->rule[i]);
		*(size_t *)table_get(&names,
				     report->service[report->services].name) = report->services + 1;
		report->services++;
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = *(size_t *)table_get(&names, groups[i]->rule);

		if (!i || strcmp(groups[i - 1]->rule, groups[i]->rule))
			host = NULL;
		if (!at) /* another policy's, or one that denies now */
			continue;
		add_use(&report->service[at - 1], groups[i]);
		add_host(&report->service[at - 1], groups[i], &host);
	}
	table_free(&names);
	free(groups);
}
