/* SPDX-License-Identifier: GPL-2.0-only */
/* An image under construction: its pages, and the arrays that are written into them. */
#ifndef POLICY_BUILDER_H
#define POLICY_BUILDER_H

#include "compile.h"

struct builder {
	const struct policy *policy;
	int64_t now; /* rules that have expired by then are left out */
	struct image *image;
	size_t page_space;
};

static inline struct bind_image_header *builder_header(const struct builder *b)
{
	return &b->image->page[0].header;
}

static inline bool builder_skips(const struct builder *b, const struct policy_rule *rule)
{
	return rule->expires && rule->expires <= b->now;
}

/* Both return 0 or -errno. */

/* A new page, zeroed; its number in *number. The image's pages may move. */
int builder_page(struct builder *b, uint32_t *number);

/* The array as pages of its own, the number of the first in *number. Elements divide a page. */
int builder_array(struct builder *b, const void *array, size_t bytes, uint32_t *number);

#endif
