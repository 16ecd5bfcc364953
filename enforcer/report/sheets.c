/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables that are printed. */
#include <stdio.h>

#include "enforcer/version.h"
#include "policy/alloc.h"
#include "report.h"

#define BEGIN(sheet, columns) sheet_begin(sheet, columns, sizeof(columns) / sizeof((columns)[0]))

const char *report_verdict_name(enum records_verdict verdict)
{
	static const char *const names[] = {
		[RECORDS_UNDECIDED] = NULL,
		[RECORDS_ALLOW] = "allow",
		[RECORDS_DENY] = "deny",
		[RECORDS_AUDIT] = "audit",
	};

	return names[verdict];
}

/* A date of a rule, 0: none. */
static void add_date(struct sheet *sheet, int64_t date)
{
	sheet_number(sheet, date ? date : RECORDS_UNKNOWN);
}

static void add_count(struct sheet *sheet, uint64_t count)
{
	sheet_number(sheet, (int64_t)count);
}

/* The end of the period belongs to it. */
static void make_scope(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "status", "Result", SHEET_TEXT },
		{ "from", "From", SHEET_TIME },
		{ "to", "To", SHEET_TIME },
		{ "judged_as_of", "Judged as of", SHEET_DATE },
		{ "complete", "Nothing is missing", SHEET_BOOLEAN },
		{ "hosts", "Hosts", SHEET_NUMBER },
		{ "records", "Records read", SHEET_NUMBER },
		{ "binds", "Binds", SHEET_NUMBER },
		{ "outside", "Records outside the period", SHEET_NUMBER },
		{ "malformed", "Malformed binds", SHEET_NUMBER },
		{ "policy", "Policy", SHEET_TEXT },
		{ "policy_sha256", "Its SHA-256", SHEET_TEXT },
		{ "rules", "Its rules", SHEET_NUMBER },
		{ "default", "Its default", SHEET_TEXT },
		{ "findings", "Findings", SHEET_NUMBER },
		{ "controls_passed", "Controls passed", SHEET_NUMBER },
		{ "controls_failed", "Controls failed", SHEET_NUMBER },
		{ "controls_not_measured", "Controls not measured", SHEET_NUMBER },
		{ "version", "Made by bindguard", SHEET_TEXT },
	};
	static const char *const results[] = { "compliant", "findings", "could not be measured" };
	bool from = report->from != RECORDS_UNKNOWN, to = report->to != RECORDS_UNKNOWN;

	BEGIN(sheet, columns);
	sheet_text(sheet, results[report_status(report)]);
	sheet_number(sheet, from ? report->from : report->first);
	sheet_number(sheet, to ? report->to - 1000 : report->last);
	sheet_number(sheet, report->now);
	sheet_number(sheet, report->complete);
	add_count(sheet, report->hosts.count);
	add_count(sheet, report->lines);
	add_count(sheet, report->binds);
	add_count(sheet, report->outside);
	add_count(sheet, report->malformed);
	sheet_text(sheet, report->policy_path);
	sheet_text(sheet, report->sha256);
	add_count(sheet, report->policy->rules);
	sheet_text(sheet, report->policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	add_count(sheet, report->findings);
	add_count(sheet, report_count(report, REPORT_PASS));
	add_count(sheet, report_count(report, REPORT_FAIL));
	add_count(sheet, report_count(report, REPORT_NOT_MEASURED));
	sheet_text(sheet, BINDGUARD_VERSION);
}

static void make_controls(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "framework", "Framework", SHEET_TEXT }, { "id", "Requirement", SHEET_TEXT },
		{ "status", "Status", SHEET_TEXT },	  { "title", "What it asks", SHEET_TEXT },
		{ "why", "Because", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->controls; i++) {
		const struct report_control *control = &report->control[i];

		sheet_text(sheet, control->framework);
		sheet_text(sheet, control->id);
		sheet_text(sheet, report_status_name(control->status));
		sheet_text(sheet, control->title);
		sheet_text(sheet, control->why);
	}
}

static void make_evidence(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "framework", "Framework", SHEET_TEXT },
		{ "id", "Requirement", SHEET_TEXT },
		{ "count", "Count", SHEET_NUMBER },
		{ "text", "Of what", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->evidences; i++) {
		const struct report_evidence *evidence = &report->evidence[i];

		sheet_text(sheet, evidence->framework);
		sheet_text(sheet, evidence->id);
		sheet_number(sheet, evidence->count);
		sheet_text(sheet, evidence->text);
	}
}

static void make_findings(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "kind", "Finding", SHEET_NAME },	{ "host", "Host", SHEET_TEXT },
		{ "rule", "Rule", SHEET_TEXT },		{ "who", "Who", SHEET_TEXT },
		{ "protocol", "Protocol", SHEET_TEXT }, { "address", "Address", SHEET_TEXT },
		{ "port", "Port", SHEET_TEXT },		{ "count", "Count", SHEET_NUMBER },
		{ "first", "First", SHEET_TIME },	{ "last", "Last", SHEET_TIME },
		{ "text", "What", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->findings; i++) {
		const struct report_finding *finding = &report->finding[i];

		sheet_text(sheet, report_finding_name(finding->kind));
		sheet_text(sheet, finding->host);
		sheet_text(sheet, finding->rule);
		sheet_text(sheet, finding->who);
		sheet_text(sheet, finding->protocol);
		sheet_text(sheet, finding->address);
		sheet_text(sheet, finding->port);
		sheet_number(sheet, finding->count);
		sheet_number(sheet, finding->first);
		sheet_number(sheet, finding->last);
		sheet_text(sheet, finding->text);
	}
}

static void make_services(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "rule", "Rule", SHEET_TEXT },
		{ "protocol", "Protocol", SHEET_TEXT },
		{ "ports", "Ports", SHEET_TEXT },
		{ "subject", "Subjects", SHEET_TEXT },
		{ "address", "Addresses", SHEET_TEXT },
		{ "permit_options", "Permitted options", SHEET_TEXT },
		{ "reason", "Reason", SHEET_TEXT },
		{ "owner", "Owner", SHEET_TEXT },
		{ "approver", "Approver", SHEET_TEXT },
		{ "ticket", "Ticket", SHEET_TEXT },
		{ "approved", "Approved", SHEET_DATE },
		{ "expires", "Expires", SHEET_DATE },
		{ "review_due", "Review due", SHEET_DATE },
		{ "uses", "Uses", SHEET_NUMBER },
		{ "first", "First use", SHEET_TIME },
		{ "last", "Last use", SHEET_TIME },
		{ "hosts", "Hosts", SHEET_NUMBER },
		{ "host_names", "First hosts", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->services; i++) {
		const struct report_service *service = &report->service[i];

		sheet_text(sheet, service->name);
		sheet_text(sheet, service->protocol);
		sheet_text(sheet, service->ports);
		sheet_text(sheet, service->subject);
		sheet_text(sheet, service->address);
		sheet_text(sheet, service->options);
		sheet_text(sheet, service->reason);
		sheet_text(sheet, service->owner);
		sheet_text(sheet, service->approver);
		sheet_text(sheet, service->ticket);
		add_date(sheet, service->rule->approved);
		add_date(sheet, service->rule->expires);
		add_date(sheet, service->review_due);
		add_count(sheet, service->uses);
		sheet_number(sheet, service->first);
		sheet_number(sheet, service->last);
		add_count(sheet, service->hosts);
		sheet_text(sheet, service->host_names);
	}
}

/* --- What really happened */

static const char *seen_as(const struct report_group *group)
{
	if (group->is_socket)
		return "bound";
	return group->rewritten ? "rewritten" : "bind";
}

static int compare_observed(const void *a, const void *b)
{
	const struct report_group *one = *(struct report_group *const *)a;
	const struct report_group *other = *(struct report_group *const *)b;
	int order = strcmp(one->host, other->host);

	if (!order)
		order = strcmp(one->rule ?: "", other->rule ?: "");
	if (!order && one->count != other->count)
		order = one->count < other->count ? 1 : -1;
	if (!order)
		order = strcmp(one->who, other->who);
	if (!order)
		order = strcmp(one->port, other->port);
	if (!order)
		order = strcmp(one->address, other->address);
	return order ? order : (int)one->verdict - (int)other->verdict;
}

static void add_observed(struct sheet *sheet, const struct report_group *group)
{
	sheet_text(sheet, group->host);
	sheet_text(sheet, seen_as(group));
	sheet_text(sheet, report_verdict_name(group->verdict));
	sheet_text(sheet, group->rule);
	sheet_text(sheet, group->who);
	sheet_text(sheet, group->protocol);
	sheet_text(sheet, group->address);
	sheet_text(sheet, *group->port ? group->port : NULL);
	add_count(sheet, group->count);
	if (group->is_socket)
		sheet_number(sheet, RECORDS_UNKNOWN);
	else
		add_count(sheet, group->done);
	sheet_number(sheet, group->first);
	sheet_number(sheet, group->last);
}

static void make_observed(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "host", "Host", SHEET_TEXT },	      { "seen", "Seen as", SHEET_TEXT },
		{ "verdict", "Verdict", SHEET_TEXT }, { "rule", "Rule", SHEET_TEXT },
		{ "who", "Who", SHEET_TEXT },	      { "protocol", "Protocol", SHEET_TEXT },
		{ "address", "Address", SHEET_TEXT }, { "port", "Port", SHEET_TEXT },
		{ "count", "Count", SHEET_NUMBER },   { "bound", "Bound", SHEET_NUMBER },
		{ "first", "First", SHEET_TIME },     { "last", "Last", SHEET_TIME },
	};
	struct report_group **groups = alloc_zeroed(report->groups.count, sizeof(*groups));
	size_t count = 0;

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->groups.count; i++) {
		struct report_group *group = report->groups.entry[i].value;

		if (!report_is_old(group))
			groups[count++] = group;
	}
	qsort(groups, count, sizeof(*groups), compare_observed);
	for (size_t i = 0; i < count; i++)
		add_observed(sheet, groups[i]);
	free(groups);
}

static void make_timeline(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "from", "From", SHEET_TIME },
		{ "allow", "Allow", SHEET_NUMBER },
		{ "deny", "Deny", SHEET_NUMBER },
		{ "audit", "Audit", SHEET_NUMBER },
	};
	const struct timeline *timeline = &report->timeline;

	BEGIN(sheet, columns);
	for (size_t i = 0; i < timeline->count; i++) {
		int64_t at = timeline->first + (int64_t)i;

		sheet_number(sheet, at * timeline_width(timeline) * REPORT_NS);
		for (int kind = 0; kind < TIMELINE_KINDS; kind++)
			add_count(sheet, timeline->number[i][kind]);
	}
}

/* --- How far it is known */

static void make_coverage(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "kind", "Kind", SHEET_NAME }, { "bounds", "Hole", SHEET_BOOLEAN },
		{ "host", "Host", SHEET_TEXT }, { "from", "From", SHEET_TIME },
		{ "to", "To", SHEET_TIME },	{ "count", "Count", SHEET_NUMBER },
		{ "text", "What", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->coverages; i++) {
		const struct report_coverage *coverage = &report->coverage[i];

		sheet_text(sheet, report_coverage_name(coverage->kind));
		sheet_number(sheet, coverage->bounds);
		sheet_text(sheet, coverage->host);
		sheet_number(sheet, coverage->from);
		sheet_number(sheet, coverage->to);
		sheet_number(sheet, coverage->count);
		sheet_text(sheet, coverage->text);
	}
}

static void make_hosts(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "host", "Host", SHEET_TEXT },
		{ "first", "First record", SHEET_TIME },
		{ "last", "Last record", SHEET_TIME },
		{ "binds", "Binds", SHEET_NUMBER },
		{ "allow", "Allow", SHEET_NUMBER },
		{ "deny", "Deny", SHEET_NUMBER },
		{ "audit", "Audit", SHEET_NUMBER },
		{ "undecided", "Undecided", SHEET_NUMBER },
		{ "lost", "Lost", SHEET_NUMBER },
		{ "missing", "Missing records", SHEET_NUMBER },
		{ "scanned", "Last scan", SHEET_TIME },
		{ "sockets", "Sockets then", SHEET_NUMBER },
		{ "policy_is_current", "Has this policy", SHEET_BOOLEAN },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->hosts.count; i++) {
		const struct report_host *host = report->hosts.entry[i].value;
		bool scanned = host->scanned != RECORDS_UNKNOWN;

		sheet_text(sheet, host->host);
		sheet_number(sheet, host->first);
		sheet_number(sheet, host->last);
		add_count(sheet, host->binds);
		add_count(sheet, host->allow);
		add_count(sheet, host->deny);
		add_count(sheet, host->audit);
		add_count(sheet, host->undecided);
		add_count(sheet, host->lost);
		add_count(sheet, host->missing);
		sheet_number(sheet, host->scanned);
		sheet_number(sheet, scanned ? (int64_t)host->sockets : RECORDS_UNKNOWN);
		sheet_number(sheet, host->current);
	}
}

static void add_run(struct sheet *sheet, const struct report_run *run)
{
	sheet_text(sheet, run->host);
	sheet_text(sheet, run->run);
	sheet_text(sheet, run->mode);
	sheet_text(sheet, run->hook);
	sheet_number(sheet, run->pinned);
	sheet_number(sheet, run->first);
	sheet_number(sheet, run->last);
	sheet_number(sheet, run->final);
	sheet_text(sheet, run->version);
	sheet_text(sheet, run->kernel);
	sheet_text(sheet, run->machine);
	add_count(sheet, run->lines);
	add_count(sheet, sequence_missing(&run->sequence));
	sheet_number(sheet, run->attempts);
	sheet_number(sheet, run->allow);
	sheet_number(sheet, run->deny);
	sheet_number(sheet, run->audit);
	sheet_number(sheet, run->folded);
	sheet_number(sheet, run->sampled);
	sheet_number(sheet, run->filtered);
	sheet_number(sheet, run->lost);
	sheet_number(sheet, run->dropped);
	sheet_number(sheet, run->bound_before);
	sheet_number(sheet, run->denied_before);
}

static void make_runs(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "host", "Host", SHEET_TEXT },
		{ "run", "Run", SHEET_TEXT },
		{ "mode", "Mode", SHEET_TEXT },
		{ "hook", "Hook", SHEET_TEXT },
		{ "pinned", "Pinned", SHEET_BOOLEAN },
		{ "from", "From", SHEET_TIME },
		{ "to", "To", SHEET_TIME },
		{ "final", "Has its last record", SHEET_BOOLEAN },
		{ "version", "bindguard", SHEET_TEXT },
		{ "kernel", "Kernel", SHEET_TEXT },
		{ "machine", "Machine", SHEET_TEXT },
		{ "records", "Records", SHEET_NUMBER },
		{ "missing", "Missing", SHEET_NUMBER },
		{ "attempts", "Attempts", SHEET_NUMBER },
		{ "allow", "Allow", SHEET_NUMBER },
		{ "deny", "Deny", SHEET_NUMBER },
		{ "audit", "Audit", SHEET_NUMBER },
		{ "folded", "Folded", SHEET_NUMBER },
		{ "sampled", "Sampled", SHEET_NUMBER },
		{ "filtered", "Filtered", SHEET_NUMBER },
		{ "lost", "Lost", SHEET_NUMBER },
		{ "dropped", "Dropped", SHEET_NUMBER },
		{ "bound_before", "Bound before", SHEET_NUMBER },
		{ "denied_before", "Of those denied", SHEET_NUMBER },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->runs.count; i++) {
		const struct report_run *run = report->runs.entry[i].value;

		if (run->of && report_in_period(report, run))
			add_run(sheet, run);
	}
}

/* "path SHA-256, path SHA-256" of what has a newline after each. */
static char *files_text(const char *files)
{
	char *copy = files ? alloc_string(files, strlen(files)) : NULL, *text;

	for (char *at = copy, separator = ' '; at && *at; at++) {
		if (*at != '\n')
			continue;
		*at = at[1] ? separator : '\0';
		separator = separator == ' ' ? ',' : ' ';
	}
	text = report_text(copy);
	free(copy);
	return text;
}

static void make_generations(const struct report *report, struct sheet *sheet)
{
	static const struct sheet_column columns[] = {
		{ "host", "Host", SHEET_TEXT },
		{ "run", "Run", SHEET_TEXT },
		{ "generation", "Generation", SHEET_NUMBER },
		{ "from", "From", SHEET_TIME },
		{ "to", "To", SHEET_TIME },
		{ "cause", "Cause", SHEET_TEXT },
		{ "policy", "Policy", SHEET_TEXT },
		{ "policy_sha256", "SHA-256", SHEET_TEXT },
		{ "rules", "Rules", SHEET_NUMBER },
		{ "default", "Default", SHEET_TEXT },
		{ "files", "Files", SHEET_TEXT },
	};

	BEGIN(sheet, columns);
	for (size_t i = 0; i < report->generations; i++) {
		const struct report_generation *generation = &report->generation[i];
		char *files = files_text(generation->files);

		if (report_in_period(report, generation->run)) {
			sheet_text(sheet, generation->run->host);
			sheet_text(sheet, generation->run->run);
			sheet_number(sheet, generation->generation);
			sheet_number(sheet, generation->from);
			sheet_number(sheet, generation->to);
			sheet_text(sheet, generation->cause);
			sheet_text(sheet, generation->policy);
			sheet_text(sheet, generation->sha256);
			sheet_number(sheet, generation->rules);
			sheet_text(sheet, generation->verdict);
			sheet_text(sheet, files);
		}
		free(files);
	}
}

void sheets_make(struct report *report)
{
	static const struct {
		const char *key, *title, *note;
		void (*make)(const struct report *report, struct sheet *sheet);
	} sheets[SHEETS] = {
		[SHEET_SCOPE] = { "scope", "Scope", "", make_scope },
		[SHEET_CONTROLS] = { "controls", "Controls",
				     "Nothing passes of which a part is not known.",
				     make_controls },
		[SHEET_EVIDENCE] = { "evidence", "Evidence", "What each status is based on.",
				     make_evidence },
		[SHEET_FINDINGS] = { "findings", "Findings", "The worst first.", make_findings },
		[SHEET_SERVICES] = { "services", "Approved services",
				     "The rules of the policy that allow; uses are of the period.",
				     make_services },
		[SHEET_OBSERVED] = { "observed", "What happened",
				     "Binds and bound sockets, alike ones together.",
				     make_observed },
		[SHEET_COVERAGE] = { "coverage", "Coverage", "What bounds all that is said here.",
				     make_coverage },
		[SHEET_HOSTS] = { "hosts", "Hosts", "", make_hosts },
		[SHEET_RUNS] = { "runs", "Runs and their modes",
				 "Counts are the kernel's, since the start of the run.",
				 make_runs },
		[SHEET_GENERATIONS] = { "generations", "Policies in force", "", make_generations },
		[SHEET_TIMELINE] = { "timeline", "Decisions over time", "", make_timeline },
	};

	for (int i = 0; i < SHEETS; i++) {
		report->sheet[i].key = sheets[i].key;
		report->sheet[i].title = sheets[i].title;
		report->sheet[i].note = sheets[i].note;
		sheets[i].make(report, &report->sheet[i]);
	}
}
