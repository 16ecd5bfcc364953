/* SPDX-License-Identifier: GPL-2.0-only */
/* How bindguard status looks, as text and as JSON. */
#ifndef ENFORCER_STATUSPRINT_H
#define ENFORCER_STATUSPRINT_H

#include <stdio.h>

#include "status.h"

void statusprint_text(FILE *out, const struct status *status);
void statusprint_json(FILE *out, const struct status *status);

#endif
