/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of the records that the filters show: one in so many of those that are allowed is
 * taken, denials that repeat themselves are folded, and what is left is printed and logged.
 */
#ifndef ENFORCER_SINKS_H
#define ENFORCER_SINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/watch/options.h"
#include "logger.h"
#include "record.h"

struct sinks {
	const struct options *options;
	struct logger logger;
	struct fold *fold; /* of lines; NULL: none is folded */
	uint64_t allowed; /* records that sampling has looked at */
	void (*print)(void *context, const struct record *record);
	void *context;
};

/*
 * print is called with each record that is a line. dropped is the count of what no output could
 * take. All pointers stay the caller's. Returns 0 or an exit status, after telling why.
 */
int sinks_open(struct sinks *sinks, const struct options *options, uint64_t *dropped,
	       void (*print)(void *context, const struct record *record), void *context);

/*
 * Takes a record at the time now (ns, CLOCK_MONOTONIC, here and below). Returns the best that has
 * become of it anywhere.
 */
enum fate sinks_take(struct sinks *sinks, const struct record *record, uint64_t now);

/*
 * Tells what was folded long enough, and what was by another generation than the one in force: to be
 * called before its policy is freed.
 */
void sinks_tick(struct sinks *sinks, uint64_t now, uint32_t generation);

/* When to call that next, UINT64_MAX: not for the sake of time. */
uint64_t sinks_due(const struct sinks *sinks);

/* Tells all that was folded. */
void sinks_finish(struct sinks *sinks);

/* Takes a zeroed one too. */
void sinks_close(struct sinks *sinks);

#endif
