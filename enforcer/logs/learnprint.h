/* SPDX-License-Identifier: GPL-2.0-only */
/* What was learned, as a policy in text. */
#ifndef ENFORCER_LEARNPRINT_H
#define ENFORCER_LEARNPRINT_H

#include <stdio.h>

#include "learned.h"

/*
 * Prints a whole policy or, if there is a base, a file of rules that belongs behind it. Each rule has
 * a comment that says of what it was learned. All is printable ASCII.
 */
void learnprint_policy(FILE *out, const struct learned *learned);

/* Tells on stderr what was learned from, and what was left out and why. */
void learnprint_summary(const struct learned *learned);

#endif
