/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the AND of the vectors gives the lowest bit that all of them have, and its rule
 * Bound: all vectors of 1, 70 and 256 bits, which are one leaf, and of 512, which are up to 2; cells of 4 words, blocks of 2
 * Flags: --unwind 9 -DBIND_CELL_LEAVES=2 -DBIND_CELL_WORDS=4 -DBIND_BLOCK_WORDS=2
 * Mutant: policy/decide.h s/word\[w\] & other\[w\]/word[w] | other[w]/
 * Mutant: policy/decide.h s/meeting->block \* BIND_BLOCK_RULES/meeting->block * 64/
 * Mutant: policy/decide.h s/rules \/ BIND_BLOCK_RULES + 1/rules \/ BIND_BLOCK_RULES/
 * Mutant: policy/decide.h s/before &= decide_equal(meeting->word\[w\], 0)/before = 1/
 * Mutant: policy/decide.h s/block + leaf \* BIND_CELL_BLOCKS/block + leaf/
 * Mutant: policy/decide.h s/walk->full \&= walk->full - 1/walk->full = 0/
 * Mutant: policy/decide.h s/bit % BIND_NUMBERS_PER_PAGE/bit \& 7/
 */
#include "proof.h"

/* The cells are smaller than those that it expects. */
#define _Static_assert(condition, text)
#include "policy/decide.h"
#undef _Static_assert

enum { CELL_PAGE = 1, NUMBER_PAGE = 2 };

/*
 * The vector of a dimension is the cell of its number plus one, and these are the leaves below it.
 */
#define LEAF(dimension, leaf) (16 + (dimension)*BIND_CELL_LEAVES + (leaf))

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

/* The same of vectors of several leaves. */
static bool all_leaves_have(__u32 bit)
{
	__u32 leaf = bit / BIND_LEAF_RULES;
	bool all = true;

	for (int d = 0; d < BIND_DIMENSIONS; d++)
		for (__u32 l = 0; l < BIND_CELL_LEAVES; l++)
			for (__u32 w = 0; l == leaf && w < BIND_CELL_WORDS; w++)
				if (bit % BIND_LEAF_RULES / 64 == w)
					all &= cells[1 + d].full >> l &
					       cells[LEAF(d, l)].word[w] >> bit % 64 & 1;
	return all;
}

/*
 * Calls decide_meet() for the rules, and proves it for any of the bits that the vectors have room
 * for.
 */
static void meet(__u32 rules, __u32 room, bool (*have)(__u32 bit))
{
	struct bind_image_header header = { .cell_page = CELL_PAGE, .broad_rules = rules };
	struct decide_walk walk = { .header = &header };
	__u32 any, bit;
	int found;

	for (int d = 0; d < BIND_DIMENSIONS; d++)
		walk.cells.of[d] = &cells[1 + d];
	ASSUME(any < room);
	/* None is beyond those of the rules. */
	ASSUME(any < rules || !have(any));
	found = decide_meet(&walk);

	PROVE(found == 0 || found == 1);
	REACH(!found);
	if (!found) {
		PROVE(!have(any));
		return;
	}
	bit = decide_first(&walk.meeting);
	PROVE(bit < room && have(bit));
	PROVE(any >= bit || !have(any));
	REACH(bit == 0 && rules == 1);
	REACH(bit == 64 && rules == 70);
	REACH(bit == 255 && rules == 256);
	REACH(bit == 0 && rules == 512);
	REACH(bit == 511 && rules == 512);
}

static void make_leaf(union bind_cell *cell)
{
	for (int w = 0; w < BIND_CELL_WORDS; w++)
		cell->word[w] = nondet_u64();
}

static void check(__u32 rules)
{
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		make_leaf(&cells[1 + d]);
	meet(rules, BIND_LEAF_RULES, all_have);
}

/* A leaf that has no bits is not there. */
static void check_leaves(void)
{
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		union bind_cell *cell = &cells[1 + d];

		for (__u32 l = 0; l < BIND_CELL_LEAVES; l++) {
			bool is_there = nondet_bool();

			cell->leaf[l] = is_there ? LEAF(d, l) : 0;
			cell->full |= (__u32)is_there << l;
			make_leaf(&cells[LEAF(d, l)]);
		}
	}
	meet(BIND_CELL_LEAVES * BIND_LEAF_RULES, BIND_CELL_LEAVES * BIND_LEAF_RULES,
	     all_leaves_have);
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
	else if (nondet_bool())
		check_leaves();
	else
		check_number(BIND_NUMBERS_PER_PAGE + 9);
	return 0;
}
