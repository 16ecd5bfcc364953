/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins attempts with their outcomes into records. A record is passed on when its outcome comes,
 * when its thread goes on to another bind, or after JOIN_WAIT: an attempt is never lost, and never
 * waits long. The outcome of a listen() without an attempt is of a socket that was bound before: it
 * is no record.
 */
#ifndef ENFORCER_JOIN_H
#define ENFORCER_JOIN_H

#include <stdint.h>

#include "enforcer/output/record.h"

#define JOIN_WAIT 1000000000ULL /* ns */

struct join;

/* Calls sink with each record; it must not keep the pointer. Returns NULL when memory is out. */
struct join *join_new(void (*sink)(void *context, const struct record *record), void *context);

/* Takes an event, in the order of the ring buffer. */
void join_event(struct join *join, const struct bind_event *event);

/* Passes on the attempts that have waited long enough at this time (ns, CLOCK_MONOTONIC). */
void join_expire(struct join *join, uint64_t now);

/* When join_expire() is to be called next (ns, CLOCK_MONOTONIC); UINT64_MAX if nothing waits. */
uint64_t join_due(const struct join *join);

/* Passes on all that still wait, then frees. Takes NULL. */
void join_free(struct join *join);

#endif
