/* SPDX-License-Identifier: GPL-2.0-only */
#include "metricsfile.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* node_exporter reads *.prom only. */
#define NEW_END ".new"

int metricsfile_open(struct metricsfile *file, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *copy = strdup(path);
	int err = copy ? 0 : -ENOMEM;

	*file = (struct metricsfile){ .path = path,
				      .name = slash ? slash + 1 : path,
				      .folder = -1 };
	if (!err && asprintf(&file->new_name, "%s" NEW_END, file->name) < 0) {
		file->new_name = NULL;
		err = -ENOMEM;
	}
	if (!err && !*file->name)
		err = -EISDIR;
	if (!err)
		file->folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err && file->folder < 0)
		err = -errno;
	free(copy);
	return err;
}

static int write_all(int fd, const char *text, size_t length)
{
	ssize_t written;

	for (; length; text += written, length -= written) {
		written = write(fd, text, length);
		if (written < 0)
			return -errno;
	}
	/* Whatever the mask of the process is: the reader is another user. */
	return fchmod(fd, 0644) ? -errno : 0;
}

int metricsfile_write(const struct metricsfile *file, const char *text, size_t length)
{
	int fd, err;

	/* What is left of one that was killed, or what somebody else has put there. */
	if (unlinkat(file->folder, file->new_name, 0) && errno != ENOENT)
		return -errno;
	fd = openat(file->folder, file->new_name, METRICSFILE_FLAGS, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, length);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(file->folder, file->new_name, file->folder, file->name))
		err = -errno;
	if (err)
		unlinkat(file->folder, file->new_name, 0);
	return err;
}

void metricsfile_close(struct metricsfile *file)
{
	if (file->path && file->folder >= 0)
		close(file->folder);
	free(file->new_name);
	*file = (struct metricsfile){ 0 };
}
