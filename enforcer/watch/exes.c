/* SPDX-License-Identifier: GPL-2.0-only */
#include "exes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enforcer/complain.h"

/* Splits an absolute path, in place. Returns the last part; folder keeps what is before it. */
static const char *split(char *path, const char **folder)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	*folder = *path ? path : "/";
	return slash + 1;
}

/*
 * The path without symbolic links, allocated; for a file that is not there, that of its folder. Not
 * for one in a folder that we may not look into: it may be a link.
 */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL), *copy, *parent, *joined = NULL;
	const char *folder, *name;

	if (real || errno == ENOMEM || errno == EACCES)
		return real;
	copy = strdup(path);
	if (!copy)
		return NULL;
	name = split(copy, &folder);
	parent = realpath(folder, NULL);
	if (parent && asprintf(&joined, "%s/%s", strcmp(parent, "/") ? parent : "", name) < 0)
		joined = NULL;
	free(parent);
	free(copy);
	return joined;
}

static void complain_path(const struct policy_rule *rule, const char *path, int error)
{
	complain("%s:%u: exe: \"%s\": %s: %s", rule->file, rule->line, path, strerror(error),
		 error == EACCES ? "to look into its folder takes CAP_DAC_READ_SEARCH" :
				   "matches nothing until the policy is loaded again");
}

int exes_resolve(struct policy *policy)
{
	int err = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		struct policy_rule *rule = &policy->rule[i];

		for (size_t j = 0; j < rule->exe.count; j++) {
			char *path = resolve(rule->exe.string[j]);

			if (!path && errno == ENOMEM)
				return -ENOMEM;
			if (!path) {
				err = errno == EACCES ? -EACCES : err;
				complain_path(rule, rule->exe.string[j], errno);
				continue;
			}
			free(rule->exe.string[j]);
			rule->exe.string[j] = path;
		}
	}
	return err;
}

/*
 * The device of the file system as the kernel has it in the super block. stat() may tell another
 * one: overlayfs and btrfs give numbers of their own.
 */
static int mount_device(uint64_t mount, uint32_t *device)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	unsigned int major, minor, number;
	int err = -ENOENT;
	char *line = NULL;
	size_t size = 0;

	if (!mounts)
		return -errno;
	errno = 0;
	while (err && getline(&line, &size, mounts) > 0)
		if (sscanf(line, "%u %*u %u:%u", &number, &major, &minor) == 3 && number == mount) {
			*device = major << 20 | minor;
			err = 0;
		}
	if (err && errno)
		err = -errno;
	free(line);
	fclose(mounts);
	return err;
}

static int folder_key(const char *folder, struct bind_exe *key)
{
	struct statx status;

	if (statx(AT_FDCWD, folder, 0, STATX_TYPE | STATX_INO | STATX_MNT_ID, &status))
		return -errno;
	if (!S_ISDIR(status.stx_mode))
		return -ENOTDIR;
	key->folder = status.stx_ino;
	return mount_device(status.stx_mnt_id, &key->device);
}

int exes_key(const char *path, struct bind_exe *key)
{
	char *copy = strdup(path);
	const char *folder, *name;
	int err = -ENOMEM;

	*key = (struct bind_exe){ 0 };
	if (!copy)
		return err;
	name = split(copy, &folder);
	err = strlen(name) < BIND_EXE_NAME_LEN ? folder_key(folder, key) : -ENAMETOOLONG;
	if (!err)
		strcpy(key->name, name);
	free(copy);
	return err;
}

/* Adds one; a folder that is not there has been told, and has no key. */
static int fill_one(int map, const char *path, uint32_t class)
{
	struct bind_exe key;
	int err = exes_key(path, &key);

	if (!err && bpf_map_update_elem(map, &key, &class, BPF_ANY))
		err = -errno;
	return err == -ENOENT || err == -ENOTDIR ? 0 : err;
}

int exes_fill(int map, const struct image *image)
{
	int err = 0;

	for (size_t i = 0; !err && i < image->exes; i++)
		err = fill_one(map, image->exe[i], i + 1);
	if (!err && bpf_map_freeze(map))
		err = -errno;
	return err;
}
