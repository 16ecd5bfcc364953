/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What JSON output has in common: the same thing has the same key and the same form, whatever
 * prints it. Memory that runs out gives null, as json-c has it.
 */
#ifndef ENFORCER_JSON_H
#define ENFORCER_JSON_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/decision.h"
#include "policy/policy.h"

/*
 * A text that may have any bytes, while JSON is UTF-8: each that is not printable ASCII as \xHH.
 * Of NULL it is null.
 */
struct json_object *json_text(const char *text);

/* The same of one that ends at a NUL or after length bytes, at most 256. */
struct json_object *json_bytes(const char *text, size_t length);

/* A number of what is counted; null if it is negative: not known. */
struct json_object *json_number(long number);

/* Is it the initial network namespace? Null if that one is not known, which is 0. */
struct json_object *json_netns_host(uint32_t netns, uint32_t host);

/* What json_time() takes beyond CLOCK_MONOTONIC at this moment, ns. */
int64_t json_time_offset(void);

/* A time, ns since 1970: "2026-03-01T12:00:00.123456Z". */
struct json_object *json_time(int64_t realtime);

/* An address as text: 16 bytes, of which that of IPv4 are the first four. */
struct json_object *json_address(uint8_t family, const uint8_t *address);

/*
 * The keys that say where a socket is: protocol, protocol_number, type, family, address, port,
 * options. A raw socket has no port: null.
 */
struct json_where {
	uint16_t protocol; /* IPPROTO_* */
	uint8_t type; /* SOCK_* */
	uint8_t family; /* AF_INET or AF_INET6 */
	const uint8_t *address; /* 16 bytes; that of IPv4 are the first four */
	uint16_t port;
	uint32_t options; /* BIND_OPT_* */
};

void json_add_where(struct json_object *object, const struct json_where *where);

/*
 * The keys verdict, rule, cause and forbidden. rule is the name of the one that decided, NULL for
 * the default; decision is NULL where nothing is decided, and then all are null.
 */
void json_add_decision(struct json_object *object, const struct bind_decision *decision,
		       const char *rule);

/* The files of the policy, as they were read: a list of objects with path and sha256. */
struct json_object *json_files(const struct policy *policy);

/* The text of a line without its newline, which stays the object's; NULL when memory is out. */
const char *json_line(struct json_object *object);

/* Prints it on a line of its own, and frees it. */
void json_print(FILE *out, struct json_object *object);

#endif
