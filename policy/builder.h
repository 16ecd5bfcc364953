/* SPDX-License-Identifier: GPL-2.0-only */
/* An image under construction: its pages, its classes with their vectors, its search trees. */
#ifndef POLICY_BUILDER_H
#define POLICY_BUILDER_H

#include "compile.h"

typedef unsigned __int128 wide;

/* From start to the next interval's start, values are of this class. The first starts at 0. */
struct interval {
	wide start;
	uint32_t class;
};

struct builder {
	const struct policy *policy;
	struct image *image;
	size_t page_space;
	uint64_t (*vector)[BIND_VECTOR_WORDS]; /* that of class c is the c-th */
	size_t vectors, vector_space;
	uint32_t *index; /* hash table of vector numbers + 1; a power of two long */
	size_t index_size;
};

/* All of them return 0 or -errno. */

/* A new page, zeroed; its number in *number. The image's pages may move. */
int builder_page(struct builder *b, uint32_t *number);

/* The class whose vector this is, new or known. */
int builder_class(struct builder *b, const uint64_t *vector, uint32_t *class);

/* The search tree of a dimension over count intervals, which are overwritten. */
int builder_tree(struct builder *b, enum bind_dimension dimension, struct interval *interval,
		 size_t count);

/* The pages with the vectors, once all classes are known. */
int builder_vectors(struct builder *b);

/* Frees what is not part of the image. */
void builder_free(struct builder *b);

#endif
