/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses as CIDR blocks. */
#ifndef ENFORCER_BLOCKS_H
#define ENFORCER_BLOCKS_H

#include <stdint.h>

#include "policy/policy.h"

/* "10.0.0.0/8" or "2001:db8::/32". */
struct block {
	int family; /* AF_INET or AF_INET6 */
	uint8_t address[16]; /* its first 4 bytes for AF_INET */
	unsigned int prefix; /* up to 32 or 128 */
};

/*
 * Calls take for the fewest blocks that cover these addresses and no others, first those of IPv4.
 * As in a policy, an IPv6 block does not mean the mapped IPv4 addresses that may be in it.
 */
void blocks_each(const struct policy_addresses *addresses,
		 void (*take)(void *context, const struct block *block), void *context);

#endif
