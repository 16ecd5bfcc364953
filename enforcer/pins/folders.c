/* SPDX-License-Identifier: GPL-2.0-only */
#include "folders.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"

static unsigned long folder_number(const char *folder)
{
	char *end;
	unsigned long number = strtoul(folder, &end, 10);

	return *folder >= '1' && *folder <= '9' && !*end ? number : 0;
}

uint32_t folders_program_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

const char *folders_program_name(const char *hook, char *name, size_t size)
{
	snprintf(name, size, "program_%s", hook);
	return name;
}

/* Looking for the folder that a gate leads to. */
struct search {
	const struct gate_hook *hook;
	uint32_t id;
	char *folder;
	int program; /* what was found, open */
};

static int search_folder(void *context, const char *folder)
{
	struct search *search = context;
	char name[48];

	if (!folder_number(folder))
		return 0;
	folders_program_name(search->hook->name, name, sizeof(name));
	search->program = bpffs_get(folder, name);
	if (search->program >= 0 && folders_program_id(search->program) == search->id) {
		snprintf(search->folder, PIN_FOLDER, "%s", folder);
		return 1;
	}
	if (search->program >= 0)
		close(search->program);
	search->program = -1;
	return 0;
}

int folders_find_program(const struct gate_hook *hook, char folder[PIN_FOLDER])
{
	struct search search = { hook, gate_program(hook), folder, -1 };

	if (search.id)
		bpffs_each_folder(search_folder, &search);
	return search.program;
}

int folders_find_first(const struct gate *gate, char folder[PIN_FOLDER])
{
	int program = -1;

	for (size_t i = 0; program < 0 && i < gate->hooks; i++)
		program = folders_find_program(&gate->hook[i], folder);
	return program;
}

bool folders_find(const struct gate *gate, char folder[PIN_FOLDER])
{
	int program = folders_find_first(gate, folder);

	if (program >= 0)
		close(program);
	return program >= 0;
}

bool folders_hold(const char *folder, const struct gate_hook *hook)
{
	char name[48];
	uint32_t id;
	int program;

	folders_program_name(hook->name, name, sizeof(name));
	program = bpffs_get(folder, name);
	if (program < 0)
		return false;
	id = folders_program_id(program);
	close(program);
	return id && id == gate_program(hook);
}

static int highest_number(void *context, const char *folder)
{
	unsigned long *highest = context, number = folder_number(folder);

	if (number > *highest)
		*highest = number;
	return 0;
}

int folders_next(char folder[PIN_FOLDER])
{
	unsigned long number = 0;
	int err = bpffs_each_folder(highest_number, &number);

	snprintf(folder, PIN_FOLDER, "%lu", number + 1);
	return err;
}

struct removal {
	const char *keep;
	int err;
};

static int remove_other(void *context, const char *folder)
{
	struct removal *removal = context;
	int err;

	if (!folder_number(folder) || (removal->keep && !strcmp(folder, removal->keep)))
		return 0;
	err = bpffs_remove_folder(folder);
	if (err)
		removal->err = err;
	return 0;
}

int folders_remove_others(const char *folder)
{
	struct removal removal = { .keep = folder };
	int err = bpffs_each_folder(remove_other, &removal);

	return err ? err : removal.err;
}
