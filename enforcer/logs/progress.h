/* SPDX-License-Identifier: GPL-2.0-only */
/* A bar on stderr that says how far a long work is; nothing if stderr is no terminal. */
#ifndef ENFORCER_PROGRESS_H
#define ENFORCER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown; /* stderr is a terminal */
	bool drawn; /* and the bar is on it */
	uint64_t total; /* 0: not known */
	int64_t next; /* when it may be drawn again, ms */
};

/* Begins; nothing is drawn yet. */
void progress_begin(struct progress *progress, uint64_t total);

/* Draws it, at most ten times a second: that much of the total is done, which is so many lines. */
void progress_show(struct progress *progress, uint64_t done, uint64_t lines);

/* Takes it away, before anything else is printed and at the end. */
void progress_hide(struct progress *progress);

#endif
