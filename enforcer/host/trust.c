/* SPDX-License-Identifier: GPL-2.0-only */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "enforcer/complain.h"

/*
 * Is it a file system, or a part of one, that somebody has mounted just there, and read-only? Not so what
 * is only somewhere below such a mount, as all is for a service whose root is read-only.
 */
static bool is_read_only_mount(const char *folder)
{
	struct statvfs system;
	struct statx status;

	return !statvfs(folder, &system) && system.f_flag & ST_RDONLY &&
	       !statx(AT_FDCWD, folder, 0, STATX_BASIC_STATS, &status) &&
	       status.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/*
 * In a sticky folder others can add files, but not replace what is root's; that is good enough for
 * a folder on the way, such as /tmp, and not for the policy's own.
 */
static int check_one(const char *path, bool on_the_way)
{
	struct stat status;

	if (stat(path, &status)) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	if (status.st_uid != 0) {
		complain("%s: belongs to uid %u, which could change the policy: chown root it",
			 path, status.st_uid);
		return -1;
	}
	if (status.st_mode & (S_IWGRP | S_IWOTH) &&
	    !(on_the_way && S_ISDIR(status.st_mode) && status.st_mode & S_ISVTX) &&
	    !(S_ISDIR(status.st_mode) && is_read_only_mount(path))) {
		complain("%s: others than root may write to it, and could change the policy: "
			 "chmod go-w it",
			 path);
		return -1;
	}
	return 0;
}

int trust_check(const char *path)
{
	char *real = realpath(path, NULL), *slash;
	int err = 0;

	if (!real) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	for (int level = 0; !err; level++) {
		err = check_one(real, level > 1);
		if (!strcmp(real, "/"))
			break;
		slash = strrchr(real, '/');
		slash[slash == real] = '\0';
	}
	free(real);
	return err;
}
