/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the AND of the vectors gives the lowest bit that all of them have, and its rule
 * Bound: all vectors of 1, 70 and 128 bits, which are one leaf, in cells of 4 words, blocks of 2; vectors of several leaves not
 * Flags: --unwind 9 -DBIND_CELL_LEAVES=4 -DBIND_CELL_WORDS=4 -DBIND_BLOCK_WORDS=2
 * Mutant: policy/decide.h s/word\[w\] & other\[w\]/word[w] | other[w]/
 * Mutant: policy/decide.h s/meeting->block \* BIND_BLOCK_RULES/meeting->block * 64/
 * Mutant: policy/decide.h s/broad_rules \/ BIND_BLOCK_RULES + 1/broad_rules \/ BIND_BLOCK_RULES/
 * Mutant: policy/decide.h s/before &= decide_equal(meeting->word\[w\], 0)/before = 1/
 * Mutant: policy/decide.h s/bit % BIND_NUMBERS_PER_PAGE/bit \& 7/
 */
#include "proof.h"

/* The cells are smaller than those that it expects. */
#define _Static_assert(condition, text)
#include "policy/decide.h"
#undef _Static_assert

enum { CELL_PAGE = 1, NUMBER_PAGE = 2 };

/* The vector of a dimension is the cell of its number plus one. */
static union bind_cell cells[BIND_CELLS_PER_PAGE];
static __u32 numbers[BIND_NUMBERS_PER_PAGE];

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	if (number == NUMBER_PAGE + 1)
		return (const union bind_page *)numbers;
	PROVE(number == CELL_PAGE);
	return (const union bind_page *)cells;
}

/* Have all vectors this bit? */
static bool all_have(__u32 bit)
{
	bool all = true;

	for (int d = 0; d < BIND_DIMENSIONS; d++)
		for (__u32 w = 0; w < BIND_CELL_WORDS; w++)
			if (bit / 64 == w)
				all &= cells[1 + d].word[w] >> bit % 64 & 1;
	return all;
}

/* any is what it says: the proof is about all bits. None is beyond those of the rules. */
static void check(__u32 rules)
{
	struct bind_image_header header = { .cell_page = CELL_PAGE, .broad_rules = rules };
	__u32 vector[BIND_DIMENSIONS], any, bit;
	struct decide_meeting meeting;
	int found;

	ASSUME(any < BIND_LEAF_RULES);
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		vector[d] = 1 + d;
		for (int w = 0; w < BIND_CELL_WORDS; w++)
			cells[1 + d].word[w] = nondet_u64();
	}
	ASSUME(any < rules || !all_have(any));
	found = decide_meet(NULL, &header, vector, &meeting);

	PROVE(found == 0 || found == 1);
	REACH(!found);
	if (!found) {
		PROVE(!all_have(any));
		return;
	}
	bit = decide_first(&meeting);
	PROVE(bit < BIND_LEAF_RULES && all_have(bit));
	PROVE(any >= bit || !all_have(any));
	REACH(bit == 0 && rules == 1);
	REACH(bit == 64 && rules == 70);
	REACH(bit == 127 && rules == 128);
}

/* The rule is the number of the bit, if that is lower. */
static void check_number(__u32 bit)
{
	struct bind_image_header header = { .broad_page = NUMBER_PAGE };
	__u32 number, rule, before = rule;

	numbers[bit % BIND_NUMBERS_PER_PAGE] = number;
	PROVE(!decide_number(NULL, &header, bit, &rule));
	PROVE(rule == (number < before ? number : before));
	REACH(rule == 7 && before == 8);
}

int main(void)
{
	if (nondet_bool())
		check(1);
	else if (nondet_bool())
		check(70);
	else if (nondet_bool())
		check(BIND_LEAF_RULES);
	else
		check_number(BIND_NUMBERS_PER_PAGE + 9);
	return 0;
}
