/* SPDX-License-Identifier: GPL-2.0-only */
/* What somebody should look at, the worst first. */
#include <stdio.h>

#include "policy/alloc.h"
#include "report.h"

static const char *const names[REPORT_FINDING_KINDS] = {
	[REPORT_DENIED] = "denied_attempt",
	[REPORT_AUDITED] = "audit_only_violation",
	[REPORT_LISTENER] = "unapproved_listener",
	[REPORT_OPTIONS] = "forbidden_options",
	[REPORT_REWRITTEN] = "rewritten_address",
	[REPORT_DEFAULT_ALLOW] = "default_allows",
	[REPORT_EXPIRED] = "expired_rule",
	[REPORT_UNJUSTIFIED] = "unjustified_rule",
	[REPORT_SELF_APPROVED] = "self_approved_rule",
	[REPORT_OVERDUE] = "review_overdue",
	[REPORT_UNUSED] = "never_used_rule",
};

const char *report_finding_name(enum report_finding_kind kind)
{
	return names[kind];
}

/* The text is taken over. */
static struct report_finding *add(struct report *report, enum report_finding_kind kind, char *text)
{
	struct report_finding *finding;

	report->finding = alloc_grow(report->finding, report->findings, sizeof(*report->finding));
	finding = &report->finding[report->findings++];
	*finding = (struct report_finding){
		.kind = kind,
		.text = text,
		.count = RECORDS_UNKNOWN,
		.first = RECORDS_UNKNOWN,
		.last = RECORDS_UNKNOWN,
	};
	return finding;
}

/* --- Binds and sockets */

static void add_group(struct report *report, enum report_finding_kind kind,
		      const struct report_group *group, char *text)
{
	struct report_finding *finding = add(report, kind, text);

	finding->host = group->host;
	finding->rule = group->rule;
	finding->who = group->who;
	finding->protocol = group->protocol;
	finding->address = group->address;
	finding->port = *group->port ? group->port : NULL;
	finding->count = (int64_t)group->count;
	finding->first = group->first;
	finding->last = group->last;
}

static bool has_cause(const struct report_group *group, const char *cause)
{
	return group->cause && !strcmp(group->cause, cause);
}

static const char *outcome(const struct report_group *group)
{
	return group->verdict == RECORDS_DENY ? "refused" : "let through: the mode was audit";
}

static void look_at_denied(struct report *report, const struct report_group *group)
{
	bool denied = group->verdict == RECORDS_DENY;
	const char *why = group->rule ? "by this rule" : "as no rule allows it";

	if (has_cause(group, "options"))
		add_group(report, REPORT_OPTIONS, group,
			  report_print("carries %s, which it may not; %s", group->options ?: "?",
				       outcome(group)));
	else if (has_cause(group, "unreadable"))
		add_group(report, REPORT_DENIED, group,
			  report_print("could not be read, which counts as denied; %s",
				       outcome(group)));
	else
		add_group(report, denied ? REPORT_DENIED : REPORT_AUDITED, group,
			  report_print("denied %s; %s", why, outcome(group)));
}

static void look_at_group(struct report *report, const struct report_group *group)
{
	bool refused = group->verdict == RECORDS_DENY || group->verdict == RECORDS_AUDIT;

	if (group->is_socket) {
		if (refused && !report_is_old(group))
			add_group(report, REPORT_LISTENER, group,
				  report_print("was bound when the host was scanned, and the "
					       "policy denies it%s%s",
					       group->options ? ": " : "", group->options ?: ""));
		return;
	}
	if (refused)
		look_at_denied(report, group);
	if (group->rewritten)
		add_group(report, REPORT_REWRITTEN, group,
			  report_print("another program sent it to %s after the decision; of that "
				       "the policy says %s",
				       group->bound, group->bound_verdict ?: "nothing known"));
}

static void look_at_sockets_before(struct report *report)
{
	for (size_t i = 0; i < report->runs.count; i++) {
		const struct report_run *run = report->runs.entry[i].value;
		struct report_finding *finding;

		if (run->denied_before <= 0 || !report_in_period(report, run))
			continue;
		finding = add(report, REPORT_LISTENER,
			      report_text("sockets that were bound before the start of a run, and "
					  "that the policy denies"));
		finding->host = run->host;
		finding->count = run->denied_before;
		finding->first = finding->last = run->first;
	}
}

/* --- Rules */

static void add_rule(struct report *report, enum report_finding_kind kind,
		     const struct report_service *service, char *text)
{
	struct report_finding *finding = add(report, kind, text);

	finding->rule = service->name;
	finding->protocol = service->protocol;
	finding->port = service->ports;
	finding->who = service->subject;
}

/* Of what a reader of the report must know about a rule, what is not there; "" if all is. */
static void list_missing(const struct report_service *service, char buffer[64])
{
	const struct {
		const char *name;
		bool there;
	} parts[] = {
		{ "reason", service->reason && *service->reason },
		{ "owner", service->owner && *service->owner },
		{ "approver", service->approver && *service->approver },
		{ "approved", service->rule->approved },
	};

	*buffer = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!parts[i].there)
			snprintf(buffer + strlen(buffer), 64 - strlen(buffer), "%s%s",
				 *buffer ? ", " : "", parts[i].name);
}

static void look_at_rule(struct report *report, const struct report_service *service)
{
	const struct policy_rule *rule = service->rule;
	char missing[64];

	list_missing(service, missing);
	if (rule->expires && rule->expires <= report->now)
		add_rule(report, REPORT_EXPIRED, service,
			 report_text(
				 "has expired, so that it matches nothing: renew or remove it"));
	if (*missing)
		add_rule(report, REPORT_UNJUSTIFIED, service, report_print("has no %s", missing));
	if (service->owner && service->approver && *service->owner &&
	    !strcasecmp(service->owner, service->approver))
		add_rule(report, REPORT_SELF_APPROVED, service,
			 report_print("was approved by its own owner, %s", service->owner));
	if (service->review_due && service->review_due <= report->now)
		add_rule(report, REPORT_OVERDUE, service,
			 report_text("was approved more than six months ago"));
	/* Nothing is said about use where nothing was decided. */
	if (report->binds && !service->uses)
		add_rule(report, REPORT_UNUSED, service,
			 report_text(report->complete ?
					     "was never used in the period" :
					     "was not used as far as is recorded, which is not "
					     "all: see coverage"));
}

/* --- All of them */

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ?: "", b ?: "");
}

static int compare(const void *a, const void *b)
{
	const struct report_finding *one = a, *other = b;
	int order = one->kind - (int)other->kind;

	if (!order && one->count != other->count)
		order = one->count < other->count ? 1 : -1;
	if (!order)
		order = compare_texts(one->host, other->host);
	if (!order)
		order = compare_texts(one->rule, other->rule);
	if (!order)
		order = compare_texts(one->who, other->who);
	if (!order)
		order = compare_texts(one->port, other->port);
	return order ? order : strcmp(one->text, other->text);
}

void findings_make(struct report *report)
{
	for (size_t i = 0; i < report->groups.count; i++)
		look_at_group(report, report->groups.entry[i].value);
	look_at_sockets_before(report);
	for (size_t i = 0; i < report->services; i++)
		look_at_rule(report, &report->service[i]);
	if (report->policy->default_verdict == BIND_ALLOW)
		add(report, REPORT_DEFAULT_ALLOW,
		    report_text("what no rule names is allowed: nobody has approved it"));
	if (report->findings)
		qsort(report->finding, report->findings, sizeof(*report->finding), compare);
}
