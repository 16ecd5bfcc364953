/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdbool.h>
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

/* Never freed: they are the process's. */
static struct {
	bool wanted;
	struct user **user;
	size_t count;
} invented;

static uint32_t next_free(void)
{
	uint32_t uid = USERS_INVENTED;

	if (invented.count)
		uid = invented.user[invented.count - 1]->uid + 1;
	while (getpwuid(uid))
		uid++;
	return uid;
}

/* What useradd(8) takes. Anything else is a mistake that is to be told. */
static bool is_name(const char *name)
{
	static const char begin[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";
	size_t length = strlen(name);

	return length && length <= 32 && strchr(begin, *name) && strspn(name, more) == length;
}

static enum users_result invent(const char *name, uint32_t *uid)
{
	size_t length = strlen(name) + 1;
	struct user **grown, *user;

	for (size_t i = 0; i < invented.count; i++) {
		if (strcmp(invented.user[i]->name, name) == 0) {
			*uid = invented.user[i]->uid;
			return USERS_FOUND;
		}
	}
	grown = reallocarray(invented.user, invented.count + 1, sizeof(*grown));
	if (!grown)
		return USERS_FAILED;
	invented.user = grown;
	user = calloc(1, sizeof(*user) + length);
	if (!user)
		return USERS_FAILED;
	memcpy(user->name, name, length);
	*uid = user->uid = next_free();
	invented.user[invented.count++] = user;
	return USERS_FOUND;
}

void users_invent(void)
{
	invented.wanted = true;
}

const char *users_invented(size_t index, uint32_t *uid)
{
	if (index >= invented.count)
		return NULL;
	*uid = invented.user[index]->uid;
	return invented.user[index]->name;
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
	return invented.wanted && is_name(name) ? invent(name, uid) : USERS_UNKNOWN;
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
