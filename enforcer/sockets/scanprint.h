/* SPDX-License-Identifier: GPL-2.0-only */
/* How bindguard scan prints the sockets that are bound: a table, or lines of JSON. */
#ifndef ENFORCER_SCANPRINT_H
#define ENFORCER_SCANPRINT_H

#include <stdio.h>

#include "policy/policy.h"
#include "sockets.h"

struct scanprint {
	FILE *out;
	const struct policy *policy; /* by which the owners were judged; NULL: by none */
	uint32_t host_netns;
	uint32_t own_netns; /* the one in which interfaces have names for us */
	int64_t time; /* of the scan, ns since 1970: the same on all lines of JSON */
	const char *host, *boot_id; /* on lines of JSON */
	bool wide; /* wide columns, and the cgroup */
};

/*
 * The table: bindsnoop's columns, then UID, NETNS, STATE and, with a policy, VERDICT and RULE. A
 * socket has a line for each of its owners that a policy can tell from the others; PID "812+3" are
 * three processes more of which all else is the same.
 */
void scanprint_table(const struct scanprint *print, const struct sockets *sockets);

/* A JSON object for each socket, on a line of its own. */
void scanprint_json(const struct scanprint *print, const struct sockets *sockets);

#endif
