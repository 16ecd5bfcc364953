/* SPDX-License-Identifier: GPL-2.0-only */
#include "vector.h"

#include <string.h>

int vector_init(struct vector *v)
{
	const union bind_cell none = { .word = { 0 } };
	uint32_t first;

	v->cells.size = sizeof(none);
	return intern_add(&v->cells, &none, &first);
}

void vector_clear(struct vector *v)
{
	memset(&v->top, 0, sizeof(v->top));
	memset(v->leaf, 0, sizeof(v->leaf));
	memset(v->changed, 0, sizeof(v->changed));
}

void vector_set(struct vector *v, uint32_t bit, bool on)
{
	uint32_t leaf = bit / BIND_LEAF_RULES, in_leaf = bit % BIND_LEAF_RULES;
	__u64 *word = &v->leaf[leaf].word[in_leaf / 64], mask = 1ULL << (in_leaf % 64);

	*word = on ? *word | mask : *word & ~mask;
	v->changed[leaf] = true;
}

/* Only leaves that changed are looked for anew. A leaf of zeros is cell 0. */
int vector_cell(struct vector *v, uint32_t *cell)
{
	int err = 0;

	if (v->bits <= BIND_LEAF_RULES)
		return intern_add(&v->cells, &v->leaf[0], cell);
	for (size_t i = 0; !err && i < BIND_CELL_LEAVES; i++) {
		if (!v->changed[i])
			continue;
		err = intern_add(&v->cells, &v->leaf[i], &v->top.leaf[i]);
		v->top.full &= ~(1u << i);
		v->top.full |= (v->top.leaf[i] ? 1u : 0) << i;
		v->changed[i] = false;
	}
	if (!err)
		err = intern_add(&v->cells, &v->top, cell);
	return err;
}

void vector_free(struct vector *v)
{
	intern_free(&v->cells);
}
