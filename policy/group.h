/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings of a group, each with the function that knows it. */
#ifndef POLICY_GROUP_H
#define POLICY_GROUP_H

#include "messages.h"
#include "setting.h"

/* What can be set in a group, and how its value is read. A table ends with a NULL name. */
struct group_known {
	const char *name;
	void (*read)(const struct source *source, const struct setting *setting, void *into);
};

/* Reads every setting of the group, and reports those that are not in the table. */
void group_read(const struct source *source, const struct group_known *table,
		const struct setting *group, void *into);

#define group_complain(source, setting, ...) \
	messages_about(source, (setting)->name, (setting)->line, __VA_ARGS__)

#endif
