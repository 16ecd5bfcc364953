/* SPDX-License-Identifier: GPL-2.0-only */
/* Decisions over time, in as many intervals of one width as a chart can show. */
#ifndef ENFORCER_REPORT_TIMELINE_H
#define ENFORCER_REPORT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#define TIMELINE_MOST 96

enum timeline_kind {
	TIMELINE_ALLOW,
	TIMELINE_DENY,
	TIMELINE_AUDIT,
	TIMELINE_KINDS,
};

/* Zeroed, it is empty. The width grows as it must, so that memory and chart stay as they are. */
struct timeline {
	size_t step; /* which width it has */
	int64_t first; /* number of the first interval: its time, divided by the width */
	size_t count; /* up to the last one that has something */
	uint64_t number[TIMELINE_MOST][TIMELINE_KINDS];
};

/* time: s since 1970. */
void timeline_add(struct timeline *timeline, int64_t time, enum timeline_kind kind, uint64_t count);

/* Seconds of an interval. */
int64_t timeline_width(const struct timeline *timeline);

#endif
