/* SPDX-License-Identifier: GPL-2.0-only */
/* The users of the host, each looked up once: a big policy names few of them, and often. */
#ifndef POLICY_USERS_H
#define POLICY_USERS_H

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

#endif
