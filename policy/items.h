/* SPDX-License-Identifier: GPL-2.0-only */
/* A rule as items of a bucket: each way in which it can match, once its key does. */
#ifndef POLICY_ITEMS_H
#define POLICY_ITEMS_H

#include "intern.h"
#include "spans.h"

#define ITEMS_PROTOCOLS 6 /* that items can hold for one rule, two each; more are in boxes */

struct items {
	struct spans spans[BIND_DIMENSIONS]; /* of the rule, in each dimension that is not any */
	bool any[BIND_DIMENSIONS];
	bool never; /* no request matches */
	uint16_t protocol[ITEMS_PROTOCOLS];
	size_t protocols; /* 0: any, or in boxes */
	bool protocol_boxed;

	struct bind_item *item; /* made last */
	size_t count, space;
	struct intern boxes; /* of all rules; the first is not used */
};

/* Zeroed before. Returns 0 or -errno, as do the others. */
int items_init(struct items *items);

/* Takes a rule at hand. */
int items_begin(struct items *items, const struct image *image, const struct policy_rule *rule);

/* How many items it makes, filed in this dimension; SIZE_MAX if they are too many for a bucket. */
size_t items_count(const struct items *items, enum bind_dimension filed);

/* Makes them, for the rule with this number. filed BIND_DIMENSIONS: for the common bucket. */
int items_make(struct items *items, enum bind_dimension filed, uint32_t rule);

void items_free(struct items *items);

#endif
