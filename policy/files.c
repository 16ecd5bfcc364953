/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define OPEN_FILE (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
#define OPEN_FOLDER (O_PATH | O_DIRECTORY | O_CLOEXEC)

#define LINKS_MAX 40 /* on the way to a file, as the kernel has it */
#define FOLDERS_MAX 64 /* deep, below the policy's own */
#define GO_ON (-2)

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

/* How many bytes of the path come before its last part: up to the last slash, which is included. */
static size_t parent_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The folder's path. Returns NULL, with errno, if it is too long for any folder. */
static const char *parent(const char *path, char buffer[PATH_MAX])
{
	size_t length = parent_length(path);

	if (length == 0)
		return ".";
	errno = ENAMETOOLONG;
	return snprintf(buffer, PATH_MAX, "%.*s", (int)length, path) < PATH_MAX ? buffer : NULL;
}

int files_open_parent(const char *path, struct files_problem *problem)
{
	char buffer[PATH_MAX];
	const char *folder = parent(path, buffer);
	int fd = folder ? open(folder, OPEN_FOLDER) : -1;

	if (fd < 0)
		set_error(problem, errno);
	return fd;
}

/*
 * A way below a folder, as openat2() goes it with RESOLVE_BENEATH. That call can also open files to
 * write to, which no filter of system calls could tell.
 */
struct walk {
	int fd[FOLDERS_MAX]; /* the folder, and those that lead to where the way has come */
	int depth;
	int links;
	char rest[PATH_MAX];
};

/* Puts where the link leads in its place, if what could not be opened is one. */
static int follow(struct walk *walk, const char *part)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	int error = errno;
	ssize_t length = -1;

	if (error == ELOOP || error == ENOTDIR)
		length = readlinkat(walk->fd[walk->depth], part, target, sizeof(target) - 1);
	errno = error;
	if (length < 0)
		return -1;
	target[length] = '\0';
	snprintf(joined, sizeof(joined), "%s%s%s", target, walk->rest[0] ? "/" : "", walk->rest);
	errno = strlen(joined) < PATH_MAX ? ELOOP : ENAMETOOLONG;
	if (errno == ENAMETOOLONG || ++walk->links > LINKS_MAX)
		return -1;
	strcpy(walk->rest, joined);
	return GO_ON;
}

/* Goes one folder up, but not above the first. */
static int step_up(struct walk *walk, bool last, int flags)
{
	errno = EXDEV;
	if (walk->depth == 0)
		return -1;
	close(walk->fd[walk->depth--]);
	return last ? openat(walk->fd[walk->depth], ".", flags) : GO_ON;
}

/* Goes down; no name at all, as after a slash at the end, is the folder itself. */
static int step_down(struct walk *walk, const char *part, bool last, int flags)
{
	int fd = openat(walk->fd[walk->depth], *part ? part : ".",
			(last ? flags : OPEN_FOLDER) | O_NOFOLLOW);

	if (fd < 0)
		return follow(walk, part);
	if (last)
		return fd;
	if (walk->depth + 1 == FOLDERS_MAX) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	walk->fd[++walk->depth] = fd;
	return GO_ON;
}

/* Goes along the next part of the way. Returns a descriptor at its end, GO_ON, or -1 and errno. */
static int step(struct walk *walk, int flags)
{
	size_t length = strcspn(walk->rest, "/");
	bool last = walk->rest[length] == '\0';
	const char *rest = walk->rest + length + strspn(walk->rest + length, "/");
	char part[NAME_MAX + 1];

	errno = length ? ENAMETOOLONG : EXDEV;
	if (length > NAME_MAX || (!length && !last))
		return -1;
	snprintf(part, sizeof(part), "%.*s", (int)length, walk->rest);
	memmove(walk->rest, rest, strlen(rest) + 1);
	if (!strcmp(part, ".."))
		return step_up(walk, last, flags);
	return step_down(walk, part, last, flags);
}

static int open_below(int folder, const char *path, int flags)
{
	struct walk walk = { .fd = { folder } };
	int fd = GO_ON, error;

	errno = *path ? ENAMETOOLONG : ENOENT;
	if (!*path || strlen(path) >= sizeof(walk.rest))
		return -1;
	strcpy(walk.rest, path);
	while (fd == GO_ON)
		fd = step(&walk, flags);
	error = errno;
	while (walk.depth > 0)
		close(walk.fd[walk.depth--]);
	errno = error;
	return fd;
}

int files_open_below(int folder, const char *path, struct files_problem *problem)
{
	int fd = open_below(folder, path, OPEN_FILE);

	return check_type(fd, false, problem) == FILES_FILE ? fd : -1;
}

int files_open_parent_below(int folder, const char *path, struct files_problem *problem)
{
	char buffer[PATH_MAX];
	const char *below = parent(path, buffer);
	int fd = -1;

	if (below)
		fd = open_below(folder, below, OPEN_FOLDER);
	if (fd < 0)
		set_error(problem, errno);
	return fd;
}

/* The size is asked for first, but what counts is what comes: one byte more shows too many. */
char *files_read(int fd, size_t most, size_t *length, struct files_problem *problem)
{
	char *text = NULL, *grown;
	struct stat status;
	size_t room = 0;
	ssize_t got = 1;

	*problem = (struct files_problem){ "" };
	*length = 0;
	if (fstat(fd, &status) == 0 && status.st_size > 0)
		room = (size_t)status.st_size < most ? (size_t)status.st_size : most;
	room++;
	while (got != 0 && *length <= most) {
		if (!text || *length == room) {
			if (text)
				room = room * 2 < most + 1 ? room * 2 : most + 1;
			grown = realloc(text, room + 2);
			if (!grown) {
				set_error(problem, ENOMEM);
				break;
			}
			text = grown;
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
		if (is_listed(entry->d_name) &&
		    !policy_strings_add(names, entry->d_name, strlen(entry->d_name)))
			break;
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

char *files_beside(const char *path, const char *name)
{
	char *joined;

	if (asprintf(&joined, "%.*s%s", (int)parent_length(path), path, name) < 0)
		return NULL;
	return joined;
}

char *files_inside(const char *folder, const char *name)
{
	size_t length = strlen(folder);
	const char *between = length > 0 && folder[length - 1] == '/' ? "" : "/";
	char *joined;

	if (asprintf(&joined, "%s%s%s", folder, between, name) < 0)
		return NULL;
	return joined;
}
