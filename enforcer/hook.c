/* SPDX-License-Identifier: GPL-2.0-only */
#include "hook.h"

#include <stddef.h>

#include "complain.h"

/* As the table of docs/SECURITY.md has them. */
static const char *const undecided[] = {
	"bind() of raw, ping, SCTP and L2TP sockets, and sctp_bindx()",
	"listen() without bind(), also with a range of ports (IP_LOCAL_PORT_RANGE)",
	"options that a bound socket gains, such as SO_REUSEPORT, by which others share its port",
	"connect() and sendto() without bind(), as with --hook lsm",
	"what another program on the root's cgroup/bind4 or bind6 changes after it",
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
