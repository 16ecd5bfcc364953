/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "enforcer/complain.h"
#include "metrics.h"

int monitor_open(struct monitor *monitor, const struct options *options)
{
	int err;

	if (!options->metrics)
		return 0;
	monitor->options = options;
	monitor->started = time(NULL);
	monitor->due = UINT64_MAX;
	err = metricsfile_open(&monitor->file, options->metrics);
	if (err)
		complain("--metrics %s: cannot open its folder: %s", options->metrics,
			 strerror(-err));
	return err ? EX_CANTCREAT : 0;
}

void monitor_begin(struct monitor *monitor, struct session *session, const struct reload *reload,
		   const struct pin *pin)
{
	monitor->session = session;
	monitor->reload = reload;
	monitor->pin = pin;
	monitor->due = 0;
}

uint64_t monitor_due(const struct monitor *monitor)
{
	return monitor->file.path ? monitor->due : UINT64_MAX;
}

static void take_gaps(const struct pin *pin, struct metrics *metrics)
{
	const struct pin_gap *gap = pin ? pin_gap(pin, &metrics->gaps) : NULL;

	if (!gap)
		return;
	metrics->gap_open = !gap->to;
	metrics->gap_seconds = pin_gap_seconds(pin, time(NULL));
}

static int write_metrics(const struct monitor *monitor, const struct metrics *metrics)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int err = out ? metrics_print(out, metrics) : -ENOMEM;

	if (out && fclose(out) && !err)
		err = -ENOMEM;
	if (!err)
		err = metricsfile_write(&monitor->file, text, length);
	free(text);
	return err;
}

static int gather(const struct monitor *monitor, const struct totals_sum *sum, bool last)
{
	struct metrics metrics = {
		.up = !last,
		.options = monitor->options,
		.sum = sum,
		.reload = monitor->reload,
		.started = monitor->started,
	};
	int err = 0;

	if (monitor->reload && !last) {
		metrics.current = session_rule_counters(monitor->session);
		err = metrics.current ? 0 : -errno;
	}
	if (monitor->reload)
		metrics.hooks = session_hooks(monitor->session);
	take_gaps(monitor->pin, &metrics);
	if (!err)
		err = write_metrics(monitor, &metrics);
	free(metrics.current);
	return err;
}

void monitor_write(struct monitor *monitor, uint64_t now, const struct totals_sum *sum, bool last)
{
	int err;

	if (!monitor->file.path)
		return;
	monitor->due = now + MONITOR_NS;
	if (!sum)
		return;
	err = gather(monitor, sum, last);
	if (err && !monitor->failed)
		complain("--metrics %s: cannot write it: %s%s", monitor->file.path, strerror(-err),
			 err == -EACCES ? ": its folder must belong to this user" : "");
	monitor->failed = err;
}

void monitor_close(struct monitor *monitor)
{
	metricsfile_close(&monitor->file);
}
