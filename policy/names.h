/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of socket options, protocols and decisions, in policies and in output. */
#ifndef POLICY_NAMES_H
#define POLICY_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "decision.h"

/* The BIND_OPT_* bit of "IP_TRANSPARENT" and the like, 0 for an unknown name. */
uint32_t names_option(const char *name);

/*
 * Writes the names of the BIND_OPT_* bits, comma-separated, into buffer and returns it. 128 bytes
 * are enough for all of them.
 */
const char *names_options(uint32_t options, char *buffer, size_t size);

/* bindsnoop's name of an IPPROTO_ number, for the PROT column: "TCP"; "UNKNOWN" if it has none. */
const char *names_protocol(uint32_t protocol);

/* "allow", "deny", or "audit": denied, and not enforced. */
const char *names_verdict(const struct bind_decision *decision);

/* An enum bind_cause: "default", "rule", "options", "unreadable" or "malformed". */
const char *names_cause(uint32_t cause);

/* An enum bind_via: "bind", "listen", "bindx", "setsockopt", "connect" or "sendto". */
const char *names_via(uint32_t via);

/* The known spellings, NULL-terminated, for messages that list or guess them. */
extern const char *const names_option_list[];

#endif
