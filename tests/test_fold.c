/* SPDX-License-Identifier: GPL-2.0-only */
/* Folding: what is told, what is folded, and that nothing is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/output/fold.h"

#define WINDOW 1000
#define TOLD 64

static struct record told[TOLD]; /* the last ones that the sink got */
static size_t count; /* of all */

static void sink(void *context, const struct record *record)
{
	assert_ptr_equal(context, told);
	told[count++ % TOLD] = *record;
}

static struct fold *new_fold(size_t most)
{
	struct fold *fold = fold_new(WINDOW, most, sink, told);

	assert_non_null(fold);
	count = 0;
	return fold;
}

static struct record denial(uint16_t port, uint64_t time)
{
	struct record record = {
		.event = { .time = time, .uid = 33, .cgroup = 7, .comm = "nginx", .protocol = 6 },
		.decided = true,
		.port = port,
	};

	record.event.decision =
		(struct bind_decision){ .generation = 1, .verdict = BIND_DENY, .rule = 3 };
	return record;
}

/* Takes it at its own time. */
static bool take(struct fold *fold, const struct record *record)
{
	return fold_take(fold, record, record->event.time);
}

static bool take_port(struct fold *fold, uint16_t port, uint64_t time)
{
	struct record record = denial(port, time);

	return take(fold, &record);
}

static void test_a_thousand(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);
	struct record record;

	(void)state;
	assert_int_equal(fold_due(fold), UINT64_MAX);
	for (uint64_t i = 0; i < 1000; i++) {
		record = denial(80, 5000 + i / 2);
		record.event.pid = i;
		record.event.tid = i;
		record.event.socket = i;
		assert_int_equal(take(fold, &record), i > 0);
	}
	assert_int_equal(fold_due(fold), 5000 + WINDOW);
	fold_expire(fold, 5000 + WINDOW - 1);
	assert_int_equal(count, 0);
	fold_expire(fold, 5000 + WINDOW);
	assert_int_equal(count, 1);
	assert_int_equal(told[0].event.pid, 1);
	assert_int_equal(told[0].repeats, 998);
	assert_int_equal(told[0].last, 5000 + 999 / 2);
	assert_int_equal(fold_due(fold), UINT64_MAX);
	/* The next one begins anew. */
	assert_false(take_port(fold, 80, 7000));
	fold_finish(fold);
	assert_int_equal(count, 1);
	fold_free(fold);
}

/* Also if nobody has closed it in time. */
static void test_the_window_ends(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);

	(void)state;
	assert_false(take_port(fold, 80, 0));
	assert_true(take_port(fold, 80, WINDOW - 1));
	assert_int_equal(count, 0);
	assert_false(take_port(fold, 80, WINDOW));
	assert_int_equal(count, 1);
	assert_int_equal(told[0].repeats, 0);
	assert_true(take_port(fold, 80, 2 * WINDOW - 1));
	fold_finish(fold);
	assert_int_equal(count, 2);
	fold_free(fold);
}

static void expect_apart(struct fold *fold, const struct record *other, const char *what)
{
	if (take(fold, other))
		fail_msg("%s: folded", what);
	if (!take(fold, other))
		fail_msg("%s: not folded with its own kind", what);
}

/* Whatever is told of a denial tells it from another. */
static void test_what_differs(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);
	struct record record = denial(80, 0);

	(void)state;
	assert_false(take(fold, &record));
#define DIFFERS(field, value)                       \
	do {                                        \
		struct record other = record;       \
		other.field = value;                \
		expect_apart(fold, &other, #field); \
	} while (0)
	DIFFERS(port, 81);
	DIFFERS(address[15], 1);
	DIFFERS(known, true);
	DIFFERS(event.uid, 34);
	DIFFERS(event.cgroup, 8);
	DIFFERS(event.comm[4], 'y');
	DIFFERS(event.comm[4], '\0');
	DIFFERS(event.protocol, 17);
	DIFFERS(event.family, 10);
	DIFFERS(event.type, 2);
	DIFFERS(event.options, 1);
	DIFFERS(event.via, 1);
	DIFFERS(event.netns, 1);
	DIFFERS(event.interface, 2);
	DIFFERS(event.requested_port, 1);
	DIFFERS(event.range[1], 9);
	DIFFERS(event.decision.rule, 4);
	DIFFERS(event.decision.generation, 2);
	DIFFERS(event.decision.enforced, 1);
	DIFFERS(event.decision.cause, BIND_CAUSE_OPTIONS);
	DIFFERS(event.decision.forbidden, 2);
#undef DIFFERS
	assert_true(take(fold, &record));
	fold_free(fold);
}

/* Bytes after a name's end are nobody's. */
static void test_names_end(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);
	struct record record = denial(80, 0);

	(void)state;
	assert_false(take(fold, &record));
	record.event.comm[10] = 'x';
	assert_true(take(fold, &record));
	fold_free(fold);
}

static void test_never_folded(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);
	struct record record = denial(80, 0);

	(void)state;
	record.rewritten = true;
	assert_false(take(fold, &record));
	assert_false(take(fold, &record));
	record = denial(81, 0);
	record.event.decision.verdict = BIND_ALLOW;
	assert_false(take(fold, &record));
	assert_false(take(fold, &record));
	record = denial(82, 0);
	record.decided = false;
	assert_false(take(fold, &record));
	assert_false(take(fold, &record));
	assert_int_equal(fold_due(fold), UINT64_MAX);
	fold_free(fold);
}

/* A storm of different ports: the oldest goes, and with it what it stands for. */
static void test_full(void **state)
{
	struct fold *fold = new_fold(3);

	(void)state;
	for (uint16_t port = 1; port <= 3; port++) {
		assert_false(take_port(fold, port, port));
		assert_true(take_port(fold, port, 10 + port));
	}
	assert_false(take_port(fold, 4, 20));
	assert_int_equal(count, 1);
	assert_int_equal(told[0].port, 1);
	assert_true(take_port(fold, 2, 21));
	for (uint16_t port = 5; port < 1000; port++)
		assert_false(take_port(fold, port, 22));
	assert_int_equal(count, 3);
	assert_int_equal(told[1].port, 2);
	assert_int_equal(told[1].repeats, 1);
	assert_int_equal(told[2].port, 3);
	fold_finish(fold);
	assert_int_equal(count, 3);
	fold_free(fold);
}

static void test_generations(void **state)
{
	struct fold *fold = new_fold(FOLD_WINDOWS);
	struct record next = denial(80, 1);

	(void)state;
	next.event.decision.generation = 2;
	assert_false(take_port(fold, 80, 0));
	assert_true(take_port(fold, 80, 0));
	assert_false(take(fold, &next));
	assert_true(take(fold, &next));
	fold_retire(fold, 2);
	assert_int_equal(count, 1);
	assert_int_equal(told[0].event.decision.generation, 1);
	assert_true(take(fold, &next));
	fold_free(fold);
}

/* --- Any sequence: what is told and what is folded are all there was, port for port. */

#define PORTS 40
#define STEPS 3000
#define STEP_MOST 300
#define GENERATIONS (STEPS * STEP_MOST / (10 * WINDOW))

static struct {
	uint64_t taken, alone, folded;
	uint64_t last[GENERATIONS]; /* event that was told of, folded */
} port[PORTS];

static void add_up(void *context, const struct record *record)
{
	uint64_t *last = &port[record->port].last[record->event.decision.generation];

	(void)context;
	assert_true(record->event.decision.verdict == BIND_DENY);
	/* A window is no longer than that, and tells of nothing that was told before. */
	assert_in_range(record->last, record->event.time, record->event.time + WINDOW - 1);
	assert_true(record->event.time >= *last);
	*last = record->last;
	port[record->port].folded += record->repeats + 1;
}

static struct record any_record(uint64_t now)
{
	struct record record = denial(rand() % PORTS, now);

	/* Every second port is allowed: what is told of it is told one by one. */
	if (record.port % 2)
		record.event.decision.verdict = BIND_ALLOW;
	record.event.decision.generation = now / (10 * WINDOW);
	return record;
}

static void any_step(struct fold *fold, uint64_t now)
{
	struct record record = any_record(now);

	switch (rand() % 20) {
	case 0:
		fold_expire(fold, now);
		assert_true(fold_due(fold) > now);
		break;
	case 1:
		fold_retire(fold, now / (10 * WINDOW));
		break;
	default:
		port[record.port].taken++;
		if (!take(fold, &record))
			port[record.port].alone++;
	}
}

static void any_sequence(unsigned int seed, size_t most)
{
	struct fold *fold = fold_new(WINDOW, most, add_up, NULL);
	uint64_t now = 0, folded = 0;
	int step;

	assert_non_null(fold);
	srand(seed);
	memset(port, 0, sizeof(port));
	step = 1 + rand() % STEP_MOST;
	for (int i = 0; i < STEPS; i++) {
		any_step(fold, now);
		now += rand() % step;
	}
	fold_finish(fold);
	assert_int_equal(fold_due(fold), UINT64_MAX);
	for (int i = 0; i < PORTS; i++) {
		assert_int_equal(port[i].taken, port[i].alone + port[i].folded);
		assert_true(!(i % 2) || !port[i].folded);
		folded += port[i].folded;
	}
	assert_true(folded > 0 || most == 1);
	fold_free(fold);
}

static void test_sums_agree(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < 200; seed++)
		any_sequence(seed, 1 + seed % 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thousand),   cmocka_unit_test(test_the_window_ends),
		cmocka_unit_test(test_what_differs), cmocka_unit_test(test_names_end),
		cmocka_unit_test(test_never_folded), cmocka_unit_test(test_full),
		cmocka_unit_test(test_generations),  cmocka_unit_test(test_sums_agree),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
