/* SPDX-License-Identifier: GPL-2.0-only */
#include "builder.h"

#include <errno.h>
#include <string.h>

#include "grow.h"

/* Room for so many more pages, not zeroed. */
static int make_room(struct builder *b, size_t pages)
{
	struct image *image = b->image;
	size_t wanted = image->pages + pages;
	void *grown;

	if (wanted > UINT32_MAX)
		return -E2BIG;
	grown = grow_to(image->page, wanted, &b->page_space, sizeof(*image->page));
	if (!grown)
		return -ENOMEM;
	image->page = grown;
	return 0;
}

int builder_page(struct builder *b, uint32_t *number)
{
	int err = make_room(b, 1);

	if (err)
		return err;
	*number = b->image->pages++;
	memset(&b->image->page[*number], 0, sizeof(*b->image->page));
	return 0;
}

int builder_array(struct builder *b, const void *array, size_t bytes, uint32_t *number)
{
	size_t pages = (bytes + BIND_PAGE_SIZE - 1) / BIND_PAGE_SIZE;
	int err = make_room(b, pages);
	uint8_t *to;

	if (err)
		return err;
	*number = b->image->pages;
	to = b->image->page[*number].bytes;
	if (bytes)
		memcpy(to, array, bytes);
	memset(to + bytes, 0, pages * BIND_PAGE_SIZE - bytes);
	b->image->pages += pages;
	return 0;
}
