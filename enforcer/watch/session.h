/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of the BPF programs: open, load, publish, attach, poll, detach, close. Each step says on
 * stderr what went wrong, and what was attached before goes with session_close() or the process.
 */
#ifndef ENFORCER_SESSION_H
#define ENFORCER_SESSION_H

#include <stdint.h>

#include "bpf/event.h"
#include "enforcer/output/printer.h"
#include "enforcer/pins/pin.h"
#include "options.h"
#include "policy/compile.h"

/* Taken in one go: a storm of binds must not keep signals and reloads waiting. */
#define SESSION_EVENTS 16384

struct session;

/*
 * Opens and loads the programs that the options need; pin is NULL without --pin. Both stay the
 * caller's. Returns 0 or an exit status.
 */
int session_open(const struct options *options, struct pin *pin, struct session **session);

/*
 * Puts the image into force, in one step, as publish_image() does it. Returns 0 or -errno, and says
 * nothing.
 */
int session_publish(struct session *session, struct image *image,
		    struct bind_rule_counters **retired);

/*
 * Attaches the programs, the one that decides last; events go to sink from then on. With a policy,
 * one must be in force. Returns 0 or an exit status.
 */
int session_attach(struct session *session,
		   void (*sink)(void *context, const struct bind_event *event), void *context);

/*
 * Take the events that there are, at most SESSION_EVENTS. session_poll() waits before, for as long
 * as it is told or until the ring buffer is half full, unless the last call left some: the way to
 * take many. session_sleep() waits, if there are none, until there is one; -1: as long as it takes.
 * Both waits are wait_any()'s. Return how many, or -errno; fewer than SESSION_EVENTS: the ring was
 * empty.
 */
int session_poll(struct session *session, int milliseconds);
int session_sleep(struct session *session, int milliseconds);

/*
 * Take the deciding hooks off, unless they are pinned, then the probes: what was decided last still gets its outcome.
 * Events that are in the ring buffer stay there for session_poll().
 */
void session_detach_hook(struct session *session);
void session_detach_probes(struct session *session);

/* On how many hooks binds are decided, by what is pinned or by the program alone. */
unsigned int session_hooks(struct session *session);

/* The sum of the counters over all CPUs. Returns 0 or -errno. */
int session_counters(struct session *session, struct bind_counters *sum);

/* The image in force, until another one is published. */
const struct image *session_image(const struct session *session);

/* The rule counters of the generation in force, as publish_counters() has them. */
struct bind_rule_counters *session_rule_counters(struct session *session);

/*
 * How many times the kernel skipped a probe, and so an outcome. 0 where it does not count (5.10).
 */
uint64_t session_missed(struct session *session);

/* The --count table, allocated. Returns 0 or -errno. */
int session_counts(struct session *session, struct printer_count **rows, size_t *count);

/* Prints the loaded programs, instruction by instruction, under their source lines. */
int session_listing(struct session *session, FILE *out);

/* Takes NULL. */
void session_close(struct session *session);

#endif
