/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a rule does not match a request: by the spans that the image is made of, in words. */
#ifndef ENFORCER_CRITERIA_H
#define ENFORCER_CRITERIA_H

#include <stdio.h>

#include "enforcer/watch/load.h"
#include "query.h"

/*
 * Writes the first criterion of the rule with this index that the query does not meet, with the
 * rule's value and the query's, as in "ports is \"80\", the request has 443". The order is family,
 * address, protocol, ports, uid, cgroup, exe, comm, netns; before them, that the rule has expired.
 */
void criteria_print(FILE *out, const struct load *load, const struct query *query, uint32_t rule);

#endif
