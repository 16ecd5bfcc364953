/* SPDX-License-Identifier: GPL-2.0-only */
#include "trust.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "enforcer/complain.h"

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
	    !(on_the_way && S_ISDIR(status.st_mode) && status.st_mode & S_ISVTX)) {
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
