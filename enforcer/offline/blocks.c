/* SPDX-License-Identifier: GPL-2.0-only */
#include "blocks.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "policy/alloc.h"

typedef unsigned __int128 wide;

#define IPV4_BITS 32
#define MAPPED_LOW ((wide)0xffff << IPV4_BITS) /* ::ffff:0.0.0.0 */
#define MAPPED_HIGH (MAPPED_LOW | 0xffffffff)

/* Both ends belong to it. */
struct range {
	wide low, high;
};

struct taker {
	void (*take)(void *context, const struct block *block);
	void *context;
};

static wide to_wide(const uint8_t address[16])
{
	wide number = 0;

	for (int i = 0; i < 16; i++)
		number = number << 8 | address[i];
	return number;
}

static void from_wide(wide number, uint8_t address[16])
{
	for (int i = 15; i >= 0; i--, number >>= 8)
		address[i] = number;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Sorts the ranges, and joins those that touch. Returns how many are left. */
static size_t join_ranges(struct range *range, size_t count)
{
	size_t joined = 0;

	qsort(range, count, sizeof(*range), compare_ranges);
	for (size_t i = 0; i < count; i++) {
		struct range *last = &range[joined - !!joined];

		if (joined && (range[i].low <= last->high || range[i].low - 1 == last->high))
			last->high = range[i].high > last->high ? range[i].high : last->high;
		else
			range[joined++] = range[i];
	}
	return joined;
}

/*
 * The block of 2^bits addresses from low on, unless it is what an IPv6 block may be silent about.
 */
static void take_block(const struct taker *taker, int family, wide low, unsigned int bits)
{
	struct block block = {
		.family = family,
		.prefix = (family == AF_INET ? IPV4_BITS : 128) - bits,
	};

	if (family == AF_INET6 && low >= MAPPED_LOW && low <= MAPPED_HIGH)
		return;
	from_wide(low, block.address);
	if (family == AF_INET)
		memmove(block.address, block.address + 12, 4);
	taker->take(taker->context, &block);
}

/* From the low end on, each time the largest block that begins there and fits. */
static void take_range(const struct taker *taker, int family, struct range range)
{
	while (range.low <= range.high) {
		unsigned int bits = 0;

		while (bits < 128) {
			wide rest = bits == 127 ? ~(wide)0 : ((wide)2 << bits) - 1;

			if (range.low & rest || range.high - range.low < rest)
				break;
			bits++;
		}
		take_block(taker, family, range.low, bits);
		if (bits == 128 || range.high - range.low < (wide)1 << bits)
			return;
		range.low += (wide)1 << bits;
	}
}

static void take_ipv4(const struct taker *taker, const struct range *range, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct range part = range[i];

		if (part.low > MAPPED_HIGH || part.high < MAPPED_LOW)
			continue;
		part.low = part.low > MAPPED_LOW ? part.low : MAPPED_LOW;
		part.high = part.high < MAPPED_HIGH ? part.high : MAPPED_HIGH;
		take_range(taker, AF_INET, part);
	}
}

/*
 * An IPv6 block never means the mapped addresses in it, so that it does not matter where they are.
 */
static void take_ipv6(const struct taker *taker, struct range *range, size_t count)
{
	bool before = false, after = false;

	for (size_t i = 0; i < count; i++) {
		before |= range[i].low < MAPPED_LOW && range[i].high >= MAPPED_LOW - 1;
		after |= range[i].high > MAPPED_HIGH && range[i].low <= MAPPED_HIGH + 1;
	}
	if (before && after)
		range[count++] = (struct range){ MAPPED_LOW, MAPPED_HIGH };
	count = join_ranges(range, count);
	for (size_t i = 0; i < count; i++)
		take_range(taker, AF_INET6, range[i]);
}

void blocks_each(const struct policy_addresses *addresses,
		 void (*take)(void *context, const struct block *block), void *context)
{
	const struct taker taker = { take, context };
	struct range *range = alloc_zeroed(addresses->count + 1, sizeof(*range));
	size_t count = addresses->count;

	for (size_t i = 0; i < count; i++)
		range[i] = (struct range){ to_wide(addresses->range[i].low),
					   to_wide(addresses->range[i].high) };
	count = join_ranges(range, count);
	take_ipv4(&taker, range, count);
	take_ipv6(&taker, range, count);
	free(range);
}
