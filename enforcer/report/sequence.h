/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the numbered lines of a run have been seen: those that are missing, and repeated ones. */
#ifndef ENFORCER_REPORT_SEQUENCE_H
#define ENFORCER_REPORT_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Intervals are sorted and apart, whatever the order in which files are read. */
struct sequence {
	struct sequence_interval {
		uint64_t from, to; /* both belong to it */
	} * interval;
	size_t count;
	size_t last; /* the interval that took the last number */
	bool broken; /* there are more intervals than memory is meant for: nothing is known */
};

/* Returns false if the number has been seen before. */
bool sequence_add(struct sequence *sequence, uint64_t number);

/* How many of the numbers from 0 to the highest one have not been seen. */
uint64_t sequence_missing(const struct sequence *sequence);

void sequence_free(struct sequence *sequence);

#endif
