/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: an item matches if the request has its port and protocol and is in its box
 * Bound: every item, every request, every box at four places of the pages, there or not
 * Flags: --unwind 9 -DBIND_PAGE_SIZE=512u -DBIND_NARROW_FANOUT=16u -DBIND_WIDE_FANOUT=16u
 * Mutant: policy/decide.h s/value - low) | (high - value/value - low) \& (high - value/
 * Mutant: policy/decide.h s/other_port \* (item->any_port ^ 1)/other_port * item->any_port/
 * Mutant: policy/decide.h s/ \* (protocol ^ item->protocol\[1\])//
 * Mutant: policy/decide.h s/return below | above/return below/
 * Mutant: policy/decide.h s/box->low\[d\], box->high\[d\])/box->low[0], box->high[d])/
 * Mutant: policy/decide.h s/header->box_page + box/box/
 */
#include "proof.h"

#include "policy/decide.h"

static struct bind_box boxes[BIND_BOXES_PER_PAGE];
static bool is_missing;
static __u32 asked;

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	asked = number;
	return is_missing ? NULL : (const union bind_page *)boxes;
}

static bool has_port_and_protocol(const struct bind_item *item, const struct bind_request *request)
{
	if (!item->any_port && (request->port < item->port_low || request->port > item->port_high))
		return false;
	return item->any_protocol || request->protocol == item->protocol[0] ||
	       request->protocol == item->protocol[1];
}

static bool is_side(const struct bind_box *box, enum bind_dimension dimension, __u32 value)
{
	return box->low[dimension] <= value && value <= box->high[dimension];
}

/* Bytes as one number; that this is the order of memcmp() says the proof "order". */
static unsigned __int128 number(const char bytes[16])
{
	return (unsigned __int128)decide_bytes(bytes) << 64 | decide_bytes(bytes + 8);
}

static unsigned __int128 key_number(struct bind_key key)
{
	return (unsigned __int128)key.high << 64 | key.low;
}

static bool is_wide_between(const struct bind_box *box, int side, const char bytes[16])
{
	return key_number(box->wide_low[side]) <= number(bytes) &&
	       number(bytes) <= key_number(box->wide_high[side]);
}

static bool is_in_box(const struct bind_box *box, const struct bind_request *request)
{
	return is_side(box, BIND_DIM_UID, request->uid) &&
	       is_side(box, BIND_DIM_CGROUP, request->cgroup) &&
	       is_side(box, BIND_DIM_EXE, request->exe) &&
	       is_side(box, BIND_DIM_NETNS, request->netns) &&
	       is_side(box, BIND_DIM_PROTOCOL, request->protocol) &&
	       is_side(box, BIND_DIM_PORT, request->port) &&
	       is_wide_between(box, 0, request->comm) && is_wide_between(box, 1, request->address);
}

/* With the box of this number, or none. */
static void check(__u32 box)
{
	struct bind_image_header header;
	struct bind_request request;
	struct decide_keys keys;
	struct bind_item item;
	int matches, wanted;
	__u64 mismatch;

	ASSUME(header.box_page <= 1u << 24);
	item.box = box;
	is_missing = nondet_bool();
	__CPROVER_havoc_object(boxes);
	decide_make_keys(&request, 0, &keys);
	matches = decide_item(NULL, &header, &item, &keys, &mismatch) ? -1 : !mismatch;

	wanted = has_port_and_protocol(&item, &request);
	if (wanted && item.box) {
		PROVE(asked == header.box_page + item.box / BIND_BOXES_PER_PAGE);
		wanted = is_missing ? -1 :
				      is_in_box(&boxes[item.box % BIND_BOXES_PER_PAGE], &request);
	}
	PROVE(matches == wanted);
	REACH(matches == 1 && request.port == 80 && !item.any_port && !item.any_protocol);
	REACH(matches == 0 && item.any_protocol && !item.any_port);
	REACH(matches == 0 && item.any_port && (!item.any_protocol || item.box));
	REACH(matches == (item.box ? -1 : 1));
}

int main(void)
{
	switch (nondet_u8()) {
	case 0:
		check(0);
		break;
	case 1:
		check(1);
		break;
	case 2:
		check(BIND_BOXES_PER_PAGE - 1);
		break;
	case 3:
		check(BIND_BOXES_PER_PAGE);
		break;
	default:
		check(1u << 20 | 5);
	}
	return 0;
}
