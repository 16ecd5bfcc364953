/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is to say about bindguard itself, as entries of the system's log. */
#ifndef ENFORCER_NEWSNOTE_H
#define ENFORCER_NEWSNOTE_H

#include "enforcer/pins/pin.h"
#include "enforcer/sockets/baseline.h"
#include "enforcer/watch/options.h"
#include "enforcer/watch/reload.h"
#include "enforcer/watch/totals.h"
#include "note.h"

/* Each is to be freed with note_free(). A baseline's numbers may be -1, not known. */
void newsnote_start(struct note *note, const struct options *options,
		    const struct baseline *baseline);
void newsnote_policy(struct note *note, const struct reload *reload, const char *cause);
void newsnote_reload_failed(struct note *note, const struct reload *reload);
void newsnote_gap(struct note *note, const struct pin_gap *gap);
void newsnote_totals(struct note *note, const struct totals_sum *sum, uint32_t generation);

#endif
