/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": the nearest of several known words to one that is not known. */
#ifndef POLICY_SUGGEST_H
#define POLICY_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char *word; /* as written */
	const char *best; /* the nearest so far, or NULL if none was near */
	size_t distance; /* between the two */
};

/* Considers one more known word. */
void suggest_try(struct suggest *suggest, const char *known);

/* The nearest word of a NULL-terminated list, or NULL if none is near. */
const char *suggest_among(const char *word, const char *const *list);

#endif
