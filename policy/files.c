/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "alloc.h"
#include "files.h"
#include "value.h"

#define OPEN_FILE (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
#define OPEN_FOLDER (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* openat2() says EAGAIN when something is renamed meanwhile. */
#define TRIES 16

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

static void set_problem(struct files_problem *problem, const char *what, const char *why)
{
	snprintf(problem->text, sizeof(problem->text), "%s%s", what, why);
}

static void set_error(struct files_problem *problem, int error)
{
	if (error == EXDEV || error == ELOOP)
		set_problem(problem, "is a link that leads out of the folder", "");
	else
		set_problem(problem, "cannot read: ", strerror(error));
}

/* Takes fd over; it may be -1, with errno. */
static enum files_type check_type(int fd, bool folder, struct files_problem *problem)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		set_error(problem, errno);
	else if (S_ISREG(status.st_mode))
		return FILES_FILE;
	else if (S_ISDIR(status.st_mode) && folder)
		return FILES_FOLDER;
	else
		snprintf(problem->text, sizeof(problem->text), "is %s, expected a file",
			 type_name(status.st_mode));
	if (fd >= 0)
		close(fd);
	return FILES_NONE;
}

enum files_type files_open(const char *path, int *fd, struct files_problem *problem)
{
	*fd = open(path, OPEN_FILE);
	return check_type(*fd, true, problem);
}

/* The path up to its last slash, to be freed; NULL if there is none. */
static char *parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? alloc_string(path, (size_t)(slash - path) + 1) : NULL;
}

int files_open_parent(const char *path, struct files_problem *problem)
{
	char *folder = parent(path);
	int fd = open(folder ? folder : ".", OPEN_FOLDER);

	if (fd < 0)
		set_error(problem, errno);
	free(folder);
	return fd;
}

/* For kernels and sandboxes without openat2(): follows no links at all. */
static int walk_below(int folder, const char *path, int flags)
{
	int at = folder, next = -1, error;
	char *part;
	size_t length;

	for (;; path += length + 1) {
		length = strcspn(path, "/");
		part = alloc_string(path, length);
		next = openat(at, part, (path[length] ? OPEN_FOLDER : flags) | O_NOFOLLOW);
		error = errno;
		free(part);
		if (at != folder)
			close(at);
		errno = error == ENOTDIR && next < 0 && path[length] ? ELOOP : error;
		if (next < 0 || path[length] == '\0')
			return next;
		at = next;
	}
}

static int open_below(int folder, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return walk_below(folder, path, flags);
	return (int)fd;
}

int files_open_below(int folder, const char *path, struct files_problem *problem)
{
	int fd = open_below(folder, path, OPEN_FILE);

	return check_type(fd, false, problem) == FILES_FILE ? fd : -1;
}

int files_open_parent_below(int folder, const char *path, struct files_problem *problem)
{
	char *below = parent(path);
	int fd;

	if (below)
		below[strlen(below) - 1] = '\0';
	fd = open_below(folder, below ? below : ".", OPEN_FOLDER);
	if (fd < 0)
		set_error(problem, errno);
	free(below);
	return fd;
}

/* The size is asked for first, but what counts is what comes: one byte more shows too many. */
char *files_read(int fd, size_t most, size_t *length, struct files_problem *problem)
{
	struct stat status;
	size_t room = 0;
	ssize_t got = 1;
	char *text;

	*problem = (struct files_problem){ "" };
	if (fstat(fd, &status) == 0 && status.st_size > 0)
		room = (size_t)status.st_size < most ? (size_t)status.st_size : most;
	room++;
	text = alloc_checked(malloc(room + 2));
	for (*length = 0; got != 0 && *length <= most;) {
		if (*length == room) {
			room = room * 2 < most + 1 ? room * 2 : most + 1;
			text = alloc_checked(realloc(text, room + 2));
		}
		got = read(fd, text + *length, room - *length);
		if (got < 0 && errno != EINTR) {
			set_error(problem, errno);
			break;
		}
		*length += got > 0 ? (size_t)got : 0;
	}
	if (got == 0 && *length <= most)
		return text;
	free(text);
	return NULL;
}

static bool is_listed(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

bool files_list(int fd, struct policy_strings *names, struct files_problem *problem)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	int error;

	if (!folder) {
		set_error(problem, errno);
		close(fd);
		return false;
	}
	for (errno = 0; (entry = readdir(folder)); errno = 0)
		if (is_listed(entry->d_name))
			value_add_string(names, entry->d_name, strlen(entry->d_name));
	error = errno;
	closedir(folder);
	if (error) {
		set_error(problem, error);
		return false;
	}
	if (names->count > 0)
		qsort(names->string, names->count, sizeof(*names->string), compare_names);
	return true;
}

static char *join(const char *folder, const char *between, const char *name)
{
	char *path;

	if (asprintf(&path, "%s%s%s", folder, between, name) < 0)
		path = NULL;
	return alloc_checked(path);
}

char *files_beside(const char *path, const char *name)
{
	char *folder = parent(path), *joined = join(folder ? folder : "", "", name);

	free(folder);
	return joined;
}

char *files_inside(const char *folder, const char *name)
{
	size_t length = strlen(folder);

	return join(folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name);
}
