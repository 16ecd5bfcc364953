/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef POLICY_GROW_H
#define POLICY_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Room for so many elements, at least one, doubling. Returns the array, moved or not, or NULL. */
static inline void *grow_to(void *array, size_t wanted, size_t *space, size_t size)
{
	size_t room = *space ? *space : 64;

	if (wanted <= *space)
		return array;
	while (room < wanted)
		room *= 2;
	array = reallocarray(array, room, size);
	if (array)
		*space = room;
	return array;
}

/* Room for one more element. */
static inline void *grow(void *array, size_t used, size_t *space, size_t size)
{
	return grow_to(array, used + 1, space, size);
}

/*
 * Room for one more in an array of so many elements that has only ever grown through here: it
 * doubles when it is full, which is when count is 0 or a power of two. Returns the array, moved or
 * not, or NULL.
 */
static inline void *grow_doubling(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}

#endif
