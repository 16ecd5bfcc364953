/* SPDX-License-Identifier: GPL-2.0-only */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

#define FIRST_INDEX 256

static uint64_t hash(const struct intern *in, const void *element)
{
	uint64_t hash = 0xcbf29ce484222325u, word;

	for (size_t i = 0; i < in->size; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)element + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the element in the hash table: its own, or the free one where it belongs. */
static uint32_t *find_slot(struct intern *in, const void *element)
{
	size_t at = hash(in, element) & (in->index_size - 1);

	while (in->index[at] &&
	       memcmp(in->element + (in->index[at] - 1) * in->size, element, in->size) != 0)
		at = (at + 1) & (in->index_size - 1);
	return &in->index[at];
}

/* Keeps the hash table at most half full. */
static int grow_index(struct intern *in)
{
	if (in->count * 2 < in->index_size)
		return 0;
	free(in->index);
	in->index_size = in->index_size ? in->index_size * 2 : FIRST_INDEX;
	in->index = calloc(in->index_size, sizeof(*in->index));
	if (!in->index)
		return -ENOMEM;
	for (size_t i = 0; i < in->count; i++)
		*find_slot(in, in->element + i * in->size) = i + 1;
	return 0;
}

int intern_add(struct intern *in, const void *element, uint32_t *number)
{
	uint32_t *slot;
	void *grown;

	if (grow_index(in))
		return -ENOMEM;
	slot = find_slot(in, element);
	if (!*slot) {
		if (in->count == UINT32_MAX - 1)
			return -E2BIG;
		grown = grow(in->element, in->count, &in->space, in->size);
		if (!grown)
			return -ENOMEM;
		in->element = grown;
		memcpy(in->element + in->count * in->size, element, in->size);
		*slot = ++in->count;
	}
	*number = *slot - 1;
	return 0;
}

void intern_free(struct intern *in)
{
	free(in->element);
	free(in->index);
}
