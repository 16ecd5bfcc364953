/* SPDX-License-Identifier: GPL-2.0-only */
#include "timeline.h"

#include <string.h>

#define DAY INT64_C(86400)

/* Each a multiple of the one before: what is counted is never divided. The last one takes all. */
static const int64_t widths[] = { 1,
				  10,
				  60,
				  600,
				  3600,
				  6 * 3600,
				  DAY,
				  7 * DAY,
				  28 * DAY,
				  364 * DAY,
				  3640 * DAY,
				  36400 * DAY,
				  INT64_C(36400000) * DAY };

int64_t timeline_width(const struct timeline *timeline)
{
	return widths[timeline->step];
}

static int64_t interval_of(const struct timeline *timeline, int64_t time)
{
	return time / widths[timeline->step];
}

static void widen(struct timeline *timeline)
{
	int64_t factor = widths[timeline->step + 1] / widths[timeline->step];
	struct timeline wide = { .step = timeline->step + 1, .first = timeline->first / factor };

	for (size_t i = 0; i < timeline->count; i++) {
		size_t at = (size_t)((timeline->first + (int64_t)i) / factor - wide.first);

		for (int kind = 0; kind < TIMELINE_KINDS; kind++)
			wide.number[at][kind] += timeline->number[i][kind];
		wide.count = at + 1;
	}
	*timeline = wide;
}

/* Would an interval fit beside those that are there? */
static int fits(const struct timeline *timeline, int64_t interval)
{
	int64_t first = timeline->first, last = first + (int64_t)timeline->count - 1;

	if (!timeline->count)
		return 1;
	if (interval < first)
		first = interval;
	if (interval > last)
		last = interval;
	return last - first < TIMELINE_MOST;
}

static void begin_earlier(struct timeline *timeline, int64_t interval)
{
	size_t shift = (size_t)(timeline->first - interval), size = sizeof(timeline->number[0]);

	memmove(timeline->number + shift, timeline->number, timeline->count * size);
	memset(timeline->number, 0, shift * size);
	timeline->first = interval;
	timeline->count += shift;
}

void timeline_add(struct timeline *timeline, int64_t time, enum timeline_kind kind, uint64_t count)
{
	size_t at;

	if (time < 0)
		time = 0;
	while (!fits(timeline, interval_of(timeline, time)))
		widen(timeline);
	if (!timeline->count)
		timeline->first = interval_of(timeline, time);
	else if (interval_of(timeline, time) < timeline->first)
		begin_earlier(timeline, interval_of(timeline, time));
	at = (size_t)(interval_of(timeline, time) - timeline->first);
	if (at >= timeline->count)
		timeline->count = at + 1;
	timeline->number[at][kind] += count;
}
