/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says of sockets that are bound already: as if each owner bound it now. */
#ifndef ENFORCER_VERDICTS_H
#define ENFORCER_VERDICTS_H

#include "enforcer/host/cgroups.h"
#include "policy/compile.h"
#include "sockets.h"

/* The paths of the owners' cgroups. The list must stay as long as they are looked at. */
void verdicts_cgroups(struct sockets *sockets, const struct cgroups_list *list);

/*
 * Decides about each owner, which has its cgroup's path by then, and finds for each socket the
 * owner that its verdict is about: the first one that --deny would refuse; else the first one that
 * a rule in audit mode denies; else the first one. Returns 0 or -ENOMEM.
 */
int verdicts_decide(struct sockets *sockets, const struct policy *policy, const struct image *image,
		    uint32_t host_netns);

/* Would --deny refuse it? */
bool verdicts_denies(const struct policy *policy, const struct bind_decision *decision);

/* How many sockets are those. */
size_t verdicts_denied(const struct policy *policy, const struct sockets *sockets);

#endif
