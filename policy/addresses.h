/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses: what a policy's texts mean, and what belongs to IPv4. */
#ifndef POLICY_ADDRESSES_H
#define POLICY_ADDRESSES_H

#include <stdbool.h>

#include "policy.h"

/* All IPv4 addresses, as mapped IPv6 addresses. */
extern const struct policy_address addresses_ipv4;

/* All others, which are before and after them. */
extern const struct policy_address addresses_ipv6[2];

/* Whether the two ranges have an address in common. */
bool addresses_meet(const struct policy_address *a, const struct policy_address *b);

/* Whether all of the range is within the other one. */
bool addresses_within(const struct policy_address *range, const struct policy_address *other);

/* Whether an address of the family is among the addresses, of which there is at least one. */
bool addresses_have(const struct policy_addresses *addresses, enum policy_family family);

#endif
