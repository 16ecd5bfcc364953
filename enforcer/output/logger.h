/* SPDX-License-Identifier: GPL-2.0-only */
/* The system's log: the journal, syslog or both, as --journal and --syslog say. */
#ifndef ENFORCER_LOGGER_H
#define ENFORCER_LOGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "enforcer/watch/options.h"
#include "fate.h"
#include "fold.h"
#include "note.h"
#include "record.h"

struct logger {
	const struct options *options;
	struct fold *fold; /* NULL: nothing is folded */
	uint64_t *dropped; /* the caller's count of what the journal could not take */
	bool failed; /* and it has been told */
};

/*
 * Opens what the options name, before privileges are given up. Returns 0 or an exit status, after
 * telling what is not there. Both pointers stay the caller's.
 */
int logger_open(struct logger *logger, const struct options *options, uint64_t *dropped);

/* A bind: what is denied or would be, or any if the options say so. */
enum fate logger_record(struct logger *logger, const struct record *record, uint64_t now);

/* Sends an entry about bindguard itself, and frees it. */
void logger_note(struct logger *logger, struct note *note);

/* Takes a zeroed one too. */
void logger_close(struct logger *logger);

#endif
