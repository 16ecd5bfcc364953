/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each dimension is swept from its lowest to its highest value, with the set of broad rules that
 * accept the value at hand; wherever the set changes, an interval begins.
 */
#include "broad.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "intervals.h"
#include "vector.h"

/* From this value on, the rule with this bit accepts, or does not any more. */
struct edge {
	wide at;
	uint32_t bit;
	bool accepts;
};

struct sweep {
	struct builder *b;
	struct vector vector;
	struct edge *edge;
	size_t edges, edge_space;
	struct interval *interval;
	size_t intervals;
};

static int add_edge(struct sweep *s, wide at, uint32_t bit, bool accepts)
{
	void *grown = grow(s->edge, s->edges, &s->edge_space, sizeof(*s->edge));

	if (!grown)
		return -ENOMEM;
	s->edge = grown;
	s->edge[s->edges++] = (struct edge){ .at = at, .bit = bit, .accepts = accepts };
	return 0;
}

static int add_spans(struct sweep *s, const struct spans *spans, uint32_t bit)
{
	int err = 0;

	for (size_t i = 0; !err && i < spans->count; i++) {
		err = add_edge(s, spans->span[i].low, bit, true);
		if (!err && spans->span[i].high != ~(wide)0)
			err = add_edge(s, spans->span[i].high + 1, bit, false);
	}
	return err;
}

static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* An interval of the vector as it is begins here, unless the one before goes on. */
static int begin_interval(struct sweep *s, wide at)
{
	uint32_t cell;
	int err = vector_cell(&s->vector, &cell);

	if (err)
		return err;
	if (!s->intervals || s->interval[s->intervals - 1].value != cell)
		s->interval[s->intervals++] = (struct interval){ .start = at, .value = cell };
	return 0;
}

/* Turns edges into intervals. The vector begins as the rules without a criterion. */
static int make_intervals(struct sweep *s)
{
	int err = 0;

	s->intervals = 0;
	free(s->interval);
	s->interval = calloc(s->edges + 1, sizeof(*s->interval));
	if (!s->interval)
		return -ENOMEM;
	if (s->edges)
		qsort(s->edge, s->edges, sizeof(*s->edge), compare_edges);
	if (!s->edges || s->edge[0].at != 0)
		err = begin_interval(s, 0);
	for (size_t i = 0; !err && i < s->edges;) {
		wide at = s->edge[i].at;

		for (; i < s->edges && s->edge[i].at == at; i++)
			vector_set(&s->vector, s->edge[i].bit, s->edge[i].accepts);
		err = begin_interval(s, at);
	}
	return err;
}

static int sweep_dimension(struct sweep *s, const struct broad *broad,
			   enum bind_dimension dimension)
{
	const struct policy *policy = s->b->policy;
	struct spans spans = { 0 };
	struct bind_tree tree = { 0 };
	bool criteria = false;
	int err = 0;

	s->edges = 0;
	vector_clear(&s->vector);
	for (size_t i = 0; !err && i < broad->count; i++) {
		const struct policy_rule *rule = &policy->rule[broad->rule[i]];

		if (spans_any(rule, dimension)) {
			vector_set(&s->vector, i, true);
			continue;
		}
		criteria = true;
		err = spans_of(s->b->image, rule, dimension, &spans);
		if (!err)
			err = add_spans(s, &spans, i);
	}
	if (!err && !criteria)
		err = vector_cell(&s->vector, &tree.root);
	if (!err && criteria)
		err = make_intervals(s);
	if (!err && criteria)
		err = intervals_write(s->b, dimension, s->interval, s->intervals, &tree);
	builder_header(s->b)->trees[dimension] = tree;
	spans_free(&spans);
	return err;
}

int broad_write(struct builder *b, const struct broad *broad)
{
	struct sweep s = { .b = b, .vector.bits = broad->count };
	uint32_t broad_page, cell_page;
	int err;

	if (!broad->count)
		return 0;
	if (broad->count > BIND_MAX_BROAD)
		return -E2BIG;
	err = vector_init(&s.vector);
	for (int d = 0; !err && d < BIND_DIMENSIONS; d++)
		err = sweep_dimension(&s, broad, d);
	if (!err)
		err = builder_array(b, broad->rule, broad->count * sizeof(*broad->rule),
				    &broad_page);
	if (!err)
		err = builder_array(b, s.vector.cells.element,
				    s.vector.cells.count * sizeof(union bind_cell), &cell_page);
	if (!err) {
		builder_header(b)->broad_rules = broad->count;
		builder_header(b)->broad_page = broad_page;
		builder_header(b)->cell_page = cell_page;
	}
	vector_free(&s.vector);
	free(s.edge);
	free(s.interval);
	return err;
}
