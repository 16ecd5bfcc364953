/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked for in a recorded bind, in the words of policies. */
#ifndef ENFORCER_BINDTEXT_H
#define ENFORCER_BINDTEXT_H

#include "records.h"

#define BINDTEXT_BYTES 64

/* A rule's value for the protocol: "tcp", "raw", or its number. SMC is TCP to rules. */
const char *bindtext_protocol(const struct records_line *line, char buffer[BINDTEXT_BYTES]);

/* "wildcard", "loopback", or the address itself. */
const char *bindtext_address(const struct records_line *line, char buffer[BINDTEXT_BYTES]);

/* "443", "ephemeral", "4000-4999", or "" for a socket without ports. */
const char *bindtext_port(const struct records_line *line, char buffer[BINDTEXT_BYTES]);

/* A time, ns since 1970, to the second: "2026-03-01T12:00:00Z"; "-" if it is not known. */
const char *bindtext_time(int64_t time, char buffer[BINDTEXT_BYTES]);

/* A number with its thousands apart: "12,410". */
const char *bindtext_number(uint64_t number, char buffer[BINDTEXT_BYTES]);

#endif
