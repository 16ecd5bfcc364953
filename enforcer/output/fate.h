/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a record on its way to whoever is to see it, from the worst to the best. */
#ifndef ENFORCER_FATE_H
#define ENFORCER_FATE_H

enum fate {
	FATE_FILTERED, /* not shown */
	FATE_SAMPLED, /* left out, another one is shown */
	FATE_FOLDED, /* into another, which stands for it */
	FATE_TOLD,
};

#endif
