/* SPDX-License-Identifier: GPL-2.0-only */
/* Sampling, folding and lines together: every record has one fate, and the lines say how many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/output/sinks.h"
#include "enforcer/watch/totals.h"

#define NS 1000000000ULL

static struct sinks sinks;
static uint64_t dropped;
static uint64_t lines, denied, allowed; /* lines, and what they stand for */

static void print(void *context, const struct record *record)
{
	bool deny = record->decided && record->event.decision.verdict == BIND_DENY;

	assert_ptr_equal(context, &sinks);
	lines++;
	*(deny ? &denied : &allowed) += record->repeats + 1;
}

static void open_sinks(const struct options *options)
{
	lines = denied = allowed = 0;
	assert_int_equal(sinks_open(&sinks, options, &dropped, print, &sinks), 0);
}

static struct record bind_of(enum bind_verdict verdict, uint16_t port)
{
	struct record record = { .decided = true, .port = port };

	record.event.decision.verdict = verdict;
	record.event.decision.generation = 1;
	return record;
}

static enum fate take(enum bind_verdict verdict, uint16_t port, uint64_t now)
{
	struct record record = bind_of(verdict, port);

	return sinks_take(&sinks, &record, now);
}

static void test_plain(void **state)
{
	const struct options options = { .mode = MODE_DENY, .fold = -1 };

	(void)state;
	open_sinks(&options);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(take(BIND_DENY, 80, 0), FATE_TOLD);
		assert_int_equal(take(BIND_ALLOW, 80, 0), FATE_TOLD);
	}
	assert_int_equal(lines, 10);
	assert_int_equal(sinks_due(&sinks), UINT64_MAX);
	sinks_close(&sinks);
}

static void test_sample(void **state)
{
	const struct options options = { .mode = MODE_DENY, .fold = -1, .sample = 10 };
	struct record record = bind_of(BIND_ALLOW, 80);

	(void)state;
	open_sinks(&options);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(take(BIND_ALLOW, i, 0), i % 10 ? FATE_SAMPLED : FATE_TOLD);
		assert_int_equal(take(BIND_DENY, i, 0), FATE_TOLD);
	}
	assert_int_equal(denied, 100);
	assert_int_equal(allowed, 10);
	/* Allowed, and sent by another program to where the policy denies it. */
	assert_int_equal(take(BIND_ALLOW, 1, 0), FATE_TOLD);
	record.rewritten = record.judged = true;
	record.bound.verdict = BIND_DENY;
	assert_int_equal(sinks_take(&sinks, &record, 0), FATE_TOLD);
	record.bound.verdict = BIND_ALLOW;
	assert_int_equal(sinks_take(&sinks, &record, 0), FATE_SAMPLED);
	sinks_close(&sinks);
}

static void test_fold(void **state)
{
	const struct options options = { .mode = MODE_DENY, .fold = 5 };

	(void)state;
	open_sinks(&options);
	assert_int_equal(take(BIND_DENY, 80, 1 * NS), FATE_TOLD);
	for (int i = 1; i < 1000; i++)
		assert_int_equal(take(BIND_DENY, 80, 2 * NS), FATE_FOLDED);
	assert_int_equal(sinks_due(&sinks), 6 * NS);
	sinks_tick(&sinks, 6 * NS - 1, 1);
	assert_int_equal(lines, 1);
	sinks_tick(&sinks, 6 * NS, 1);
	assert_int_equal(lines, 2);
	assert_int_equal(denied, 1000);
	/* What it points to goes with its policy. */
	take(BIND_DENY, 80, 7 * NS);
	take(BIND_DENY, 80, 7 * NS);
	sinks_tick(&sinks, 7 * NS, 2);
	assert_int_equal(lines, 4);
	sinks_close(&sinks);
}

static void test_sums_agree(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < 100; seed++) {
		const struct options options = { .mode = MODE_DENY,
						 .fold = (int)(seed % 4) - 1,
						 .sample = seed % 7 };
		struct totals totals = { 0 };
		uint64_t now = 0, taken = 2000;

		srand(seed);
		open_sinks(&options);
		for (uint64_t i = 0; i < taken; i++) {
			totals_count(&totals, take(rand() % 2, rand() % 9, now));
			if (!(rand() % 50))
				sinks_tick(&sinks, now, 1);
			now += rand() % NS;
		}
		sinks_finish(&sinks);
		assert_int_equal(totals.reported + totals.folded + totals.sampled, taken);
		assert_int_equal(denied + allowed, totals.reported + totals.folded);
		assert_int_equal(totals.folded > 0, options.fold > 0);
		assert_int_equal(totals.sampled > 0, options.sample > 1);
		sinks_close(&sinks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_sums_agree),
	};

	return cmocka_run_group_tests_name("sinks", tests, NULL, NULL);
}
