/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream of JSON lines: what is the same in all of them, whichever kind of record they are.
 * bindguard-events(7) says what the keys are.
 */
#ifndef ENFORCER_STREAM_H
#define ENFORCER_STREAM_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "chain.h"
#include "enforcer/watch/options.h"

struct stream {
	FILE *out;
	enum mode mode; /* in force */
	char host[256];
	char boot_id[37];
	char run[37]; /* a UUID, another one for each run */
	uint32_t host_netns;
	int64_t realtime; /* ns from CLOCK_MONOTONIC to CLOCK_REALTIME, as of the start */
	uint64_t sequence; /* of the next line */
	struct chain *chain; /* that lines are part of; NULL: of none */
};

/* out stays the caller's; there is no chain at first. */
void stream_open(struct stream *stream, FILE *out, enum mode mode);

/*
 * A line of this kind with the keys that all lines have: record, time, monotonic_ns, boot_id, host,
 * run and sequence. monotonic is when what it tells happened (ns, CLOCK_MONOTONIC). The line is to
 * be printed with stream_print(), for it has its number.
 */
struct json_object *stream_line(struct stream *stream, const char *kind, uint64_t monotonic);

/* Prints the line and frees it. */
void stream_print(const struct stream *stream, struct json_object *line);

/* "observe", "audit" or "deny". */
const char *stream_mode(enum mode mode);

#endif
