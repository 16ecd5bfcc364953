/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs have counted, out of their maps. */
#ifndef ENFORCER_COUNTERS_H
#define ENFORCER_COUNTERS_H

#include <stdint.h>

#include "bpf/event.h"

/* The sum over all CPUs. Returns 0 or -errno. */
int counters_read(int map, struct bind_counters *sum);

/*
 * The counters of a generation's rules, allocated: so many entries, the first one the default's.
 * NULL after an error, errno says which.
 */
struct bind_rule_counters *counters_read_rules(int map, uint32_t count);

#endif
