/* SPDX-License-Identifier: GPL-2.0-only */
#include "builder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

static uint64_t vector_hash(const uint64_t *vector)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < BIND_VECTOR_WORDS; i++) {
		hash = (hash ^ vector[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the vector in the hash table: its own, or the free one where it belongs. */
static uint32_t *index_slot(struct builder *b, const uint64_t *vector)
{
	size_t at = vector_hash(vector) & (b->index_size - 1);

	while (b->index[at] &&
	       memcmp(b->vector[b->index[at] - 1], vector, sizeof(b->vector[0])) != 0)
		at = (at + 1) & (b->index_size - 1);
	return &b->index[at];
}

/* Keeps the hash table at most half full. */
static int index_grow(struct builder *b)
{
	size_t size = b->index_size ? b->index_size * 2 : 256;

	if (b->vectors * 2 < b->index_size)
		return 0;
	free(b->index);
	b->index = calloc(size, sizeof(*b->index));
	if (!b->index)
		return -ENOMEM;
	b->index_size = size;
	for (size_t i = 0; i < b->vectors; i++)
		*index_slot(b, b->vector[i]) = i + 1;
	return 0;
}

/* The class whose vector this is, new or known. */
int builder_class(struct builder *b, const uint64_t *vector, uint32_t *class)
{
	uint32_t *slot;
	void *grown;

	if (index_grow(b))
		return -ENOMEM;
	slot = index_slot(b, vector);
	if (!*slot) {
		grown = grow(b->vector, b->vectors, &b->vector_space, sizeof(b->vector[0]));
		if (!grown)
			return -ENOMEM;
		b->vector = grown;
		memcpy(b->vector[b->vectors], vector, sizeof(b->vector[0]));
		*slot = ++b->vectors;
	}
	*class = *slot - 1;
	return 0;
}

/* A new page, zeroed; its number in *number. */
int builder_page(struct builder *b, uint32_t *number)
{
	struct image *image = b->image;
	void *grown = grow(image->page, image->pages, &b->page_space, sizeof(*image->page));

	if (!grown)
		return -ENOMEM;
	if (image->pages == UINT32_MAX)
		return -E2BIG;
	image->page = grown;
	memset(&image->page[image->pages], 0, sizeof(*image->page));
	*number = image->pages++;
	return 0;
}

static void fill_narrow(struct bind_narrow_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_NARROW_FANOUT; i++) {
		node->key[i] = i < count ? (uint64_t)from[i].start : INT64_MAX;
		node->value[i] = from[i < count ? i : count - 1].class;
	}
}

static void fill_wide(struct bind_wide_node *node, const struct interval *from, size_t count)
{
	for (size_t i = 0; i < BIND_WIDE_FANOUT; i++) {
		wide key = i < count ? from[i].start : ~(wide)0;

		node->high[i] = key >> 64;
		node->low[i] = key;
		node->value[i] = from[i < count ? i : count - 1].class;
	}
}

/*
 * Builds one level of the tree out of count intervals, in place: each node that it makes becomes an
 * interval of the level above, with the node's page for a class. Returns how many, or -errno.
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
		interval[nodes++] = (struct interval){ .start = interval[i].start, .class = page };
	}
	return nodes;
}

int builder_tree(struct builder *b, enum bind_dimension dimension, struct interval *interval,
		 size_t count)
{
	long nodes = count;
	uint32_t depth = 0;

	do {
		nodes = build_level(b, interval, nodes, dimension >= BIND_DIM_COMM);
		if (nodes < 0)
			return nodes;
		if (++depth > BIND_TREE_DEPTH)
			return -E2BIG;
	} while (nodes > 1);
	b->image->page[0].header.trees[dimension] = (struct bind_tree){ .depth = depth,
									.root = interval[0].class };
	return 0;
}

int builder_vectors(struct builder *b)
{
	int err = 0;

	b->image->page[0].header.vector_pages = b->image->pages;
	for (size_t i = 0; !err && i < b->vectors; i++) {
		uint32_t page = b->image->pages - 1;

		if (i % BIND_VECTORS_PER_PAGE == 0)
			err = builder_page(b, &page);
		if (!err)
			memcpy(b->image->page[page].vectors.vector[i % BIND_VECTORS_PER_PAGE],
			       b->vector[i], sizeof(b->vector[i]));
	}
	return err;
}

void builder_free(struct builder *b)
{
	free(b->vector);
	free(b->index);
}
