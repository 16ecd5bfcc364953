/* SPDX-License-Identifier: GPL-2.0-only */
/* A bindguard of our own that observes for some time, as if it were a log. */
#ifndef ENFORCER_LIVE_H
#define ENFORCER_LIVE_H

#include <stdbool.h>

/* "90s", "30m", "24h" or "7d" in seconds; 0 if it is not such a text. */
unsigned int live_seconds(const char *text);

/*
 * Starts it, with what it prints as standard input. It ends after so many seconds, or before with
 * Ctrl-C or SIGTERM, which this process survives from now on. failed: failed binds, too. Returns 0,
 * or an exit status after telling why not.
 */
int live_start(unsigned int seconds, bool failed);

/* Waits for its end, when all that it has printed is read. Returns its exit status. */
int live_end(void);

#endif
