/* SPDX-License-Identifier: GPL-2.0-only */
#include "guard.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bpf/event.h"
#include "bpf/guard.h"
#include "bpffs.h"
#include "enforcer/host/libbpf.h"
#include "enforcer/watch/exes.h"

#include "guard.skel.h"

/* Where the guard is; and where it is made, and stays until the one before is removed. */
#define FOLDER "guard"
#define FOLDER_NEW "guard_new"

static const char *const names[] = { "unlink", "rmdir", "rename", "umount", "map", "command" };

#define LINKS (sizeof(names) / sizeof(names[0]))

static struct guard *guard; /* NULL: there is none */
static bool settled;

static int find_exe(struct bind_exe *exe)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return -errno;
	path[length] = '\0';
	return exes_key(path, exe);
}

static int configure(void)
{
	struct guard__rodata *rodata = guard->rodata;
	struct stat home, host;
	struct bind_exe exe;
	int err = find_exe(&exe);

	if (err)
		return err;
	if (stat(BPFFS_HOME, &home) || stat("/proc/1/ns/mnt", &host))
		return -errno;
	_Static_assert(sizeof(rodata->guard_exe) == sizeof(exe), "the same bytes");
	memcpy((void *)rodata->guard_exe, &exe, sizeof(exe));
	rodata->guard_device = major(home.st_dev) << 20 | minor(home.st_dev);
	rodata->guard_home = home.st_ino;
	rodata->guard_mount_namespace = host.st_ino;
	return 0;
}

int guard_open(void)
{
	struct bpf_map *map;
	int err;

	libbpf_hush();
	guard = guard__open();
	if (!guard)
		return -errno;
	err = configure();
	if (!err)
		err = guard__load(guard);
	bpf_object__for_each_map(map, guard->obj)
		if (!err)
			err = guard_add(bpf_map__fd(map));
	if (err)
		guard_close();
	return err;
}

/* --- What is guarded */

/* Which object it is. Returns false if it needs no guard. */
static bool identify(int fd, struct guard_object *object)
{
	/* Type and id come first in that of a map and of a link, too. */
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return false;
	if (!strcmp(target, "anon_inode:bpf-map"))
		object->kind = GUARD_MAP;
	else if (!strncmp(target, "anon_inode:bpf_link", 19) ||
		 !strncmp(target, "anon_inode:bpf-link", 19))
		object->kind = GUARD_LINK;
	else
		return false;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return false;
	object->id = info.id;
	return true;
}

int guard_add(int fd)
{
	struct guard_object object;
	uint32_t value = 1;

	if (!guard || fd < 0 || !identify(fd, &object))
		return 0;
	return bpf_map_update_elem(bpf_map__fd(guard->maps.guarded), &object, &value, BPF_ANY) ?
		       -errno :
		       0;
}

void guard_drop(int fd)
{
	struct guard_object object;

	if (guard && fd >= 0 && identify(fd, &object))
		bpf_map_delete_elem(bpf_map__fd(guard->maps.guarded), &object);
}

/* --- Attached and pinned */

static int attach_one(const char *name, const struct bpf_program *program, struct bpf_link **link)
{
	int err;

	*link = bpf_program__attach(program);
	if (!*link)
		return -errno;
	err = guard_add(bpf_link__fd(*link));
	return err ? err : bpffs_pin(bpf_link__fd(*link), FOLDER_NEW, name);
}

/* The links of the skeleton, in the order of the names. */
static void list_links(struct bpf_link **links[LINKS])
{
	struct bpf_link **const order[LINKS] = {
		&guard->links.guard_unlink, &guard->links.guard_rmdir, &guard->links.guard_rename,
		&guard->links.guard_umount, &guard->links.guard_map,   &guard->links.guard_command,
	};

	memcpy(links, order, sizeof(order));
}

int guard_attach(void)
{
	struct bpf_link **links[LINKS];
	int err;

	if (!guard)
		return 0;
	const struct bpf_program *const programs[LINKS] = {
		guard->progs.guard_unlink, guard->progs.guard_rmdir, guard->progs.guard_rename,
		guard->progs.guard_umount, guard->progs.guard_map,   guard->progs.guard_command,
	};

	list_links(links);
	err = bpffs_make_folder(FOLDER_NEW);
	for (size_t i = 0; !err && i < LINKS; i++)
		err = attach_one(names[i], programs[i], links[i]);
	return err;
}

int guard_settle(int (*visit)(void *context, const char *folder, const char *name, int fd),
		 void *context)
{
	struct bpf_link **links[LINKS];
	int err;

	if (!guard)
		return bpffs_remove_folder(FOLDER);
	settled = true;
	err = bpffs_remove_folder(FOLDER);
	if (!err)
		err = bpffs_rename_folder(FOLDER_NEW, FOLDER);
	list_links(links);
	for (size_t i = 0; !err && i < LINKS; i++)
		err = visit(context, FOLDER, names[i], bpf_link__fd(*links[i]));
	return err;
}

void guard_close(void)
{
	if (!guard)
		return;
	guard__destroy(guard);
	guard = NULL;
	if (!settled)
		bpffs_remove_folder(FOLDER_NEW);
}

bool guard_is_on(void)
{
	for (size_t i = 0; i < LINKS; i++) {
		int link = bpffs_get(FOLDER, names[i]);

		if (link < 0)
			return false;
		close(link);
	}
	return true;
}

int guard_recover(void)
{
	return bpffs_remove_folder(FOLDER_NEW);
}

int guard_remove(void)
{
	int err = bpffs_remove_folder(FOLDER), err_new = guard_recover();

	return err ? err : err_new;
}
