/* SPDX-License-Identifier: GPL-2.0-only */
/* Days of the calendar, as seconds since 1970 at 00:00 UTC. */
#ifndef POLICY_DATES_H
#define POLICY_DATES_H

#include <stdbool.h>
#include <stdint.h>

#define DATES_DAY 86400 /* seconds */

/* Reads "2026-03-01"; false if that is not how the text looks, or there is no such day. */
bool dates_read(const char *text, int64_t *time);

struct dates_text {
	char text[sizeof("YYYY-MM-DD")];
};

/* Writes the day of a time from dates_read(). */
struct dates_text dates_write(int64_t time);

#endif
