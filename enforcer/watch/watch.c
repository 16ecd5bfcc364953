/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/host/hook.h"
#include "enforcer/host/host.h"
#include "enforcer/host/notify.h"
#include "enforcer/host/privilege.h"
#include "enforcer/host/wait.h"
#include "enforcer/output/ecs.h"
#include "enforcer/output/eventjson.h"
#include "enforcer/output/monitor.h"
#include "enforcer/output/news.h"
#include "enforcer/output/ocsf.h"
#include "enforcer/output/output.h"
#include "enforcer/output/printer.h"
#include "enforcer/output/sinks.h"
#include "enforcer/output/stream.h"
#include "enforcer/pins/guard.h"
#include "enforcer/pins/state.h"
#include "enforcer/pins/upkeep.h"
#include "enforcer/sockets/baseline.h"
#include "join.h"
#include "reload.h"
#include "rewritten.h"
#include "session.h"
#include "signals.h"
#include "totals.h"

#define POLL_MS 50 /* between two looks for events while they keep coming */
#define REPORT_NS 1000000000ULL /* between two reports of losses */
#define DRAIN_TRIES 20 /* POLL_MS each, for events that are on their way as the hooks go */

struct watch {
	struct options options;
	bool decides; /* there is a policy */
	struct reload reload; /* with a policy */
	struct pin *pin; /* with --pin */
	struct upkeep upkeep; /* of it */
	struct session *session;
	struct notify notify;
	struct join *join;
	struct printer printer;
	struct stream stream;
	struct news news;
	struct totals totals;
	struct output output;
	struct sinks sinks;
	struct monitor monitor;

	bool ending; /* the hook is off, or about to be */
	uint64_t report_due; /* ns, CLOCK_MONOTONIC */
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/*
 * Is the record shown? The kernel has filtered on what it knew; the rest is known only now: a port
 * that the kernel chose, and whether the bind failed. What the policy refuses is always shown.
 */
static bool shown(const struct watch *w, const struct record *record)
{
	bool refused = record->decided && record->event.decision.verdict == BIND_DENY;

	if (!options_show_port(&w->options, record->port))
		return false;
	return refused || w->options.errors || !record->known || !record->rc;
}

static void print_record(void *context, const struct record *record)
{
	struct watch *w = context;

	switch (w->options.format) {
	case FORMAT_TEXT:
		printer_record(&w->printer, record);
		break;
	case FORMAT_JSON:
		eventjson_print(&w->stream, record);
		break;
	case FORMAT_OCSF:
		ocsf_print(&w->stream, record);
		break;
	case FORMAT_ECS:
		ecs_print(&w->stream, record);
		break;
	}
	output_line(&w->output);
}

static void take_record(void *context, const struct record *record)
{
	struct watch *w = context;
	struct record named = *record;
	bool attempted = !w->decides || record->decided;
	enum fate fate = FATE_FILTERED;

	/* The hook is gone, the probes are still there: nobody asked for that bind any more. */
	if (w->ending && w->decides && !record->decided && record->event.via == BIND_VIA_BIND)
		return;
	if (record->decided) {
		named.policy = reload_decided(&w->reload, &record->event.decision);
		named.rule = reload_rule(named.policy, &record->event.decision);
	}
	w->totals.rewritten += record->rewritten;
	if (record->rewritten && w->decides)
		rewritten_judge(&named, reload_policy(&w->reload), session_image(w->session),
				w->stream.host_netns);
	if (shown(w, record))
		fate = sinks_take(&w->sinks, &named, now());
	if (attempted)
		totals_count(&w->totals, fate);
}

static void take_event(void *context, const struct bind_event *event)
{
	struct watch *w = context;

	if (event->kind == BIND_EVENT_ATTEMPT || !w->decides)
		w->totals.taken++;
	join_event(w->join, event);
}

/* When the counters are asked for next, for the stream or for the metrics. */
static uint64_t totals_due(const struct watch *w)
{
	uint64_t news = news_due(&w->news), monitor = monitor_due(&w->monitor);

	return news < monitor ? news : monitor;
}

/* How long the program may sleep if no event comes, for what there is to do then. */
static int sleep_ms(const struct watch *w)
{
	uint64_t due = join_due(w->join), time = now(), sign = notify_due(&w->notify);
	uint64_t reload = w->decides ? reload_due(&w->reload) : UINT64_MAX;
	uint64_t upkeep = upkeep_due(&w->upkeep), totals = totals_due(w);

	if (reload < due)
		due = reload;
	if (upkeep < due)
		due = upkeep;
	if (sign < due)
		due = sign;
	if (totals < due)
		due = totals;
	if (sinks_due(&w->sinks) < due)
		due = sinks_due(&w->sinks);
	if (due == UINT64_MAX)
		return -1;
	return due <= time ? 0 : (due - time) / 1000000 + 1;
}

/* For who tells of it; NULL without a policy. */
static const struct reload *reload_in_force(const struct watch *w)
{
	return w->decides ? &w->reload : NULL;
}

static void tell_gap(struct watch *w, uint64_t t)
{
	unsigned int gaps;
	const struct pin_gap *gap = w->pin ? pin_gap(w->pin, &gaps) : NULL;

	if (gap)
		news_gap(&w->news, t, gap, gaps);
}

static void tell_totals(struct watch *w, uint64_t t)
{
	struct totals_sum sum, *read;

	if (t < totals_due(w))
		return;
	read = totals_read(&w->totals, w->session, &sum) ? NULL : &sum;
	if (t >= news_due(&w->news))
		news_totals(&w->news, t, read, false);
	if (t >= monitor_due(&w->monitor))
		monitor_write(&w->monitor, t, read, false);
}

/*
 * What does not wait for an event. drained: the ring was empty. Losses are told at the latest
 * before a sleep.
 */
static void tick(struct watch *w, bool drained, bool quiet)
{
	uint64_t t = now();

	join_expire(w->join, t);
	sinks_tick(&w->sinks, t, w->reload.status.generation);
	if (w->decides)
		reload_tick(&w->reload, drained, t);
	if (signals_reload()) {
		notify_reloading(&w->notify);
		reload_again(&w->reload);
		notify_ready(&w->notify, &w->reload);
	}
	if (signals_reopen())
		output_reopen(&w->output);
	upkeep_tick(&w->upkeep, t);
	tell_gap(w, t);
	tell_totals(w, t);
	notify_tick(&w->notify, reload_in_force(w), t);
	if (quiet || t >= w->report_due) {
		totals_tell_losses(&w->totals, w->session, w->decides);
		w->report_due = t + REPORT_NS;
	}
}

/*
 * While events come it looks for them at intervals, so that a bind need not wake it; once there are
 * none it sleeps until the next bind does.
 */
static int poll_events(struct watch *w)
{
	int status = output_flush(&w->output), taken;
	bool quiet = false;

	while (status < 0 && !signals_stopped()) {
		taken = quiet ? session_sleep(w->session, sleep_ms(w)) :
				session_poll(w->session, POLL_MS);
		if (taken < 0) {
			complain("cannot read events: %s", strerror(-taken));
			return EX_OSERR;
		}
		quiet = !taken;
		tick(w, taken < SESSION_EVENTS, quiet);
		status = output_flush(&w->output);
	}
	return status < 0 ? 0 : status;
}

/*
 * After the hook is off: takes what is still on its way, until the kernel's count and ours agree,
 * and passes on what still waits for an outcome.
 */
static void drain(struct watch *w, struct bind_counters *c)
{
	for (int i = 0; i < DRAIN_TRIES; i++) {
		session_poll(w->session, i ? POLL_MS : 0);
		if (session_counters(w->session, c) || w->options.count ||
		    c->attempts <= w->totals.taken + c->filtered + c->lost)
			break;
	}
	join_free(w->join);
	w->join = NULL;
	sinks_finish(&w->sinks);
}

static void print_counts(struct watch *w)
{
	struct printer_count *rows;
	size_t count;
	int err = session_counts(w->session, &rows, &count);

	if (err) {
		complain("cannot read the counts: %s", strerror(-err));
		return;
	}
	printer_counts(&w->printer, rows, count);
	free(rows);
}

static int finish(struct watch *w)
{
	struct totals_sum sum = { 0 };
	int status;

	notify_stopping(&w->notify);
	w->ending = true;
	if (w->decides)
		session_detach_hook(w->session);
	else
		session_detach_probes(w->session);
	drain(w, &sum.kernel);
	session_detach_probes(w->session);
	status = output_flush(&w->output);
	sum.user = w->totals;
	sum.missed = session_missed(w->session);
	if (w->decides)
		reload_finish(&w->reload);
	if (w->options.count)
		print_counts(w);
	if (w->options.count && w->decides)
		printer_tally(&w->printer, &w->reload.tally);
	totals_tell_losses(&w->totals, w->session, w->decides);
	if (sum.kernel.counts_lost)
		complain("%llu binds not counted: the table was full",
			 (unsigned long long)sum.kernel.counts_lost);
	news_totals(&w->news, now(), &sum, true);
	monitor_write(&w->monitor, now(), &sum, true);
	if (status < 0)
		status = output_flush(&w->output);
	output_end(&w->output);
	if (w->decides)
		totals_tell(&sum, &w->options, &w->reload.status);
	upkeep_end(&w->upkeep);
	return status < 0 ? 0 : status;
}

/* What is in force, and what was there before it. */
static struct baseline announce(struct watch *w)
{
	const struct policy *policy = reload_policy(&w->reload);
	bool denies = policy && reload_mode(&w->reload) == MODE_DENY;
	struct baseline baseline = { -1, -1 };

	if (!policy)
		return baseline;
	if (w->reload.stand_in)
		complain("%s: NO POLICY IS IN FORCE: every bind is %s until it is mended and "
			 "reloaded",
			 w->options.policy, denies ? "denied" : "reported and let through");
	else
		complain("%s: %zu rules, default %s; %s", w->options.policy, policy->rules,
			 policy->default_verdict == BIND_ALLOW ? "allow" : "deny",
			 denies ? "denying what it denies" : "auditing: nothing is refused");
	hook_tell(w->options.hook);
	if (!w->reload.stand_in) {
		baseline = baseline_tell(w->options.policy, policy, session_image(w->session));
		upkeep_baseline(&w->upkeep, &baseline);
	}
	return baseline;
}

static void take_reload(void *context, enum reload_cause cause)
{
	struct watch *w = context;

	w->stream.mode = reload_mode(&w->reload);
	news_reload(&w->news, now(), cause);
}

/*
 * The lines about the program itself are of the stream, for which other schemas have no place;
 * entries of the log are too.
 */
static void begin_news(struct watch *w, const struct baseline *baseline)
{
	w->news = (struct news){
		.stream = w->options.format == FORMAT_JSON ? &w->stream : NULL,
		.logger = options_logs(&w->options) ? &w->sinks.logger : NULL,
		.options = &w->options,
		.reload = reload_in_force(w),
	};
	w->reload.listener = take_reload;
	w->reload.context = w;
	if (w->decides)
		w->stream.mode = reload_mode(&w->reload);
	news_begin(&w->news, now(), baseline);
}

static void begin_output(struct watch *w)
{
	bool elsewhere = w->options.json || w->options.output || !options_lines(&w->options);

	if (elsewhere)
		complain("Tracing binds ... Hit Ctrl-C to end");
	else
		printer_banner(&w->printer);
	if (w->options.json || !options_lines(&w->options))
		return;
	if (!w->options.count && !w->options.quiet)
		printer_header(&w->printer);
}

static int run(struct watch *w)
{
	struct baseline baseline;
	int status = session_open(&w->options, w->pin, &w->session);

	if (!status && w->options.listing)
		return session_listing(w->session, stdout);
	if (!status && w->decides)
		status = reload_start(&w->reload, w->session);
	if (!status)
		upkeep_begin(&w->upkeep, w->pin, &w->reload);
	if (!status)
		status = session_attach(w->session, take_event, w);
	if (status)
		return status;
	baseline = announce(w);
	status = privilege_drop(&w->options, reload_policy(&w->reload));
	if (status)
		return status;
	output_check(&w->output);
	begin_output(w);
	begin_news(w, &baseline);
	monitor_begin(&w->monitor, w->session, reload_in_force(w), w->pin);
	notify_ready(&w->notify, reload_in_force(w));
	status = poll_events(w);
	return status ? status : finish(w);
}

/* Its programs are on LSM hooks, with --hook cgroup too. */
static int open_guard(void)
{
	int status = host_require(MODE_DENY, HOOK_LSM), err = status ? 0 : guard_open();

	if (err)
		complain("--guard: cannot load its BPF programs: %s", strerror(-err));
	return err ? EX_UNAVAILABLE : status;
}

/* Generations go on counting where those before have stopped. */
static int open_pin(struct watch *w)
{
	int status = pin_open(&w->pin);

	if (!status && w->options.guard)
		status = open_guard();
	if (!status && pin_before(w->pin))
		w->reload.status.generation = state_generation(pin_before(w->pin));
	return status;
}

/* What only stands in for a policy is not worth keeping. */
static int read_policy(struct watch *w)
{
	const char *before = w->pin ? pin_before(w->pin) : NULL;
	int status;

	w->reload.may_stand_in = !before || state_stands_in(before);
	status = reload_read(&w->reload, &w->options);
	if (status && before)
		complain("what is pinned stays in force as it was");
	return status;
}

/* Where what is seen goes. */
static int open_sinks(struct watch *w)
{
	int status = output_open(&w->output, &w->options, &w->totals.dropped);

	if (!status)
		status = sinks_open(&w->sinks, &w->options, &w->totals.dropped, print_record, w);
	w->printer = (struct printer){ .out = w->output.stream,
				       .options = &w->options,
				       .decides = w->decides };
	stream_open(&w->stream, w->output.stream, w->options.mode);
	if (w->options.chain) {
		chain_begin(&w->output.chain, w->stream.run);
		w->stream.chain = &w->output.chain;
	}
	return status;
}

int watch(int argc, char **argv)
{
	struct watch w = { 0 };
	int status = options_parse(argc, argv, &w.options), err;

	if (status >= 0)
		return status;
	err = wait_open();
	if (err) {
		complain("cannot wait for events: %s", strerror(-err));
		return EX_OSERR;
	}
	if (options_lines(&w.options) && !w.options.output)
		wait_for_end(STDOUT_FILENO);
	notify_open(&w.notify);
	w.decides = w.options.mode != MODE_OBSERVE;
	/* Before all else: a signal that comes meanwhile ends it as soon as it begins. */
	signals_catch(w.decides);
	status = host_require(w.options.mode, w.options.hook);
	if (!status && w.options.pin)
		status = open_pin(&w);
	else if (!status && w.options.mode == MODE_DENY)
		status = pin_require_none();
	if (!status && w.decides)
		status = read_policy(&w);
	if (!status)
		status = monitor_open(&w.monitor, &w.options);
	if (!status)
		status = open_sinks(&w);
	w.join = join_new(take_record, &w);
	if (!w.join && !status) {
		complain("out of memory");
		status = EX_OSERR;
	}
	if (!status)
		status = run(&w);
	join_free(w.join);
	session_close(w.session);
	guard_close();
	pin_close(w.pin);
	monitor_close(&w.monitor);
	reload_free(&w.reload);
	sinks_close(&w.sinks);
	output_close(&w.output);
	return status;
}
