/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a service manager is told, as sd_notify(3) says: that the program is ready, reloads, stops
 * and is alive, and in words what it does. Without one all of this does nothing.
 */
#ifndef ENFORCER_NOTIFY_H
#define ENFORCER_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/watch/reload.h"

struct notify {
	bool listens; /* somebody does */
	uint64_t interval; /* ns between two signs of life, 0: nobody wants any */
	uint64_t due; /* when the next one is, ns, CLOCK_MONOTONIC */
	uint32_t generation; /* that the last status was about */
	uint64_t failures;
};

/* Looks who listens. To be called once, before the others. */
void notify_open(struct notify *notify);

/*
 * Ready, and what it does: whatever the policy says is in force, also after a reload that failed.
 * reload is NULL without a policy, here and below.
 */
void notify_ready(struct notify *notify, const struct reload *reload);

/* From here to notify_ready() it reads the policy anew, because the manager asked it to. */
void notify_reloading(const struct notify *notify);

/* It has begun to end. */
void notify_stopping(const struct notify *notify);

/*
 * What there is to tell between events, at the time now (ns, CLOCK_MONOTONIC): a policy that came
 * into force or failed to, and that the program is alive.
 */
void notify_tick(struct notify *notify, const struct reload *reload, uint64_t now);

/* When to call that next, UINT64_MAX: not for the sake of time. */
uint64_t notify_due(const struct notify *notify);

#endif
