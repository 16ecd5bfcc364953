/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report says, whichever format it has: everything is here before anything is printed. All
 * texts are printable ASCII: what came from logs and policies is escaped as it is taken.
 */
#ifndef ENFORCER_REPORT_REPORT_H
#define ENFORCER_REPORT_REPORT_H

#include "enforcer/logs/records.h"
#include "enforcer/logs/table.h"
#include "policy/policy.h"
#include "sequence.h"
#include "sheet.h"
#include "timeline.h"

#define REPORT_NS INT64_C(1000000000)

struct report_host;

/* One run of the program, as far as its lines tell. Numbers and times may be RECORDS_UNKNOWN. */
struct report_run {
	char *host, *run; /* run: NULL in logs of older versions */
	char *version, *kernel, *machine, *mode, *hook, *not_covered;
	int64_t pinned, bound_before, denied_before;
	int64_t first, last; /* of its lines */
	bool started, final; /* its first and its last record are there */
	uint64_t lines, repeated, chained;
	struct sequence sequence;
	bool counted; /* there are totals */
	int64_t totals_sequence; /* of the totals that these are: */
	int64_t attempts, allow, deny, audit, reported, folded, sampled, filtered, lost, dropped;
	int64_t outcomes_lost, outcomes_missed;
	uint64_t binds, undecided; /* in the period */
	uint64_t reload_failed;
	struct report_host *of;
};

struct report_generation {
	const struct report_run *run;
	int64_t generation, rules, from, to;
	char *policy, *sha256, *files, *verdict, *cause;
};

/* Something pinned was missing. */
struct report_gap {
	const struct report_run *run;
	int64_t from, to; /* to: unknown while it lasts */
	char *what;
};

/* Binds, or sockets, of a host that are alike. */
struct report_group {
	enum records_verdict verdict;
	bool is_socket; /* bound as 'bindguard scan' looked */
	bool rewritten;
	bool enforced;
	const struct report_host *of;
	char *host, *rule; /* rule: NULL for the default */
	char *cause, *who, *protocol, *address, *port;
	char *options; /* forbidden ones, NULL: none */
	char *bound, *bound_verdict; /* where it was sent to */
	uint64_t count; /* binds in the period */
	uint64_t done; /* of those, the ones that the kernel did not refuse */
	int64_t first, last;
};

struct report_host {
	char *host;
	uint64_t binds, allow, deny, audit, undecided;
	uint64_t sockets, unjudged; /* that a scan has found, and without a verdict */
	int64_t scanned; /* when the last scan was */
	int64_t first, last;
	uint64_t lost, missing; /* of its runs */
	bool recorded; /* there is a run in the period */
	bool current; /* its last generation is the policy of the report */
	const struct report_generation *generation; /* the last one */
};

/* A rule that allows. */
struct report_service {
	const struct policy_rule *rule;
	char *name, *ports, *protocol, *subject, *address, *options;
	char *reason, *owner, *approver, *ticket; /* NULL: none */
	int64_t review_due; /* s since 1970, 0: not known */
	uint64_t uses;
	int64_t first, last;
	uint64_t hosts;
	char *host_names; /* the first ones */
};

enum report_coverage_kind {
	REPORT_NO_ENFORCEMENT,
	REPORT_NO_READER,
	REPORT_NOT_RECORDED,
	REPORT_OBSERVED,
	REPORT_MISSING,
	REPORT_UNNUMBERED,
	REPORT_LOST,
	REPORT_OUTCOMES,
	REPORT_LEFT_OUT,
	REPORT_UNDECIDED,
	REPORT_BOUND_BEFORE,
	REPORT_STAND_IN,
	REPORT_HOOK,
	REPORT_BROKEN,
	REPORT_TOO_MANY,
	/* What bounds no claim. */
	REPORT_NOT_COVERED,
	REPORT_OTHER_POLICY,
	REPORT_RELOAD_FAILED,
	REPORT_FOLDED,
	REPORT_REPEATED,
	REPORT_CUT_OFF,
	REPORT_CHAINED,
	REPORT_NOT_CHAINED,
	REPORT_COVERAGE_KINDS,
};

/* Something that is not known, or not as it seems. */
struct report_coverage {
	enum report_coverage_kind kind;
	bool bounds; /* "nothing else has happened" cannot be said */
	const char *host; /* NULL: all */
	int64_t from, to; /* may be unknown */
	int64_t count;
	char *text;
};

/* The worst first. */
enum report_finding_kind {
	REPORT_DENIED,
	REPORT_AUDITED,
	REPORT_LISTENER,
	REPORT_OPTIONS,
	REPORT_REWRITTEN,
	REPORT_DEFAULT_ALLOW,
	REPORT_EXPIRED,
	REPORT_UNJUSTIFIED,
	REPORT_SELF_APPROVED,
	REPORT_OVERDUE,
	REPORT_UNUSED,
	REPORT_FINDING_KINDS,
};

struct report_finding {
	enum report_finding_kind kind;
	const char *host, *rule, *who, *protocol, *address, *port; /* NULL: it has none */
	char *text;
	int64_t count;
	int64_t first, last;
};

enum report_status {
	REPORT_PASS,
	REPORT_FAIL,
	REPORT_NOT_MEASURED,
};

struct report_control {
	const char *framework, *id, *title;
	enum report_status status;
	char *why;
};

/* What a control's status is based on. */
struct report_evidence {
	const char *framework, *id;
	char *text;
	int64_t count;
};

struct report {
	/* What was asked. */
	int64_t from,
		to; /* ns; unknown: from the first line, to the last one; to is not part of it */
	int64_t now; /* s since 1970: what has expired by then, and is due for a review */
	char *policy_path, *sha256;
	const struct policy *policy;

	/* What was read. */
	uint64_t lines, binds, broken, cut_off, outside, repeated, ungrouped, malformed;
	int64_t first, last;
	struct table runs; /* struct report_run */
	struct table hosts; /* struct report_host */
	struct table groups; /* struct report_group */
	struct timeline timeline;
	struct report_generation *generation;
	size_t generations;
	struct report_gap *gap;
	size_t gaps;

	/* What follows. */
	struct report_service *service;
	size_t services;
	struct report_coverage *coverage;
	size_t coverages;
	bool complete; /* nothing in coverage bounds what can be said */
	struct report_finding *finding;
	size_t findings;
	struct report_control *control;
	size_t controls;
	struct report_evidence *evidence;
	size_t evidences;
	int64_t measure[7]; /* M1 to M6 of CIS safeguard 4.8 */
	struct sheet sheet[SHEETS];
};

/* All that was asked must be set before. */
void report_begin(struct report *report);

/* Takes one line of a log. */
void report_take(struct report *report, const struct records_line *line);

/* After the last line: makes the rest of it. */
void report_finish(struct report *report);

/* What report_finish() does, in this order. Each is a file. */
void services_make(struct report *report);
void coverage_make(struct report *report);
void findings_make(struct report *report);
void controls_make(struct report *report);
void sheets_make(struct report *report);

/* Does the run have something in the period? */
bool report_in_period(const struct report *report, const struct report_run *run);

/* Is it a socket that an earlier scan of its host has found? */
bool report_is_old(const struct report_group *group);

/* How many of the controls have that status. */
size_t report_count(const struct report *report, enum report_status status);

/* For CI: 0 compliant, 1 findings, 2 it could not be measured. */
int report_status(const struct report *report);

const char *report_status_name(enum report_status status);
const char *report_finding_name(enum report_finding_kind kind);
const char *report_coverage_name(enum report_coverage_kind kind);
const char *report_verdict_name(enum records_verdict verdict);

/* A copy of the text, escaped; NULL of NULL. */
char *report_text(const char *text);

/* Any such text, allocated. */
char *report_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

void report_free(struct report *report);

#endif
