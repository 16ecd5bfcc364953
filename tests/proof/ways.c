/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: of a rule's items one matches just if the key has, in all other dimensions, one of its spans
 * Bound: one or two spans in the dimensions that main() lists, with all values; every key
 * Flags: --unwind 9 --object-bits 12 -DBIND_NARROW_FANOUT=16u -DBIND_WIDE_FANOUT=16u -DBIND_PAGE_SIZE=512u
 * Mutant: policy/items.c s/if (dimension == filed ||/if (dimension != filed ||/
 * Mutant: policy/items.c s/more = choice\[d\] != 0/more = false/
 * Mutant: policy/items.c s/item.port_high = s->span\[i\].high/item.port_high = s->span[i].low/
 * Mutant: policy/items.c s/alone ? i : i + 1/i/
 * Mutant: policy/items.c s/set_side(&box, d, 0, HIGHEST)/set_side(\&box, d, 0, 5)/
 * Mutant: policy/items.c s/> UINT16_MAX ||/> 2 * UINT16_MAX ||/
 */
#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

#define ITEMS 8

/* Room that is there from the beginning. */
#define POLICY_GROW_H
#define grow(array, used, space, size) ((void *)(array))

#include "policy/decide.h"
#include "policy/pattern.h"
#define image_page proof_real_page
#include "policy/spans.h"
#undef image_page

static struct bind_box boxes[1 + ITEMS];

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	PROVE(number <= ITEMS / BIND_BOXES_PER_PAGE);
	return (const union bind_page *)&boxes[number * BIND_BOXES_PER_PAGE];
}

#include "policy/items.c"

/* The number that an element gets leads to an equal one: that is all that counts here. */
int intern_add(struct intern *in, const void *element, uint32_t *number)
{
	PROVE(in->count < 1 + ITEMS);
	boxes[in->count] = *(const struct bind_box *)element;
	*number = in->count++;
	return 0;
}

void intern_free(struct intern *in)
{
	(void)in;
}

static struct span room[BIND_DIMENSIONS][2];
static struct bind_item item_room[ITEMS];

static wide any_wide(void)
{
	return (wide)nondet_u64() << 64 | nondet_u64();
}

static wide highest(enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_NETNS:
		return BIND_NETNS_HOST;
	case BIND_DIM_PROTOCOL:
		return BIND_PROTOCOL_RAW;
	case BIND_DIM_PORT:
		return UINT16_MAX;
	default:
		return dimension < BIND_NARROW_DIMENSIONS ? UINT32_MAX : HIGHEST;
	}
}

/* Spans as spans.h promises them, so many in each dimension; 0: any. */
static void make_spans(struct items *items, const __u8 count[BIND_DIMENSIONS])
{
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		struct spans *s = &items->spans[d];

		items->any[d] = !count[d];
		s->span = room[d];
		s->count = count[d];
		for (int i = 0; i < count[d]; i++) {
			s->span[i] = (struct span){ any_wide(), any_wide() };
			ASSUME(s->span[i].low <= s->span[i].high);
			ASSUME(s->span[i].high <= highest(d));
			if (i)
				ASSUME(s->span[i - 1].high < s->span[i].low - 1 && s->span[i].low);
		}
	}
}

static bool in_spans(const struct spans *s, wide key)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->span[i].low <= key && key <= s->span[i].high)
			return true;
	return false;
}

static bool in_list(const struct items *items, wide protocol)
{
	for (size_t i = 0; i < items->protocols; i++)
		if (items->protocol[i] == protocol)
			return true;
	return false;
}

static bool is_listed(const struct items *items, int dimension)
{
	return dimension == BIND_DIM_PROTOCOL && !items->protocol_boxed;
}

static bool has_key(const struct items *items, const struct decide_keys *keys, int dimension)
{
	const struct spans *s = &items->spans[dimension];
	wide key = spans_key(decide_key(keys, dimension), dimension);

	if (items->any[dimension])
		return true;
	return is_listed(items, dimension) ? in_list(items, key) : in_spans(s, key);
}

/* The list of protocols has what the spans have, unless it is none. */
static void check_list(void)
{
	static const __u8 two[BIND_DIMENSIONS] = { [BIND_DIM_PROTOCOL] = 2 };
	struct items items;
	__u32 protocol;

	make_spans(&items, two);
	list_protocols(&items);
	PROVE(items.protocol_boxed == !items.protocols);
	PROVE(items.protocols <= ITEMS_PROTOCOLS);
	PROVE(items.protocol_boxed ||
	      in_list(&items, protocol) == in_spans(&items.spans[BIND_DIM_PROTOCOL], protocol));
	REACH(items.protocols == ITEMS_PROTOCOLS && in_list(&items, protocol));
	REACH(items.protocol_boxed && items.spans[BIND_DIM_PROTOCOL].span[1].high < 1000);
}

/* So many protocols, any of them; 0: none, or boxed if they have spans. */
static void make_protocols(struct items *items, size_t protocols)
{
	for (int i = 0; i < ITEMS_PROTOCOLS; i++)
		items->protocol[i] = nondet_u16();
	items->protocols = protocols;
	items->protocol_boxed = !protocols && !items->any[BIND_DIM_PROTOCOL];
}

static void check(enum bind_dimension filed, const __u8 count[BIND_DIMENSIONS], size_t protocols)
{
	struct items items = { .item = item_room };
	struct bind_image_header header = { .box_page = 0 };
	struct decide_keys keys;
	bool expected = true, found = false;
	__u64 mismatch;
	uint32_t rule;

	ASSUME(rule < BIND_MAX_RULES);
	PROVE(!items_init(&items));
	make_spans(&items, count);
	make_protocols(&items, protocols);
	PROVE(!items_make(&items, filed, rule));
	PROVE(items.count && items.count == items_count(&items, filed));
	for (size_t i = 0; i < items.count; i++) {
		PROVE(item_room[i].rule == rule && !item_room[i].last);
		found |= !decide_item(NULL, &header, &item_room[i], &keys, &mismatch) && !mismatch;
	}
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		expected &= d == (int)filed || has_key(&items, &keys, d);
	PROVE(found == expected);
	REACH(found);
	REACH(!found);
}

/* In the order of enum bind_dimension: uid, cgroup, exe, netns, protocol, port, comm, address. */
int main(void)
{
	static const __u8 uid[BIND_DIMENSIONS] = { 1, 0, 0, 1, 0, 2, 0, 2 };
	static const __u8 comm[BIND_DIMENSIONS] = { 2, 1, 1, 0, 1, 1, 1, 0 };
	static const __u8 port[BIND_DIMENSIONS] = { 0, 0, 2, 0, 2, 1, 0, 1 };
	static const __u8 cgroup[BIND_DIMENSIONS] = { 0, 1, 0, 0, 1, 0, 0, 0 };
	static const __u8 common[BIND_DIMENSIONS] = { 1, 0, 0, 0, 1, 2, 0, 0 };
	static const __u8 none[BIND_DIMENSIONS] = { 0 };

	check_list();
	check(BIND_DIM_UID, uid, 0);
	check(BIND_DIM_COMM, comm, 3);
	check(BIND_DIM_PORT, port, 0);
	check(BIND_DIM_CGROUP, cgroup, 6);
	check(BIND_DIMENSIONS, common, 2);
	check(BIND_DIMENSIONS, none, 0);
	return 0;
}
