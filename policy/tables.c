/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash and displace, in the manner of Belazzougui, Botelho and Dietzfelbinger (2009): the keys of
 * one pilot move together. Those pilots that have most keys choose first, while there is room; each
 * takes the lowest number with which all its keys fall into free slots.
 */
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef PILOT_LIMIT /* a proof has fewer */
#define KEYS_PER_PILOT 4
#define PILOT_LIMIT UINT16_MAX
#define SEEDS_TRIED 100
#endif

struct table_work {
	const struct table_entry *entry;
	size_t count;
	struct bind_table *table;
	uint64_t *hash; /* of the entries */
	uint32_t *order; /* entries, those of one pilot together */
	uint32_t *start; /* of a pilot's entries in order; one more than there are pilots */
	uint32_t *by_size; /* pilots, those with most entries first */
	uint16_t *pilot;
	uint32_t *slot; /* entry + 1, or 0 */
};

static int work_alloc(struct table_work *w)
{
	w->hash = calloc(w->count, sizeof(*w->hash));
	w->order = calloc(w->count, sizeof(*w->order));
	w->start = calloc(w->table->pilots + 1, sizeof(*w->start));
	w->by_size = calloc(w->table->pilots, sizeof(*w->by_size));
	w->pilot = calloc(w->table->pilots, sizeof(*w->pilot));
	w->slot = calloc(w->table->slots, sizeof(*w->slot));
	return w->hash && w->order && w->start && w->by_size && w->pilot && w->slot ? 0 : -ENOMEM;
}

static void work_free(struct table_work *w)
{
	free(w->hash);
	free(w->order);
	free(w->start);
	free(w->by_size);
	free(w->pilot);
	free(w->slot);
}

/* Sorts the entries by their pilots: counts, adds up, fills in from behind. */
static void sort_entries(struct table_work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		w->hash[i] = decide_hash(w->entry[i].key, w->table->seed);
		w->start[decide_pilot(w->hash[i], w->table)]++;
	}
	for (uint32_t p = 1; p <= w->table->pilots; p++)
		w->start[p] += w->start[p - 1];
	for (size_t i = 0; i < w->count; i++)
		w->order[--w->start[decide_pilot(w->hash[i], w->table)]] = i;
}

static uint32_t entries_of(const struct table_work *w, uint32_t pilot)
{
	return w->start[pilot + 1] - w->start[pilot];
}

/* Sorts the pilots in the same way, by how many entries they have. */
static int sort_pilots(struct table_work *w)
{
	uint32_t *first = calloc(w->count + 2, sizeof(*first));

	if (!first)
		return -ENOMEM;
	for (uint32_t p = 0; p < w->table->pilots; p++)
		first[w->count - entries_of(w, p) + 1]++;
	for (size_t i = 1; i <= w->count + 1; i++)
		first[i] += first[i - 1];
	for (uint32_t p = 0; p < w->table->pilots; p++)
		w->by_size[first[w->count - entries_of(w, p)]++] = p;
	free(first);
	return 0;
}

static uint32_t *slot_of(struct table_work *w, uint32_t entry, uint16_t value)
{
	return &w->slot[decide_slot(w->hash[entry], value, w->table)];
}

/* Puts the pilot's entries into the slots that the value gives them, if all of those are free. */
static bool place(struct table_work *w, uint32_t pilot, uint16_t value)
{
	const uint32_t *entry = w->order + w->start[pilot];
	uint32_t count = entries_of(w, pilot), placed = 0;

	while (placed < count && !*slot_of(w, entry[placed], value)) {
		*slot_of(w, entry[placed], value) = entry[placed] + 1;
		placed++;
	}
	if (placed == count)
		return true;
	while (placed--)
		*slot_of(w, entry[placed], value) = 0;
	return false;
}

static bool place_all(struct table_work *w)
{
	for (uint32_t i = 0; i < w->table->pilots; i++) {
		uint32_t pilot = w->by_size[i], value = 0;

		while (value <= PILOT_LIMIT && !place(w, pilot, value))
			value++;
		if (value > PILOT_LIMIT)
			return false;
		w->pilot[pilot] = value;
	}
	return true;
}

static void fill_slot(void *slots, uint32_t at, bool is_wide, const struct table_entry *entry)
{
	if (is_wide)
		((struct bind_wide_slot *)slots)[at] =
			(struct bind_wide_slot){ .key = entry->key, .value = entry->value };
	else
		((struct bind_narrow_slot *)slots)[at] =
			(struct bind_narrow_slot){ .key = entry->key.high, .value = entry->value };
}

static int write_slots(struct builder *b, bool is_wide, struct table_work *w)
{
	size_t size = is_wide ? sizeof(struct bind_wide_slot) : sizeof(struct bind_narrow_slot);
	void *slots = calloc(w->table->slots, size);
	int err;

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < w->table->slots; i++)
		if (w->slot[i])
			fill_slot(slots, i, is_wide, &w->entry[w->slot[i] - 1]);
	err = builder_array(b, slots, w->table->slots * size, &w->table->slot_page);
	free(slots);
	return err;
}

/* Tries one seed. Returns 0, -EAGAIN if another one may do, or -errno. */
static int try_seed(struct builder *b, bool is_wide, struct table_work *w)
{
	int err = work_alloc(w);

	if (err)
		return err;
	sort_entries(w);
	err = sort_pilots(w);
	if (!err && !place_all(w))
		err = -EAGAIN;
	if (!err)
		err = builder_array(b, w->pilot, w->table->pilots * sizeof(*w->pilot),
				    &w->table->pilot_page);
	if (!err)
		err = write_slots(b, is_wide, w);
	return err;
}

/* Every seed that fails leaves the next one more room. */
int table_build(struct builder *b, bool is_wide, const struct table_entry *entry, size_t count,
		struct bind_table *table)
{
	int err = -EAGAIN;

	table->pilots = count / KEYS_PER_PILOT + 1;
	for (int i = 0; err == -EAGAIN && i < SEEDS_TRIED; i++) {
		struct table_work w = { .entry = entry, .count = count, .table = table };

		if (i)
			table->seed++;
		table->slots = count + count / 16 + i * (count / 8) + 1;
		err = try_seed(b, is_wide, &w);
		work_free(&w);
	}
	return err == -EAGAIN ? -E2BIG : err;
}
