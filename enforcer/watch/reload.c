/* SPDX-License-Identifier: GPL-2.0-only */
#include "reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "enforcer/complain.h"
#include "enforcer/host/host.h"
#include "enforcer/host/trust.h"
#include "enforcer/host/wait.h"
#include "exes.h"
#include "load.h"

#define RETRY_SECONDS 60 /* until what failed as rules expired is tried again */

/* A policy on its way into force. */
struct candidate {
	struct policy *policy;
	struct image image;
	int64_t expiry;
	struct policy_messages messages;
	size_t errors; /* all of them told */
	int status; /* to exit with, if it is the first policy */
};

/*
 * Seconds since 1970. Not time(), which moves with the kernel's ticks: at the alarm for a rule's
 * expiry it may not have come so far.
 */
static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static void set_expiry(struct reload *reload, int64_t expiry)
{
	reload->expiry = expiry;
	wait_alarm(expiry);
}

static void candidate_free(struct candidate *next)
{
	image_free(&next->image);
	policy_free(next->policy);
	policy_messages_free(&next->messages);
}

static bool refuse(struct candidate *next, size_t errors, int status)
{
	next->errors = errors;
	next->status = status;
	return false;
}

static bool refuse_memory(const struct reload *reload, struct candidate *next)
{
	complain("%s: %s", reload->options->policy, load_no_memory);
	return refuse(next, next->messages.count + 1, EX_OSERR);
}

/* Could anybody but root change the policy, in any of its files? */
static bool trusted(const struct policy *policy)
{
	for (size_t i = 0; i < policy->files; i++)
		if (trust_check(policy->file[i]))
			return false;
	return true;
}

static bool read_policy(const struct reload *reload, struct candidate *next)
{
	bool enforce = reload->options->mode == MODE_DENY;
	const char *path = reload->options->policy;

	if (enforce && trust_check(path))
		return refuse(next, 1, EX_CONFIG);
	next->policy = policy_read(path, &next->messages);
	load_print_messages(&next->messages);
	if (next->messages.out_of_memory)
		return refuse_memory(reload, next);
	if (!next->policy)
		return refuse(next, next->messages.count, EX_CONFIG);
	if (enforce && !trusted(next->policy))
		return refuse(next, 1, EX_CONFIG);
	return true;
}

/* The policy as it is at this moment, as the generation after the one in force. Returns 0 or -errno
 * after telling why. */
static int compile(const struct reload *reload, const struct policy *policy, enum mode mode,
		   struct image *image, int64_t *expiry)
{
	const struct image_settings settings = {
		.generation = reload->status.generation + 1,
		.enforce = mode == MODE_DENY,
		.now = wall_clock(),
	};
	int err = image_compile(policy, &settings, image);
	char text[256];

	if (err)
		complain("%s: %s", reload->options->policy,
			 load_compile_error(policy, err, text, sizeof(text)));
	else
		*expiry = image_next_expiry(policy, settings.now);
	return err;
}

/* Everything that can be done before the next policy is published. */
static bool prepare(const struct reload *reload, struct candidate *next)
{
	int status, err;

	if (!read_policy(reload, next))
		return false;
	err = exes_resolve(next->policy);
	if (err)
		return err == -ENOMEM ? refuse_memory(reload, next) : refuse(next, 1, EX_NOPERM);
	if (compile(reload, next->policy, reload->options->mode, &next->image, &next->expiry))
		return refuse(next, 1, EX_CONFIG);
	if (next->image.page[0].header.flags & BIND_IMAGE_CGROUPS) {
		status = host_require_cgroups();
		if (status)
			return refuse(next, 1, status);
	}
	if (next->image.page[0].header.flags & BIND_IMAGE_NETNS) {
		status = host_require_netns();
		if (status)
			return refuse(next, 1, status);
	}
	return true;
}

/* The one before is retired: what its rules have decided is final. */
static void add_retired(struct reload *reload, const struct policy *policy,
			struct bind_rule_counters *retired)
{
	if (!retired || tally_add(&reload->tally, policy, retired))
		complain("%s: not all that the rules of generation %u decided could be counted",
			 reload->options->policy, reload->status.generation);
	free(retired);
}

/*
 * Publishes the image of the next generation. policy is that of the generation in force, NULL if
 * there is none. Returns 0, or -errno after telling why.
 */
static int publish(struct reload *reload, const struct policy *policy, struct image *image)
{
	struct bind_rule_counters *retired = NULL;
	int err = session_publish(reload->session, image, &retired);

	if (err) {
		complain("%s: cannot publish the policy: %s", reload->options->policy,
			 strerror(-err));
		return err;
	}
	if (policy)
		add_retired(reload, policy, retired);
	reload->status.generation++;
	return 0;
}

/* Takes the candidate's policy over. */
static int replace(struct reload *reload, struct candidate *next)
{
	const struct policy *before = reload_policy(reload);
	uint32_t generation = reload->status.generation + 1;
	int err = generations_add(&reload->generations, generation, next->policy);

	if (err) {
		complain("%s: %s", reload->options->policy, strerror(-err));
		return err;
	}
	next->policy = NULL;
	err = publish(reload, before, &next->image);
	if (err) {
		generations_take_back(&reload->generations);
		return err;
	}
	reload->stand_in = false;
	set_expiry(reload, next->expiry);
	return 0;
}

/* The files of the policy in force and, if the next one has errors, those that they are in. */
static int watch_files(struct reload *reload, const struct policy_messages *messages)
{
	const struct policy *policy = reload_policy(reload);
	int err = wait_for_input(changes_descriptor(reload->changes));

	if (!err)
		err = changes_add(reload->changes, reload->options->policy);
	for (size_t i = 0; !err && policy && i < policy->files; i++)
		err = changes_add(reload->changes, policy->file[i]);
	for (size_t i = 0; !err && i < messages->count; i++)
		err = changes_add(reload->changes, messages->message[i].file);
	return err;
}

/* Around reading: from the first of these on, changes are noticed. */
static int begin_watching(struct reload *reload)
{
	return reload->changes ? changes_begin(reload->changes) : 0;
}

static int go_on_watching(struct reload *reload, const struct policy_messages *messages)
{
	int err = reload->changes ? watch_files(reload, messages) : 0;

	if (err)
		complain("%s: cannot watch its files: %s%s", reload->options->policy,
			 strerror(-err),
			 err == -ENOSPC ? ": raise fs.inotify.max_user_watches" : "");
	return err;
}

static struct policy *no_rules(enum bind_verdict verdict)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	if (policy)
		policy->default_verdict = verdict;
	return policy;
}

/* In place of a policy that cannot be loaded. */
static bool stand_in(struct reload *reload, struct candidate *next)
{
	struct policy *policy = no_rules(BIND_DENY);
	int err;

	if (!policy)
		return false;
	reload->stand_in = true;
	reload->status.last = wall_clock();
	reload->status.failed = true;
	reload->status.errors = next->errors;
	image_free(&next->image);
	policy_free(next->policy);
	err = compile(reload, policy, reload_mode(reload), &next->image, &next->expiry);
	next->policy = policy;
	return !err;
}

/* The first one, if there is one, or what stands in for it. */
static bool prepare_first(struct reload *reload, struct candidate *next)
{
	if (prepare(reload, next))
		return true;
	if (next->messages.count)
		complain("%s: %zu error%s, policy not loaded", reload->options->policy,
			 next->errors, next->errors == 1 ? "" : "s");
	return reload->may_stand_in && reload->options->on_boot_error && stand_in(reload, next);
}

/* Takes its policy and its image over. Returns 0 or an exit status. */
static int take_first(struct reload *reload, struct candidate *next)
{
	uint32_t generation = reload->status.generation + 1;

	if (generations_add(&reload->generations, generation, next->policy)) {
		complain("out of memory");
		return EX_OSERR;
	}
	next->policy = NULL;
	reload->first = next->image;
	next->image = (struct image){ 0 };
	set_expiry(reload, next->expiry);
	return go_on_watching(reload, &next->messages) ? EX_OSERR : 0;
}

int reload_read(struct reload *reload, const struct options *options)
{
	struct candidate next = { 0 };
	int status;

	reload->options = options;
	if (options->watch)
		reload->changes = changes_new();
	if ((options->watch && !reload->changes) || begin_watching(reload)) {
		complain("--watch: cannot begin: %s", strerror(errno));
		return EX_OSERR;
	}
	status = prepare_first(reload, &next) ? take_first(reload, &next) : next.status;
	candidate_free(&next);
	return status;
}

int reload_start(struct reload *reload, struct session *session)
{
	reload->session = session;
	return publish(reload, NULL, &reload->first) ? EX_OSERR : 0;
}

static void tell_listener(const struct reload *reload, enum reload_cause cause)
{
	if (reload->listener)
		reload->listener(reload->context, cause);
}

static void tell_result(const struct reload *reload, size_t errors)
{
	const struct policy *policy = reload_policy(reload);

	if (errors)
		complain("%s: not reloaded: %zu error%s: generation %u stays in force",
			 reload->options->policy, errors, errors == 1 ? "" : "s",
			 reload->status.generation);
	else
		complain("%s: reloaded: %zu rules, default %s, generation %u in force",
			 reload->options->policy, policy->rules,
			 policy->default_verdict == BIND_ALLOW ? "allow" : "deny",
			 reload->status.generation);
}

void reload_again(struct reload *reload)
{
	struct candidate next = { 0 };

	/* Without a watch there may be no inotify left, which is told below. */
	begin_watching(reload);
	if (prepare(reload, &next) && replace(reload, &next))
		next.errors = 1;
	reload->status.last = wall_clock();
	reload->status.failed = next.errors;
	reload->status.errors = next.errors;
	if (next.errors)
		reload->status.failures++;
	else
		reload->status.reloads++;
	tell_result(reload, next.errors);
	tell_listener(reload, next.errors ? RELOAD_FAILED : RELOAD_ASKED);
	go_on_watching(reload, &next.messages);
	candidate_free(&next);
}

/* Publishes the policy anew at the moment at which a rule expires. */
static void expire_rules(struct reload *reload)
{
	const struct policy *policy = reload_policy(reload);
	struct image image = { 0 };
	int64_t expiry;

	if (!reload->expiry || wall_clock() < reload->expiry)
		return;
	if (compile(reload, policy, reload->options->mode, &image, &expiry) ||
	    publish(reload, policy, &image)) {
		set_expiry(reload, wall_clock() + RETRY_SECONDS);
		complain("%s: rules have expired and still match: trying again every %d s",
			 reload->options->policy, RETRY_SECONDS);
		image_free(&image);
		return;
	}
	set_expiry(reload, expiry);
	complain("%s: rules have expired; generation %u is in force", reload->options->policy,
		 reload->status.generation);
	tell_listener(reload, RELOAD_EXPIRY);
}

void reload_tick(struct reload *reload, bool drained, uint64_t now)
{
	generations_expire(&reload->generations, drained, now);
	expire_rules(reload);
	if (reload->changes && changes_due(reload->changes, now))
		reload_again(reload);
}

uint64_t reload_due(const struct reload *reload)
{
	uint64_t due = generations_due(&reload->generations);
	uint64_t changes = reload->changes ? changes_next(reload->changes) : UINT64_MAX;

	return changes < due ? changes : due;
}

enum mode reload_mode(const struct reload *reload)
{
	if (reload->stand_in && reload->options->on_boot_error == BOOT_ERROR_AUDIT)
		return MODE_AUDIT;
	return reload->options->mode;
}

const struct policy *reload_policy(const struct reload *reload)
{
	return generations_newest(&reload->generations);
}

const struct policy *reload_decided(const struct reload *reload,
				    const struct bind_decision *decision)
{
	return generations_find(&reload->generations, decision->generation);
}

const struct policy_rule *reload_rule(const struct policy *policy,
				      const struct bind_decision *decision)
{
	return policy && decision->rule < policy->rules ? &policy->rule[decision->rule] : NULL;
}

void reload_finish(struct reload *reload)
{
	add_retired(reload, reload_policy(reload), session_rule_counters(reload->session));
}

void reload_free(struct reload *reload)
{
	changes_free(reload->changes);
	image_free(&reload->first);
	generations_free(&reload->generations);
	tally_free(&reload->tally);
	*reload = (struct reload){ 0 };
}
