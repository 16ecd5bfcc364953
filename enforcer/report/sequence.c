/* SPDX-License-Identifier: GPL-2.0-only */
#include "sequence.h"

#include "policy/alloc.h"

#define MAX_INTERVALS 4096

/* The first interval that does not end before the number. */
static size_t find(const struct sequence *sequence, uint64_t number)
{
	size_t low = 0, high = sequence->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (sequence->interval[middle].to < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert(struct sequence *sequence, size_t at, uint64_t number)
{
	struct sequence_interval *interval;

	if (sequence->count == MAX_INTERVALS) {
		sequence->broken = true;
		return;
	}
	sequence->interval = alloc_grow(sequence->interval, sequence->count,
					sizeof(*sequence->interval));
	interval = &sequence->interval[at];
	memmove(interval + 1, interval, (sequence->count - at) * sizeof(*interval));
	*interval = (struct sequence_interval){ number, number };
	sequence->count++;
}

static void join_next(struct sequence *sequence, size_t at)
{
	struct sequence_interval *interval = &sequence->interval[at];

	if (at + 1 == sequence->count || interval->to + 1 != interval[1].from)
		return;
	interval->to = interval[1].to;
	sequence->count--;
	memmove(interval + 1, interval + 2, (sequence->count - at - 1) * sizeof(*interval));
}

bool sequence_add(struct sequence *sequence, uint64_t number)
{
	struct sequence_interval *interval = sequence->interval;
	size_t at = sequence->last;

	if (at >= sequence->count || interval[at].to + 1 != number) {
		at = find(sequence, number);
		if (at < sequence->count && interval[at].from <= number)
			return false;
		if (at && interval[at - 1].to + 1 == number)
			at--;
		else if (at < sequence->count && interval[at].from - 1 == number)
			interval[at].from--;
		else
			insert(sequence, at, number);
	}
	if (!sequence->broken && sequence->interval[at].to + 1 == number)
		sequence->interval[at].to = number;
	if (!sequence->broken)
		join_next(sequence, at);
	sequence->last = at;
	return true;
}

uint64_t sequence_missing(const struct sequence *sequence)
{
	uint64_t missing = 0, next = 0;

	for (size_t i = 0; i < sequence->count; i++) {
		missing += sequence->interval[i].from - next;
		next = sequence->interval[i].to + 1;
	}
	return missing;
}

void sequence_free(struct sequence *sequence)
{
	free(sequence->interval);
	*sequence = (struct sequence){ 0 };
}
