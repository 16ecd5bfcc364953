/* SPDX-License-Identifier: GPL-2.0-only */
#include "upkeep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "enforcer/complain.h"
#include "state.h"

#define CHECK_NS 1000000000ULL

static void write_state(struct upkeep *upkeep)
{
	struct state state = {
		.options = upkeep->reload->options,
		.mode = reload_mode(upkeep->reload),
		.stand_in = upkeep->reload->stand_in,
		.policy = reload_policy(upkeep->reload),
		.reload = &upkeep->reload->status,
		.started = upkeep->started,
		.since = upkeep->since,
		.expiry = upkeep->reload->expiry,
		.bound_before = upkeep->baseline.bound,
		.denied_before = upkeep->baseline.denied,
	};
	char *text;
	int err;

	state.gap = pin_gap(upkeep->pin, &state.gaps);
	/* One that lasts has not lasted yet when it began: status counts on. */
	state.gap_seconds = pin_gap_seconds(upkeep->pin, state.gap ? state.gap->from : 0);
	text = state_text(&state);
	err = text ? pin_state(upkeep->pin, text) : -ENOMEM;
	free(text);
	if (err)
		complain("cannot renew what 'bindguard status' reads: %s", strerror(-err));
	upkeep->told = upkeep->reload->status;
}

void upkeep_begin(struct upkeep *upkeep, struct pin *pin, const struct reload *reload)
{
	if (!pin)
		return;
	*upkeep = (struct upkeep){ .pin = pin, .reload = reload, .baseline = { -1, -1 } };
	upkeep->started = upkeep->since = time(NULL);
	write_state(upkeep);
}

void upkeep_baseline(struct upkeep *upkeep, const struct baseline *baseline)
{
	upkeep->baseline = *baseline;
	if (upkeep->pin)
		write_state(upkeep);
}

static bool has_reloaded(const struct upkeep *upkeep)
{
	const struct reload_status *now = &upkeep->reload->status, *told = &upkeep->told;

	return now->generation != told->generation || now->failures != told->failures;
}

/* If not, there may be no place for the state either. */
static bool is_whole(const struct upkeep *upkeep)
{
	unsigned int gaps;
	const struct pin_gap *gap = pin_gap(upkeep->pin, &gaps);

	return !gap || gap->to;
}

void upkeep_tick(struct upkeep *upkeep, uint64_t now)
{
	bool news = false;

	if (!upkeep->pin)
		return;
	if (upkeep->reload->status.generation != upkeep->told.generation)
		upkeep->since = time(NULL);
	if (now >= upkeep->due) {
		news = pin_check(upkeep->pin, time(NULL));
		upkeep->due = now + CHECK_NS;
	}
	if ((news || has_reloaded(upkeep)) && is_whole(upkeep))
		write_state(upkeep);
}

uint64_t upkeep_due(const struct upkeep *upkeep)
{
	return upkeep->pin ? upkeep->due : UINT64_MAX;
}

void upkeep_end(const struct upkeep *upkeep)
{
	if (upkeep->pin)
		complain("what it decides stays in force: 'bindguard unload' takes it down");
}
