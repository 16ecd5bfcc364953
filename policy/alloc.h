/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for reading a policy. Running out of it ends the program, with a message: a policy that
 * is half read is of no use.
 */
#ifndef POLICY_ALLOC_H
#define POLICY_ALLOC_H

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static inline void *alloc_checked(void *memory)
{
	if (!memory)
		err(EX_OSERR, "reading a policy");
	return memory;
}

static inline void *alloc_zeroed(size_t count, size_t size)
{
	return alloc_checked(calloc(count ? count : 1, size));
}

/* A NUL-terminated copy of the first length bytes of text. */
static inline char *alloc_string(const char *text, size_t length)
{
	char *copy = alloc_checked(malloc(length + 1));

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/*
 * Makes room for one more element in an array of count elements that has only ever grown through
 * here. The room doubles whenever it is full, which is when count is 0 or a power of two.
 */
static inline void *alloc_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return alloc_checked(reallocarray(array, count ? count * 2 : 1, size));
}

#endif
