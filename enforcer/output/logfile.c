/* SPDX-License-Identifier: GPL-2.0-only */
#include "logfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the next file is called until it is the first: it is there before any other is moved. */
#define UPCOMING ".new"
#define NAME_SIZE (NAME_MAX + 1)

/* Without symbolic links, and without waiting for who reads a pipe. Returns it, or -errno. */
static int open_in(int folder, const char *name)
{
	int fd = openat(folder, name, LOGFILE_FLAGS, 0600), err = fd < 0 ? -errno : 0;
	struct stat status;

	if (err)
		return err == -ENXIO ? -EMEDIUMTYPE : err;
	if (fstat(fd, &status))
		err = -errno;
	else if (!S_ISREG(status.st_mode))
		err = -EMEDIUMTYPE;
	/* Not every file system has locks. */
	else if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		err = -EWOULDBLOCK;
	if (err)
		close(fd);
	return err ? err : fd;
}

static int open_folder(const char *path, const char *name)
{
	char *folder = name == path ? strdup(".") : strndup(path, name - path);
	int fd = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int err = errno;

	free(folder);
	return fd < 0 ? -err : fd;
}

int logfile_open(struct logfile *file, const char *path, uint64_t limit, unsigned int keep)
{
	const char *slash = strrchr(path, '/');
	int fd;

	*file = (struct logfile){ .path = path, .limit = limit, .due = limit, .keep = keep };
	file->name = slash ? slash + 1 : path;
	file->fd = -1;
	file->folder = open_folder(path, file->name);
	if (file->folder < 0)
		return file->folder;
	fd = open_in(file->folder, file->name);
	if (fd < 0)
		logfile_close(file);
	file->fd = fd;
	return fd < 0 ? fd : 0;
}

void logfile_standard(struct logfile *file)
{
	*file = (struct logfile){ .folder = -1, .fd = STDOUT_FILENO };
}

bool logfile_can_move(const struct logfile *file)
{
	return !faccessat(file->folder, ".", W_OK | X_OK, AT_EACCESS);
}

static void replace(struct logfile *file, int fd)
{
	close(file->fd);
	file->fd = fd;
	file->due = file->limit;
}

int logfile_reopen(struct logfile *file)
{
	struct stat old, new;
	int fd;

	if (!file->path)
		return 0;
	/* Our own lock would be in the way. */
	if (!fstatat(file->folder, file->name, &new, AT_SYMLINK_NOFOLLOW) &&
	    !fstat(file->fd, &old) && old.st_ino == new.st_ino && old.st_dev == new.st_dev)
		return 0;
	fd = open_in(file->folder, file->name);
	if (fd < 0)
		return fd;
	replace(file, fd);
	return 0;
}

/* NAME.NUMBER, and NAME itself for 0. */
static const char *name_of(const struct logfile *file, unsigned int number, char text[NAME_SIZE])
{
	int length = snprintf(text, NAME_SIZE, number ? "%s.%u" : "%s", file->name, number);

	return length < NAME_SIZE ? text : NULL;
}

static int move(const struct logfile *file, const char *from, const char *to)
{
	if (!from || !to)
		return -ENAMETOOLONG;
	return renameat(file->folder, from, file->folder, to) ? -errno : 0;
}

/* Each to the next number; that of the last one is lost. Where there is none, nothing is moved. */
static int shift(const struct logfile *file)
{
	char from[NAME_SIZE], to[NAME_SIZE];
	int err = 0;

	for (unsigned int i = file->keep; i > 0 && !err; i--) {
		err = move(file, name_of(file, i - 1, from), name_of(file, i, to));
		if (err == -ENOENT)
			err = 0;
	}
	return err;
}

/* There is a file to go on with at any time, also on a disk that has no room for one more. */
static int rotate(struct logfile *file)
{
	char upcoming[NAME_SIZE];
	int length = snprintf(upcoming, sizeof(upcoming), "%s" UPCOMING, file->name), fd, err;

	if (length >= NAME_SIZE)
		return -ENAMETOOLONG;
	fd = open_in(file->folder, upcoming);
	if (fd < 0)
		return fd;
	err = shift(file);
	if (!err)
		err = move(file, upcoming, file->name);
	if (err)
		close(fd);
	else
		replace(file, fd);
	return err;
}

/* Others may have made it smaller. */
static void look_at_size(struct logfile *file)
{
	struct stat status;

	if (file->limit && !fstat(file->fd, &status))
		file->size = status.st_size;
}

/* After a failure it is tried again when the file has grown by as much as it may. */
static void rotate_if_due(struct logfile *file, size_t line)
{
	look_at_size(file);
	if (!file->limit || !file->size || file->size + line <= file->due)
		return;
	file->trouble = rotate(file);
	look_at_size(file);
	if (file->trouble)
		file->due = file->size + file->limit;
}

static size_t line_length(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);

	return end ? (size_t)(end - text) + 1 : size;
}

/* As many lines as fit before it is to be rotated, and one at least. */
static size_t fitting(const struct logfile *file, const char *text, size_t size)
{
	size_t length = line_length(text, size), next;

	if (!file->limit)
		return size;
	while (length < size) {
		next = line_length(text + length, size - length);
		if (file->size + length + next > file->due)
			break;
		length += next;
	}
	return length;
}

/* How much it has written, and 0 or -errno. */
static int write_all(int fd, const char *text, size_t size, size_t *written)
{
	ssize_t some;

	for (*written = 0; *written < size; *written += some) {
		do
			some = write(fd, text + *written, size - *written);
		while (some < 0 && errno == EINTR);
		if (some < 0)
			return -errno;
	}
	return 0;
}

static int remove_end(const struct logfile *file, size_t length)
{
	struct stat status;

	if (!file->path)
		return -ESPIPE;
	if (fstat(file->fd, &status))
		return -errno;
	return ftruncate(file->fd, status.st_size - length) ? -errno : 0;
}

static int append(struct logfile *file, const char *text, size_t size, size_t *whole, size_t *torn)
{
	size_t written;
	int err = write_all(file->fd, text, size, &written);
	const char *end = err ? memrchr(text, '\n', written) : text + size - 1;

	*whole = end ? (size_t)(end - text) + 1 : 0;
	*torn = written - *whole;
	if (*torn && !remove_end(file, *torn))
		*torn = 0;
	return err;
}

int logfile_write(struct logfile *file, const char *text, size_t size, size_t *whole, size_t *torn)
{
	size_t some;
	int err = 0;

	*whole = *torn = 0;
	while (!err && *whole < size) {
		const char *rest = text + *whole;

		rotate_if_due(file, line_length(rest, size - *whole));
		err = append(file, rest, fitting(file, rest, size - *whole), &some, torn);
		*whole += some;
	}
	return err;
}

void logfile_close(struct logfile *file)
{
	if (!file->path)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (file->folder >= 0)
		close(file->folder);
	file->fd = file->folder = -1;
}
