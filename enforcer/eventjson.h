/* SPDX-License-Identifier: GPL-2.0-only */
/* A record as a JSON object; bindguard(8) says what its keys are. */
#ifndef ENFORCER_EVENTJSON_H
#define ENFORCER_EVENTJSON_H

#include <stdint.h>
#include <stdio.h>

#include "record.h"

/* What is the same in all of them, and the number of the next one. */
struct eventjson {
	char host[256];
	char boot_id[37];
	uint32_t host_netns;
	int64_t realtime; /* ns from CLOCK_MONOTONIC to CLOCK_REALTIME, as of the start */
	uint64_t sequence;
};

void eventjson_init(struct eventjson *eventjson);

/* Prints it on a line of its own. What only /proc tells is null once the process has gone. */
void eventjson_print(struct eventjson *eventjson, FILE *out, const struct record *record);

#endif
