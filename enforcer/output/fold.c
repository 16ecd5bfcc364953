/* SPDX-License-Identifier: GPL-2.0-only */
#include "fold.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

/* What equal records have in common. Zeroed before it is filled, so that it compares as bytes. */
struct key {
	uint64_t cgroup;
	uint8_t address[16];
	char comm[BIND_COMM_LEN];
	struct bind_decision decision;
	uint32_t uid, netns, interface;
	int32_t rc; /* 1: not known */
	uint16_t protocol, port, requested_port, range[2];
	uint8_t family, type, options, via;
};

struct window {
	TAILQ_ENTRY(window) order;
	struct window *next; /* in the bucket */
	size_t bucket;
	struct key key;
	struct record record; /* the first one that was folded, if there is one */
	uint64_t folded; /* how many */
	uint64_t due;
};

struct fold {
	uint64_t length;
	size_t most, open;
	uint64_t seed; /* which equal buckets cannot be found without */
	TAILQ_HEAD(windows, window) windows; /* as they were opened, and so as they close */
	struct window **bucket; /* most of them */
	void (*sink)(void *context, const struct record *record);
	void *context;
};

struct fold *fold_new(uint64_t window, size_t most,
		      void (*sink)(void *context, const struct record *record), void *context)
{
	struct fold *fold = calloc(1, sizeof(*fold));

	if (!fold)
		return NULL;
	*fold = (struct fold){ .length = window, .most = most, .sink = sink, .context = context };
	TAILQ_INIT(&fold->windows);
	fold->bucket = calloc(most, sizeof(struct window *));
	if (!fold->bucket) {
		free(fold);
		return NULL;
	}
	/* Without a seed it only gets slower. */
	if (getrandom(&fold->seed, sizeof(fold->seed), GRND_NONBLOCK) < 0)
		fold->seed = (uintptr_t)fold;
	return fold;
}

static void make_key(struct key *key, const struct record *record)
{
	const struct bind_event *event = &record->event;

	memset(key, 0, sizeof(*key));
	key->cgroup = event->cgroup;
	memcpy(key->address, record->address, sizeof(key->address));
	memcpy(key->comm, event->comm, strnlen(event->comm, sizeof(key->comm)));
	key->decision = event->decision;
	key->uid = event->uid;
	key->netns = event->netns;
	key->interface = event->interface;
	key->rc = record->known ? record->rc : 1;
	key->protocol = event->protocol;
	key->port = record->port;
	key->requested_port = event->requested_port;
	memcpy(key->range, event->range, sizeof(key->range));
	key->family = event->family;
	key->type = event->type;
	key->options = event->options;
	key->via = event->via;
}

/* Whoever binds chooses most of the key: multiply, rotate and add what nobody else knows. */
static size_t bucket_of(const struct fold *fold, const struct key *key)
{
	const unsigned char *bytes = (const unsigned char *)key;
	uint64_t hash = fold->seed;

	for (size_t i = 0; i < sizeof(*key); i++) {
		hash = (hash ^ bytes[i]) * 0x9e3779b97f4a7c15ull;
		hash = (hash << 23 | hash >> 41) + fold->seed;
	}
	return hash % fold->most;
}

static struct window *find(const struct fold *fold, size_t bucket, const struct key *key)
{
	struct window *window = fold->bucket[bucket];

	while (window && memcmp(&window->key, key, sizeof(*key)) != 0)
		window = window->next;
	return window;
}

static void close_window(struct fold *fold, struct window *window)
{
	struct window **place = &fold->bucket[window->bucket];

	while (*place != window)
		place = &(*place)->next;
	*place = window->next;
	TAILQ_REMOVE(&fold->windows, window, order);
	fold->open--;
	if (window->folded) {
		window->record.repeats = window->folded - 1;
		fold->sink(fold->context, &window->record);
	}
	free(window);
}

/* Without memory for it each record is told. */
static void open_window(struct fold *fold, size_t bucket, const struct key *key, uint64_t now)
{
	struct window *window;

	if (fold->open == fold->most)
		close_window(fold, TAILQ_FIRST(&fold->windows));
	window = calloc(1, sizeof(*window));
	if (!window)
		return;
	window->key = *key;
	window->bucket = bucket;
	window->due = now + fold->length;
	window->next = fold->bucket[bucket];
	fold->bucket[bucket] = window;
	TAILQ_INSERT_TAIL(&fold->windows, window, order);
	fold->open++;
}

/* What another program has rewritten is never the same twice. */
static bool can_fold(const struct record *record)
{
	return record->decided && record->event.decision.verdict == BIND_DENY && !record->rewritten;
}

bool fold_take(struct fold *fold, const struct record *record, uint64_t now)
{
	struct window *window;
	struct key key;
	size_t bucket;

	if (!can_fold(record))
		return false;
	make_key(&key, record);
	bucket = bucket_of(fold, &key);
	window = find(fold, bucket, &key);
	if (window && now >= window->due) {
		close_window(fold, window);
		window = NULL;
	}
	if (!window) {
		open_window(fold, bucket, &key, now);
		return false;
	}
	if (!window->folded++)
		window->record = *record;
	window->record.last = record->event.time;
	return true;
}

void fold_expire(struct fold *fold, uint64_t now)
{
	struct window *window = TAILQ_FIRST(&fold->windows), *next;

	for (; window && now >= window->due; window = next) {
		next = TAILQ_NEXT(window, order);
		close_window(fold, window);
	}
}

uint64_t fold_due(const struct fold *fold)
{
	const struct window *window = TAILQ_FIRST(&fold->windows);

	return window ? window->due : UINT64_MAX;
}

void fold_retire(struct fold *fold, uint32_t generation)
{
	struct window *window = TAILQ_FIRST(&fold->windows), *next;

	for (; window; window = next) {
		next = TAILQ_NEXT(window, order);
		if (window->key.decision.generation != generation)
			close_window(fold, window);
	}
}

void fold_finish(struct fold *fold)
{
	fold_expire(fold, UINT64_MAX);
}

void fold_free(struct fold *fold)
{
	struct window *window, *next;

	if (!fold)
		return;
	for (window = TAILQ_FIRST(&fold->windows); window; window = next) {
		next = TAILQ_NEXT(window, order);
		free(window);
	}
	free(fold->bucket);
	free(fold);
}
