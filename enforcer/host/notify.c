/* SPDX-License-Identifier: GPL-2.0-only */
#include "notify.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "enforcer/escape.h"

#define KEEP_ENVIRONMENT 0 /* the names of the sockets; no other program is ever executed */

void notify_open(struct notify *notify)
{
	uint64_t limit = 0; /* us, after which a silent program is taken for dead */

	*notify = (struct notify){ .listens = getenv("NOTIFY_SOCKET") };
	if (notify->listens && sd_watchdog_enabled(KEEP_ENVIRONMENT, &limit) > 0)
		notify->interval = limit / 2 * 1000;
}

/* As in "denying: 12 rules of /etc/bindguard/policy.d, generation 3". The path is one line. */
static void describe(const struct reload *reload, char *text, size_t size)
{
	const struct policy *policy = reload ? reload_policy(reload) : NULL;
	const char *mode;
	char path[PATH_MAX];
	size_t errors;
	int length;

	if (!policy) {
		snprintf(text, size, "observing");
		return;
	}
	mode = reload_mode(reload) == MODE_DENY ? "denying" : "auditing";
	errors = reload->status.errors;
	escape(reload->options->policy, PATH_MAX, sizeof(path), path, sizeof(path));
	if (reload->stand_in) {
		snprintf(text, size, "%s every bind: no policy, %zu error%s in %s", mode, errors,
			 errors == 1 ? "" : "s", path);
		return;
	}
	length = snprintf(text, size, "%s: %zu rule%s of %s, generation %u", mode, policy->rules,
			  policy->rules == 1 ? "" : "s", path, reload->status.generation);
	if (errors)
		snprintf(text + length, size - length, " stays in force: %zu error%s", errors,
			 errors == 1 ? "" : "s");
}

/* state is "READY=1\n" or empty. */
static void tell(struct notify *notify, const char *state, const struct reload *reload)
{
	char text[PATH_MAX + 128];

	describe(reload, text, sizeof(text));
	if (reload) {
		notify->generation = reload->status.generation;
		notify->failures = reload->status.failures;
	}
	sd_notifyf(KEEP_ENVIRONMENT, "%sSTATUS=%s", state, text);
}

void notify_ready(struct notify *notify, const struct reload *reload)
{
	if (notify->listens)
		tell(notify, "READY=1\n", reload);
}

/* The time is for managers that wait for READY=1: one from before they asked would not count. */
void notify_reloading(const struct notify *notify)
{
	struct timespec t;

	if (!notify->listens)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	sd_notifyf(KEEP_ENVIRONMENT, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   t.tv_sec * 1000000ULL + t.tv_nsec / 1000);
}

void notify_stopping(const struct notify *notify)
{
	if (notify->listens)
		sd_notify(KEEP_ENVIRONMENT, "STOPPING=1");
}

void notify_tick(struct notify *notify, const struct reload *reload, uint64_t now)
{
	if (!notify->listens)
		return;
	if (reload && (reload->status.generation != notify->generation ||
		       reload->status.failures != notify->failures))
		tell(notify, "", reload);
	if (notify->interval && now >= notify->due) {
		sd_notify(KEEP_ENVIRONMENT, "WATCHDOG=1");
		notify->due = now + notify->interval;
	}
}

uint64_t notify_due(const struct notify *notify)
{
	return notify->interval ? notify->due : UINT64_MAX;
}
