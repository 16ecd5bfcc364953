// SPDX-License-Identifier: GPL-2.0-only
/* The sockets that can be made, and their options. */
#define _GNU_SOURCE
#include "binder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct protocol protocols[] = {
	{ "tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "udplite4", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "raw4", AF_INET, SOCK_RAW, IPPROTO_RAW },
	{ "raw6", AF_INET6, SOCK_RAW, IPPROTO_RAW },
	{ "icmp4", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ "icmp6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	{ "sctp4", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
	{ "sctp6", AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
	{ "mptcp4", AF_INET, SOCK_STREAM, PROTOCOL_MPTCP },
	{ "mptcp6", AF_INET6, SOCK_STREAM, PROTOCOL_MPTCP },
	{ "dccp4", AF_INET, SOCK_DCCP, IPPROTO_DCCP },
	{ "dccp6", AF_INET6, SOCK_DCCP, IPPROTO_DCCP },
	{ "smc4", FAMILY_SMC, SOCK_STREAM, 0 },
	{ "smc6", FAMILY_SMC, SOCK_STREAM, 1 },
	{ "unix", AF_UNIX, SOCK_STREAM, 0 },
};

struct sockopt {
	const char *name;
	int level;
	int number;
};

static const struct sockopt sockopts[] = {
	{ "FREEBIND", IPPROTO_IP, IP_FREEBIND },
	{ "TRANSPARENT", IPPROTO_IP, IP_TRANSPARENT },
	{ "NOPORT", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT },
	{ "REUSEADDR", SOL_SOCKET, SO_REUSEADDR },
	{ "REUSEPORT", SOL_SOCKET, SO_REUSEPORT },
	{ "V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "V6FREEBIND", IPPROTO_IPV6, IPV6_FREEBIND },
	{ "V6TRANSPARENT", IPPROTO_IPV6, IPV6_TRANSPARENT },
	{ "SCTPREUSEPORT", IPPROTO_SCTP, OPTION_SCTP_REUSE_PORT },
	{ "PORTRANGE", IPPROTO_IP, OPTION_LOCAL_PORT_RANGE },
	{ "PRIORITY", SOL_SOCKET, SO_PRIORITY }, /* one that no policy knows */
};

const struct protocol *protocol_at(size_t index)
{
	return index < ARRAY_SIZE(protocols) ? &protocols[index] : NULL;
}

const struct protocol *protocol_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return &protocols[i];
	usage();
}

static const struct sockopt *sockopt_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sockopts); i++)
		if (!strcmp(sockopts[i].name, name))
			return &sockopts[i];
	usage();
}

/* "LO-HI" is a range of ports as the kernel wants it: HI in the upper half. */
static unsigned int sockopt_value(char *text)
{
	char *dash = strchr(text, '-');

	if (!dash)
		return (unsigned int)number(text, UINT32_MAX);
	*dash = '\0';
	return (unsigned int)(number(dash + 1, UINT16_MAX) << 16 | number(text, UINT16_MAX));
}

static int sockopt_set(int fd, const struct way *way, char *word)
{
	char *equals = strchr(word, '=');
	const struct sockopt *option;
	unsigned int value = 1;

	if (equals) {
		*equals = '\0';
		value = sockopt_value(equals + 1);
	}
	option = sockopt_find(word);
	return way->setsockopt(fd, option->level, option->number, &value, sizeof(value));
}

int sockopts_set(int fd, const struct way *way, const char *list)
{
	char words[256], *rest = NULL;

	if (!list)
		return 0;
	snprintf(words, sizeof(words), "%s", list);
	for (char *w = strtok_r(words, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		if (sockopt_set(fd, way, w))
			return -1;
	return 0;
}

int socket_make(void)
{
	const struct protocol *p = set.protocol;
	int fd = socket(p->domain, p->type, set.number >= 0 ? (int)set.number : p->number);

	if (fd < 0)
		step_failed("socket");
	if (sockopts_set(fd, way_find("plain"), set.options))
		step_failed("setsockopt");
	if (set.interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, set.interface,
					(socklen_t)strlen(set.interface)))
		step_failed("bindtodevice");
	return fd;
}
