/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "grow.h"
#include "lines.h"

bool lines_add(struct lines *lines, unsigned int line, const char *file, unsigned int file_line)
{
	struct lines_part *grown = grow_doubling(lines->part, lines->count, sizeof(*grown));

	if (!grown)
		return false;
	lines->part = grown;
	lines->part[lines->count++] = (struct lines_part){ line, { file, file_line } };
	return true;
}

struct lines_place lines_find(const struct lines *lines, unsigned int line)
{
	size_t first = 0, end = lines->count, middle;
	struct lines_place place;

	while (end - first > 1) {
		middle = first + (end - first) / 2;
		if (lines->part[middle].line <= line)
			first = middle;
		else
			end = middle;
	}
	place = lines->part[first].place;
	place.line += line - lines->part[first].line;
	return place;
}

void lines_free(struct lines *lines)
{
	free(lines->part);
	*lines = (struct lines){ 0 };
}
