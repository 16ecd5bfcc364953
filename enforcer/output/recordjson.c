/* SPDX-License-Identifier: GPL-2.0-only */
#include "recordjson.h"

#include <sys/utsname.h>

#include "enforcer/host/hook.h"
#include "enforcer/json.h"
#include "enforcer/version.h"
#include "policy/digest.h"

#define NS 1000000000LL

static void add_text(struct json_object *line, const char *key, const char *text)
{
	json_object_object_add(line, key, json_text(text));
}

static void add_count(struct json_object *line, const char *key, uint64_t count)
{
	json_object_object_add(line, key, json_object_new_uint64(count));
}

static struct json_object *ways_not_covered(const struct options *options)
{
	struct json_object *list = json_object_new_array();
	const char *ways[HOOK_WAYS];
	size_t count = hook_ways(options, ways);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_text(ways[i]));
	return list;
}

static const char *hook_name(const struct options *options)
{
	if (options->mode == MODE_OBSERVE)
		return NULL;
	return options->hook == HOOK_LSM ? "lsm" : "cgroup";
}

void recordjson_start(struct stream *stream, uint64_t now, const struct options *options,
		      const struct baseline *baseline)
{
	struct json_object *line = stream_line(stream, "start", now);
	struct utsname host = { .release = "" };

	uname(&host);
	add_text(line, "version", BINDGUARD_VERSION);
	add_text(line, "kernel", host.release);
	add_text(line, "machine", host.machine);
	add_text(line, "mode", stream_mode(stream->mode));
	add_text(line, "hook", hook_name(options));
	json_object_object_add(line, "pinned", json_object_new_boolean(options->pin));
	json_object_object_add(line, "not_covered", ways_not_covered(options));
	json_object_object_add(line, "bound_before", json_number(baseline->bound));
	json_object_object_add(line, "denied_before", json_number(baseline->denied));
	stream_print(stream, line);
}

const char *recordjson_cause(enum reload_cause cause)
{
	static const char *const causes[] = {
		[RELOAD_START] = "start",
		[RELOAD_STAND_IN] = "stand_in",
		[RELOAD_ASKED] = "reload",
		[RELOAD_EXPIRY] = "expiry",
	};

	return causes[cause];
}

void recordjson_policy(struct stream *stream, uint64_t now, const struct recordjson_policy *policy)
{
	struct json_object *line = stream_line(stream, "policy", now);
	char digest[DIGEST_TEXT];

	add_count(line, "generation", policy->generation);
	add_text(line, "policy", policy->path);
	add_text(line, "policy_sha256", digest_policy(policy->policy, digest));
	json_object_object_add(line, "files", json_files(policy->policy));
	add_count(line, "rules", policy->policy->rules);
	add_text(line, "default", policy->policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	add_text(line, "cause", recordjson_cause(policy->cause));
	stream_print(stream, line);
}

void recordjson_reload_failed(struct stream *stream, uint64_t now,
			      const struct reload_status *status)
{
	struct json_object *line = stream_line(stream, "reload_failed", now);

	add_count(line, "generation", status->generation);
	add_count(line, "errors", status->errors);
	stream_print(stream, line);
}

void recordjson_gap(struct stream *stream, uint64_t now, const struct pin_gap *gap)
{
	struct json_object *line = stream_line(stream, "gap", now);

	json_object_object_add(line, "from", json_time(gap->from * NS));
	json_object_object_add(line, "to", gap->to ? json_time(gap->to * NS) : NULL);
	add_text(line, "what", gap->what);
	stream_print(stream, line);
}

void recordjson_totals(struct stream *stream, uint64_t now, const struct totals_sum *sum,
		       uint32_t generation, bool final)
{
	struct json_object *line = stream_line(stream, "totals", now);

	json_object_object_add(line, "final", json_object_new_boolean(final));
	add_count(line, "attempts", sum->kernel.attempts);
	add_count(line, "allow", sum->kernel.allowed);
	add_count(line, "deny", sum->kernel.denied);
	add_count(line, "audit", sum->kernel.audited);
	add_count(line, "unreadable", sum->kernel.unreadable);
	add_count(line, "reported", sum->user.reported);
	add_count(line, "folded", sum->user.folded);
	add_count(line, "sampled", sum->user.sampled);
	add_count(line, "filtered", totals_filtered(sum));
	add_count(line, "lost", sum->kernel.lost);
	add_count(line, "pending", totals_pending(sum));
	add_count(line, "outcomes_lost", sum->kernel.outcomes_lost);
	add_count(line, "outcomes_missed", sum->missed);
	add_count(line, "dropped", sum->user.dropped);
	json_object_object_add(line, "generation",
			       generation ? json_object_new_int64(generation) : NULL);
	stream_print(stream, line);
}
