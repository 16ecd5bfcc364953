/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "grow.h"
#include "value.h"
#include "values.h"

#define BYTES 16
#define BITS 128
#define IPV4_BITS 32

#define MAPPED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

const struct policy_address addresses_ipv4 = {
	{ MAPPED, 0, 0, 0, 0 },
	{ MAPPED, 0xff, 0xff, 0xff, 0xff },
};

const struct policy_address addresses_ipv6[2] = {
	{
		.low = { 0 },
		.high = { [10] = 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff },
	},
	{
		.low = { [9] = 1 },
		.high = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			  0xff, 0xff, 0xff, 0xff },
	},
};

bool addresses_meet(const struct policy_address *a, const struct policy_address *b)
{
	return memcmp(a->low, b->high, BYTES) <= 0 && memcmp(b->low, a->high, BYTES) <= 0;
}

bool addresses_within(const struct policy_address *range, const struct policy_address *other)
{
	return memcmp(range->low, other->low, BYTES) >= 0 &&
	       memcmp(range->high, other->high, BYTES) <= 0;
}

bool addresses_have(const struct policy_addresses *addresses, enum policy_family family)
{
	const struct policy_address *range;

	for (size_t i = 0; i < addresses->count; i++) {
		range = &addresses->range[i];
		if (family == POLICY_ANY_FAMILY ||
		    (family == POLICY_IPV4 && addresses_meet(range, &addresses_ipv4)) ||
		    (family == POLICY_IPV6 && !addresses_within(range, &addresses_ipv4)))
			return true;
	}
	return false;
}

static void add(const struct reading *reading, const struct policy_address *range)
{
	struct policy_addresses *addresses = reading->into;
	struct policy_address *grown = grow_doubling(addresses->range, addresses->count,
						     sizeof(*grown));

	if (!messages_memory(reading->source->errors, grown))
		return;
	addresses->range = grown;
	addresses->range[addresses->count++] = *range;
}

/* A network that is larger than IPv4's has it in it or not at all. */
static void add_network(const struct reading *reading, const struct policy_address *network)
{
	struct policy_address before = *network, after = *network;

	if (addresses_within(network, &addresses_ipv4) ||
	    !addresses_meet(network, &addresses_ipv4)) {
		add(reading, network);
		return;
	}
	memcpy(before.high, addresses_ipv6[0].high, BYTES);
	memcpy(after.low, addresses_ipv6[1].low, BYTES);
	if (memcmp(before.low, before.high, BYTES) <= 0)
		add(reading, &before);
	if (memcmp(after.low, after.high, BYTES) <= 0)
		add(reading, &after);
}

/* The network of the address: its bits from the prefix on are 0 in low and 1 in high. */
static struct policy_address network_of(const uint8_t address[BYTES], unsigned int prefix)
{
	struct policy_address network;
	uint8_t rest;

	for (unsigned int i = 0; i < BYTES; i++) {
		rest = prefix >= 8 * (i + 1) ? 0 :
		       prefix > 8 * i	     ? (uint8_t)(0xff >> (prefix - 8 * i)) :
					       0xff;
		network.low[i] = address[i] & (uint8_t)~rest;
		network.high[i] = address[i] | rest;
	}
	return network;
}

/* What was written: "10.0.0.0/8" is 10.0.0.0, of 32 bits, with a prefix of 8 bits. */
struct written {
	uint8_t address[BYTES];
	unsigned int bits;
	unsigned int prefix;
};

/* Reads what is before the slash. */
static bool read_address(const char *text, size_t length, struct written *written)
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	memcpy(written->address, addresses_ipv4.low, BYTES);
	written->bits = IPV4_BITS;
	if (inet_pton(AF_INET, copy, written->address + BYTES - IPV4_BITS / 8) == 1)
		return true;
	written->bits = BITS;
	return inet_pton(AF_INET6, copy, written->address) == 1;
}

/* Reads what is from the slash on. */
static bool read_prefix(const struct reading *reading, const struct setting *value,
			const char *slash, struct written *written)
{
	struct messages_quote quote = messages_quote(value->string, value->length);
	const char *rest;
	int64_t prefix;

	written->prefix = written->bits;
	if (*slash == '\0')
		return true;
	rest = value_digits(slash + 1, &prefix);
	if (!rest || *rest != '\0') {
		value_complain(reading,
			       "%s is no network, expected a number from 0 to %u after "
			       "the \"/\"",
			       quote.text, written->bits);
		return false;
	}
	if (prefix > written->bits) {
		value_complain(reading,
			       "%s has a prefix that is out of range, expected 0 to %u after "
			       "the \"/\"",
			       quote.text, written->bits);
		return false;
	}
	written->prefix = (unsigned int)prefix;
	return true;
}

/* Names the network that was meant, in the family that it was written in. */
static void complain_host_bits(const struct reading *reading, const struct setting *value,
			       const struct written *written, const struct policy_address *network)
{
	bool ipv4 = written->bits == IPV4_BITS;
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(ipv4 ? AF_INET : AF_INET6, network->low + (ipv4 ? BYTES - IPV4_BITS / 8 : 0),
		  text, sizeof(text));
	value_complain(reading, "%s is an address within a network, expected \"%s/%u\"",
		       messages_quote(value->string, value->length).text, text, written->prefix);
}

static void read_network(const struct reading *reading, const struct setting *value)
{
	static const char *const words[] = { "wildcard", "loopback", NULL };
	const char *slash = strchrnul(value->string, '/');
	struct policy_address network;
	struct written written;

	if (!read_address(value->string, (size_t)(slash - value->string), &written)) {
		value_complain_unknown(reading, "address", value->string, words);
		return;
	}
	if (!read_prefix(reading, value, slash, &written))
		return;
	network = network_of(written.address, written.prefix + BITS - written.bits);
	if (memcmp(network.low, written.address, BYTES) != 0)
		complain_host_bits(reading, value, &written, &network);
	else
		add_network(reading, &network);
}

static void address_value(const struct reading *reading, const struct setting *value)
{
	static const struct policy_address any_ipv4 = { { MAPPED }, { MAPPED } };
	static const struct policy_address any_ipv6 = { { 0 }, { 0 } };
	static const struct policy_address loopback_ipv4 = {
		{ MAPPED, 127, 0, 0, 0 },
		{ MAPPED, 127, 0xff, 0xff, 0xff },
	};
	static const struct policy_address loopback_ipv6 = {
		{ [BYTES - 1] = 1 },
		{ [BYTES - 1] = 1 },
	};

	if (value->type != SETTING_STRING) {
		value_complain_type(reading, value);
	} else if (strcmp(value->string, "wildcard") == 0) {
		add(reading, &any_ipv4);
		add(reading, &any_ipv6);
	} else if (strcmp(value->string, "loopback") == 0) {
		add(reading, &loopback_ipv4);
		add(reading, &loopback_ipv6);
	} else {
		read_network(reading, value);
	}
}

void values_address(const struct source *source, const struct setting *setting,
		    struct policy_addresses *addresses)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "an address, a network as \"10.0.0.0/8\", \"wildcard\" or \"loopback\"",
		.into = addresses,
	};

	value_each(&reading, address_value);
}
