/* SPDX-License-Identifier: GPL-2.0-only */
/* A bind as an entry of the system's log. */
#ifndef ENFORCER_BINDNOTE_H
#define ENFORCER_BINDNOTE_H

#include "note.h"
#include "record.h"

/* To be freed with note_free(). What only /proc tells is there only if the process is. */
void bindnote(struct note *note, const struct record *record);

#endif
