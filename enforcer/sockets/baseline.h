/* SPDX-License-Identifier: GPL-2.0-only */
/* What was bound before the hooks came: they stay as they are, and are told once. */
#ifndef ENFORCER_BASELINE_H
#define ENFORCER_BASELINE_H

#include "policy/compile.h"

/* How many sockets; -1: unknown. */
struct baseline {
	long bound;
	long denied; /* of those, the policy would deny */
};

/*
 * Says on stderr how many sockets are bound and which of them the policy, whose image this is,
 * would deny; or that this cannot be told. path is the policy's. The hooks must be attached
 * already: then no socket is missed by both.
 */
struct baseline baseline_tell(const char *path, const struct policy *policy,
			      const struct image *image);

#endif
