/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroups.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enforcer/host/process.h"
#include "policy/grow.h"

#define ROOT_ID 1 /* of the cgroup that all others are in */

static int control = -1; /* the root's cgroup.subtree_control, to write to */

int cgroups_root(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int err = -ENOENT;

	if (!mounts)
		return -errno;
	while (err && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2") &&
		    (size_t)snprintf(path, size, "%s", mount->mnt_dir) < size)
			err = 0;
	endmntent(mounts);
	return err;
}

/* The id that bpf_get_current_cgroup_id() gives: the cgroup's file handle is nothing else. */
static int cgroup_id(const char *path, uint64_t *id)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(*id)];
	} h = { .handle.handle_bytes = sizeof(*id) };
	int mount;

	if (name_to_handle_at(AT_FDCWD, path, &h.handle, &mount, 0))
		return -errno;
	memcpy(id, h.handle.f_handle, sizeof(*id));
	return 0;
}

int cgroups_open_root(void)
{
	char path[PATH_MAX];
	int err = cgroups_root(path, sizeof(path)), fd;
	uint64_t id = 0;

	if (!err)
		err = cgroup_id(path, &id);
	if (!err && id != ROOT_ID)
		err = -EXDEV;
	if (err)
		return err;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

struct walk {
	/*
	 * What to do with a cgroup: its folder, and its path below the root. Returns 0 or -errno.
	 */
	int (*take)(void *context, const char *folder, const char *name);
	void *context;
	char path[PATH_MAX]; /* of the cgroup's folder */
	size_t root; /* length of the path of the root's folder */
};

static int visit(struct walk *walk);

/* The cgroups in the one that the walk has come to. Of its many files none is looked at. */
static int visit_below(struct walk *walk, DIR *folder)
{
	size_t length = strlen(walk->path), room = sizeof(walk->path) - length;
	struct dirent *entry;
	int err = 0;

	while (!err && (errno = 0, entry = readdir(folder))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if ((size_t)snprintf(walk->path + length, room, "/%s", entry->d_name) < room)
			err = visit(walk);
		else
			err = -ENAMETOOLONG;
		walk->path[length] = '\0';
	}
	return err ? err : -errno;
}

/* A cgroup that is removed while we look is none of ours. */
static int visit(struct walk *walk)
{
	const char *name = walk->path[walk->root] ? walk->path + walk->root : "/";
	int err = walk->take(walk->context, walk->path, name);
	DIR *folder = err ? NULL : opendir(walk->path);

	if (!err && !folder)
		err = -errno;
	if (folder) {
		err = visit_below(walk, folder);
		closedir(folder);
	}
	return err == -ENOENT ? 0 : err;
}

/* From the root, whose folder is the walk's path. */
static int begin(struct walk *walk)
{
	walk->root = strlen(walk->path);
	return visit(walk);
}

/* Where the classes go. */
struct fill {
	int map;
	const struct image *const *images;
};

static struct bind_cgroup classes(const struct fill *fill, const char *name)
{
	struct bind_cgroup cgroup;

	for (int i = 0; i < BIND_PARITIES; i++)
		cgroup.class[i] = fill->images[i] ? image_cgroup_class(fill->images[i], name) :
						    BIND_CGROUP_UNKNOWN;
	return cgroup;
}

/*
 * Writes the cgroup's classes. If it is gone after that, the program on cgroup_rmdir may have been
 * there before, so the entry goes here: a cgroup's folder goes before that program runs.
 */
static int note(void *context, const char *folder, const char *name)
{
	const struct fill *fill = context;
	struct bind_cgroup cgroup = classes(fill, name);
	uint64_t id, again;
	int err = cgroup_id(folder, &id);

	if (err)
		return err;
	if (bpf_map_update_elem(fill->map, &id, &cgroup, BPF_ANY))
		return -errno;
	if (cgroup_id(folder, &again) == -ENOENT)
		bpf_map_delete_elem(fill->map, &id);
	return 0;
}

/*
 * mkdir(2) runs the program on cgroup_mkdir before the folder is to be seen: a cgroup that did not
 * get the class of these images there may not be seen yet. Both happen under the kernel's
 * cgroup_mutex, and this, which changes nothing, waits for it. Where it is not allowed, on a
 * cgroup2 that is mounted read-only or to a user who is not root, one may be missed that is made at this very moment: its binds
 * are denied.
 */
static void wait_for_mkdir(void)
{
	if (control >= 0 && write(control, "\n", 1) != 1)
		errno = 0; /* there is nothing else to do */
}

void cgroups_hold(void)
{
	static bool tried;
	char path[PATH_MAX];
	size_t length;

	if (tried || cgroups_root(path, sizeof(path)))
		return;
	tried = true;
	length = strlen(path);
	if ((size_t)snprintf(path + length, sizeof(path) - length, "/cgroup.subtree_control") <
	    sizeof(path) - length)
		control = open(path, O_WRONLY | O_CLOEXEC);
}

int cgroups_fill(int map, const struct image *const images[BIND_PARITIES])
{
	struct fill fill = { .map = map, .images = images };
	struct walk walk = { .take = note, .context = &fill };
	int err = cgroups_root(walk.path, sizeof(walk.path));

	if (err)
		return err;
	cgroups_hold();
	wait_for_mkdir();
	return begin(&walk);
}

static int list_one(void *context, const char *folder, const char *name)
{
	struct cgroups_list *list = context;
	struct cgroups_path *room, cgroup;
	int err = cgroup_id(folder, &cgroup.id);

	if (err)
		return err;
	room = grow(list->cgroup, list->count, &list->space, sizeof(*room));
	if (!room)
		return -ENOMEM;
	list->cgroup = room;
	cgroup.path = strdup(name);
	if (!cgroup.path)
		return -ENOMEM;
	list->cgroup[list->count++] = cgroup;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct cgroups_path *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

int cgroups_read(struct cgroups_list *list)
{
	struct walk walk = { .take = list_one, .context = list };
	int err = cgroups_root(walk.path, sizeof(walk.path));

	if (!err)
		err = begin(&walk);
	if (list->count)
		qsort(list->cgroup, list->count, sizeof(*list->cgroup), compare_ids);
	return err;
}

const char *cgroups_find(const struct cgroups_list *list, uint64_t id)
{
	struct cgroups_path key = { .id = id }, *found = NULL;

	if (list->count)
		found = bsearch(&key, list->cgroup, list->count, sizeof(key), compare_ids);
	return found ? found->path : NULL;
}

void cgroups_free(struct cgroups_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->cgroup[i].path);
	free(list->cgroup);
	*list = (struct cgroups_list){ 0 };
}

/*
 * Does /proc tell paths that begin at a cgroup of our own? Then the host's root, which is mounted, is
 * above it: "/../..".
 */
static bool is_in_namespace(void)
{
	static int known = -1;
	FILE *mounts = known < 0 ? fopen("/proc/self/mountinfo", "re") : NULL;
	char *line = NULL, above[4];
	size_t size = 0;

	while (mounts && known < 0 && getline(&line, &size, mounts) > 0)
		if (strstr(line, " - cgroup2 ") && sscanf(line, "%*u %*u %*s %3s", above) == 1)
			known = !strcmp(above, "/..");
	free(line);
	if (mounts)
		fclose(mounts);
	return known > 0;
}

/* One that is not in the list has been made since; the list is kept, for a walk takes its time. */
static const char *path_of(uint64_t id)
{
	static struct cgroups_list list;
	const char *path = cgroups_find(&list, id);

	if (path)
		return path;
	cgroups_free(&list);
	return cgroups_read(&list) ? NULL : cgroups_find(&list, id);
}

char *cgroups_of_process(uint32_t pid, uint64_t id)
{
	char *path = process_line(pid, "cgroup", "0::");
	const char *host;

	if (!path || !is_in_namespace())
		return path;
	free(path);
	host = path_of(id);
	return host ? strdup(host) : NULL;
}
