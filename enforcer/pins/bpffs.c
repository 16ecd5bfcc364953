/* SPDX-License-Identifier: GPL-2.0-only */
#include "bpffs.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPFFS_MAGIC 0xcafe4a11

bool bpffs_mounted(void)
{
	struct statfs fs;

	return !statfs(BPFFS, &fs) && fs.f_type == BPFFS_MAGIC;
}

int bpffs_make_home(void)
{
	struct stat home;

	if (!bpffs_mounted())
		return -ENODEV;
	if (mkdir(BPFFS_HOME, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(BPFFS_HOME, &home))
		return -errno;
	if (!S_ISDIR(home.st_mode) || home.st_uid != geteuid())
		return -EACCES;
	if (home.st_mode & 077 && chmod(BPFFS_HOME, 0700))
		return -errno;
	return 0;
}

int bpffs_prepare(void)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (!bpffs_mounted() && mount("bpf", BPFFS, "bpf", flags, "mode=0700"))
		return -errno;
	return bpffs_make_home();
}

int bpffs_lock(void)
{
	int fd = open(BPFFS_HOME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

bool bpffs_locked(void)
{
	int fd = bpffs_lock();

	if (fd >= 0)
		close(fd);
	return fd == -EWOULDBLOCK;
}

char *bpffs_path(char path[BPFFS_PATH], const char *folder, const char *name)
{
	snprintf(path, BPFFS_PATH, name ? "%s/%s/%s" : "%s/%s", BPFFS_HOME, folder, name);
	return path;
}

int bpffs_get(const char *folder, const char *name)
{
	char path[BPFFS_PATH];
	int fd = bpf_obj_get(bpffs_path(path, folder, name));

	return fd < 0 ? -errno : fd;
}

int bpffs_pin(int fd, const char *folder, const char *name)
{
	char path[BPFFS_PATH];

	return bpf_obj_pin(fd, bpffs_path(path, folder, name)) ? -errno : 0;
}

int bpffs_rename_folder(const char *from, const char *to)
{
	char old[BPFFS_PATH], new[BPFFS_PATH];

	return rename(bpffs_path(old, from, NULL), bpffs_path(new, to, NULL)) ? -errno : 0;
}

int bpffs_make_folder(const char *folder)
{
	char path[BPFFS_PATH];

	return mkdir(bpffs_path(path, folder, NULL), 0700) ? -errno : 0;
}

static bool is_self_or_parent(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

int bpffs_remove_folder(const char *folder)
{
	char path[BPFFS_PATH];
	DIR *pins = opendir(bpffs_path(path, folder, NULL));
	struct dirent *entry;
	int err = 0;

	if (!pins)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(pins)))
		if (!is_self_or_parent(entry->d_name) && unlinkat(dirfd(pins), entry->d_name, 0))
			err = -errno;
	closedir(pins);
	return rmdir(path) ? (err ? err : -errno) : 0;
}

int bpffs_each_folder(int (*visit)(void *context, const char *folder), void *context)
{
	DIR *home = opendir(BPFFS_HOME);
	struct dirent *entry;
	int result = 0;

	if (!home)
		return -errno;
	while (!result && (entry = readdir(home)))
		if (!is_self_or_parent(entry->d_name))
			result = visit(context, entry->d_name);
	closedir(home);
	return result;
}
