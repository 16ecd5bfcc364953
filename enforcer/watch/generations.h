/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which policy a generation is of. An event names its rule by the index in the policy that decided,
 * and may be read when another policy is in force: a policy is kept until no event can refer to it.
 */
#ifndef ENFORCER_GENERATIONS_H
#define ENFORCER_GENERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

struct generations_entry;

/* Zeroed, it is empty. */
struct generations {
	struct generations_entry *newest;
};

/*
 * From this generation on the policy decides. Takes the policy over, and keeps the one before for
 * the events there may still be. Returns 0 or -ENOMEM; may be called before it is sure that the
 * generation comes into force, and then be taken back.
 */
int generations_add(struct generations *generations, uint32_t first, struct policy *policy);
void generations_take_back(struct generations *generations);

/* The policy that decides, or NULL. */
struct policy *generations_newest(const struct generations *generations);

/* The policy of this generation, or NULL. */
const struct policy *generations_find(const struct generations *generations, uint32_t generation);

/*
 * Frees the policies that no event can refer to any more. To be called often, at the time now (ns,
 * CLOCK_MONOTONIC), after join_expire() of the same time; drained tells that the ring was empty
 * just before. What was decided before the ring was empty has left the ring, and JOIN_WAIT later
 * the join.
 */
void generations_expire(struct generations *generations, bool drained, uint64_t now);

/*
 * When generations_expire() is to be called next (ns, CLOCK_MONOTONIC); UINT64_MAX if there is
 * nothing to free, 0 if it has yet to hear that the ring was empty.
 */
uint64_t generations_due(const struct generations *generations);

/* Leaves it empty. */
void generations_free(struct generations *generations);

#endif
