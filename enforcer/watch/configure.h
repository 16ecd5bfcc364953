/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is fixed once the BPF programs are loaded: what this kernel needs, what the options ask for.
 */
#ifndef ENFORCER_CONFIGURE_H
#define ENFORCER_CONFIGURE_H

#include "options.h"

struct bindguard;

/* Sets up the programs and maps, which are open and not loaded. Returns 0 or an exit status. */
int configure(struct bindguard *skeleton, const struct options *options);

#endif
