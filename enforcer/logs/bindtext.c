/* SPDX-License-Identifier: GPL-2.0-only */
#include "bindtext.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PROTOCOL_L2TP 115
#define PROTOCOL_SMC 256
#define IPV4_AT 12 /* where the IPv4 address is in its mapped one */
#define NS 1000000000LL

static const char mapped[IPV4_AT] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";

const char *bindtext_protocol(const struct records_line *line, char buffer[BINDTEXT_BYTES])
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ IPPROTO_TCP, "tcp" },		{ IPPROTO_UDP, "udp" },	  { 262, "mptcp" },
		{ IPPROTO_UDPLITE, "udplite" }, { IPPROTO_SCTP, "sctp" }, { IPPROTO_ICMP, "icmp" },
		{ IPPROTO_ICMPV6, "icmpv6" },	{ PROTOCOL_SMC, "tcp" },
	};

	if (line->is_raw)
		return "raw";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == line->protocol)
			return names[i].name;
	snprintf(buffer, BINDTEXT_BYTES, "%" PRId64, line->protocol);
	return buffer;
}

const char *bindtext_address(const struct records_line *line, char buffer[BINDTEXT_BYTES])
{
	static const char none[16], one[16] = { [15] = 1 };
	const char *address = line->requested;

	if (!memcmp(address, mapped, sizeof(mapped))) {
		if (!memcmp(address + IPV4_AT, none, 4))
			return "wildcard";
		if (address[IPV4_AT] == 127)
			return "loopback";
		inet_ntop(AF_INET, address + IPV4_AT, buffer, BINDTEXT_BYTES);
		return buffer;
	}
	if (!memcmp(address, none, sizeof(none)))
		return "wildcard";
	if (!memcmp(address, one, sizeof(one)))
		return "loopback";
	inet_ntop(AF_INET6, address, buffer, BINDTEXT_BYTES);
	return buffer;
}

const char *bindtext_port(const struct records_line *line, char buffer[BINDTEXT_BYTES])
{
	if (line->is_raw || line->protocol == PROTOCOL_L2TP)
		return "";
	if (line->range[1])
		snprintf(buffer, BINDTEXT_BYTES, "%u-%u", line->range[0], line->range[1]);
	else if (line->requested_port)
		snprintf(buffer, BINDTEXT_BYTES, "%" PRId64, line->requested_port);
	else
		return "ephemeral";
	return buffer;
}

const char *bindtext_time(int64_t time, char buffer[BINDTEXT_BYTES])
{
	time_t seconds = time / NS;
	struct tm tm;

	if (time == RECORDS_UNKNOWN)
		return "-";
	gmtime_r(&seconds, &tm);
	strftime(buffer, BINDTEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buffer;
}

const char *bindtext_number(uint64_t number, char buffer[BINDTEXT_BYTES])
{
	char digits[24];
	size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *to = buffer;

	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buffer;
}
