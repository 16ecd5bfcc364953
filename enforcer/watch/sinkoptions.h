/* SPDX-License-Identifier: GPL-2.0-only */
/* Those options that say where lines and entries go, and which of them. */
#ifndef ENFORCER_SINKOPTIONS_H
#define ENFORCER_SINKOPTIONS_H

#include <stdbool.h>

#include "options.h"

/* Beside 'o'. */
enum {
	SINKOPTION_CHAIN = 512,
	SINKOPTION_SIZE,
	SINKOPTION_KEEP,
	SINKOPTION_JOURNAL,
	SINKOPTION_SYSLOG,
	SINKOPTION_FOLD,
	SINKOPTION_SAMPLE,
};

/* What holds without them. */
void sinkoptions_init(struct options *options);

/* One option with its argument. Returns false after a mistake, or an unknown option, that is told. */
bool sinkoptions_parse(int option, const char *argument, struct options *options);

/* Do they agree with each other and the others? Returns false after telling why not. */
bool sinkoptions_agree(const struct options *options);

#endif
