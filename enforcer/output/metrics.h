/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted and what is in force, in the text format of Prometheus. bindguard-events(7) has
 * the names.
 */
#ifndef ENFORCER_METRICS_H
#define ENFORCER_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "enforcer/watch/reload.h"
#include "enforcer/watch/totals.h"

struct metrics {
	bool up; /* the program goes on */
	const struct options *options;
	const struct totals_sum *sum;
	const struct reload *reload; /* NULL: nothing is decided */
	struct bind_rule_counters *current; /* of the policy in force; NULL: all are in the tally */
	unsigned int hooks; /* that decide */
	unsigned int gaps;
	bool gap_open;
	int64_t gap_seconds;
	int64_t started; /* seconds since 1970 */
};

/* Prints all of them. Returns 0, or -ENOMEM when rules are missing. */
int metrics_print(FILE *out, const struct metrics *metrics);

#endif
