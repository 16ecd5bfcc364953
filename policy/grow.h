/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef POLICY_GROW_H
#define POLICY_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Room for one more element, doubling. Returns the array, moved or not, or NULL. */
static inline void *grow(void *array, size_t used, size_t *space, size_t size)
{
	size_t wanted = *space ? *space * 2 : 64;

	if (used < *space)
		return array;
	array = reallocarray(array, wanted, size);
	if (array)
		*space = wanted;
	return array;
}

#endif
