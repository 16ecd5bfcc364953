// SPDX-License-Identifier: GPL-2.0-only
/* From text to addresses and back. */
#define _GNU_SOURCE
#include "binder.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static socklen_t address_v6(union address *addr, const char *text, unsigned int port)
{
	char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 1], *scope;

	snprintf(host, sizeof(host), "%s", text);
	scope = strchr(host, '%');
	if (scope) {
		*scope++ = '\0';
		addr->v6.sin6_scope_id = if_nametoindex(scope);
	}
	if (inet_pton(AF_INET6, host, &addr->v6.sin6_addr) != 1)
		usage();
	addr->v6.sin6_family = AF_INET6;
	addr->v6.sin6_port = htons((uint16_t)port);
	return sizeof(addr->v6);
}

static socklen_t address_v4(union address *addr, const char *text, unsigned int port)
{
	if (inet_pton(AF_INET, text, &addr->v4.sin_addr) != 1)
		usage();
	addr->v4.sin_family = AF_INET;
	addr->v4.sin_port = htons((uint16_t)port);
	return sizeof(addr->v4);
}

static socklen_t address_unix(union address *addr, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(addr->un.sun_path))
		usage();
	addr->un.sun_family = AF_UNIX;
	memcpy(addr->un.sun_path, path, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
}

static socklen_t address_one(union address *addr, const char *text, unsigned int port)
{
	memset(addr, 0, sizeof(*addr));
	if (strchr(text, ':'))
		return address_v6(addr, text, port);
	return address_v4(addr, text, port);
}

socklen_t addresses_make(union address *addr, const char *list, unsigned int port)
{
	char words[512], *rest = NULL;
	union address one;
	socklen_t len = 0, more;

	memset(addr, 0, sizeof(*addr));
	snprintf(words, sizeof(words), "%s", list);
	for (char *w = strtok_r(words, ",", &rest); w; w = strtok_r(NULL, ",", &rest)) {
		more = address_one(&one, w, port);
		if (len + more > sizeof(addr->room))
			usage();
		memcpy(addr->room + len, &one, more);
		len += more;
	}
	return len;
}

socklen_t address_make(union address *addr, unsigned int port)
{
	socklen_t len;

	memset(addr, 0, sizeof(*addr));
	if (set.protocol->domain == AF_UNIX)
		len = address_unix(addr, set.address);
	else
		len = addresses_make(addr, set.address, port);
	if (set.family >= 0)
		addr->any.sa_family = (sa_family_t)set.family;
	return set.addrlen >= 0 ? (socklen_t)set.addrlen : len;
}

unsigned int address_text(const union address *addr, char *text, size_t size)
{
	switch (addr->any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &addr->v4.sin_addr, text, (socklen_t)size);
		return ntohs(addr->v4.sin_port);
	case AF_INET6:
		inet_ntop(AF_INET6, &addr->v6.sin6_addr, text, (socklen_t)size);
		return ntohs(addr->v6.sin6_port);
	default:
		snprintf(text, size, "%s", set.address);
		return 0;
	}
}
