/* SPDX-License-Identifier: GPL-2.0-only */
/* The users of the host, each looked up once: a big policy names few of them, and often. */
#ifndef POLICY_USERS_H
#define POLICY_USERS_H

#include <stddef.h>
#include <stdint.h>

struct users;

enum users_result {
	USERS_FOUND,
	USERS_UNKNOWN,
	USERS_FAILED, /* errno says why */
};

/* Returns NULL when memory is out, which users_find() can do without. */
struct users *users_new(void);

/* Finds the number of a user. users may be NULL: then nothing is remembered. */
enum users_result users_find(struct users *users, const char *name, uint32_t *uid);

/* Takes NULL. */
void users_free(struct users *users);

/*
 * From now on whatever could be a user's name is one: those that the host does not know get the
 * numbers from USERS_INVENTED on that no user of the host has. For who decides offline only.
 */
#define USERS_INVENTED \
	61184 /* up to 65519 nobody but systemd gives them away, while a service runs */
void users_invent(void);

/* The name of the invented user of that index, in the order they were, with its number; or NULL. */
const char *users_invented(size_t index, uint32_t *uid);

#endif
