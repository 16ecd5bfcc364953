/* SPDX-License-Identifier: GPL-2.0-only */
/* Text output: bindsnoop's columns and, with a policy, VERDICT and RULE. */
#ifndef ENFORCER_PRINTER_H
#define ENFORCER_PRINTER_H

#include <stdio.h>

#include "enforcer/watch/options.h"
#include "enforcer/watch/tally.h"
#include "record.h"

struct printer {
	FILE *out;
	const struct options *options;
	bool decides; /* there is a policy: VERDICT and RULE */
	uint64_t first; /* time of the first record printed, 0 before it */
};

/* bindsnoop's first line, and the line of column names. */
void printer_banner(struct printer *printer);
void printer_header(struct printer *printer);

/* The columns COMM and OPTS. */
#define PRINTER_COMM_COLUMN 12
#define PRINTER_LETTERS 5

/* BIND_OPT_* as in OPTS, "F...r": a letter or a dot for each. Returns letters. */
const char *printer_letters(uint32_t options, char letters[PRINTER_LETTERS + 1]);

/*
 * The RULE column: the rule's name, "-" for NULL, with what else made the verdict. Returns its
 * length; out may be NULL.
 */
int printer_rule(FILE *out, const char *rule, const struct bind_decision *decision);

/* One line for the record. */
void printer_record(struct printer *printer, const struct record *record);

/* A row of the --count table. */
struct printer_count {
	struct bind_count_key key;
	uint64_t binds;
};

/* The whole --count table; sorts the rows: IPv4, then IPv6, each by count. */
void printer_counts(struct printer *printer, struct printer_count *rows, size_t count);

/* What each rule has decided, and the default; a table like the above. */
void printer_tally(struct printer *printer, const struct tally *tally);

#endif
