/* SPDX-License-Identifier: GPL-2.0-only */
#include "intervals.h"

#include <errno.h>

static void fill_narrow(struct bind_narrow_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_NARROW_FANOUT; i++) {
		node->key[i] = i < count ? (uint64_t)from[i].start : INT64_MAX;
		node->value[i] = from[i < count ? i : count - 1].value;
	}
}

static void fill_wide(struct bind_wide_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_WIDE_FANOUT; i++) {
		wide key = i < count ? from[i].start : ~(wide)0;

		node->key[i] = (struct bind_key){ key >> 64, key };
		node->value[i] = from[i < count ? i : count - 1].value;
	}
}

/*
 * Builds one level of the tree out of count intervals, in place: each node that it makes becomes an
 * interval of the level above, with the node's page for a value. Returns how many, or -errno.
 */
static long build_level(struct builder *b, struct interval *interval, size_t count, bool is_wide)
{
	size_t fanout = is_wide ? BIND_WIDE_FANOUT : BIND_NARROW_FANOUT;
	long nodes = 0;

	for (size_t i = 0; i < count; i += fanout) {
		size_t n = count - i < fanout ? count - i : fanout;
		uint32_t page;
		int err = builder_page(b, &page);

		if (err)
			return err;
		if (is_wide)
			fill_wide(&b->image->page[page].wide, interval + i, n);
		else
			fill_narrow(&b->image->page[page].narrow, interval + i, n);
		interval[nodes++] = (struct interval){ .start = interval[i].start, .value = page };
	}
	return nodes;
}

int intervals_write(struct builder *b, enum bind_dimension dimension, struct interval *interval,
		    size_t count, struct bind_tree *tree)
{
	long nodes = count;
	uint32_t depth = 0;

	do {
		nodes = build_level(b, interval, nodes, dimension >= BIND_NARROW_DIMENSIONS);
		if (nodes < 0)
			return nodes;
		if (++depth > BIND_TREE_DEPTH)
			return -E2BIG;
	} while (nodes > 1);
	*tree = (struct bind_tree){ .depth = depth, .root = interval[0].value };
	return 0;
}
