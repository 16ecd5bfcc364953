/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroups.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_DIRECTORIES 16

int cgroups_root(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int err = -ENOENT;

	while (mounts && err && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2") &&
		    (size_t)snprintf(path, size, "%s", mount->mnt_dir) < size)
			err = 0;
	if (mounts)
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

/* nftw() hands nothing through to its callback. */
static struct {
	int map;
	const struct image *image;
	size_t root_length;
	int err;
} scan;

static int visit(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	const char *name = path + scan.root_length;
	uint32_t class;
	uint64_t id;

	(void)status;
	(void)ftw;
	if (type != FTW_D)
		return 0;
	scan.err = cgroup_id(path, &id);
	/* Removed while we looked. */
	if (scan.err == -ENOENT)
		return scan.err = 0;
	class = image_cgroup_class(scan.image, *name ? name : "/");
	if (!scan.err && bpf_map_update_elem(scan.map, &id, &class, BPF_ANY))
		scan.err = -errno;
	return scan.err;
}

int cgroups_fill(int map, const struct image *image)
{
	char root[4096];
	int err = cgroups_root(root, sizeof(root));

	if (err)
		return err;
	scan.map = map;
	scan.image = image;
	scan.root_length = strlen(root);
	scan.err = 0;
	if (nftw(root, visit, OPEN_DIRECTORIES, FTW_PHYS | FTW_MOUNT) < 0 && !scan.err)
		return -errno;
	return scan.err;
}
