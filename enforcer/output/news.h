/* SPDX-License-Identifier: GPL-2.0-only */
/* When the stream has a line about bindguard itself. */
#ifndef ENFORCER_NEWS_H
#define ENFORCER_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/pins/pin.h"
#include "enforcer/sockets/baseline.h"
#include "enforcer/watch/options.h"
#include "enforcer/watch/reload.h"
#include "enforcer/watch/totals.h"
#include "logger.h"
#include "stream.h"

#define NEWS_TOTALS_NS 60000000000ULL /* between two lines of totals */

/*
 * Zeroed, it has no stream and no log, and none of these does anything. All pointers stay the
 * caller's. now is the time in ns, CLOCK_MONOTONIC.
 */
struct news {
	struct stream *stream; /* NULL: none */
	struct logger *logger; /* NULL: none */
	const struct options *options;
	const struct reload *reload; /* NULL: nothing is decided */
	unsigned int gaps_told;
	int64_t gap_told_to; /* the end of the last of those */
	uint64_t totals_due; /* ns, CLOCK_MONOTONIC */
};

/* The first lines: what runs, and by which policy it decides. */
void news_begin(struct news *news, uint64_t now, const struct baseline *baseline);

/* To be called when a generation comes into force, or when none did. */
void news_reload(struct news *news, uint64_t now, enum reload_cause cause);

/* The last of so many gaps, if there is news of it: a line as it begins, if it lasts, and at its end. */
void news_gap(struct news *news, uint64_t now, const struct pin_gap *gap, unsigned int gaps);

/*
 * When news_totals() is to be called next, once a minute; UINT64_MAX: never. Logs have the last ones
 * only.
 */
uint64_t news_due(const struct news *news);

/* The totals, NULL if they are not to be had; final: there is no line after that. */
void news_totals(struct news *news, uint64_t now, const struct totals_sum *sum, bool final);

#endif
