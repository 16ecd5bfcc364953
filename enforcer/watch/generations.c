/* SPDX-License-Identifier: GPL-2.0-only */
#include "generations.h"

#include <errno.h>
#include <stdlib.h>

#include "join.h"

/* Decides from its first generation to the one before the next newer policy's. */
struct generations_entry {
	struct generations_entry *older;
	struct policy *policy;
	uint32_t first;
	uint64_t drained; /* when no event of an older policy was left in the ring; 0: not yet */
};

int generations_add(struct generations *generations, uint32_t first, struct policy *policy)
{
	struct generations_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	*entry = (struct generations_entry){ generations->newest, policy, .first = first };
	generations->newest = entry;
	return 0;
}

void generations_take_back(struct generations *generations)
{
	struct generations_entry *newest = generations->newest;

	generations->newest = newest->older;
	policy_free(newest->policy);
	free(newest);
}

struct policy *generations_newest(const struct generations *generations)
{
	return generations->newest ? generations->newest->policy : NULL;
}

const struct policy *generations_find(const struct generations *generations, uint32_t generation)
{
	const struct generations_entry *entry = generations->newest;

	while (entry && entry->first > generation)
		entry = entry->older;
	return entry ? entry->policy : NULL;
}

/* Everything older than this entry. */
static void free_older(struct generations_entry *entry)
{
	while (entry->older) {
		struct generations_entry *older = entry->older;

		entry->older = older->older;
		policy_free(older->policy);
		free(older);
	}
}

void generations_expire(struct generations *generations, bool drained, uint64_t now)
{
	struct generations_entry *entry;

	for (entry = generations->newest; entry && entry->older; entry = entry->older) {
		if (drained && !entry->drained)
			entry->drained = now;
		if (entry->drained && now >= entry->drained + JOIN_WAIT)
			free_older(entry);
	}
}

uint64_t generations_due(const struct generations *generations)
{
	const struct generations_entry *entry;
	uint64_t due = UINT64_MAX;

	for (entry = generations->newest; entry && entry->older; entry = entry->older) {
		if (!entry->drained)
			return 0;
		if (entry->drained + JOIN_WAIT < due)
			due = entry->drained + JOIN_WAIT;
	}
	return due;
}

void generations_free(struct generations *generations)
{
	if (!generations->newest)
		return;
	free_older(generations->newest);
	generations_take_back(generations);
}
