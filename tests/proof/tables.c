/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: what a table is built of is found in it, and nothing else, whatever the hash function is
 * Bound: 3 entries with narrow keys in 2 pilots, 1 with a wide key; pilots 0 and 1; all keys, values, hashes
 * Flags: --unwind 8 -DBIND_PAGE_SIZE=512u -DBIND_NARROW_FANOUT=16u -DBIND_WIDE_FANOUT=16u -DKEYS_PER_PILOT=2 -DPILOT_LIMIT=1 -DSEEDS_TRIED=1
 * Mutant: policy/tables.c s/ \&\& !\*slot_of(w, entry\[placed\], value)) {/) {/
 * Mutant: policy/tables.c s/w->slot\[i\] - 1\]/w->slot[i] > 1]/
 * Mutant: policy/tables.c s/if (placed == count)/if (placed <= count)/
 * Mutant: policy/tables.c s/w->start\[p\] += w->start/w->start[p] = w->start/
 * Mutant: policy/search.h s/(slot->key.low ^ key.low)/0/
 * Mutant: policy/search.h s/decide_equal(slot->key, (__u32)key.high)/1/
 */
#define DECIDE_OTHER_HASH

#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

/*
 * Of the hash CBMC knows only that it is a function. Of the slots, too: that only two bits of the
 * hash count for them is no loss, for of four keys there are no more than four hashes.
 */
__u64 __CPROVER_uninterpreted_hash(__u64 high, __u64 low, __u32 seed);
static __u64 displaced[4][2];

#define decide_hash(key, seed) __CPROVER_uninterpreted_hash((key).high, (key).low, seed)
#define decide_displace(hash, pilot) displaced[(hash) % 4][(pilot) % 2]

#include "policy/decide.h"
#include "policy/pattern.h"
#define image_page proof_real_page
#include "policy/builder.h"
#undef image_page

/* There is memory. */
#define calloc(count, size) __CPROVER_allocate((count) * (size), 1)
#define free(memory) ((void)(memory))

#include "policy/tables.c"

#define ENTRIES 3

#define SLOTS (ENTRIES + 2) /* of a table of so many, at most */

/* The image has a page of pilots and one of slots. */
static __u16 pilots[BIND_PILOTS_PER_PAGE];
static struct bind_narrow_slot narrow_slots[BIND_NARROW_SLOTS_PER_PAGE];
static struct bind_wide_slot wide_slots[BIND_WIDE_SLOTS_PER_PAGE];
static bool is_wide;
static uint32_t pages;

int builder_array(struct builder *b, const void *array, size_t bytes, uint32_t *number)
{
	size_t size = !pages  ? sizeof(*pilots) :
		      is_wide ? sizeof(*wide_slots) :
				sizeof(*narrow_slots);

	(void)b;
	PROVE(bytes % size == 0 && bytes / size <= SLOTS);
	for (size_t i = 0; i < bytes / size; i++)
		if (!pages)
			pilots[i] = ((const __u16 *)array)[i];
		else if (is_wide)
			wide_slots[i] = ((const struct bind_wide_slot *)array)[i];
		else
			narrow_slots[i] = ((const struct bind_narrow_slot *)array)[i];
	*number = pages++;
	return 0;
}

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	PROVE(pages == 2 && number < pages);
	return !number ? (const void *)pilots : is_wide ? (const void *)wide_slots : narrow_slots;
}

static bool is_same(struct bind_key a, struct bind_key b)
{
	return a.high == b.high && a.low == b.low;
}

static struct bind_key make_key(void)
{
	struct bind_key key;

	if (!is_wide)
		key = (struct bind_key){ nondet_u32(), 0 };
	return key;
}

static void check(size_t count)
{
	struct table_entry entry[ENTRIES];
	struct bind_key key = make_key();
	struct bind_table table = { 0 };
	__u32 wanted = 0, found;

	for (size_t i = 0; i < count; i++) {
		entry[i].key = make_key();
		ASSUME(entry[i].value);
		for (size_t j = 0; j < i; j++)
			ASSUME(!is_same(entry[i].key, entry[j].key));
		if (is_same(entry[i].key, key))
			wanted = entry[i].value;
	}
	__CPROVER_havoc_object(displaced);
	ASSUME(!table_build(NULL, is_wide, entry, count, &table));
	PROVE(!decide_find(NULL, &table, is_wide, key, &found));
	PROVE(found == wanted);
	REACH(!wanted);
	REACH(wanted == 7 && is_wide);
	REACH(wanted == 7 && !is_wide && table.pilots == 2 && pilots[1] == 1);
}

int main(void)
{
	if (nondet_bool()) {
		is_wide = false;
		check(3);
	} else {
		is_wide = true;
		check(1);
	}
	return 0;
}
