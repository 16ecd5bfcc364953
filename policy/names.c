/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "request.h"

/* In the order of the BIND_OPT_* bits. */
const char *const names_option_list[] = {
	"IP_FREEBIND",	"IP_TRANSPARENT", "IP_BIND_ADDRESS_NO_PORT",
	"SO_REUSEADDR", "SO_REUSEPORT",	  NULL,
};

_Static_assert(BIND_OPT_ALL == (1u << (sizeof(names_option_list) / sizeof(char *) - 1)) - 1,
	       "every option has a name");

static const struct {
	uint16_t number;
	const char *name;
} protocols[] = {
	{ 0, "IP" },	{ 1, "ICMP" },	   { 2, "IGMP" },      { 4, "IPIP" },  { 6, "TCP" },
	{ 8, "EGP" },	{ 12, "PUP" },	   { 17, "UDP" },      { 22, "IDP" },  { 29, "TP" },
	{ 41, "IPV6" }, { 43, "ROUTING" }, { 44, "FRAGMENT" }, { 46, "RSVP" }, { 47, "GRE" },
	{ 50, "ESP" },	{ 51, "AH" },	   { 58, "ICMPV6" },   { 59, "NONE" }, { 60, "DSTOPTS" },
	{ 103, "PIM" }, { 132, "SCTP" },   { 136, "UDPLITE" }, { 255, "RAW" }, { 262, "MPTCP" },
};

uint32_t names_option(const char *name)
{
	for (size_t i = 0; names_option_list[i]; i++)
		if (strcmp(names_option_list[i], name) == 0)
			return 1u << i;
	return 0;
}

const char *names_options(uint32_t options, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; names_option_list[i]; i++) {
		int length;

		if (!(options & (1u << i)))
			continue;
		length = snprintf(buffer + used, size - used, "%s%s", used ? "," : "",
				  names_option_list[i]);
		if (length < 0 || (size_t)length >= size - used)
			break;
		used += (size_t)length;
	}
	return buffer;
}

const char *names_protocol(uint32_t protocol)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return "UNKNOWN";
}

const char *names_verdict(const struct bind_decision *decision)
{
	if (decision->verdict == BIND_ALLOW)
		return "allow";
	return decision->enforced ? "deny" : "audit";
}

const char *names_cause(uint32_t cause)
{
	static const char *const name[] = {
		[BIND_CAUSE_DEFAULT] = "default",     [BIND_CAUSE_RULE] = "rule",
		[BIND_CAUSE_OPTIONS] = "options",     [BIND_CAUSE_UNREADABLE] = "unreadable",
		[BIND_CAUSE_MALFORMED] = "malformed",
	};

	return cause < sizeof(name) / sizeof(name[0]) ? name[cause] : "unknown";
}

const char *names_via(uint32_t via)
{
	static const char *const names[] = {
		[BIND_VIA_BIND] = "bind",	[BIND_VIA_LISTEN] = "listen",
		[BIND_VIA_BINDX] = "bindx",	[BIND_VIA_SETSOCKOPT] = "setsockopt",
		[BIND_VIA_CONNECT] = "connect", [BIND_VIA_SENDTO] = "sendto",
	};

	return via < sizeof(names) / sizeof(names[0]) ? names[via] : "unknown";
}
