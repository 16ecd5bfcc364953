/* SPDX-License-Identifier: GPL-2.0-only */
#include "changes.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "policy/grow.h"

#define LINKS_MAX 40 /* on the way to a file, as the kernel has it */
#define EVENTS                                                                      \
	(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVE | \
	 IN_DELETE_SELF | IN_MOVE_SELF)

struct changes {
	int fd;
	struct timespec since; /* CLOCK_REALTIME, as files have it */
	char **name; /* whose changes count, in whatever folder */
	size_t names, space;
	bool changed; /* by what changes_add() has seen */
	uint64_t first, last; /* ns; 0: nothing has changed */
};

struct changes *changes_new(void)
{
	struct changes *changes = calloc(1, sizeof(*changes));

	if (changes)
		changes->fd = -1;
	return changes;
}

static void forget(struct changes *changes)
{
	if (changes->fd >= 0)
		close(changes->fd);
	for (size_t i = 0; i < changes->names; i++)
		free(changes->name[i]);
	free(changes->name);
	*changes = (struct changes){ .fd = -1 };
}

int changes_begin(struct changes *changes)
{
	forget(changes);
	changes->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	/* The clock that files get their times from: it moves with the kernel's ticks. */
	clock_gettime(CLOCK_REALTIME_COARSE, &changes->since);
	return changes->fd < 0 ? -errno : 0;
}

static int add_name(struct changes *changes, const char *name)
{
	char **names;

	for (size_t i = 0; i < changes->names; i++)
		if (!strcmp(changes->name[i], name))
			return 0;
	names = grow(changes->name, changes->names, &changes->space, sizeof(*names));
	if (!names)
		return -ENOMEM;
	changes->name = names;
	names[changes->names] = strdup(name);
	return names[changes->names] ? (int)(changes->names++, 0) : -ENOMEM;
}

static void look(struct changes *changes, const char *path)
{
	const struct timespec *since = &changes->since;
	struct stat status;

	if (stat(path, &status))
		return;
	if (status.st_ctim.tv_sec > since->tv_sec ||
	    (status.st_ctim.tv_sec == since->tv_sec && status.st_ctim.tv_nsec >= since->tv_nsec))
		changes->changed = true;
}

/* Nothing is there that could be watched, or not yet. */
static bool is_absent(int err)
{
	return err == -ENOENT || err == -ENOTDIR || err == -ELOOP;
}

/* Watches the folder that has the last part of the path, or what is there of the way. */
static int add_parent(struct changes *changes, const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int err = 0;

	if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder))
		return -ENAMETOOLONG;
	do {
		slash = strrchr(folder, '/');
		if (!slash)
			return -EINVAL;
		err = add_name(changes, slash + 1);
		slash[slash == folder] = '\0';
		if (!err && inotify_add_watch(changes->fd, folder, EVENTS | IN_ONLYDIR) < 0)
			err = -errno;
	} while (is_absent(err) && folder[1]);
	look(changes, folder);
	return err;
}

/*
 * Watches the first link on the way, and puts where it leads in its place. Returns 1, 0 if there is
 * none, or -errno.
 */
static int follow_link(struct changes *changes, char path[PATH_MAX])
{
	char link[PATH_MAX], target[PATH_MAX], joined[3 * PATH_MAX];
	ssize_t size;
	int err;

	for (size_t i = 1; path[i - 1]; i++) {
		if ((path[i] && path[i] != '/') || path[i - 1] == '/')
			continue;
		snprintf(link, sizeof(link), "%.*s", (int)i, path);
		size = readlink(link, target, sizeof(target) - 1);
		if (size < 0)
			continue;
		target[size] = '\0';
		err = add_parent(changes, link);
		if (err)
			return err;
		*strrchr(link, '/') = '\0';
		snprintf(joined, sizeof(joined), "%s/%s%s", *target == '/' ? "" : link, target,
			 path + i);
		if (strlen(joined) >= PATH_MAX)
			return -ENAMETOOLONG;
		strcpy(path, joined);
		return 1;
	}
	return 0;
}

/* Every link on the way, and the end of it. The path is absolute. */
static int add_way(struct changes *changes, const char *absolute)
{
	char path[PATH_MAX];
	int followed = 1;

	if (snprintf(path, sizeof(path), "%s", absolute) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (int i = 0; followed > 0 && i < LINKS_MAX; i++)
		followed = follow_link(changes, path);
	return followed < 0 ? followed : add_parent(changes, path);
}

/* If it is a folder itself, any *.conf in it is a part of the policy. */
static int add_folder(struct changes *changes, const char *path)
{
	if (inotify_add_watch(changes->fd, path, EVENTS | IN_ONLYDIR) >= 0)
		return add_name(changes, "*.conf");
	return is_absent(-errno) ? 0 : -errno;
}

int changes_add(struct changes *changes, const char *path)
{
	char *here = *path == '/' ? strdup("") : getcwd(NULL, 0), *absolute = NULL;
	int err;

	if (!here || asprintf(&absolute, "%s/%s", here, path) < 0)
		absolute = NULL;
	free(here);
	if (!absolute)
		return -ENOMEM;
	for (size_t end = strlen(absolute); end > 1 && absolute[end - 1] == '/'; end--)
		absolute[end - 1] = '\0';
	look(changes, absolute);
	err = add_way(changes, absolute);
	if (!err)
		err = add_folder(changes, absolute);
	free(absolute);
	return err;
}

/* Does the change count? One without a name is of a folder that is watched. */
static bool counts(const struct changes *changes, const struct inotify_event *event)
{
	size_t length = event->len ? strlen(event->name) : 0;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (!length)
		return event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_UNMOUNT);
	for (size_t i = 0; i < changes->names; i++) {
		if (!strcmp(changes->name[i], event->name))
			return true;
		if (!strcmp(changes->name[i], "*.conf") && length >= 5 &&
		    !strcmp(event->name + length - 5, ".conf"))
			return true;
	}
	return false;
}

/* Takes all the events there are. Returns whether one of them counts. */
static bool take_events(struct changes *changes)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t got;

	while ((got = read(changes->fd, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + got;) {
			const struct inotify_event *event = (void *)at;

			changed |= counts(changes, event);
			at += sizeof(*event) + event->len;
		}
	return changed;
}

bool changes_due(struct changes *changes, uint64_t now)
{
	if (take_events(changes) || changes->changed) {
		changes->last = now;
		if (!changes->first)
			changes->first = now;
	}
	changes->changed = false;
	return changes->first &&
	       (now - changes->last >= CHANGES_QUIET || now - changes->first >= CHANGES_PATIENCE);
}

int changes_descriptor(const struct changes *changes)
{
	return changes->fd;
}

uint64_t changes_next(const struct changes *changes)
{
	uint64_t quiet = changes->last + CHANGES_QUIET;
	uint64_t patience = changes->first + CHANGES_PATIENCE;

	if (changes->changed)
		return 0;
	if (!changes->first)
		return UINT64_MAX;
	return quiet < patience ? quiet : patience;
}

void changes_free(struct changes *changes)
{
	if (!changes)
		return;
	forget(changes);
	free(changes);
}
