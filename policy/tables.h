/* SPDX-License-Identifier: GPL-2.0-only */
/* Perfect hash tables: every key has one slot, found without a comparison. */
#ifndef POLICY_TABLES_H
#define POLICY_TABLES_H

#include "builder.h"

struct table_entry {
	struct bind_key key;
	uint32_t value; /* not 0 */
};

/*
 * Writes a table of the entries, no two of them with one key, into the image. table->seed is the
 * first seed to be tried. Returns 0 or -errno.
 */
int table_build(struct builder *b, bool is_wide, const struct table_entry *entry, size_t count,
		struct bind_table *table);

#endif
