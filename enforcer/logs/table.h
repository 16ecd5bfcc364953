/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of things by their keys, which are texts: for what is counted while logs are read. */
#ifndef ENFORCER_TABLE_H
#define ENFORCER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	struct table_entry {
		char *key;
		void *value; /* zeroed at first */
		uint64_t hash;
	} * entry; /* in the order in which they came */
	size_t count;
	uint32_t *slot; /* 1 + an entry's index, or 0; a power of two of them, half of them free */
	size_t slots;
	size_t size; /* of a value */
	size_t most; /* entries that there may be */
	uint64_t seed;
};

/* An empty one of values of this size, and at most so many. */
void table_init(struct table *table, size_t size, size_t most);

/*
 * The value of the key, which is copied if it is new. NULL if it is and there may be no more.
 * Running out of memory ends the program, as policy/alloc.h says.
 */
void *table_get(struct table *table, const char *key);

/* Puts the entries into the order of their keys. After that nothing new may be got. */
void table_sort(struct table *table);

/* Takes a zeroed table too. What values point to is the caller's. */
void table_free(struct table *table);

#endif
