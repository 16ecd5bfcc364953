/* SPDX-License-Identifier: GPL-2.0-only */
#include "hook.h"

#include <string.h>

#include "enforcer/complain.h"

#define OPTIONS_GAINED \
	"options that a bound socket gains, such as SO_REUSEPORT, by which others share its port"

/* As the table of docs/SECURITY.md has them. */
static const char *const undecided[] = {
	"bind() of raw, ping, SCTP and L2TP sockets, and sctp_bindx()",
	"listen() without bind(), also with a range of ports (IP_LOCAL_PORT_RANGE)",
	OPTIONS_GAINED,
	"connect() and sendto() without bind(), as with --hook lsm",
	"what another program on the root's cgroup/bind4 or bind6 changes after it",
};

#define WAYS(list) (sizeof(list) / sizeof((list)[0]))

static const char *const unseen_by_lsm[] = {
	"a UDP option that one thread sets while another one binds",
};

static const char *const unseen_by_cgroup[] = {
	"sctp_bindx()",
	"listen() without bind(), also with a range of ports (IP_LOCAL_PORT_RANGE)",
	OPTIONS_GAINED,
};

void hook_tell(enum hook hook)
{
	if (hook != HOOK_CGROUP)
		return;
	complain("--hook cgroup decides bind() of TCP, UDP, UDP-Lite, DCCP and MPTCP sockets only, "
		 "and leaves open:");
	for (size_t i = 0; i < sizeof(undecided) / sizeof(undecided[0]); i++)
		complain("  open: %s", undecided[i]);
}

size_t hook_ways(const struct options *options, const char *ways[HOOK_WAYS])
{
	bool lsm = options->mode != MODE_OBSERVE && options->hook == HOOK_LSM;
	const char *const *unseen = lsm ? unseen_by_lsm : unseen_by_cgroup;
	size_t count = lsm ? WAYS(unseen_by_lsm) : WAYS(unseen_by_cgroup);

	_Static_assert(WAYS(unseen_by_cgroup) < HOOK_WAYS, "and one more");
	memcpy(ways, unseen, count * sizeof(*ways));
	ways[count] = options->autobind ? "connect() and sendto() of SCTP without bind()" :
					  "connect() and sendto() without bind()";
	return count + 1;
}
