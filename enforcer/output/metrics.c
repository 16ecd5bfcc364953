/* SPDX-License-Identifier: GPL-2.0-only */
#include "metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "enforcer/escape.h"
#include "enforcer/version.h"
#include "stream.h"

/* What precedes the samples of a metric. */
static void begin(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP bindguard_%s %s\n# TYPE bindguard_%s %s\n", name, help, name, type);
}

static void gauge(FILE *out, const char *name, const char *help, int64_t value)
{
	begin(out, name, "gauge", help);
	fprintf(out, "bindguard_%s %" PRId64 "\n", name, value);
}

static void counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	begin(out, name, "counter", help);
	fprintf(out, "bindguard_%s %" PRIu64 "\n", name, value);
}

static void print_program(FILE *out, const struct metrics *m)
{
	enum mode mode = m->reload ? reload_mode(m->reload) : MODE_OBSERVE;

	gauge(out, "up", "Does the program run? 0 is written when it ends.", m->up);
	begin(out, "info", "gauge", "Which program this is.");
	fprintf(out, "bindguard_info{version=\"%s\",mode=\"%s\",hook=\"%s\"} 1\n",
		BINDGUARD_VERSION, stream_mode(m->options->mode),
		!m->reload			? "" :
		m->options->hook == HOOK_CGROUP ? "cgroup" :
						  "lsm");
	gauge(out, "start_time_seconds", "When the program was started, since 1970.", m->started);
	gauge(out, "hooks_attached", "Hooks on which binds are decided.", m->hooks);
	gauge(out, "enforcing", "Is what the policy denies refused?",
	      m->hooks && mode == MODE_DENY);
}

static void print_result(FILE *out, const char *result, uint64_t value)
{
	fprintf(out, "bindguard_reports_total{result=\"%s\"} %" PRIu64 "\n", result, value);
}

static void print_binds(FILE *out, const struct metrics *m)
{
	const struct totals *user = &m->sum->user;
	const struct bind_counters *kernel = &m->sum->kernel;

	counter(out, "attempts_total", "Binds that were seen.", kernel->attempts);
	begin(out, "reports_total", "counter", "What has become of their reports.");
	print_result(out, "reported", user->reported);
	print_result(out, "folded", user->folded);
	print_result(out, "sampled", user->sampled);
	print_result(out, "filtered", totals_filtered(m->sum));
	print_result(out, "lost", kernel->lost);
	counter(out, "events_lost_total", "Events that the ring buffer had no room for.",
		kernel->lost + kernel->outcomes_lost);
	counter(out, "outcomes_missed_total", "Outcomes that the kernel did not tell.",
		m->sum->missed);
	counter(out, "lines_dropped_total", "Lines that an output could not take.", user->dropped);
	counter(out, "unreadable_total", "Binds that were judged as denied: they cannot be read.",
		kernel->unreadable);
	counter(out, "rewritten_total", "Binds that another program changed after the decision.",
		user->rewritten);
}

/* --- Rules */

struct printing {
	FILE *out;
	const char *mode;
	int err;
};

/* A label's value, without the quotes. */
static void print_label(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void print_decisions(struct printing *to, const char *verdict, const char *rule,
			    uint64_t value)
{
	fprintf(to->out, "bindguard_decisions_total{mode=\"%s\",verdict=\"%s\",rule=\"", to->mode,
		verdict);
	print_label(to->out, rule);
	fprintf(to->out, "\"} %" PRIu64 "\n", value);
}

static void print_rule(struct printing *to, const char *name, const struct bind_rule_counters *c)
{
	char *escaped = escape_text(name);

	if (!escaped) {
		to->err = -ENOMEM;
		return;
	}
	print_decisions(to, "allow", escaped, c->allowed);
	print_decisions(to, "deny", escaped, c->denied);
	print_decisions(to, "audit", escaped, c->audited);
	free(escaped);
}

static void visit_rule(void *context, const struct tally_rule *rule)
{
	print_rule(context, rule->name, &rule->counters);
}

/* Those of the policy in force, and those before it that have decided something. */
static int print_rules(FILE *out, const struct metrics *m)
{
	const struct policy *policy = reload_policy(m->reload);
	struct printing to = { .out = out, .mode = stream_mode(m->options->mode) };
	struct tally all = { 0 };

	to.err = tally_copy(&all, &m->reload->tally);
	if (m->current && !to.err)
		to.err = tally_add_all(&all, policy, m->current);
	begin(out, "decisions_total", "counter",
	      "Decisions by rule, under the empty name those of the default.");
	print_rule(&to, "", &all.fallback);
	tally_visit(&all, visit_rule, &to);
	tally_free(&all);
	return to.err;
}

/* --- The policy */

static void print_reloads(FILE *out, const struct reload_status *status)
{
	begin(out, "reloads_total", "counter", "Reloads of the policy.");
	fprintf(out, "bindguard_reloads_total{result=\"success\"} %" PRIu64 "\n", status->reloads);
	fprintf(out, "bindguard_reloads_total{result=\"failure\"} %" PRIu64 "\n", status->failures);
	gauge(out, "last_reload_successful", "Did the last attempt to load the policy work?",
	      !status->failed);
	if (status->last)
		gauge(out, "last_reload_timestamp_seconds", "When that was, since 1970.",
		      status->last);
}

static void print_policy(FILE *out, const struct metrics *m)
{
	gauge(out, "policy_generation", "Number of the policy in force.",
	      m->reload->status.generation);
	gauge(out, "policy_rules", "Rules of the policy in force.",
	      reload_policy(m->reload)->rules);
	gauge(out, "policy_stand_in", "Does something stand in for a policy that cannot be loaded?",
	      m->reload->stand_in);
	print_reloads(out, &m->reload->status);
}

static void print_gaps(FILE *out, const struct metrics *m)
{
	counter(out, "gaps_total", "Times that something pinned was missing.", m->gaps);
	counter(out, "gap_seconds_total", "How long it was missing.", m->gap_seconds);
	gauge(out, "gap_open", "Is something missing now?", m->gap_open);
}

int metrics_print(FILE *out, const struct metrics *metrics)
{
	int err = 0;

	print_program(out, metrics);
	print_binds(out, metrics);
	if (metrics->reload) {
		print_policy(out, metrics);
		err = print_rules(out, metrics);
	}
	if (metrics->options->pin)
		print_gaps(out, metrics);
	return err;
}
