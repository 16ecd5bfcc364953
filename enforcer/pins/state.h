/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program has to say about what it has pinned, for those that come after it: a JSON text
 * in a map. It is JSON so that another version can read it.
 */
#ifndef ENFORCER_STATE_H
#define ENFORCER_STATE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "enforcer/watch/options.h"
#include "enforcer/watch/reload.h"
#include "pin.h"
#include "policy/policy.h"

struct state {
	const struct options *options;
	enum mode mode; /* in force */
	bool stand_in; /* as struct reload has it */
	const struct policy *policy; /* in force */
	const struct reload_status *reload;
	int64_t started; /* seconds since 1970, as all of them */
	int64_t since; /* when the generation came into force */
	int64_t expiry; /* when the next rule expires; 0: never */
	long bound_before, denied_before; /* sockets; -1: unknown */
	const struct pin_gap *gap; /* the last one, or NULL */
	unsigned int gaps;
	int64_t gap_seconds; /* of those that have ended */
};

/* Returns it as text, allocated; NULL without memory. */
char *state_text(const struct state *state);

/*
 * Pins the text as the state of the folder, in one step. Returns the map, open, or -errno.
 */
int state_store(const char *folder, const char *text);

/* Reads the state of the folder. Returns NULL if it is not to be had. */
struct json_object *state_load(const char *folder);

/* What the state says: the process that wrote it, and its generation. 0: unknown. */
long state_pid(const char *folder);
uint32_t state_generation(const char *folder);

/* Is it a policy that stands in for one that could not be loaded? */
bool state_stands_in(const char *folder);

#endif
