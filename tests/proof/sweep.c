/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: in the vector of a value's class a rule has its bit just if it accepts the value
 * Bound: 2 broad rules with any, no or one span; values from 128 at either end of the dimension
 * Flags: --unwind 6
 * Mutant: policy/broad.c s/span\[i\].high + 1, bit, false/span[i].high, bit, false/
 * Mutant: policy/broad.c s/s->edge\[0\].at != 0/s->edge[0].at == 0/
 * Mutant: policy/broad.c s/vector_clear(&s->vector);/;/
 * Mutant: policy/broad.c s/\&\& spans->span\[i\].high != ~(wide)0//
 */
#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

#define RULES 2
#define SPANS 1
#define EDGES (RULES * SPANS * 2)

/* Room that is there from the beginning; sorting leaves equal ones in any order. */
#define POLICY_GROW_H
#define grow(array, used, space, size) ((void *)(array))
#define calloc(count, size) ((void *)interval_room)
#define free(memory) ((void)(memory))
#define qsort(array, count, size, compare) sort_edges(array, count)

#include "policy/decide.h"
#include "policy/pattern.h"
#define image_page proof_real_page
#define builder_header proof_real_header
#include "policy/builder.h"
#undef image_page
#undef builder_header
#include "policy/intervals.h"

static struct bind_image_header header;
static struct interval interval_room[EDGES + 1];

static inline struct bind_image_header *builder_header(const struct builder *b)
{
	(void)b;
	return &header;
}

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image, (void)number;
	return NULL;
}

struct edge;
static void sort_edges(struct edge *edge, size_t count);

#include "policy/broad.c"

static void sort_edges(struct edge *edge, size_t count)
{
	for (size_t i = 1; i < EDGES; i++)
		for (size_t j = i; i < count && j > 0; j--) {
			int order = compare_edges(&edge[j - 1], &edge[j]);
			struct edge lower = edge[j];

			if (order > 0 || (order == 0 && nondet_bool())) {
				edge[j] = edge[j - 1];
				edge[j - 1] = lower;
			}
		}
}

/* The rules: what they accept is any spans, as spans.h promises them. */

static struct policy_rule rules[RULES];
static struct span span[RULES][SPANS];
static size_t spans_count[RULES];
static bool any[RULES];

bool spans_any(const struct policy_rule *rule, enum bind_dimension dimension)
{
	(void)dimension;
	return any[rule - rules];
}

int spans_of(const struct image *image, const struct policy_rule *rule,
	     enum bind_dimension dimension, struct spans *spans)
{
	(void)image, (void)dimension;
	*spans = (struct spans){ span[rule - rules], spans_count[rule - rules], SPANS };
	return 0;
}

void spans_free(struct spans *spans)
{
	(void)spans;
}

/* From either end of the values. It has few bits that differ, so that the proof ends soon. */
static wide any_value(void)
{
	return (wide)(__int128)(signed char)nondet_u8();
}

static void make_rule(int rule)
{
	struct span *s = span[rule];

	any[rule] = nondet_bool();
	spans_count[rule] = nondet_u8() % (SPANS + 1);
	for (int i = 0; i < SPANS; i++) {
		s[i] = (struct span){ any_value(), any_value() };
		ASSUME(s[i].low <= s[i].high);
	}
	for (int i = 1; i < SPANS; i++)
		ASSUME(s[i - 1].high < s[i].low && s[i].low - s[i - 1].high > 1);
}

static bool accepts(int rule, wide value)
{
	for (size_t i = 0; i < spans_count[rule]; i++)
		if (span[rule][i].low <= value && value <= span[rule][i].high)
			return true;
	return any[rule];
}

/* The vector: a few bits, which are the number of its cell as well. That numbers differ just if the
 * cells do is what the proof "intern" shows. */

static uint32_t bits;

int vector_init(struct vector *v)
{
	(void)v;
	return 0;
}

void vector_clear(struct vector *v)
{
	(void)v;
	bits = 0;
}

void vector_set(struct vector *v, uint32_t bit, bool on)
{
	PROVE(bit < v->bits);
	bits = on ? bits | 1u << bit : bits & ~(1u << bit);
}

int vector_cell(struct vector *v, uint32_t *cell)
{
	(void)v;
	*cell = bits;
	return 0;
}

void vector_free(struct vector *v)
{
	(void)v;
}

/* The tree: of it the proof "tree" shows that it leads to the last interval that is not above. */

static wide value;
static uint32_t found;

int intervals_write(struct builder *b, enum bind_dimension dimension, struct interval *interval,
		    size_t count, struct bind_tree *tree)
{
	(void)b, (void)dimension;
	PROVE(count > 0 && count <= EDGES + 1 && interval[0].start == 0);
	for (size_t i = 0; i < count; i++) {
		PROVE(!i || interval[i - 1].start < interval[i].start);
		if (interval[i].start <= value)
			found = interval[i].value;
	}
	tree->depth = 1;
	return 0;
}

static struct edge edge_room[EDGES];

/* What was there from another dimension does not matter. */
static void check(enum bind_dimension dimension)
{
	static uint32_t numbers[RULES];
	struct broad broad = { .rule = numbers, .count = RULES };
	struct policy policy = { .rule = rules, .rules = RULES };
	struct image image;
	struct builder b = { .policy = &policy, .image = &image };
	struct sweep s = { .b = &b, .vector.bits = RULES, .edge = edge_room };

	for (int i = 0; i < RULES; i++) {
		numbers[i] = i;
		make_rule(i);
	}
	value = any_value();
	bits = nondet_u32();
	PROVE(!sweep_dimension(&s, &broad, dimension));
	if (!header.trees[dimension].depth)
		found = header.trees[dimension].root;
	for (int i = 0; i < RULES; i++)
		PROVE((found >> i & 1) == accepts(i, value));
	PROVE(!(found >> RULES));
	REACH(found == 3);
	REACH(found == 0);
	REACH(!header.trees[dimension].depth);
	REACH(s.intervals == EDGES + 1);
}

int main(void)
{
	check(BIND_DIM_ADDRESS);
	return 0;
}
