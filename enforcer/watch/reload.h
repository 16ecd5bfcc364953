/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force: read, published, and replaced by the next one while binds are decided. What
 * goes wrong with the next one leaves it in force.
 */
#ifndef ENFORCER_RELOAD_H
#define ENFORCER_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "changes.h"
#include "enforcer/output/record.h"
#include "generations.h"
#include "options.h"
#include "policy/compile.h"
#include "session.h"
#include "tally.h"

/* How reloading went, for those who tell. */
struct reload_status {
	uint32_t generation; /* in force */
	uint64_t reloads; /* that brought a policy into force */
	uint64_t failures;
	int64_t last; /* when the last one was, of either kind; seconds since 1970, 0: none was */
	bool failed; /* the last one */
	size_t errors; /* that it has told then */
};

/* What has come of it. */
enum reload_cause {
	RELOAD_START, /* the first policy is in force */
	RELOAD_STAND_IN, /* what stands in for it is */
	RELOAD_ASKED, /* another one, for it was asked for or its files have changed */
	RELOAD_EXPIRY, /* the same, without the rules that have expired */
	RELOAD_FAILED, /* the one before */
};

struct reload {
	const struct options *options;
	bool may_stand_in; /* nothing decides yet: options->on_boot_error is what to do */
	bool stand_in; /* the policy could not be loaded: one without rules that denies is in force */
	/* Called after each reload and expiry, if it is not NULL. */
	void (*listener)(void *context, enum reload_cause cause);
	void *context;
	struct session *session;
	struct generations generations;
	struct image first; /* until it is published */
	struct tally tally; /* of the generations that are not in force any more */
	struct changes *changes; /* NULL without --watch */
	struct reload_status status;
	int64_t expiry; /* when the next rule expires, seconds since 1970; 0: never */
};

/*
 * Reads and compiles the policy for the first time; options stay the caller's. In a reload that is
 * otherwise zeroed, status.generation may be that of a policy before, whose number the first one
 * follows, and may_stand_in be set. Returns 0 or an exit status, after telling why.
 */
int reload_read(struct reload *reload, const struct options *options);

/* Puts that policy into force. The session stays the caller's. Returns 0 or an exit status. */
int reload_start(struct reload *reload, struct session *session);

/* Reads the policy anew and puts it into force, or tells why not. */
void reload_again(struct reload *reload);

/*
 * What there is to do between events, at the time now (ns, CLOCK_MONOTONIC): publishes the policy
 * anew when a rule has expired, reloads it when its files have changed, frees what no event refers
 * to. To be called as generations_expire() says.
 */
void reload_tick(struct reload *reload, bool drained, uint64_t now);

/*
 * When to call that next (ns, CLOCK_MONOTONIC), 0: at once, UINT64_MAX: not for the sake of time.
 * For expiry and changes wait_any() ends by itself.
 */
uint64_t reload_due(const struct reload *reload);

/* The mode in force: a policy that stands in may only audit. */
enum mode reload_mode(const struct reload *reload);

/* The policy in force, or NULL. */
const struct policy *reload_policy(const struct reload *reload);

/* The policy that has decided so; NULL: not known any more. */
const struct policy *reload_decided(const struct reload *reload,
				    const struct bind_decision *decision);

/* The rule that the decision names, in the policy that has decided so, or NULL; NULL: the default. */
const struct policy_rule *reload_rule(const struct policy *policy,
				      const struct bind_decision *decision);

/* Adds the counters of the generation in force to the tally, once nothing is decided any more. */
void reload_finish(struct reload *reload);

/* Takes a zeroed one too. */
void reload_free(struct reload *reload);

#endif
