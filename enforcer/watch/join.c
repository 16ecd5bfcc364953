/* SPDX-License-Identifier: GPL-2.0-only */
#include "join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 1024
#define WAITING_MAX \
	16384 /* attempts without an outcome: more threads than that do not bind at once */

struct waiting {
	struct bind_event attempt;
	LIST_ENTRY(waiting) bucket;
	TAILQ_ENTRY(waiting) age;
};

struct join {
	void (*sink)(void *context, const struct record *record);
	void *context;
	LIST_HEAD(bucket, waiting) bucket[BUCKETS]; /* by thread */
	TAILQ_HEAD(ages, waiting) ages; /* oldest first */
	size_t count;
};

struct join *join_new(void (*sink)(void *context, const struct record *record), void *context)
{
	struct join *join = calloc(1, sizeof(*join));

	if (!join)
		return NULL;
	join->sink = sink;
	join->context = context;
	TAILQ_INIT(&join->ages);
	return join;
}

/*
 * Has another program changed the address after the decision? Those of cgroup/bind4 and bind6 do so
 * where the probes find it later.
 */
static bool is_rewritten(const struct bind_event *attempt, const struct bind_event *outcome)
{
	return attempt->via == BIND_VIA_BIND &&
	       (attempt->requested_port != outcome->requested_port ||
		memcmp(attempt->requested, outcome->requested, sizeof(attempt->requested)) != 0);
}

static bool is_refused(const struct bind_event *attempt)
{
	return attempt->decision.verdict == BIND_DENY && attempt->decision.enforced;
}

/* Passes on a bind: event is its attempt or, without one, its outcome. outcome may be NULL. */
static void pass(struct join *join, const struct bind_event *event,
		 const struct bind_event *outcome)
{
	struct record record = { .event = *event, .known = outcome };

	record.decided = event->kind == BIND_EVENT_ATTEMPT;
	if (outcome) {
		record.rc = outcome->rc;
	} else if (record.decided && is_refused(event)) {
		record.known = true;
		record.rc = event->hook == BIND_HOOK_CGROUP ? -EPERM : -EACCES;
	}
	if (outcome && !outcome->rc) {
		memcpy(record.address, outcome->bound, sizeof(record.address));
		record.port = outcome->bound_port;
		record.rewritten = record.decided && is_rewritten(event, outcome);
	} else {
		memcpy(record.address, record.event.requested, sizeof(record.address));
		record.port = record.event.requested_port;
	}
	join->sink(join->context, &record);
}

/* Passes on an attempt that waits, with its outcome or without. */
static void release(struct join *join, struct waiting *waiting, const struct bind_event *outcome)
{
	LIST_REMOVE(waiting, bucket);
	TAILQ_REMOVE(&join->ages, waiting, age);
	join->count--;
	pass(join, &waiting->attempt, outcome);
	free(waiting);
}

static struct waiting *find(struct join *join, uint32_t tid)
{
	struct waiting *waiting;

	LIST_FOREACH(waiting, &join->bucket[tid % BUCKETS], bucket)
		if (waiting->attempt.tid == tid)
			return waiting;
	return NULL;
}

/*
 * Do they belong together? They are of the same thread, with no other attempt between them. It is
 * the same socket, unless the socket binds another one inside it, with the same address (MPTCP,
 * SMC). Otherwise the outcome is of a socket that the kernel bound on its own.
 */
static bool matches(const struct bind_event *attempt, const struct bind_event *outcome)
{
	if (attempt->via != outcome->via)
		return false;
	return attempt->socket == outcome->socket ||
	       (attempt->family == outcome->family &&
		attempt->requested_port == outcome->requested_port &&
		!memcmp(attempt->requested, outcome->requested, sizeof(attempt->requested)));
}

/* Only these have probes, and what an LSM hook refuses does not come to them. */
static bool has_outcome(const struct bind_event *attempt)
{
	if (attempt->via != BIND_VIA_BIND && attempt->via != BIND_VIA_LISTEN)
		return false;
	return attempt->hook == BIND_HOOK_CGROUP || !is_refused(attempt);
}

static void take_attempt(struct join *join, const struct bind_event *attempt)
{
	struct waiting *waiting = find(join, attempt->tid);

	if (waiting)
		release(join, waiting, NULL);
	if (join->count >= WAITING_MAX)
		release(join, TAILQ_FIRST(&join->ages), NULL);
	waiting = NULL;
	if (has_outcome(attempt))
		waiting = malloc(sizeof(*waiting));
	if (!waiting) {
		/* There is no outcome to wait for. (Or no memory to wait with.) */
		pass(join, attempt, NULL);
		return;
	}
	waiting->attempt = *attempt;
	LIST_INSERT_HEAD(&join->bucket[attempt->tid % BUCKETS], waiting, bucket);
	TAILQ_INSERT_TAIL(&join->ages, waiting, age);
	join->count++;
}

void join_event(struct join *join, const struct bind_event *event)
{
	struct waiting *waiting;

	if (event->kind == BIND_EVENT_ATTEMPT) {
		take_attempt(join, event);
		return;
	}
	waiting = find(join, event->tid);
	if (waiting && matches(&waiting->attempt, event))
		release(join, waiting, event);
	else if (event->via != BIND_VIA_LISTEN)
		pass(join, event, event);
}

void join_expire(struct join *join, uint64_t now)
{
	struct waiting *oldest, *next;

	for (oldest = TAILQ_FIRST(&join->ages); oldest; oldest = next) {
		next = TAILQ_NEXT(oldest, age);
		if (oldest->attempt.time + JOIN_WAIT > now)
			break;
		release(join, oldest, NULL);
	}
}

uint64_t join_due(const struct join *join)
{
	const struct waiting *oldest = TAILQ_FIRST(&join->ages);

	return oldest ? oldest->attempt.time + JOIN_WAIT : UINT64_MAX;
}

void join_free(struct join *join)
{
	if (!join)
		return;
	join_expire(join, UINT64_MAX);
	free(join);
}
