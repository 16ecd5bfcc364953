/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the file of --metrics up to date. */
#ifndef ENFORCER_MONITOR_H
#define ENFORCER_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/pins/pin.h"
#include "enforcer/watch/options.h"
#include "enforcer/watch/reload.h"
#include "enforcer/watch/session.h"
#include "enforcer/watch/totals.h"
#include "metricsfile.h"

#define MONITOR_NS 15000000000ULL /* between two times that it is written */

/* Zeroed, there is no file, and none of these does anything. */
struct monitor {
	struct metricsfile file;
	const struct options *options;
	const struct reload *reload; /* NULL: nothing is decided */
	struct session *session;
	const struct pin *pin; /* NULL: nothing is pinned */
	int64_t started; /* seconds since 1970 */
	bool failed; /* to write, which has been told */
	uint64_t due; /* ns, CLOCK_MONOTONIC */
};

/* With --metrics opens the folder. Returns 0, or an exit status after telling why not. */
int monitor_open(struct monitor *monitor, const struct options *options);

/* What is to be told from now on, with the first file to write at once. All stay the caller's. */
void monitor_begin(struct monitor *monitor, struct session *session, const struct reload *reload,
		   const struct pin *pin);

/* When the file is to be written next (ns, CLOCK_MONOTONIC); UINT64_MAX: never. */
uint64_t monitor_due(const struct monitor *monitor);

/*
 * Writes it at the time now; sum NULL: it is not to be had, and the file stays as it is. The last
 * time, which says so, comes when nothing is decided any more and the tally has all. What goes wrong
 * is told once, until it works again.
 */
void monitor_write(struct monitor *monitor, uint64_t now, const struct totals_sum *sum, bool last);

void monitor_close(struct monitor *monitor);

#endif
