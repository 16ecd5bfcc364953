/* SPDX-License-Identifier: GPL-2.0-only */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

#define FIRST_INDEX 256

static uint32_t hash_of(const struct intern *in, const void *element)
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
static struct intern_slot *find_slot(const struct intern *in, const void *element, uint32_t hash)
{
	size_t at = hash & (in->index_size - 1);

	for (; in->index[at].number; at = (at + 1) & (in->index_size - 1))
		if (in->index[at].hash == hash &&
		    memcmp(in->element + (in->index[at].number - 1) * in->size, element,
			   in->size) == 0)
			break;
	return &in->index[at];
}

/* Puts a slot of a smaller table into one where it has room. */
static void move_slot(struct intern_slot *index, size_t size, struct intern_slot slot)
{
	size_t at = slot.hash & (size - 1);

	while (index[at].number)
		at = (at + 1) & (size - 1);
	index[at] = slot;
}

/* Keeps the hash table at most half full. */
static int grow_index(struct intern *in)
{
	size_t size = in->index_size ? in->index_size * 2 : FIRST_INDEX;
	struct intern_slot *index;

	if (in->count * 2 < in->index_size)
		return 0;
	index = calloc(size, sizeof(*index));
	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < in->index_size; i++)
		if (in->index[i].number)
			move_slot(index, size, in->index[i]);
	free(in->index);
	in->index = index;
	in->index_size = size;
	return 0;
}

int intern_add(struct intern *in, const void *element, uint32_t *number)
{
	uint32_t hash = hash_of(in, element);
	struct intern_slot *slot;
	void *grown;

	if (grow_index(in))
		return -ENOMEM;
	slot = find_slot(in, element, hash);
	if (!slot->number) {
		if (in->count == UINT32_MAX - 1)
			return -E2BIG;
		grown = grow(in->element, in->count, &in->space, in->size);
		if (!grown)
			return -ENOMEM;
		in->element = grown;
		memcpy(in->element + in->count * in->size, element, in->size);
		*slot = (struct intern_slot){ hash, ++in->count };
	}
	*number = slot->number - 1;
	return 0;
}

void intern_free(struct intern *in)
{
	free(in->element);
	free(in->index);
}
