/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: a bucket's first item that matches gives its rule; its search ends with the last item
 * Bound: a bucket at the beginning, in the middle and at the end of a page of 32 items; every combination of items that match or do not
 * Flags: --unwind 9 -DBIND_PAGE_SIZE=512u -DBIND_NARROW_FANOUT=16u -DBIND_WIDE_FANOUT=16u
 * Mutant: policy/decide.h s/if (item->last)/if (!item->last)/
 * Mutant: policy/decide.h s/(bucket + i) % BIND_ITEMS_PER_PAGE/(bucket + i + 1) % BIND_ITEMS_PER_PAGE/
 * Mutant: policy/decide.h s/bucket \/ BIND_ITEMS_PER_PAGE/0/
 * Mutant: policy/decide.h s/if (other < \*rule)/if (other > *rule)/
 * Mutant: policy/decide.h s/item, keys, &mismatch))/item, keys, \&mismatch) \&\& false)/
 */
#include "proof.h"

#include "policy/decide.h"

#define ITEM_PAGE 7u

static struct bind_item items[BIND_ITEMS_PER_PAGE];
static struct bind_box box;
static bool items_missing, boxes_missing;
static __u32 asked;

/* The only box is the first of its page: what an item says is up to the proof "item". */
static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	if (number >= 1u << 24)
		return boxes_missing ? NULL : (const union bind_page *)&box;
	asked = number;
	return items_missing ? NULL : (const union bind_page *)items;
}

/* What decide_item() has to say about each: 1, 0 or -1. */
static int wanted(const struct bind_item *item, const struct decide_keys *keys)
{
	if (item->port_low > keys->narrow[BIND_DIM_PORT])
		return 0;
	return !item->box ? 1 : boxes_missing ? -1 : box.high[BIND_DIM_UID] >= 1;
}

/* Items that differ in the least port, one of them with a box. */
static void make_items(__u32 bucket, __u32 boxed)
{
	for (__u32 i = 0; i < BIND_BUCKET_ITEMS; i++) {
		struct bind_item *item = &items[(bucket + i) % BIND_ITEMS_PER_PAGE];

		*item = (struct bind_item){
			.rule = nondet_u32() >> 8,
			.last = nondet_bool(),
			.box = i == boxed ? BIND_BOXES_PER_PAGE : 0,
			.any_protocol = 1,
			.port_low = nondet_u16(),
			.port_high = 65535,
		};
	}
	for (int d = 0; d < BIND_NARROW_DIMENSIONS; d++)
		box.high[d] = 65535;
	box.high[BIND_DIM_UID] = nondet_bool();
}

/* The first of the bucket's items that matches, or BIND_RULE_NONE. Returns 0 or -1. */
static int first(__u32 bucket, const struct decide_keys *keys, __u32 *rule)
{
	*rule = BIND_RULE_NONE;
	for (__u32 i = bucket; i < bucket + BIND_BUCKET_ITEMS; i++) {
		const struct bind_item *item = &items[i % BIND_ITEMS_PER_PAGE];
		int matches = wanted(item, keys);

		if (matches < 0)
			return -1;
		if (matches > 0) {
			*rule = item->rule;
			return 0;
		}
		if (item->last)
			return 0;
	}
	return 0;
}

/* boxed: which item has a box, and may be unreadable. */
static void check(__u32 bucket, __u32 boxed)
{
	struct bind_image_header header = { .item_page = ITEM_PAGE, .box_page = 1u << 24 };
	struct decide_keys keys = { .narrow = { [BIND_DIM_UID] = 1 } };
	__u32 rule, before, found;
	int err;

	items_missing = nondet_bool();
	boxes_missing = nondet_bool();
	keys.narrow[BIND_DIM_PORT] = nondet_u16();
	make_items(bucket, boxed);
	before = rule;
	err = decide_bucket(NULL, &header, bucket, &keys, &rule);

	PROVE(asked == ITEM_PAGE + bucket / BIND_ITEMS_PER_PAGE);
	if (items_missing || first(bucket, &keys, &found)) {
		PROVE(err == -1);
		REACH(!items_missing);
		return;
	}
	PROVE(err == 0);
	PROVE(rule == (found < before ? found : before));
	REACH(rule != before && rule == 5);
	REACH(found != BIND_RULE_NONE && rule == before);
	REACH(found == BIND_RULE_NONE && boxes_missing);
	REACH(found == items[(bucket + 7) % BIND_ITEMS_PER_PAGE].rule && found == 7);
}

int main(void)
{
	if (nondet_bool())
		check(1, 3);
	else if (nondet_bool())
		check(3 * BIND_ITEMS_PER_PAGE + 11, BIND_BUCKET_ITEMS - 1);
	else
		check(1000 * BIND_ITEMS_PER_PAGE - BIND_BUCKET_ITEMS, 0);
	return 0;
}
