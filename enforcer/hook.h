/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hook that decides does not decide. */
#ifndef ENFORCER_HOOK_H
#define ENFORCER_HOOK_H

#include "options.h"

/* Says on stderr which ways to a port --hook cgroup leaves open; of the LSM hook nothing. */
void hook_tell(enum hook hook);

#endif
