/* SPDX-License-Identifier: GPL-2.0-only */
#include "prune.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "bindtext.h"
#include "candidate.h"
#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "logs.h"
#include "policy/alloc.h"
#include "table.h"

#define MAX_RUNS 100000

/* What is known of a rule. */
struct use {
	uint64_t count; /* binds that it decides */
	int64_t last; /* when it did */
	/* How many binds may be decided by this rule or one after it, and by none after this one: */
	int64_t begins, ends; /* since not all of what rules ask for is recorded */
	int64_t range_begins, range_ends; /* since they are for ranges of ports */
	bool perhaps; /* may be one of those */
};

struct pruning {
	struct candidate candidate;
	struct use *use; /* of each rule, and one more */
	struct table runs; /* uint64_t: the binds that are in no line, by run */
	uint32_t missing; /* facts that were not recorded, and some rule asks for */
	uint64_t decisions;
	int64_t since; /* the first time in the logs */
};

static bool take_bind(struct pruning *pruning, const struct records_line *line)
{
	struct candidate_answer answer;
	size_t rules = pruning->candidate.load.policy->rules;
	struct use *first, *last;

	candidate_decide(&pruning->candidate, line, &answer);
	if (!answer.is_decided)
		return true;
	pruning->decisions += (uint64_t)line->count;
	first = &pruning->use[answer.first < rules ? answer.first : rules];
	last = &pruning->use[answer.last < rules ? answer.last : rules];
	if (first < last) {
		pruning->missing |= answer.missing;
		first->begins += !!answer.missing;
		last->ends += !!answer.missing;
		first->range_begins += !!line->range[1];
		last->range_ends += !!line->range[1];
		return true;
	}
	last->count += (uint64_t)line->count;
	if (line->last_time > last->last)
		last->last = line->last_time;
	return true;
}

/* What the last totals of a run say is missing. */
static void take_totals(struct pruning *pruning, const struct records_line *line)
{
	const int64_t parts[] = { line->sampled, line->filtered, line->lost, line->dropped };
	uint64_t *missing = table_get(&pruning->runs, line->run ?: ""), sum = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] > 0)
			sum += (uint64_t)parts[i];
	if (missing && sum > *missing)
		*missing = sum;
}

static bool take(void *context, const struct records_line *line)
{
	struct pruning *pruning = context;

	if (line->time != RECORDS_UNKNOWN &&
	    (pruning->since == RECORDS_UNKNOWN || line->time < pruning->since))
		pruning->since = line->time;
	if (line->kind == RECORDS_TOTALS)
		take_totals(pruning, line);
	return line->kind != RECORDS_BIND || take_bind(pruning, line);
}

/* --- Printing */

/* A rule that asks for what is not recorded may have decided a bind that it is before the end of. */
static void find_perhaps(struct pruning *pruning)
{
	const struct policy *policy = pruning->candidate.load.policy;
	int64_t open = 0, range_open = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		struct use *use = &pruning->use[i];

		open += use->begins;
		range_open += use->range_begins;
		use->perhaps = use->ends || range_open ||
			       (open && candidate_asks(&policy->rule[i], pruning->missing));
		open -= use->ends;
		range_open -= use->range_ends;
	}
}

/* 0: never used, 1: perhaps, 2: used. */
static int rank(const struct use *use)
{
	return use->count ? 2 : use->perhaps;
}

/* Those never used first, then those used long ago; the rest in the order of the policy. */
static int compare(const void *a, const void *b, void *context)
{
	const struct use *use = context;
	size_t one = *(const size_t *)a, other = *(const size_t *)b;

	if (rank(&use[one]) != rank(&use[other]))
		return rank(&use[one]) - rank(&use[other]);
	if (use[one].last != use[other].last)
		return use[one].last < use[other].last ? -1 : 1;
	return one < other ? -1 : one > other;
}

static void print_rule(const struct pruning *pruning, size_t index)
{
	const struct policy_rule *rule = &pruning->candidate.load.policy->rule[index];
	char number[BINDTEXT_BYTES], time[BINDTEXT_BYTES];
	const struct use *use = &pruning->use[index];
	char *file = escape_text(rule->file);

	if (use->count)
		printf("%s, %s bind%s", bindtext_time(use->last, time),
		       bindtext_number(use->count, number), use->count == 1 ? "" : "s");
	else
		fputs(use->perhaps ? "perhaps             " : "never               ", stdout);
	printf("  %s (%s:%u)%s\n", rule->name, file ?: "?", rule->line,
	       rule->expires && rule->expires <= pruning->candidate.load.now ? " expired" : "");
	free(file);
}

/* Returns how many rules decide nothing. */
static size_t print_rules(struct pruning *pruning)
{
	size_t rules = pruning->candidate.load.policy->rules, never = 0;
	size_t *order = alloc_zeroed(rules, sizeof(*order));
	char time[BINDTEXT_BYTES];

	for (size_t i = 0; i < rules; i++) {
		order[i] = i;
		never += !rank(&pruning->use[i]);
	}
	qsort_r(order, rules, sizeof(*order), compare, pruning->use);
	for (size_t i = 0; i < rules; i++)
		print_rule(pruning, order[i]);
	printf("%zu of %zu rule%s never hit since %s\n", never, rules, rules == 1 ? "" : "s",
	       bindtext_time(pruning->since, time));
	free(order);
	return never;
}

/* A rule that seems to be in nobody's use may have been, by a bind that is in no line. */
static void tell_missing(const struct pruning *pruning)
{
	char number[BINDTEXT_BYTES];
	uint64_t missing = 0;

	for (size_t i = 0; i < pruning->runs.count; i++)
		missing += *(uint64_t *)pruning->runs.entry[i].value;
	if (missing)
		complain("%s binds are not in the logs: lost, sampled, filtered or dropped",
			 bindtext_number(missing, number));
}

static int print_use(struct pruning *pruning)
{
	if (!pruning->decisions) {
		complain("no binds in the logs, expected lines of 'bindguard --json'");
		return EX_DATAERR;
	}
	find_perhaps(pruning);
	tell_missing(pruning);
	return print_rules(pruning) ? 1 : 0;
}

int prune_logs(const char *policy, char *const *paths)
{
	struct pruning pruning = { .since = RECORDS_UNKNOWN };
	int status = candidate_load(&pruning.candidate, policy), printed;
	struct logs logs;

	if (!status) {
		pruning.use = alloc_zeroed(pruning.candidate.load.policy->rules + 1,
					   sizeof(*pruning.use));
		table_init(&pruning.runs, sizeof(uint64_t), MAX_RUNS);
		status = logs_read(&logs, paths, take, &pruning);
		printed = print_use(&pruning);
		status = status ? status : printed;
		table_free(&pruning.runs);
		free(pruning.use);
	}
	candidate_free(&pruning.candidate);
	return status;
}
