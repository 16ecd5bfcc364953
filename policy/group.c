/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "group.h"
#include "suggest.h"

static void complain_unknown(const struct source *source, const struct group_known *table,
			     const struct setting *setting)
{
	struct suggest suggest = { .word = setting->name };
	char list[256] = "";
	size_t used = 0;

	for (const struct group_known *known = table; known->name; known++) {
		suggest_try(&suggest, known->name);
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", known->name);
	}
	if (suggest.best)
		group_complain(source, setting, "unknown setting, did you mean \"%s\"?",
			       suggest.best);
	else
		group_complain(source, setting, "unknown setting, expected one of %s", list);
}

/* libconfig refuses a name that comes twice, but the tree is not trusted to be libconfig's. */
void group_read(const struct source *source, const struct group_known *table,
		const struct setting *group, void *into)
{
	const struct group_known *known;
	uint32_t seen = 0, bit;

	for (const struct setting *setting = group->first; setting; setting = setting->next) {
		for (known = table; known->name; known++)
			if (strcmp(known->name, setting->name) == 0)
				break;
		bit = UINT32_C(1) << (known - table);
		if (!known->name)
			complain_unknown(source, table, setting);
		else if (seen & bit)
			group_complain(source, setting, "given twice, expected once");
		else
			known->read(source, setting, into);
		seen |= bit;
	}
}
