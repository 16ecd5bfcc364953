/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "setting.h"

size_t setting_count(const struct setting *setting)
{
	size_t count = 0;

	for (const struct setting *child = setting->first; child; child = child->next)
		count++;
	return count;
}

const struct setting *setting_find(const struct setting *group, const char *name)
{
	for (const struct setting *child = group->first; child; child = child->next)
		if (strcmp(child->name, name) == 0)
			return child;
	return NULL;
}

const char *setting_type_name(const struct setting *setting)
{
	static const char *const names[SETTING_TYPES] = {
		[SETTING_GROUP] = "a group",   [SETTING_ARRAY] = "an array",
		[SETTING_LIST] = "a list",     [SETTING_INTEGER] = "a number",
		[SETTING_FLOAT] = "a float",   [SETTING_BOOLEAN] = "a boolean",
		[SETTING_STRING] = "a string",
	};

	return names[setting->type];
}

/* They are one piece of memory, which begins with the root: tree.c. */
void setting_free(struct setting *root)
{
	free(root);
}
