/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for looking at a policy that is not enforced, nor going to be. Running out of it ends the
 * program, with a message. What a reload comes to may not use it: hooks would go, and nothing be
 * denied.
 */
#ifndef POLICY_ALLOC_H
#define POLICY_ALLOC_H

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "grow.h"

static inline void *alloc_checked(void *memory)
{
	if (!memory)
		err(EX_OSERR, "looking at a policy");
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

/* As grow_doubling(). */
static inline void *alloc_grow(void *array, size_t count, size_t size)
{
	return alloc_checked(grow_doubling(array, count, size));
}

#endif
