/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays in which equal elements are one element. */
#ifndef POLICY_INTERN_H
#define POLICY_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern_slot {
	uint32_t hash; /* a part of it, which tells most elements apart */
	uint32_t number; /* the element's + 1; 0: free */
};

struct intern {
	size_t size; /* of an element, a multiple of 8; set by the owner, the rest zeroed */
	uint8_t *element;
	size_t count, space;
	struct intern_slot *index; /* hash table; a power of two long */
	size_t index_size;
};

/* The number of the element, new or known. The first is 0. Returns 0 or -errno. */
int intern_add(struct intern *in, const void *element, uint32_t *number);

void intern_free(struct intern *in);

#endif
