/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question to a policy: one bind that a person has written down, instead of a program trying it.
 * The verbs that decide offline ask with it.
 */
#ifndef ENFORCER_QUERY_H
#define ENFORCER_QUERY_H

#include <stdbool.h>
#include <stdio.h>

#include "policy/compile.h"

#define QUERY_NOBODY 65534u

/*
 * What nobody has set is a task of which nothing is known: user nobody, in the root cgroup and the
 * initial network namespace, without a name and without an executable.
 */
struct query {
	uint32_t uid;
	char comm[BIND_COMM_LEN]; /* as in struct bind_request */
	const char *cgroup; /* the caller's, as exe is; absolute */
	const char *exe; /* absolute; NULL: unknown */
	bool other_netns; /* not in the initial network namespace */
	bool asked; /* the fields below are set */
	uint32_t protocol; /* these four as in struct bind_request */
	uint32_t port;
	char address[16];
	uint32_t options;
	enum bind_via via; /* one that is decided: up to BIND_VIA_SETSOCKOPT */
};

/* Makes the query that of such a task. */
void query_init(struct query *query);

/* What is wrong with a text, and what is expected; printable ASCII. */
struct query_error {
	char text[512];
};

/*
 * These set one field from its text. They return false, with the error and the query as it was, if
 * the text is wrong. Paths are not copied.
 */
bool query_set_uid(struct query *query, const char *text, struct query_error *error);
bool query_set_comm(struct query *query, const char *text, struct query_error *error);
bool query_set_cgroup(struct query *query, const char *text, struct query_error *error);
bool query_set_exe(struct query *query, const char *text, struct query_error *error);

/* "host" or "other". */
bool query_set_netns(struct query *query, const char *text, struct query_error *error);

/* Adds one option, as "SO_REUSEPORT". */
bool query_add_option(struct query *query, const char *text, struct query_error *error);

/* "bind", "listen", "bindx" or "setsockopt". */
bool query_set_via(struct query *query, const char *text, struct query_error *error);

/*
 * protocol is a name or a number. address is "0.0.0.0:443", "[::1]:443" or, for "raw", an address
 * alone; port 0 and "ephemeral" are the same.
 */
bool query_set_bind(struct query *query, const char *protocol, const char *address,
		    struct query_error *error);

/* Both in one text: "tcp 0.0.0.0:443". */
bool query_set_bind_text(struct query *query, const char *text, struct query_error *error);

/*
 * Fills the request that the hook would make of such a bind, for the policy of this image. A socket
 * that listens or gains an option and has a port is bound already.
 */
void query_request(const struct image *image, const struct query *query,
		   struct bind_request *request);

/* Is the address an IPv4 address, which is a mapped one? */
bool query_is_ipv4(const char address[16]);

/* Parts of a query for people, in printable ASCII: "tcp", "0.0.0.0", "ephemeral". */
void query_print_protocol(FILE *out, const struct query *query);
void query_print_address(FILE *out, const struct query *query);
void query_print_port(FILE *out, const struct query *query);

/* A string in quotes; "-" for NULL and for the empty one. */
void query_print_string(FILE *out, const char *text);

/* All of it on one line, without the newline. */
void query_print(FILE *out, const struct query *query);

#endif
