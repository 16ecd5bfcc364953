/* SPDX-License-Identifier: GPL-2.0-only */
#include "query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "policy/messages.h"
#include "policy/names.h"
#include "policy/suggest.h"
#include "policy/users.h"

#define IPV4_AT 12 /* where the IPv4 address is in its mapped one */

static const char mapped[IPV4_AT] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";

/* A socket has one protocol: "tcp" is never MPTCP here, as it is in a policy. */
static const struct {
	const char *name;
	uint32_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },		{ "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP },	{ "mptcp", 262 },
	{ "icmp", IPPROTO_ICMP },	{ "icmpv6", IPPROTO_ICMPV6 },
	{ "udplite", IPPROTO_UDPLITE }, { "raw", BIND_PROTOCOL_RAW },
};

#define PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

static bool fail(struct query_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fail(struct query_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return false;
}

static struct messages_quote quote(const char *text)
{
	return messages_quote(text, strlen(text));
}

/* A whole decimal number up to high. */
static bool parse_number(const char *text, unsigned long high, uint32_t *number)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value > high)
		return false;
	*number = value;
	return true;
}

void query_init(struct query *query)
{
	*query = (struct query){ .uid = QUERY_NOBODY, .cgroup = "/" };
}

bool query_set_uid(struct query *query, const char *text, struct query_error *error)
{
	if (parse_number(text, UINT32_MAX - 1, &query->uid))
		return true;
	if (*text >= '0' && *text <= '9')
		return fail(error, "%s is no user, expected a name or a number up to 4294967294",
			    quote(text).text);
	if (users_find(NULL, text, &query->uid) != USERS_FOUND)
		return fail(error, "unknown user %s, expected a user's name or number",
			    quote(text).text);
	return true;
}

bool query_set_comm(struct query *query, const char *text, struct query_error *error)
{
	size_t length = strlen(text);

	if (!length)
		return fail(error, "empty string, expected a process name");
	if (length >= BIND_COMM_LEN)
		return fail(error, "%s has %zu bytes, expected at most %d, where the kernel cuts",
			    quote(text).text, length, BIND_COMM_LEN - 1);
	memset(query->comm, 0, sizeof(query->comm));
	memcpy(query->comm, text, length);
	return true;
}

/* Whether a part of the path, between slashes, is nothing or one that the kernel never shows. */
static bool has_odd_part(const char *path)
{
	for (size_t length; *path == '/'; path += length) {
		length = strcspn(++path, "/");
		if ((!length && path[0]) || (length == 1 && path[0] == '.') ||
		    (length == 2 && path[0] == '.' && path[1] == '.'))
			return true;
	}
	return false;
}

static bool check_path(const char *text, const char *expected, struct query_error *error)
{
	if (text[0] != '/')
		return fail(error, "%s is not absolute, expected %s", quote(text).text, expected);
	if (strlen(text) >= PATH_MAX)
		return fail(error, "%s is too long, expected at most %d bytes", quote(text).text,
			    PATH_MAX - 1);
	if (has_odd_part(text))
		return fail(error, "%s has \"//\", \".\" or \"..\", expected %s", quote(text).text,
			    expected);
	return true;
}

bool query_set_cgroup(struct query *query, const char *text, struct query_error *error)
{
	if (!check_path(text, "a path such as \"/system.slice/nginx.service\"", error))
		return false;
	query->cgroup = text;
	return true;
}

bool query_set_exe(struct query *query, const char *text, struct query_error *error)
{
	if (!check_path(text, "a file such as \"/usr/sbin/nginx\"", error))
		return false;
	if (text[strlen(text) - 1] == '/')
		return fail(error, "%s is a folder, expected a file such as \"/usr/sbin/nginx\"",
			    quote(text).text);
	query->exe = text;
	return true;
}

bool query_set_netns(struct query *query, const char *text, struct query_error *error)
{
	if (strcmp(text, "host") != 0 && strcmp(text, "other") != 0)
		return fail(error, "unknown value %s, expected \"host\" or \"other\"",
			    quote(text).text);
	query->other_netns = text[0] == 'o';
	return true;
}

bool query_add_option(struct query *query, const char *text, struct query_error *error)
{
	uint32_t option = names_option(text);
	const char *near = suggest_among(text, names_option_list);

	if (!option && near)
		return fail(error, "unknown option %s, did you mean \"%s\"?", quote(text).text,
			    near);
	if (!option)
		return fail(error,
			    "unknown option %s, expected IP_FREEBIND, IP_TRANSPARENT, "
			    "IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR or SO_REUSEPORT",
			    quote(text).text);
	query->options |= option;
	return true;
}

bool query_set_via(struct query *query, const char *text, struct query_error *error)
{
	const char *const vias[] = { names_via(BIND_VIA_BIND), names_via(BIND_VIA_LISTEN),
				     names_via(BIND_VIA_BINDX), names_via(BIND_VIA_SETSOCKOPT),
				     NULL };
	const char *near;

	for (int i = 0; vias[i]; i++) {
		if (strcmp(vias[i], text) == 0) {
			query->via = BIND_VIA_BIND + i;
			return true;
		}
	}
	near = suggest_among(text, vias);
	if (near)
		return fail(error, "unknown value %s, did you mean \"%s\"?", quote(text).text,
			    near);
	return fail(error,
		    "unknown value %s, expected \"bind\", \"listen\", \"bindx\" or "
		    "\"setsockopt\"",
		    quote(text).text);
}

static bool parse_protocol(const char *text, uint32_t *protocol, struct query_error *error)
{
	struct suggest suggest = { .word = text };

	if (parse_number(text, UINT16_MAX, protocol))
		return true;
	for (size_t i = 0; i < PROTOCOLS; i++) {
		*protocol = protocols[i].number;
		if (strcmp(protocols[i].name, text) == 0)
			return true;
		suggest_try(&suggest, protocols[i].name);
	}
	if (suggest.best)
		return fail(error, "unknown protocol %s, did you mean \"%s\"?", quote(text).text,
			    suggest.best);
	return fail(error,
		    "unknown protocol %s, expected tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, "
		    "raw or a number up to 65535",
		    quote(text).text);
}

/* An address without its port. */
static bool parse_address(const char *text, char address[16])
{
	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address + IPV4_AT) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/*
 * Cuts "0.0.0.0:443" or "[::1]:443", which it may write to, at the colon. port is NULL if there is
 * none. Returns the address, or NULL if the brackets are wrong.
 */
static char *cut_port(char *text, char **port)
{
	char *end;

	*port = NULL;
	if (*text != '[') {
		end = strchr(text, ':');
		if (!end || strchr(end + 1, ':'))
			return text; /* nothing to cut, or IPv6 without brackets */
		*end = '\0';
		*port = end + 1;
		return text;
	}
	end = strchr(++text, ']');
	if (!end || (end[1] && end[1] != ':') || !memchr(text, ':', (size_t)(end - text)))
		return NULL;
	*port = end[1] ? end + 2 : NULL;
	*end = '\0';
	return text;
}

static bool parse_port(const char *text, uint32_t *port, struct query_error *error)
{
	*port = BIND_PORT_EPHEMERAL;
	if (strcmp(text, "ephemeral") == 0 || parse_number(text, UINT16_MAX, port))
		return true;
	return fail(error, "%s is no port, expected 0 to 65535 or \"ephemeral\"", quote(text).text);
}

/* Sets address and port of the query, which has its protocol. */
static bool parse_bind(struct query *query, const char *text, struct query_error *error)
{
	bool raw = query->protocol == BIND_PROTOCOL_RAW, known;
	char copy[128], *address = NULL, *port = NULL;

	if (strlen(text) < sizeof(copy))
		address = cut_port(strcpy(copy, text), &port);
	known = address && parse_address(address, query->address);
	if (!known)
		return fail(error, "%s is no address, expected one such as %s", quote(text).text,
			    raw ? "\"0.0.0.0\" or \"::\"" : "\"0.0.0.0:443\" or \"[::]:443\"");
	if (raw && port)
		return fail(error, "%s has a port, expected an address alone for a raw socket",
			    quote(text).text);
	if (raw)
		query->port = BIND_PORT_NONE;
	else if (!port)
		return fail(error, "%s has no port, expected one such as \"%s%s\"",
			    quote(text).text, query_is_ipv4(query->address) ? "0.0.0.0" : "[::1]",
			    ":443");
	return raw || parse_port(port, &query->port, error);
}

bool query_set_bind(struct query *query, const char *protocol, const char *address,
		    struct query_error *error)
{
	struct query wanted = *query;

	if (!parse_protocol(protocol, &wanted.protocol, error) ||
	    !parse_bind(&wanted, address, error))
		return false;
	wanted.asked = true;
	*query = wanted;
	return true;
}

bool query_set_bind_text(struct query *query, const char *text, struct query_error *error)
{
	size_t space = strcspn(text, " ");
	char protocol[64];

	if (!text[space] || !space)
		return fail(error, "%s is no bind, expected one such as \"tcp 0.0.0.0:443\"",
			    quote(text).text);
	snprintf(protocol, sizeof(protocol), "%.*s", (int)(space < 63 ? space : 63), text);
	return query_set_bind(query, protocol, text + space + strspn(text + space, " "), error);
}

/* The class of the cgroup, whose path may end in a slash that the kernel would not show. */
static uint32_t cgroup_class(const struct image *image, const char *path)
{
	size_t length = strlen(path);
	char copy[PATH_MAX];

	if (length < 2 || path[length - 1] != '/')
		return image_cgroup_class(image, path);
	snprintf(copy, sizeof(copy), "%.*s", (int)length - 1, path);
	return image_cgroup_class(image, copy);
}

/* Has it a port before what is asked? An option that an unbound socket gains is nobody's matter. */
static bool is_bound(const struct query *query)
{
	return query->via == BIND_VIA_SETSOCKOPT ||
	       (query->via == BIND_VIA_LISTEN && query->port != BIND_PORT_EPHEMERAL);
}

void query_request(const struct image *image, const struct query *query,
		   struct bind_request *request)
{
	*request = (struct bind_request){
		.uid = query->uid,
		.cgroup = cgroup_class(image, query->cgroup),
		.exe = query->exe ? image_exe_class(image, query->exe) : 0,
		.netns = !query->other_netns,
		.protocol = query->protocol,
		.port = query->port,
		.options = query->options,
		.via = query->via,
		.is_bound = is_bound(query),
	};
	memcpy(request->comm, query->comm, sizeof(request->comm));
	memcpy(request->address, query->address, sizeof(request->address));
}

bool query_is_ipv4(const char address[16])
{
	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

void query_print_protocol(FILE *out, const struct query *query)
{
	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (protocols[i].number == query->protocol) {
			fputs(protocols[i].name, out);
			return;
		}
	}
	fprintf(out, "%u", query->protocol);
}

void query_print_address(FILE *out, const struct query *query)
{
	bool ipv4 = query_is_ipv4(query->address);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(ipv4 ? AF_INET : AF_INET6, query->address + (ipv4 ? IPV4_AT : 0), text,
		  sizeof(text));
	fputs(text, out);
}

void query_print_port(FILE *out, const struct query *query)
{
	if (query->port == BIND_PORT_NONE)
		fputs("none", out);
	else if (query->port == BIND_PORT_EPHEMERAL)
		fputs("ephemeral", out);
	else
		fprintf(out, "%u", query->port);
}

void query_print_string(FILE *out, const char *text)
{
	fputs(text && *text ? quote(text).text : "-", out);
}

static void print_bind(FILE *out, const struct query *query)
{
	bool brackets = query->port != BIND_PORT_NONE && !query_is_ipv4(query->address);

	query_print_protocol(out, query);
	fputs(brackets ? " [" : " ", out);
	query_print_address(out, query);
	fputs(brackets ? "]" : "", out);
	if (query->port != BIND_PORT_NONE) {
		fputc(':', out);
		query_print_port(out, query);
	}
}

void query_print(FILE *out, const struct query *query)
{
	char options[128];

	print_bind(out, query);
	fprintf(out, ", uid %u, cgroup ", query->uid);
	query_print_string(out, query->cgroup);
	fputs(", exe ", out);
	query_print_string(out, query->exe);
	fputs(", comm ", out);
	query_print_string(out, query->comm);
	fprintf(out, ", netns %s, options %s", query->other_netns ? "other" : "host",
		query->options ? names_options(query->options, options, sizeof(options)) : "-");
	if (query->via != BIND_VIA_BIND)
		fprintf(out, ", via %s", names_via(query->via));
}
