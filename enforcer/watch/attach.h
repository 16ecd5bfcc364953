/* SPDX-License-Identifier: GPL-2.0-only */
/* Which program goes to which hook, and in which order. */
#ifndef ENFORCER_ATTACH_H
#define ENFORCER_ATTACH_H

#include "enforcer/pins/pin.h"
#include "options.h"

struct bindguard;

/*
 * The programs that give new cgroups their class, if rules name any: once, before the first policy
 * is published. Returns 0 or -errno.
 */
int attach_cgroups(struct bindguard *skeleton);

/*
 * The probes, then the programs that decide, and those for good if there is a pin. Returns 0, or
 * -errno after telling why.
 */
int attach_all(struct bindguard *skeleton, const struct options *options, struct pin *pin);

/* Takes the programs that decide off again; what is pinned stays. */
void attach_take_off(struct bindguard *skeleton);

/* On how many hooks the skeleton's own links have programs that decide. */
unsigned int attach_count(struct bindguard *skeleton);

#endif
