/* SPDX-License-Identifier: GPL-2.0-only */
/* What is not known, or not all of it: the bounds of all that a report says. */
#include <inttypes.h>
#include <stdio.h>

#include "policy/alloc.h"
#include "report.h"

static const struct {
	const char *name;
	bool bounds;
} kinds[REPORT_COVERAGE_KINDS] = {
	[REPORT_NO_ENFORCEMENT] = { "no_enforcement", true },
	[REPORT_NO_READER] = { "no_reader", true },
	[REPORT_NOT_RECORDED] = { "not_recorded", true },
	[REPORT_OBSERVED] = { "observed_only", true },
	[REPORT_MISSING] = { "missing_lines", true },
	[REPORT_UNNUMBERED] = { "unnumbered_lines", true },
	[REPORT_LOST] = { "lost", true },
	[REPORT_OUTCOMES] = { "outcomes_unknown", false },
	[REPORT_LEFT_OUT] = { "left_out", true },
	[REPORT_UNDECIDED] = { "undecided", true },
	[REPORT_BOUND_BEFORE] = { "bound_before", true },
	[REPORT_STAND_IN] = { "stand_in_policy", true },
	[REPORT_HOOK] = { "hook", true },
	[REPORT_BROKEN] = { "broken_lines", true },
	[REPORT_TOO_MANY] = { "too_many", true },
	[REPORT_NOT_COVERED] = { "not_covered", false },
	[REPORT_OTHER_POLICY] = { "other_policy", false },
	[REPORT_RELOAD_FAILED] = { "reload_failed", false },
	[REPORT_FOLDED] = { "folded", false },
	[REPORT_REPEATED] = { "repeated_lines", false },
	[REPORT_CUT_OFF] = { "cut_off", false },
	[REPORT_CHAINED] = { "chained", false },
	[REPORT_NOT_CHAINED] = { "not_chained", false },
};

const char *report_coverage_name(enum report_coverage_kind kind)
{
	return kinds[kind].name;
}

/* The text is taken over. */
static struct report_coverage *add(struct report *report, enum report_coverage_kind kind,
				   const char *host, int64_t count, char *text)
{
	struct report_coverage *coverage;

	report->coverage = alloc_grow(report->coverage, report->coverages,
				      sizeof(*report->coverage));
	coverage = &report->coverage[report->coverages++];
	*coverage = (struct report_coverage){
		.kind = kind,
		.bounds = kinds[kind].bounds,
		.host = host,
		.from = RECORDS_UNKNOWN,
		.to = RECORDS_UNKNOWN,
		.count = count,
		.text = text,
	};
	return coverage;
}

/* The part of an interval that is in the period; nothing if there is none. */
static void add_interval(struct report *report, enum report_coverage_kind kind, const char *host,
			 int64_t from, int64_t to, char *text)
{
	struct report_coverage *coverage;
	int64_t begin = report->from, end = report->to;

	if (begin != RECORDS_UNKNOWN && (from == RECORDS_UNKNOWN || from < begin))
		from = begin;
	if (end != RECORDS_UNKNOWN && (to == RECORDS_UNKNOWN || to > end))
		to = end;
	if (from != RECORDS_UNKNOWN && to != RECORDS_UNKNOWN && from > to) {
		free(text);
		return;
	}
	coverage = add(report, kind, host, 1, text);
	coverage->from = from;
	coverage->to = to;
}

/* --- Runs */

bool report_in_period(const struct report *report, const struct report_run *run)
{
	return (report->to == RECORDS_UNKNOWN || run->first == RECORDS_UNKNOWN ||
		run->first < report->to) &&
	       (report->from == RECORDS_UNKNOWN || run->last == RECORDS_UNKNOWN ||
		run->last >= report->from);
}

static void add_count(struct report *report, enum report_coverage_kind kind,
		      const struct report_run *run, int64_t count, const char *text)
{
	struct report_coverage *coverage;

	if (count <= 0)
		return;
	coverage = add(report, kind, run->host, count, report_text(text));
	coverage->from = run->first;
	coverage->to = run->last;
}

static void look_at_lines(struct report *report, const struct report_run *run)
{
	uint64_t missing = sequence_missing(&run->sequence);

	run->of->missing += missing;
	if (!run->run || !run->sequence.count || run->sequence.broken) {
		add_count(report, REPORT_UNNUMBERED, run, (int64_t)run->lines,
			  "lines without numbers, or with too many holes: some may be missing");
		return;
	}
	add_count(report, REPORT_MISSING, run, (int64_t)missing,
		  "records that are not in these logs, by their numbers");
	add_count(report, REPORT_REPEATED, run, (int64_t)run->repeated,
		  "records that were in these logs more than once, counted once");
}

/* Only --verify, which sees the lines as they are, can tell whether a chain is whole. */
static void look_at_chain(struct report *report, const struct report_run *run)
{
	add_count(report, REPORT_CHAINED, run, (int64_t)run->chained,
		  "records with a chain: \"bindguard report --verify\" tells if it is whole");
	add_count(report, REPORT_NOT_CHAINED, run, (int64_t)(run->lines - run->chained),
		  "records without a chain: if they were changed, nothing tells");
}

static void look_at_totals(struct report *report, const struct report_run *run)
{
	if (!run->counted)
		add_count(report, REPORT_LOST, run, 1,
			  "a run without totals: what was lost or left out is not known");
	if (run->lost > 0)
		run->of->lost += (uint64_t)run->lost;
	add_count(report, REPORT_LOST, run, run->lost,
		  "binds that the ring buffer had no room for: decided, not recorded");
	add_count(report, REPORT_LOST, run, run->dropped, "records that an output could not take");
	add_count(report, REPORT_LEFT_OUT, run, run->sampled, "binds left out by sampling");
	add_count(report, REPORT_LEFT_OUT, run, run->filtered,
		  "binds that the options of the run did not show");
	add_count(report, REPORT_FOLDED, run, run->folded,
		  "binds counted with another one that was equal");
	add_count(report, REPORT_OUTCOMES, run, run->outcomes_lost,
		  "binds whose outcome the ring buffer had no room for");
	add_count(report, REPORT_OUTCOMES, run, run->outcomes_missed,
		  "outcomes that the kernel did not tell");
}

/* Each way that the kernel or the hook does not show. */
static void look_at_ways(struct report *report, const struct report_run *run)
{
	char *ways = run->not_covered ? alloc_string(run->not_covered, strlen(run->not_covered)) :
					NULL;
	char *rest = ways, *way;

	while ((way = strsep(&rest, "\n")))
		if (*way)
			add_count(report, REPORT_NOT_COVERED, run, 1, way);
	free(ways);
	if (run->hook && strcmp(run->hook, "lsm"))
		add_count(report, REPORT_HOOK, run, 1,
			  "another hook than that of the LSM, which leaves ways to a port open");
}

static void look_at_start(struct report *report, const struct report_run *run)
{
	if (run->mode && !strcmp(run->mode, "observe"))
		add_interval(report, REPORT_OBSERVED, run->host, run->first, run->last,
			     report_text("nothing was decided: bindguard only observed"));
	else if (run->started && run->bound_before == RECORDS_UNKNOWN)
		add_count(report, REPORT_BOUND_BEFORE, run, 1,
			  "it is not known which sockets were bound before the start");
	add_count(report, REPORT_UNDECIDED, run, (int64_t)run->undecided,
		  "binds about which nothing was decided, or it is not known what");
	add_count(report, REPORT_RELOAD_FAILED, run, (int64_t)run->reload_failed,
		  "reloads that failed and left the policy before in force");
}

/* --- Between runs */

static int compare_runs(const void *a, const void *b)
{
	const struct report_run *one = *(struct report_run *const *)a;
	const struct report_run *other = *(struct report_run *const *)b;
	int order = strcmp(one->host, other->host);

	return order ? order : (one->first > other->first) - (one->first < other->first);
}

static void between_runs(struct report *report, const struct report_run *last,
			 const struct report_run *next)
{
	bool pinned = last->pinned == 1;

	if (last->last == RECORDS_UNKNOWN || next->first <= last->last)
		return;
	if (!last->final)
		add_count(report, REPORT_LOST, last, 1,
			  "a run that ended without its last record: what came after the totals "
			  "before is not known");
	add_interval(report, pinned ? REPORT_NO_READER : REPORT_NO_ENFORCEMENT, last->host,
		     last->last, next->first,
		     report_text(pinned ? "between two runs: what was pinned decided, and nothing "
					  "was recorded" :
					  "between two runs: nothing decided and nothing was "
					  "recorded"));
}

/* If a period was asked for, all of it should be there. */
static void at_the_ends(struct report *report, const struct report_run *first,
			const struct report_run *last)
{
	const char *before = "before the first record of this host";
	const char *after = "after the last record of this host";

	if (report->from != RECORDS_UNKNOWN && first->first > report->from)
		add_interval(report, REPORT_NOT_RECORDED, first->host, report->from, first->first,
			     report_text(before));
	if (report->to != RECORDS_UNKNOWN && last->last < report->to)
		add_interval(report, REPORT_NOT_RECORDED, last->host, last->last, report->to,
			     report_text(after));
}

static void look_between(struct report *report, struct report_run *const *run, size_t count)
{
	const struct report_run *first = NULL, *latest = NULL;

	for (size_t i = 0; i < count; i++) {
		bool same = latest && !strcmp(latest->host, run[i]->host);

		if (same)
			between_runs(report, latest, run[i]);
		if (latest && !same)
			at_the_ends(report, first, latest);
		if (!same)
			first = run[i];
		if (!same || run[i]->last > latest->last)
			latest = run[i];
	}
	if (latest)
		at_the_ends(report, first, latest);
}

/* --- Policies */

static int compare_generations(const void *a, const void *b)
{
	const struct report_generation *one = a, *other = b;
	int order = strcmp(one->run->host, other->run->host);

	if (!order)
		order = (one->run->first > other->run->first) -
			(one->run->first < other->run->first);
	if (!order)
		order = (one->run > other->run) - (one->run < other->run);
	return order ? order : (one->from > other->from) - (one->from < other->from);
}

/* A generation is in force until the next one of its run or, as far as is known, its last line. */
static void end_generations(struct report *report)
{
	if (report->generations)
		qsort(report->generation, report->generations, sizeof(*report->generation),
		      compare_generations);
	for (size_t i = 0; i < report->generations; i++) {
		struct report_generation *generation = &report->generation[i];
		bool last = i + 1 == report->generations || generation[1].run != generation->run;
		struct report_host *host = generation->run->of;

		generation->to = last ? generation->run->last : generation[1].from;
		if (!host->generation || generation->from >= host->generation->from)
			host->generation = generation;
	}
}

static void look_at_policies(struct report *report)
{
	for (size_t i = 0; i < report->generations; i++) {
		const struct report_generation *generation = &report->generation[i];
		const char *sha256 = generation->sha256;

		if (!sha256)
			add_interval(report, REPORT_STAND_IN, generation->run->host,
				     generation->from, generation->to,
				     report_text("the policy could not be loaded: what stands in "
						 "for it was in force"));
		else if (report->sha256 && strcmp(sha256, report->sha256))
			add_interval(report, REPORT_OTHER_POLICY, generation->run->host,
				     generation->from, generation->to,
				     report_print("another policy was in force: %s", sha256));
	}
	for (size_t i = 0; i < report->hosts.count; i++) {
		struct report_host *host = report->hosts.entry[i].value;
		const struct report_generation *last = host->generation;

		host->current = last && last->sha256 && report->sha256 &&
				!strcmp(last->sha256, report->sha256);
	}
}

/* --- All of it */

static int compare_coverage(const void *a, const void *b)
{
	const struct report_coverage *one = a, *other = b;
	int order = one->kind - (int)other->kind;

	if (!order)
		order = strcmp(one->host ?: "", other->host ?: "");
	if (!order && one->kind == REPORT_NOT_COVERED)
		order = strcmp(one->text, other->text);
	if (!order)
		order = (one->from > other->from) - (one->from < other->from);
	return order ? order : strcmp(one->text, other->text);
}

/* What is not covered is the same in each run of a host: one row, of all of them. */
static void merge_ways(struct report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->coverages; i++) {
		struct report_coverage *row = &report->coverage[i];
		struct report_coverage *last = count ? &report->coverage[count - 1] : NULL;

		if (!last || row->kind != REPORT_NOT_COVERED || last->kind != row->kind ||
		    strcmp(last->host, row->host) || strcmp(last->text, row->text)) {
			report->coverage[count++] = *row;
			continue;
		}
		last->count += row->count;
		if (row->from < last->from)
			last->from = row->from;
		if (row->to > last->to)
			last->to = row->to;
		free(row->text);
	}
	report->coverages = count;
}

static void look_at_logs(struct report *report)
{
	if (report->broken)
		add(report, REPORT_BROKEN, NULL, (int64_t)report->broken,
		    report_text("lines that could not be read"));
	if (report->cut_off)
		add(report, REPORT_CUT_OFF, NULL, (int64_t)report->cut_off,
		    report_text("logs that end within a line"));
	if (report->ungrouped)
		add(report, REPORT_TOO_MANY, NULL, (int64_t)report->ungrouped,
		    report_text("binds of too many kinds, which are in no table below"));
}

static void look_at_gaps(struct report *report)
{
	for (size_t i = 0; i < report->gaps; i++) {
		const struct report_gap *gap = &report->gap[i];
		int64_t to = gap->to == RECORDS_UNKNOWN ? gap->run->last : gap->to;

		add_interval(report, REPORT_NO_ENFORCEMENT, gap->run->host, gap->from, to,
			     report_print("what decides was missing: %s", gap->what ?: "?"));
	}
}

/* All that is known of such a host is a scan, or what it did before or after the period. */
static void look_at_hosts(struct report *report)
{
	for (size_t i = 0; i < report->hosts.count; i++) {
		const struct report_host *host = report->hosts.entry[i].value;

		if (!host->recorded)
			add(report, REPORT_NOT_RECORDED, host->host, 1,
			    report_text("no run on this host has records in the period"));
	}
}

void coverage_make(struct report *report)
{
	struct report_run **runs = alloc_zeroed(report->runs.count, sizeof(*runs));
	size_t count = 0;

	for (size_t i = 0; i < report->runs.count; i++) {
		struct report_run *run = report->runs.entry[i].value;

		if (run->of && report_in_period(report, run))
			runs[count++] = run;
	}
	qsort(runs, count, sizeof(*runs), compare_runs);
	for (size_t i = 0; i < count; i++) {
		runs[i]->of->recorded = true;
		look_at_lines(report, runs[i]);
		look_at_chain(report, runs[i]);
		look_at_totals(report, runs[i]);
		look_at_ways(report, runs[i]);
		look_at_start(report, runs[i]);
	}
	look_between(report, runs, count);
	look_at_hosts(report);
	free(runs);
	end_generations(report);
	look_at_policies(report);
	look_at_gaps(report);
	look_at_logs(report);
	if (report->coverages)
		qsort(report->coverage, report->coverages, sizeof(*report->coverage),
		      compare_coverage);
	merge_ways(report);
	report->complete = count > 0;
	for (size_t i = 0; i < report->coverages; i++)
		report->complete &= !report->coverage[i].bounds;
}
