/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <string.h>

#include "suggest.h"

/* Known words are shorter, and longer ones are not near. */
#define LONGEST 31

static int fold(char byte)
{
	return tolower((unsigned char)byte);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters have to be inserted, removed, replaced, or exchanged with their neighbour, to
 * make b of a. Both have at most LONGEST letters; upper and lower case are the same.
 */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t cost[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a_length; i++)
		cost[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			int x = fold(a[i - 1]), y = fold(b[j - 1]);

			cost[i][j] = least(cost[i - 1][j - 1] + (x != y),
					   least(cost[i - 1][j], cost[i][j - 1]) + 1);
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
				cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[a_length][b_length];
}

void suggest_try(struct suggest *suggest, const char *known)
{
	size_t word_length = strnlen(suggest->word, LONGEST + 1), known_length = strlen(known);
	size_t near = known_length < 6 ? 1 : 2;
	size_t distance;

	if (word_length > LONGEST || known_length > LONGEST || word_length > known_length + near ||
	    known_length > word_length + near)
		return;
	distance = edit_distance(suggest->word, word_length, known, known_length);
	if (distance > near || (suggest->best && distance >= suggest->distance))
		return;
	suggest->best = known;
	suggest->distance = distance;
}

const char *suggest_among(const char *word, const char *const *list)
{
	struct suggest suggest = { .word = word };

	for (; *list; list++)
		suggest_try(&suggest, *list);
	return suggest.best;
}
