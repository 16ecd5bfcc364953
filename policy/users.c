/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "users.h"

struct user {
	enum users_result result; /* found or unknown */
	uint32_t uid;
	char name[];
};

struct users {
	void *tree; /* of tsearch() */
};

struct users *users_new(void)
{
	return calloc(1, sizeof(struct users));
}

static enum users_result look_up(const char *name, uint32_t *uid)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (user) {
		*uid = user->pw_uid;
		return USERS_FOUND;
	}
	/* The other errors are ways of saying that there is no such user. */
	if (errno == EIO || errno == EINTR || errno == ENOMEM || errno == EMFILE || errno == ENFILE)
		return USERS_FAILED;
	return USERS_UNKNOWN;
}

static int compare_users(const void *left, const void *right)
{
	const struct user *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/* Without memory for it, the user is looked up again. */
static void remember(struct users *users, struct user *user)
{
	struct user **place = tsearch(user, &users->tree, compare_users);

	if (!place || *place != user)
		free(user);
}

enum users_result users_find(struct users *users, const char *name, uint32_t *uid)
{
	struct user *user, **known;
	enum users_result result;
	size_t length = strlen(name) + 1;

	user = users ? calloc(1, sizeof(*user) + length) : NULL;
	if (!user)
		return look_up(name, uid);
	memcpy(user->name, name, length);
	known = tfind(user, &users->tree, compare_users);
	if (known) {
		free(user);
		*uid = (*known)->uid;
		return (*known)->result;
	}
	result = user->result = look_up(name, &user->uid);
	*uid = user->uid;
	if (result == USERS_FAILED)
		free(user);
	else
		remember(users, user);
	return result;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	tdestroy(users->tree, free);
	free(users);
}
