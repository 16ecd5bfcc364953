/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the program waits, and what ends its wait: news on descriptors, a time of day, a signal. It
 * is one set for the whole process, because signal handlers know nothing else.
 */
#ifndef ENFORCER_WAIT_H
#define ENFORCER_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the set. To be called before the others, and once. Returns 0 or -errno. */
int wait_open(void);

/*
 * From now on a wait ends when there is more to read from the descriptor. What came between two
 * waits ends the next one, what is left unread does not. Closing the descriptor takes it out of the
 * set. Returns 0 or -errno.
 */
int wait_for_input(int fd);

/* The same when it breaks: a pipe that nobody reads any more. Files and the like never do. */
void wait_for_end(int fd);

/* Ends a wait at this time, in seconds since 1970, even if the clock is set. 0: never. */
void wait_alarm(int64_t time);

/* Ends the wait or, if there is none at the moment, the next one. For signal handlers. */
void wait_interrupt(void);

/* Waits, at most so long; -1: as long as it takes. Returns 0 or -errno. */
int wait_any(int milliseconds);

#endif
