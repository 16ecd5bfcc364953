/* SPDX-License-Identifier: GPL-2.0-only */
#include "statusprint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "bpffs.h"
#include "enforcer/json.h"

#define NS 1000000000LL

static const char *const standings[] = {
	[STANDING_ENFORCING] = "enforcing",
	[STANDING_AUDITING] = "auditing",
	[STANDING_DEGRADED] = "degraded",
	[STANDING_NOTHING] = "nothing is in force",
};

static const char *const json_standings[] = {
	[STANDING_ENFORCING] = "enforcing",
	[STANDING_AUDITING] = "auditing",
	[STANDING_DEGRADED] = "degraded",
	[STANDING_NOTHING] = "nothing",
};

/* --- What the state says */

static struct json_object *get(const struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (object)
		json_object_object_get_ex(object, key, &value);
	return value;
}

/* "?" if it does not. */
static const char *text_of(const struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return value ? json_object_get_string(value) : "?";
}

static int64_t number_of(const struct json_object *object, const char *key)
{
	return json_object_get_int64(get(object, key));
}

/* Seconds since 1970. */
static const char *utc(int64_t time, char *text, size_t size)
{
	time_t seconds = time;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
	return text;
}

/* Is the state of the generation that is in force? If the program was killed in between, it is not. */
static bool names_rules(const struct status *status)
{
	struct json_object *rules = get(status->state, "rules");

	return rules && number_of(status->state, "generation") == status->generation &&
	       json_object_array_length(rules) + 1 == status->entries;
}

/* The i-th entry of the counters. */
static const char *rule_name(const struct status *status, uint32_t i)
{
	if (!i)
		return "-";
	if (!names_rules(status))
		return "?";
	return json_object_get_string(
		json_object_array_get_idx(get(status->state, "rules"), i - 1));
}

/* --- Text */

static void print_policy(FILE *out, const struct status *status)
{
	const struct json_object *files = get(status->state, "files");
	char since[32];

	fprintf(out, "policy       %s, generation %u since %s\n", text_of(status->state, "policy"),
		status->generation, utc(number_of(status->state, "since"), since, sizeof(since)));
	for (size_t i = 0; files && i < json_object_array_length(files); i++) {
		const struct json_object *file = json_object_array_get_idx(files, i);

		fprintf(out, "             sha256 %s %s\n", text_of(file, "sha256"),
			text_of(file, "path"));
	}
	if (get(status->state, "last_reload_failed") &&
	    json_object_get_boolean(get(status->state, "last_reload_failed")))
		fprintf(out,
			"             the last reload failed, %s: %" PRId64 " of %" PRId64 "\n",
			utc(number_of(status->state, "last_reload"), since, sizeof(since)),
			number_of(status->state, "reloads_failed"),
			number_of(status->state, "reloads_failed") +
				number_of(status->state, "reloads"));
}

static void print_program(FILE *out, const struct status *status)
{
	char started[32];

	if (status->running)
		fprintf(out, "program      bindguard %s runs as process %s, since %s\n",
			text_of(status->state, "version"), text_of(status->state, "pid"),
			utc(number_of(status->state, "started"), started, sizeof(started)));
	else
		fprintf(out, "program      does not run: binds are decided and counted, and nobody "
			     "reports them\n");
}

static void print_hooks(FILE *out, const struct status *status)
{
	fprintf(out, "hooks       ");
	for (size_t i = 0; i < status->gate.hooks; i++)
		fprintf(out, " %s%s", status->gate.hook[i].name,
			status->program[i] ? "" : " (missing)");
	fputc('\n', out);
}

static void print_counters(FILE *out, const struct status *status)
{
	const struct bind_counters *c = &status->counters;

	if (!status->counted) {
		fprintf(out, "decisions    unknown\n");
		return;
	}
	fprintf(out, "decisions    %llu attempts: %llu allow, %llu deny, %llu audit\n",
		(unsigned long long)c->attempts, (unsigned long long)c->allowed,
		(unsigned long long)c->denied, (unsigned long long)c->audited);
	fprintf(out, "lost         %llu attempts and %llu outcomes were not reported\n",
		(unsigned long long)c->lost, (unsigned long long)c->outcomes_lost);
}

static void print_gaps(FILE *out, const struct status *status)
{
	const struct json_object *gap = get(status->state, "last_gap");
	char from[32], to[32];

	if (!gap)
		return;
	fprintf(out,
		"gaps         %" PRId64 ", %" PRId64 " s in all, the last one %s, from %s to %s\n",
		number_of(status->state, "gaps"), number_of(status->state, "gap_seconds"),
		text_of(gap, "missing"), utc(number_of(gap, "from"), from, sizeof(from)),
		get(gap, "to") ? utc(number_of(gap, "to"), to, sizeof(to)) : "now");
}

static void print_rules(FILE *out, const struct status *status)
{
	int64_t offset = json_time_offset();
	char last[32];

	if (!status->rules)
		return;
	fprintf(out, "\n%10s %10s %10s %10s %-23s %s\n", "HITS", "ALLOW", "DENY", "AUDIT", "LAST",
		"RULE");
	for (uint32_t i = 0; i < status->entries; i++) {
		const struct bind_rule_counters *c = &status->rules[i];

		fprintf(out, "%10llu %10llu %10llu %10llu %-23s %s\n",
			(unsigned long long)(c->allowed + c->denied + c->audited),
			(unsigned long long)c->allowed, (unsigned long long)c->denied,
			(unsigned long long)c->audited,
			c->last ? utc(((int64_t)c->last + offset) / NS, last, sizeof(last)) :
				  "never",
			rule_name(status, i));
	}
}

static const char *mode_name(const struct status *status)
{
	return status->denies ? "deny" : "audit";
}

static void print_pinned(FILE *out, const struct status *status)
{
	fprintf(out, "mode         %s, hook %s\n", mode_name(status),
		status->gate.kind == HOOK_LSM ? "lsm" : "cgroup");
	if (status->state)
		print_policy(out, status);
	print_program(out, status);
	print_hooks(out, status);
	fprintf(out, "guard        %s\n", status->guarded ? "on" : "off");
}

void statusprint_text(FILE *out, const struct status *status)
{
	fprintf(out, "status       %s\n", standings[status->standing]);
	for (size_t i = 0; i < status->problems; i++)
		fprintf(out, "             %s\n", status->problem[i]);
	if (!status->pinned && !status->unpinned)
		return;
	if (status->pinned)
		print_pinned(out, status);
	else
		fprintf(out, "mode         %s, not pinned: it ends with its program\n",
			mode_name(status));
	print_counters(out, status);
	if (status->pinned && status->unpinned)
		fprintf(out, "beside       %u more decide, which are not pinned\n",
			status->unpinned);
	if (get(status->state, "bound_before"))
		fprintf(out, "before       %s sockets were bound; %s of them would be denied\n",
			text_of(status->state, "bound_before"),
			text_of(status->state, "denied_before"));
	print_gaps(out, status);
	print_rules(out, status);
}

/* --- JSON */

static void add_count(struct json_object *to, const char *key, uint64_t count)
{
	json_object_object_add(to, key, json_object_new_uint64(count));
}

/* A time of the state, as text. */
static void add_time(struct json_object *to, const char *key, const struct json_object *from)
{
	struct json_object *time = get(from, key);

	json_object_object_add(to, key, time ? json_time(json_object_get_int64(time) * NS) : NULL);
}

/* A value of the state, as it is. */
static void add_known(struct json_object *to, const char *key, const struct json_object *from)
{
	json_object_object_add(to, key, json_object_get(get(from, key)));
}

static struct json_object *problems_array(const struct status *status)
{
	struct json_object *problems = json_object_new_array();

	for (size_t i = 0; i < status->problems; i++)
		json_object_array_add(problems, json_object_new_string(status->problem[i]));
	return problems;
}

static struct json_object *hooks_array(const struct status *status)
{
	struct json_object *hooks = json_object_new_array(), *hook;

	for (size_t i = 0; i < status->gate.hooks; i++) {
		hook = json_object_new_object();
		json_object_object_add(hook, "name",
				       json_object_new_string(status->gate.hook[i].name));
		json_object_object_add(hook, "attached",
				       json_object_new_boolean(status->program[i]));
		json_object_array_add(hooks, hook);
	}
	return hooks;
}

static struct json_object *counters_object(const struct status *status)
{
	const struct bind_counters *c = &status->counters;
	struct json_object *to;

	if (!status->counted)
		return NULL;
	to = json_object_new_object();
	add_count(to, "attempts", c->attempts);
	add_count(to, "allowed", c->allowed);
	add_count(to, "denied", c->denied);
	add_count(to, "audited", c->audited);
	add_count(to, "unreadable", c->unreadable);
	add_count(to, "filtered", c->filtered);
	add_count(to, "lost", c->lost);
	add_count(to, "outcomes_lost", c->outcomes_lost);
	add_count(to, "cgroups_lost", c->cgroups_lost);
	return to;
}

/* The default's has null for a name. */
static struct json_object *rules_array(const struct status *status)
{
	struct json_object *rules = json_object_new_array(), *rule;
	int64_t offset = json_time_offset();

	for (uint32_t i = 0; status->rules && i < status->entries; i++) {
		const struct bind_rule_counters *c = &status->rules[i];
		bool named = i && names_rules(status);

		rule = json_object_new_object();
		json_object_object_add(rule, "rule",
				       named ? json_object_new_string(rule_name(status, i)) : NULL);
		json_object_object_add(rule, "default", json_object_new_boolean(!i));
		add_count(rule, "hits", c->allowed + c->denied + c->audited);
		add_count(rule, "allowed", c->allowed);
		add_count(rule, "denied", c->denied);
		add_count(rule, "audited", c->audited);
		json_object_object_add(rule, "last",
				       c->last ? json_time((int64_t)c->last + offset) : NULL);
		json_object_array_add(rules, rule);
	}
	return rules;
}

static struct json_object *gap_object(const struct status *status)
{
	const struct json_object *gap = get(status->state, "last_gap");
	struct json_object *to;

	if (!gap)
		return NULL;
	to = json_object_new_object();
	add_known(to, "missing", gap);
	add_time(to, "from", gap);
	add_time(to, "to", gap);
	return to;
}

static void add_state(struct json_object *to, const struct json_object *state)
{
	add_known(to, "version", state);
	add_known(to, "pid", state);
	add_time(to, "started", state);
	add_known(to, "policy", state);
	add_known(to, "files", state);
	add_known(to, "stand_in", state);
	add_time(to, "since", state);
	add_time(to, "expires", state);
	add_known(to, "reloads", state);
	add_known(to, "reloads_failed", state);
	add_time(to, "last_reload", state);
	add_known(to, "last_reload_failed", state);
	add_known(to, "bound_before", state);
	add_known(to, "denied_before", state);
	add_known(to, "gaps", state);
	add_known(to, "gap_seconds", state);
}

void statusprint_json(FILE *out, const struct status *status)
{
	struct json_object *to = json_object_new_object();

	json_object_object_add(to, "status",
			       json_object_new_string(json_standings[status->standing]));
	json_object_object_add(to, "problems", problems_array(status));
	json_object_object_add(to, "pinned", json_object_new_boolean(status->pinned));
	add_count(to, "unpinned", status->unpinned);
	if (status->pinned || status->unpinned)
		json_object_object_add(to, "mode", json_object_new_string(mode_name(status)));
	if (status->pinned) {
		json_object_object_add(to, "hook",
				       json_object_new_string(
					       status->gate.kind == HOOK_LSM ? "lsm" : "cgroup"));
		json_object_object_add(to, "hooks", hooks_array(status));
		json_object_object_add(to, "running", json_object_new_boolean(status->running));
		json_object_object_add(to, "guard", json_object_new_boolean(status->guarded));
		add_state(to, status->state);
		json_object_object_add(to, "last_gap", gap_object(status));
	}
	if (status->pinned || status->unpinned) {
		add_count(to, "generation", status->generation);
		json_object_object_add(to, "counters", counters_object(status));
		json_object_object_add(to, "rules", rules_array(status));
	}
	json_print(out, to);
}
