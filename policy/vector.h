/* SPDX-License-Identifier: GPL-2.0-only */
/* A vector of bits that changes a little at a time, and the cells of all that it has been. */
#ifndef POLICY_VECTOR_H
#define POLICY_VECTOR_H

#include <stdbool.h>

#include "image.h"
#include "intern.h"

struct vector {
	size_t bits; /* set by the owner: up to BIND_LEAF_RULES it is one leaf */
	struct intern cells;
	union bind_cell top, leaf[BIND_CELL_LEAVES];
	bool changed[BIND_CELL_LEAVES]; /* since the leaf was last made a cell */
};

/* Zeroed before, but for bits. Returns 0 or -errno. */
int vector_init(struct vector *v);

/* All bits are zero. */
void vector_clear(struct vector *v);

void vector_set(struct vector *v, uint32_t bit, bool on);

/* The number of the vector's cell. Returns 0 or -errno. */
int vector_cell(struct vector *v, uint32_t *cell);

void vector_free(struct vector *v);

#endif
