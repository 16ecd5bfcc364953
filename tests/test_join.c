/* SPDX-License-Identifier: GPL-2.0-only */
/* How attempts and outcomes become records. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "enforcer/watch/join.h"

#define START 5000000000ULL

/* The records that a join has passed on, in order. */
struct passed {
	struct join *join;
	struct record record[8];
	size_t count;
};

static void take(void *context, const struct record *record)
{
	struct passed *passed = context;

	assert_true(passed->count < sizeof(passed->record) / sizeof(passed->record[0]));
	passed->record[passed->count++] = *record;
}

static int setup(void **state)
{
	struct passed *passed = calloc(1, sizeof(*passed));

	if (!passed)
		return -1;
	passed->join = join_new(take, passed);
	*state = passed;
	return passed->join ? 0 : -1;
}

static int teardown(void **state)
{
	struct passed *passed = *state;

	join_free(passed->join);
	free(passed);
	return 0;
}

/* 127.0.0.1 is requested, and bound unless the outcome is a failure. */
static struct bind_event new_event(uint32_t tid, uint64_t socket, uint16_t port)
{
	struct bind_event event = {
		.time = START,
		.socket = socket,
		.pid = 100,
		.tid = tid,
		.family = AF_INET,
		.protocol = IPPROTO_TCP,
		.type = SOCK_STREAM,
		.requested = { 127, 0, 0, 1 },
		.requested_port = port,
		.comm = "test",
	};

	return event;
}

static struct bind_event new_attempt(uint32_t tid, uint64_t socket, uint16_t port)
{
	struct bind_event event = new_event(tid, socket, port);

	event.kind = BIND_EVENT_ATTEMPT;
	event.decision.generation = 1;
	event.decision.rule = 7;
	event.decision.enforced = 1;
	return event;
}

static struct bind_event new_outcome(uint32_t tid, uint64_t socket, uint16_t port, int rc)
{
	struct bind_event event = new_event(tid, socket, port);

	event.kind = BIND_EVENT_OUTCOME;
	event.rc = rc;
	event.decision.rule = 9; /* an outcome has no decision, whatever is there */
	if (!rc) {
		memcpy(event.bound, event.requested, sizeof(event.bound));
		event.bound_port = port;
	}
	return event;
}

static void attempt(struct passed *passed, uint32_t tid, uint64_t socket, uint16_t port)
{
	struct bind_event event = new_attempt(tid, socket, port);

	join_event(passed->join, &event);
}

static void outcome(struct passed *passed, uint32_t tid, uint64_t socket, uint16_t port, int rc)
{
	struct bind_event event = new_outcome(tid, socket, port, rc);

	join_event(passed->join, &event);
}

/* What a record says: who, on which port, decided or not, and the return code if it is known. */
static void check_record(const struct record *record, uint32_t tid, uint16_t port, bool decided)
{
	const uint8_t address[16] = { 127, 0, 0, 1 };

	assert_int_equal(record->event.tid, tid);
	assert_int_equal(record->port, port);
	assert_int_equal(record->decided, decided);
	assert_memory_equal(record->address, address, sizeof(address));
	if (decided)
		assert_int_equal(record->event.decision.rule, 7);
}

static void check_known(const struct record *record, int rc)
{
	assert_true(record->known);
	assert_int_equal(record->rc, rc);
}

static void test_attempt_and_outcome_become_one_record(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	assert_int_equal(passed->count, 0);
	outcome(passed, 1, 10, 80, 0);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], 0);
	assert_int_equal(passed->record[0].event.kind, BIND_EVENT_ATTEMPT);

	join_expire(passed->join, UINT64_MAX);
	assert_int_equal(passed->count, 1);
}

static void test_binds_of_one_thread_come_out_in_order(void **state)
{
	struct passed *passed = *state;

	for (uint16_t port = 1; port <= 4; port++) {
		attempt(passed, 1, 10, port);
		outcome(passed, 1, 10, port, -port);
	}
	assert_int_equal(passed->count, 4);
	for (uint16_t port = 1; port <= 4; port++) {
		check_record(&passed->record[port - 1], 1, port, true);
		check_known(&passed->record[port - 1], -port);
	}
}

static void test_the_next_attempt_of_the_thread_ends_the_wait(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	attempt(passed, 1, 11, 81);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	assert_false(passed->record[0].known);
	outcome(passed, 1, 11, 81, -EADDRINUSE);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[1], 1, 81, true);
	check_known(&passed->record[1], -EADDRINUSE);
}

static void test_an_attempt_waits_join_wait_and_no_longer(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	join_expire(passed->join, START);
	join_expire(passed->join, START + JOIN_WAIT - 1);
	assert_int_equal(passed->count, 0);
	join_expire(passed->join, START + JOIN_WAIT);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	assert_false(passed->record[0].known);
	join_expire(passed->join, UINT64_MAX);
	assert_int_equal(passed->count, 1);
}

static void test_only_those_that_waited_long_enough_expire(void **state)
{
	struct passed *passed = *state;
	struct bind_event late = new_attempt(2, 20, 81);

	attempt(passed, 1, 10, 80);
	late.time = START + 1;
	join_event(passed->join, &late);
	join_expire(passed->join, START + JOIN_WAIT);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	outcome(passed, 2, 20, 81, 0);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[1], 2, 81, true);
	check_known(&passed->record[1], 0);
}

static void test_due_is_when_the_oldest_has_waited(void **state)
{
	struct passed *passed = *state;
	struct bind_event first = new_attempt(1, 10, 80), second = new_attempt(2, 20, 81);

	assert_true(join_due(passed->join) == UINT64_MAX);
	second.time = START + 5;
	join_event(passed->join, &first);
	join_event(passed->join, &second);
	assert_true(join_due(passed->join) == START + JOIN_WAIT);
	join_expire(passed->join, join_due(passed->join));
	assert_int_equal(passed->count, 1);
	assert_true(join_due(passed->join) == START + JOIN_WAIT + 5);
	outcome(passed, 2, 20, 81, 0);
	assert_true(join_due(passed->join) == UINT64_MAX);
}

static void test_an_outcome_after_the_wait_is_not_lost(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	join_expire(passed->join, START + JOIN_WAIT);
	outcome(passed, 1, 10, 80, 0);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[1], 1, 80, false);
	check_known(&passed->record[1], 0);
}

static void test_a_refused_attempt_does_not_wait(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_attempt(1, 10, 80);

	event.decision.verdict = BIND_DENY;
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], -EACCES);
}

/* The cgroup hook refuses inside of what the probes look at: that is one bind, and one record. */
static void test_what_the_cgroup_hook_refuses_has_an_outcome(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_attempt(1, 10, 80);

	event.decision.verdict = BIND_DENY;
	event.hook = BIND_HOOK_CGROUP;
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 0);
	outcome(passed, 1, 10, 80, -EPERM);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], -EPERM);
}

static void test_what_the_cgroup_hook_refuses_is_known_without_outcome(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_attempt(1, 10, 80);

	event.decision.verdict = BIND_DENY;
	event.hook = BIND_HOOK_CGROUP;
	join_event(passed->join, &event);
	join_expire(passed->join, event.time + JOIN_WAIT);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], -EPERM);
}

static void test_a_refused_attempt_ends_the_wait_of_the_one_before(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_attempt(1, 11, 81);

	event.decision.verdict = BIND_DENY;
	attempt(passed, 1, 10, 80);
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[0], 1, 80, true);
	assert_false(passed->record[0].known);
	check_record(&passed->record[1], 1, 81, true);
	check_known(&passed->record[1], -EACCES);
}

static void test_a_denial_in_audit_mode_waits_for_its_outcome(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_attempt(1, 10, 80);

	event.decision.verdict = BIND_DENY;
	event.decision.enforced = 0;
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 0);
	outcome(passed, 1, 10, 80, 0);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], 0);
}

static void test_an_inner_socket_with_the_same_address_joins(void **state)
{
	struct passed *passed = *state;
	struct bind_event inner = new_outcome(1, 11, 80, 0);
	struct bind_event mptcp = new_attempt(1, 10, 80);

	mptcp.protocol = 262;
	join_event(passed->join, &mptcp);
	join_event(passed->join, &inner);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], 0);
	assert_int_equal(passed->record[0].event.protocol, 262);
	assert_int_equal(passed->record[0].event.socket, 10);
}

/* Other socket, other port or address: what the kernel binds by itself in the middle of a bind. */
static void test_a_bind_of_the_kernels_own_is_passed_undecided(void **state)
{
	struct passed *passed = *state;
	struct bind_event other = new_outcome(1, 12, 80, 0);

	attempt(passed, 1, 10, 80);
	outcome(passed, 1, 11, 999, 0);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 999, false);
	check_known(&passed->record[0], 0);

	other.requested[3] = 2;
	join_event(passed->join, &other);
	assert_int_equal(passed->count, 2);
	assert_false(passed->record[1].decided);

	outcome(passed, 1, 10, 80, 0);
	assert_int_equal(passed->count, 3);
	check_record(&passed->record[2], 1, 80, true);
	check_known(&passed->record[2], 0);
}

static void test_addresses_are_compared_to_the_last_byte(void **state)
{
	struct passed *passed = *state;
	struct bind_event wanted = new_attempt(1, 10, 80), other = new_outcome(1, 11, 80, 0);

	wanted.family = other.family = AF_INET6;
	other.requested[15] = 1;
	join_event(passed->join, &wanted);
	join_event(passed->join, &other);
	assert_int_equal(passed->count, 1);
	assert_false(passed->record[0].decided);
}

/* 0.0.0.0:0 and [::]:0 are all zeroes, both. */
static void test_the_same_address_of_another_family_does_not_join(void **state)
{
	struct passed *passed = *state;
	struct bind_event wanted = new_attempt(1, 10, 0), other = new_outcome(1, 11, 0, 0);

	memset(wanted.requested, 0, sizeof(wanted.requested));
	memset(other.requested, 0, sizeof(other.requested));
	other.family = AF_INET6;
	join_event(passed->join, &wanted);
	join_event(passed->join, &other);
	assert_int_equal(passed->count, 1);
	assert_false(passed->record[0].decided);
	assert_int_equal(passed->record[0].event.socket, 11);
	check_known(&passed->record[0], 0);

	outcome(passed, 1, 10, 0, 0);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[1], 1, 0, true);
	check_known(&passed->record[1], 0);
}

static void test_the_same_socket_joins_whatever_the_address(void **state)
{
	struct passed *passed = *state;
	struct bind_event event = new_outcome(1, 10, 81, -EINVAL);

	event.requested[3] = 9;
	attempt(passed, 1, 10, 80);
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 1);
	check_record(&passed->record[0], 1, 80, true);
	check_known(&passed->record[0], -EINVAL);
}

/* The second and the third thread differ by a multiple of any table's size that is a power of 2. */
static void test_threads_do_not_disturb_each_other(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	attempt(passed, 2, 10, 80);
	attempt(passed, 2 + (1 << 20), 30, 80);
	outcome(passed, 2, 10, 80, -1);
	outcome(passed, 2 + (1 << 20), 30, 80, -2);
	outcome(passed, 3, 10, 80, -3);
	outcome(passed, 1, 10, 80, -4);
	assert_int_equal(passed->count, 4);
	check_record(&passed->record[0], 2, 80, true);
	check_known(&passed->record[0], -1);
	check_record(&passed->record[1], 2 + (1 << 20), 80, true);
	check_known(&passed->record[1], -2);
	check_record(&passed->record[2], 3, 80, false);
	check_known(&passed->record[2], -3);
	check_record(&passed->record[3], 1, 80, true);
	check_known(&passed->record[3], -4);
}

static void test_an_outcome_without_an_attempt_is_passed_at_once(void **state)
{
	struct passed *passed = *state;

	outcome(passed, 1, 10, 80, 0);
	outcome(passed, 1, 10, 80, -EADDRINUSE);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[0], 1, 80, false);
	check_known(&passed->record[0], 0);
	assert_int_equal(passed->record[0].event.kind, BIND_EVENT_OUTCOME);
	check_record(&passed->record[1], 1, 80, false);
	check_known(&passed->record[1], -EADDRINUSE);
}

/* listen(), whose outcome comes also of a socket that was bound before. */
static void test_a_listen_joins_its_own_outcome_only(void **state)
{
	struct bind_event listen = new_attempt(1, 10, 0), listened = new_outcome(1, 10, 0, 0);
	struct passed *passed = *state;

	listen.via = listened.via = BIND_VIA_LISTEN;
	join_event(passed->join, &listened);
	assert_int_equal(passed->count, 0);
	attempt(passed, 1, 10, 0);
	join_event(passed->join, &listened);
	assert_int_equal(passed->count, 0);
	outcome(passed, 1, 10, 0, 0);
	assert_int_equal(passed->count, 1);
	assert_int_equal(passed->record[0].event.via, BIND_VIA_BIND);
	listened.bound_port = 40000;
	join_event(passed->join, &listen);
	join_event(passed->join, &listened);
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[1], 1, 40000, true);
	check_known(&passed->record[1], 0);
}

/* A bind of the kernel's is a record of its own, also on a thread whose attempt waits. */
static void test_an_autobind_joins_no_attempt(void **state)
{
	struct bind_event autobind = new_outcome(1, 10, 0, 0);
	struct passed *passed = *state;

	autobind.bound_port = 40000;
	for (int via = BIND_VIA_CONNECT; via <= BIND_VIA_SENDTO; via++) {
		passed->count = 0;
		autobind.via = via;
		attempt(passed, 1, 10, 0);
		join_event(passed->join, &autobind);
		assert_int_equal(passed->count, 1);
		check_record(&passed->record[0], 1, 40000, false);
		check_known(&passed->record[0], 0);
		assert_int_equal(passed->record[0].event.via, via);
		outcome(passed, 1, 10, 0, 0);
		assert_int_equal(passed->count, 2);
		assert_int_equal(passed->record[1].event.via, BIND_VIA_BIND);
	}
}

/* Nobody reports what came of these. */
static void test_options_and_bindx_do_not_wait(void **state)
{
	struct bind_event event = new_attempt(1, 10, 80);
	struct passed *passed = *state;

	event.via = BIND_VIA_BINDX;
	join_event(passed->join, &event);
	event.via = BIND_VIA_SETSOCKOPT;
	join_event(passed->join, &event);
	assert_int_equal(passed->count, 2);
	assert_false(passed->record[0].known);
	assert_int_equal(passed->record[1].event.via, BIND_VIA_SETSOCKOPT);
}

/* The probe finds the address as another program has left it. */
static void test_another_address_in_the_outcome_is_rewritten(void **state)
{
	struct bind_event elsewhere = new_outcome(1, 10, 80, 0);
	struct passed *passed = *state;

	attempt(passed, 1, 10, 80);
	outcome(passed, 1, 10, 80, 0);
	assert_false(passed->record[0].rewritten);
	attempt(passed, 1, 10, 80);
	outcome(passed, 1, 10, 23, 0);
	assert_true(passed->record[1].rewritten);
	elsewhere.requested[3] = 2;
	attempt(passed, 1, 10, 80);
	join_event(passed->join, &elsewhere);
	assert_true(passed->record[2].rewritten);
}

/* The address and port of a record, with and without an attempt. */
static void check_place(struct passed *passed, const struct bind_event *outcome, uint8_t last,
			uint16_t port)
{
	const uint8_t address[16] = { 127, 0, 0, last };

	for (int with_attempt = 0; with_attempt <= 1; with_attempt++) {
		if (with_attempt)
			attempt(passed, 1, 10, 0);
		join_event(passed->join, outcome);
		assert_int_equal(passed->count, 1);
		assert_memory_equal(passed->record[0].address, address, sizeof(address));
		assert_int_equal(passed->record[0].port, port);
		assert_int_equal(passed->record[0].decided, with_attempt);
		passed->count = 0;
	}
}

static void test_success_shows_what_was_bound(void **state)
{
	struct bind_event event = new_outcome(1, 10, 0, 0);

	event.bound[3] = 2;
	event.bound_port = 40000;
	check_place(*state, &event, 2, 40000);
}

static void test_failure_shows_what_was_requested(void **state)
{
	struct bind_event event = new_outcome(1, 10, 0, -EADDRINUSE);

	event.bound[0] = 99; /* means nothing */
	event.bound_port = 40000;
	check_place(*state, &event, 1, 0);
}

/* Many attempts whose outcome never comes */

struct tally {
	uint32_t next; /* tid expected next */
	bool in_order;
	bool known;
};

static void count_record(void *context, const struct record *record)
{
	struct tally *tally = context;

	tally->in_order = tally->in_order && record->event.tid == tally->next;
	tally->known = tally->known || record->known;
	tally->next++;
}

static void test_too_many_attempts_release_the_oldest_and_lose_none(void **state)
{
	enum { ATTEMPTS = 100000 };
	struct tally tally = { .in_order = true };
	struct join *join = join_new(count_record, &tally);

	(void)state;
	assert_non_null(join);
	for (uint32_t tid = 0; tid < ATTEMPTS; tid++) {
		struct bind_event event = new_attempt(tid, tid, 80);

		join_event(join, &event);
	}
	/* Some were released, not all; those that wait are the youngest. */
	assert_true(tally.next > 0);
	assert_true(tally.next < ATTEMPTS);
	join_free(join);
	assert_int_equal(tally.next, ATTEMPTS);
	assert_true(tally.in_order);
	assert_false(tally.known);
}

static void test_free_passes_the_rest(void **state)
{
	struct passed *passed = *state;

	attempt(passed, 2, 10, 80);
	attempt(passed, 1, 11, 81);
	join_free(passed->join);
	passed->join = NULL;
	assert_int_equal(passed->count, 2);
	check_record(&passed->record[0], 2, 80, true);
	assert_false(passed->record[0].known);
	check_record(&passed->record[1], 1, 81, true);
	assert_false(passed->record[1].known);
	join_free(NULL);
}

#define JOIN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOIN_TEST(test_attempt_and_outcome_become_one_record),
		JOIN_TEST(test_binds_of_one_thread_come_out_in_order),
		JOIN_TEST(test_the_next_attempt_of_the_thread_ends_the_wait),
		JOIN_TEST(test_an_attempt_waits_join_wait_and_no_longer),
		JOIN_TEST(test_only_those_that_waited_long_enough_expire),
		JOIN_TEST(test_due_is_when_the_oldest_has_waited),
		JOIN_TEST(test_an_outcome_after_the_wait_is_not_lost),
		JOIN_TEST(test_a_refused_attempt_does_not_wait),
		JOIN_TEST(test_what_the_cgroup_hook_refuses_has_an_outcome),
		JOIN_TEST(test_what_the_cgroup_hook_refuses_is_known_without_outcome),
		JOIN_TEST(test_a_refused_attempt_ends_the_wait_of_the_one_before),
		JOIN_TEST(test_a_denial_in_audit_mode_waits_for_its_outcome),
		JOIN_TEST(test_an_inner_socket_with_the_same_address_joins),
		JOIN_TEST(test_a_bind_of_the_kernels_own_is_passed_undecided),
		JOIN_TEST(test_addresses_are_compared_to_the_last_byte),
		JOIN_TEST(test_the_same_address_of_another_family_does_not_join),
		JOIN_TEST(test_the_same_socket_joins_whatever_the_address),
		JOIN_TEST(test_threads_do_not_disturb_each_other),
		JOIN_TEST(test_an_outcome_without_an_attempt_is_passed_at_once),
		JOIN_TEST(test_a_listen_joins_its_own_outcome_only),
		JOIN_TEST(test_an_autobind_joins_no_attempt),
		JOIN_TEST(test_options_and_bindx_do_not_wait),
		JOIN_TEST(test_another_address_in_the_outcome_is_rewritten),
		JOIN_TEST(test_success_shows_what_was_bound),
		JOIN_TEST(test_failure_shows_what_was_requested),
		cmocka_unit_test(test_too_many_attempts_release_the_oldest_and_lose_none),
		JOIN_TEST(test_free_passes_the_rest),
	};

	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
