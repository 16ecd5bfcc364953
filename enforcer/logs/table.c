/* SPDX-License-Identifier: GPL-2.0-only */
#include "table.h"

#include <string.h>
#include <sys/random.h>

#include "policy/alloc.h"

#define FIRST_SLOTS 1024

void table_init(struct table *table, size_t size, size_t most)
{
	*table = (struct table){ .size = size, .most = most, .slots = FIRST_SLOTS };
	/* Keys are others': none shall know which of them meet. */
	if (getrandom(&table->seed, sizeof(table->seed), GRND_NONBLOCK) < 0)
		table->seed = (uintptr_t)table;
	table->slot = alloc_zeroed(table->slots, sizeof(*table->slot));
}

static uint64_t hash_of(const struct table *table, const char *key)
{
	uint64_t hash = table->seed;

	for (; *key; key++) {
		hash = (hash ^ (unsigned char)*key) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return hash;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *find_slot(const struct table *table, const char *key, uint64_t hash)
{
	size_t at = hash & (table->slots - 1);
	const struct table_entry *entry;

	while (table->slot[at]) {
		entry = &table->entry[table->slot[at] - 1];
		if (entry->hash == hash && !strcmp(entry->key, key))
			break;
		at = (at + 1) & (table->slots - 1);
	}
	return &table->slot[at];
}

static void double_slots(struct table *table)
{
	free(table->slot);
	table->slots *= 2;
	table->slot = alloc_zeroed(table->slots, sizeof(*table->slot));
	for (size_t i = 0; i < table->count; i++)
		*find_slot(table, table->entry[i].key, table->entry[i].hash) = (uint32_t)i + 1;
}

void *table_get(struct table *table, const char *key)
{
	uint64_t hash = hash_of(table, key);
	uint32_t *slot = find_slot(table, key, hash);

	if (*slot)
		return table->entry[*slot - 1].value;
	if (table->count == table->most)
		return NULL;
	table->entry = alloc_grow(table->entry, table->count, sizeof(*table->entry));
	table->entry[table->count++] = (struct table_entry){
		.key = alloc_string(key, strlen(key)),
		.value = alloc_zeroed(1, table->size),
		.hash = hash,
	};
	*slot = (uint32_t)table->count;
	if (table->count * 2 > table->slots)
		double_slots(table);
	return table->entry[table->count - 1].value;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct table_entry *)a)->key, ((const struct table_entry *)b)->key);
}

void table_sort(struct table *table)
{
	if (table->count)
		qsort(table->entry, table->count, sizeof(*table->entry), compare_entries);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->entry[i].key);
		free(table->entry[i].value);
	}
	free(table->entry);
	free(table->slot);
	*table = (struct table){ 0 };
}
