/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: in a tree a key has the value of the last interval that begins at or below it
 * Bound: 1, 2 or 5 intervals, in 1 to 3 levels, with any starts and values, narrow and wide; nodes of 2 entries; every key
 * Flags: --unwind 8 -DBIND_PAGE_SIZE=512u -DBIND_NARROW_FANOUT=2u -DBIND_WIDE_FANOUT=2u
 * Mutant: policy/intervals.c s/from\[i < count ? i : count - 1\].value/from[0].value/
 * Mutant: policy/intervals.c s/i < count ? (uint64_t)from\[i\].start : INT64_MAX/from[i].start/
 * Mutant: policy/intervals.c s/.start = interval\[i\].start, .value = page/.start = interval[i].start + 1, .value = page/
 * Mutant: policy/intervals.c s/key >> 64, key }/key >> 64, key >> 1 }/
 * Mutant: policy/decide.h s/level >= tree->depth/level > tree->depth/
 */
#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

#include "policy/decide.h"
#include "policy/pattern.h"
#define image_page proof_real_page
#include "policy/builder.h"
#undef image_page

#define INTERVALS 5
#define PAGES 9 /* one is the header */

static union bind_page page[PAGES];

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	PROVE(number && number < PAGES);
	return &page[number];
}

int builder_page(struct builder *b, uint32_t *number)
{
	*number = b->image->pages++;
	PROVE(*number < PAGES);
	return 0;
}

#include "policy/intervals.c"

static wide make_key(bool is_wide)
{
	return is_wide ? (wide)nondet_u64() << 64 | nondet_u64() : nondet_u32();
}

static void check(bool is_wide, size_t count)
{
	enum bind_dimension dimension = is_wide ? BIND_DIM_ADDRESS : BIND_DIM_UID;
	struct image image = { .page = page, .pages = 1 };
	struct builder b = { .image = &image };
	struct interval interval[INTERVALS];
	wide key = make_key(is_wide);
	__u32 wanted, found;
	struct bind_tree tree;

	for (size_t i = 0; i < count; i++) {
		interval[i].start = i ? make_key(is_wide) : 0;
		ASSUME(!i || interval[i - 1].start < interval[i].start);
		if (interval[i].start <= key)
			wanted = interval[i].value;
	}
	PROVE(!intervals_write(&b, dimension, interval, count, &tree));
	PROVE(!decide_vector(&image, &tree, is_wide, spans_bind_key(key, dimension), &found));
	PROVE(found == wanted);
	REACH(found == 7 && is_wide && key == 5);
	REACH(found == 7 && !is_wide && key == 5);
	REACH(found == 7 && tree.depth == 3);
	REACH(found == 7 && tree.depth == 1);
}

int main(void)
{
	if (nondet_bool())
		check(false, 1);
	else if (nondet_bool())
		check(false, INTERVALS);
	else if (nondet_bool())
		check(true, 2);
	else
		check(true, INTERVALS);
	return 0;
}
