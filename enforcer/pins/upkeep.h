/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program does for what it has pinned, as long as it runs: looks after it, and says so. */
#ifndef ENFORCER_UPKEEP_H
#define ENFORCER_UPKEEP_H

#include <stdint.h>

#include "enforcer/sockets/baseline.h"
#include "enforcer/watch/reload.h"
#include "pin.h"

/* Zeroed, there is nothing to do. */
struct upkeep {
	struct pin *pin;
	const struct reload *reload;
	struct baseline baseline;
	int64_t started, since; /* seconds since 1970 */
	struct reload_status told; /* what the state says */
	uint64_t due; /* ns, CLOCK_MONOTONIC */
};

/*
 * From now on there is a state: to be called before what is pinned comes into force. The pin may be
 * NULL; both pointers stay the caller's.
 */
void upkeep_begin(struct upkeep *upkeep, struct pin *pin, const struct reload *reload);

/* Adds to the state what was bound before. */
void upkeep_baseline(struct upkeep *upkeep, const struct baseline *baseline);

/*
 * Once a second looks whether all is there that was pinned, and after each reload renews the state;
 * now in ns, CLOCK_MONOTONIC.
 */
void upkeep_tick(struct upkeep *upkeep, uint64_t now);

/* When to call that next; UINT64_MAX: never. */
uint64_t upkeep_due(const struct upkeep *upkeep);

/* Says that it all stays. */
void upkeep_end(const struct upkeep *upkeep);

#endif
