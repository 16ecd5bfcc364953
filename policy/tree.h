/* SPDX-License-Identifier: GPL-2.0-only */
/* From the records of the child to a tree of settings. */
#ifndef POLICY_TREE_H
#define POLICY_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "setting.h"

/* What libconfig says about a text that it cannot read. */
struct tree_error {
	unsigned int line;
	char text[64];
	bool out_of_memory;
};

/*
 * Returns the root group of the records, to be freed with setting_free(). Returns NULL if they are
 * a syntax error, which goes to error, or not the records of a whole tree: then error's text is
 * empty. Or memory is out, which error says too. The bytes may be anything.
 */
struct setting *tree_build(const void *records, size_t length, struct tree_error *error);

#endif
