/* SPDX-License-Identifier: GPL-2.0-only */
/* What has become of the binds: reported or not, and why not. */
#ifndef ENFORCER_TOTALS_H
#define ENFORCER_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "enforcer/output/fate.h"
#include "reload.h"
#include "session.h"

/* Counted by user space. Zeroed, nothing has happened. */
struct totals {
	uint64_t taken; /* events that stand for an attempt */
	uint64_t reported; /* of those, the ones that have a line of their own */
	uint64_t folded; /* that another one's line stands for */
	uint64_t sampled; /* left out by sampling */
	uint64_t filtered; /* not shown for what only the outcome tells */
	uint64_t rewritten; /* by another program, after the decision */
	uint64_t dropped; /* lines that an output could not take */
	uint64_t lost_told, missed_told;
};

/* Counts what has become of the record of an attempt. */
void totals_count(struct totals *totals, enum fate fate);

/* All that is counted at one moment, by the kernel too. */
struct totals_sum {
	struct bind_counters kernel;
	struct totals user;
	uint64_t missed; /* times that the kernel skipped a probe */
};

/* Returns 0 or -errno. */
int totals_read(const struct totals *totals, struct session *session, struct totals_sum *sum);

/* Attempts that the user's filters have left out, in the kernel or here. */
uint64_t totals_filtered(const struct totals_sum *sum);

/* Attempts that are on their way: in the ring buffer, or waiting for their outcome. */
uint64_t totals_pending(const struct totals_sum *sum);

/* Tells what could not be reported, when there is more of it than last time. */
void totals_tell_losses(struct totals *totals, struct session *session, bool decides);

/* Tells all of it at the end: what was decided, and what of it was reported. */
void totals_tell(const struct totals_sum *sum, const struct options *options,
		 const struct reload_status *reload);

#endif
