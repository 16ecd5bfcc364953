/* SPDX-License-Identifier: GPL-2.0-only */
#include "newsnote.h"

#include <syslog.h>
#include <time.h>

#include "enforcer/version.h"
#include "messages.h"
#include "policy/digest.h"
#include "stream.h"

static void add_count(struct note *note, const char *name, uint64_t count)
{
	note_add(note, name, "%llu", (unsigned long long)count);
}

static void add_time(struct note *note, const char *name, int64_t seconds)
{
	time_t time = seconds;
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &tm));
	note_add_text(note, name, text);
}

void newsnote_start(struct note *note, const struct options *options,
		    const struct baseline *baseline)
{
	const char *mode = stream_mode(options->mode);

	note_begin(note, MESSAGE_START, LOG_DAEMON, LOG_INFO, "bindguard %s has started: %s%s",
		   BINDGUARD_VERSION, mode, options->pin ? ", pinned" : "");
	note_add(note, "VERSION", "%s", BINDGUARD_VERSION);
	note_add(note, "MODE", "%s", mode);
	if (options->mode != MODE_OBSERVE)
		note_add(note, "HOOK", "%s", options->hook == HOOK_LSM ? "lsm" : "cgroup");
	note_add(note, "PINNED", "%d", options->pin);
	if (baseline->bound >= 0)
		note_add(note, "BOUND_BEFORE", "%ld", baseline->bound);
	if (baseline->denied >= 0)
		note_add(note, "DENIED_BEFORE", "%ld", baseline->denied);
}

/* Nobody wrote what only stands in for a policy. */
void newsnote_policy(struct note *note, const struct reload *reload, const char *cause)
{
	const struct policy *policy = reload_policy(reload);
	const char *verdict = policy->default_verdict == BIND_ALLOW ? "allow" : "deny";
	const char *path = reload->options->policy, *digest;
	unsigned int generation = reload->status.generation;
	char text[DIGEST_TEXT];

	if (reload->stand_in)
		note_begin(note, MESSAGE_POLICY, LOG_DAEMON, LOG_CRIT,
			   "%s: no policy is in force: generation %u stands in for it", path,
			   generation);
	else
		note_begin(note, MESSAGE_POLICY, LOG_DAEMON, LOG_NOTICE,
			   "%s: %zu rules, default %s, generation %u in force", path, policy->rules,
			   verdict, generation);
	digest = digest_policy(policy, text);
	note_add(note, "GENERATION", "%u", generation);
	note_add(note, "POLICY", "%s", path);
	note_add_text(note, "POLICY_SHA256", digest);
	note_add(note, "RULES", "%zu", policy->rules);
	note_add(note, "DEFAULT", "%s", verdict);
	note_add(note, "MODE", "%s", stream_mode(reload_mode(reload)));
	note_add(note, "CAUSE", "%s", cause);
}

void newsnote_reload_failed(struct note *note, const struct reload *reload)
{
	const struct reload_status *status = &reload->status;

	note_begin(note, MESSAGE_RELOAD_FAILED, LOG_DAEMON, LOG_ERR,
		   "%s: not reloaded: errors: %zu: generation %u stays in force",
		   reload->options->policy, status->errors, status->generation);
	note_add(note, "POLICY", "%s", reload->options->policy);
	note_add(note, "GENERATION", "%u", status->generation);
	note_add(note, "ERRORS", "%zu", status->errors);
}

void newsnote_gap(struct note *note, const struct pin_gap *gap)
{
	note_begin(note, MESSAGE_GAP, LOG_DAEMON, gap->to ? LOG_NOTICE : LOG_ERR,
		   gap->to ? "%s was missing, and is there again" : "%s is missing", gap->what);
	note_add(note, "WHAT", "%s", gap->what);
	add_time(note, "FROM", gap->from);
	if (gap->to)
		add_time(note, "TO", gap->to);
}

void newsnote_totals(struct note *note, const struct totals_sum *sum, uint32_t generation)
{
	const struct bind_counters *kernel = &sum->kernel;

	note_begin(note, MESSAGE_TOTALS, LOG_DAEMON, LOG_INFO,
		   "bindguard has ended: %llu attempts: %llu allow, %llu deny, %llu audit",
		   (unsigned long long)kernel->attempts, (unsigned long long)kernel->allowed,
		   (unsigned long long)kernel->denied, (unsigned long long)kernel->audited);
	add_count(note, "ATTEMPTS", kernel->attempts);
	add_count(note, "ALLOW", kernel->allowed);
	add_count(note, "DENY", kernel->denied);
	add_count(note, "AUDIT", kernel->audited);
	add_count(note, "UNREADABLE", kernel->unreadable);
	add_count(note, "REPORTED", sum->user.reported);
	add_count(note, "FOLDED", sum->user.folded);
	add_count(note, "SAMPLED", sum->user.sampled);
	add_count(note, "FILTERED", totals_filtered(sum));
	add_count(note, "LOST", kernel->lost);
	add_count(note, "OUTCOMES_LOST", kernel->outcomes_lost);
	add_count(note, "OUTCOMES_MISSED", sum->missed);
	add_count(note, "DROPPED", sum->user.dropped);
	add_count(note, "GENERATION", generation);
}
