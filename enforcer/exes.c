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

#include "complain.h"

/* Splits an absolute path, in place. Returns the last part; folder keeps what is before it. */
static const char *split(char *path, const char **folder)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	*folder = *path ? path : "/";
	return slash + 1;
}

/* The path without symbolic links, allocated; for a file that is not there, that of its folder. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL), *copy, *parent, *joined = NULL;
	const char *folder, *name;

	if (real || errno == ENOMEM)
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
	complain("%s:%u: exe: \"%s\": %s: matches nothing until the policy is loaded again",
		 rule->file, rule->line, path, strerror(error));
}

int exes_resolve(struct policy *policy)
{
	for (size_t i = 0; i < policy->rules; i++) {
		struct policy_rule *rule = &policy->rule[i];

		for (size_t j = 0; j < rule->exe.count; j++) {
			char *path = resolve(rule->exe.string[j]);

			if (!path && errno == ENOMEM)
				return -ENOMEM;
			if (!path) {
				complain_path(rule, rule->exe.string[j], errno);
				continue;
			}
			free(rule->exe.string[j]);
			rule->exe.string[j] = path;
		}
	}
	return 0;
}

/* The number of the mount that the descriptor is in. */
static int mount_number(int fd, int *number)
{
	char path[64], line[128];
	FILE *file;
	int err = -ENOENT;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (err && fgets(line, sizeof(line), file))
		if (sscanf(line, "mnt_id: %d", number) == 1)
			err = 0;
	fclose(file);
	return err;
}

/*
 * The device of the file system as the kernel has it in the super block. stat() may tell another
 * one: overlayfs and btrfs give numbers of their own.
 */
static int mount_device(int fd, uint32_t *device)
{
	unsigned int major, minor;
	int wanted, number, err = mount_number(fd, &wanted);
	FILE *mounts = err ? NULL : fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;

	if (!mounts)
		return err ? err : -errno;
	err = -ENOENT;
	errno = 0;
	while (err && getline(&line, &size, mounts) > 0)
		if (sscanf(line, "%d %*d %u:%u", &number, &major, &minor) == 3 &&
		    number == wanted) {
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
	struct stat status;
	int err, fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	err = fstat(fd, &status) ? -errno : mount_device(fd, &key->device);
	key->folder = status.st_ino;
	close(fd);
	return err;
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
