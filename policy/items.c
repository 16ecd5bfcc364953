/* SPDX-License-Identifier: GPL-2.0-only */
#include "items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"

#define HIGHEST (~(wide)0)

int items_init(struct items *items)
{
	const struct bind_box none = { 0 };
	uint32_t first;

	items->boxes.size = sizeof(none);
	return intern_add(&items->boxes, &none, &first);
}

/* Few numbers that an item can hold go there, in pairs; otherwise protocol is a side of boxes. */
static void list_protocols(struct items *items)
{
	const struct spans *s = &items->spans[BIND_DIM_PROTOCOL];

	items->protocols = 0;
	items->protocol_boxed = false;
	if (items->any[BIND_DIM_PROTOCOL])
		return;
	for (size_t i = 0; i < s->count; i++) {
		wide many = s->span[i].high - s->span[i].low + 1;

		if (s->span[i].high > UINT16_MAX || items->protocols + many > ITEMS_PROTOCOLS) {
			items->protocols = 0;
			items->protocol_boxed = true;
			return;
		}
		for (wide p = s->span[i].low; p <= s->span[i].high; p++)
			items->protocol[items->protocols++] = p;
	}
}

int items_begin(struct items *items, const struct image *image, const struct policy_rule *rule)
{
	int err = 0;

	items->never = false;
	for (int d = 0; !err && d < BIND_DIMENSIONS; d++) {
		items->any[d] = spans_any(rule, d);
		if (items->any[d])
			continue;
		err = spans_of(image, rule, d, &items->spans[d]);
		if (!items->spans[d].count)
			items->never = true;
	}
	list_protocols(items);
	return err;
}

/* Is this dimension a side of the boxes of items that are filed in another one? */
static bool is_boxed(const struct items *items, enum bind_dimension dimension,
		     enum bind_dimension filed)
{
	if (dimension == filed || items->any[dimension] || dimension == BIND_DIM_PORT)
		return false;
	return dimension != BIND_DIM_PROTOCOL || items->protocol_boxed;
}

static bool has_ports(const struct items *items, enum bind_dimension filed)
{
	return filed != BIND_DIM_PORT && !items->any[BIND_DIM_PORT];
}

size_t items_count(const struct items *items, enum bind_dimension filed)
{
	size_t count = items->protocols ? (items->protocols + 1) / 2 : 1;

	if (has_ports(items, filed)) {
		if (items->spans[BIND_DIM_PORT].count > BIND_BUCKET_ITEMS)
			return SIZE_MAX;
		count *= items->spans[BIND_DIM_PORT].count;
	}
	for (int d = 0; d < BIND_DIMENSIONS; d++) {
		if (!is_boxed(items, d, filed))
			continue;
		if (items->spans[d].count > BIND_BUCKET_ITEMS)
			return SIZE_MAX;
		count *= items->spans[d].count;
		if (count > BIND_BUCKET_ITEMS)
			return SIZE_MAX;
	}
	return count <= BIND_BUCKET_ITEMS ? count : SIZE_MAX;
}

static int add(struct items *items, const struct bind_item *item)
{
	void *grown = grow(items->item, items->count, &items->space, sizeof(*items->item));

	if (!grown)
		return -ENOMEM;
	items->item = grown;
	items->item[items->count++] = *item;
	return 0;
}

/* An item for every span of ports. */
static int add_ports(struct items *items, enum bind_dimension filed, struct bind_item item)
{
	const struct spans *s = &items->spans[BIND_DIM_PORT];
	int err = 0;

	if (!has_ports(items, filed)) {
		item.any_port = 1;
		return add(items, &item);
	}
	for (size_t i = 0; !err && i < s->count; i++) {
		item.port_low = s->span[i].low;
		item.port_high = s->span[i].high;
		err = add(items, &item);
	}
	return err;
}

/* And for every two protocols. */
static int add_protocols(struct items *items, enum bind_dimension filed, struct bind_item item)
{
	int err = 0;

	item.any_protocol = !items->protocols;
	if (item.any_protocol)
		return add_ports(items, filed, item);
	for (size_t i = 0; !err && i < items->protocols; i += 2) {
		bool alone = i + 1 == items->protocols;

		item.protocol[0] = items->protocol[i];
		item.protocol[1] = items->protocol[alone ? i : i + 1];
		err = add_ports(items, filed, item);
	}
	return err;
}

static void set_side(struct bind_box *box, enum bind_dimension dimension, wide low, wide high)
{
	if (dimension < BIND_NARROW_DIMENSIONS) {
		box->low[dimension] = low;
		box->high[dimension] = high < UINT32_MAX ? high : UINT32_MAX;
		return;
	}
	box->wide_low[dimension - BIND_NARROW_DIMENSIONS] = spans_bind_key(low, dimension);
	box->wide_high[dimension - BIND_NARROW_DIMENSIONS] = spans_bind_key(high, dimension);
}

/* And for every box: every choice of one span in each boxed dimension, counted up like digits. */
int items_make(struct items *items, enum bind_dimension filed, uint32_t rule)
{
	size_t choice[BIND_DIMENSIONS] = { 0 };
	bool boxed = false, more = true;
	int err = 0;

	items->count = 0;
	while (!err && more) {
		struct bind_item item = { .rule = rule };
		struct bind_box box = { 0 };

		more = false;
		for (int d = 0; d < BIND_DIMENSIONS; d++) {
			const struct span *span;

			if (!is_boxed(items, d, filed)) {
				set_side(&box, d, 0, HIGHEST);
				continue;
			}
			boxed = true;
			span = &items->spans[d].span[choice[d]];
			set_side(&box, d, span->low, span->high);
			if (!more) {
				choice[d] = (choice[d] + 1) % items->spans[d].count;
				more = choice[d] != 0;
			}
		}
		if (boxed)
			err = intern_add(&items->boxes, &box, &item.box);
		if (!err)
			err = add_protocols(items, filed, item);
	}
	return err;
}

void items_free(struct items *items)
{
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		spans_free(&items->spans[d]);
	intern_free(&items->boxes);
	free(items->item);
}
