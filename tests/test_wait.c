/* SPDX-License-Identifier: GPL-2.0-only */
/* What ends a wait, and what does not. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/host/wait.h"

#define AT_ONCE 0.5 /* seconds: much less than any wait here that nothing ends */
#define LONG_MS 60000
#define SHORT_MS 20

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Something ends a wait for a minute at once, and only this one. */
static void check_ended(void)
{
	double start = now();

	assert_int_equal(wait_any(LONG_MS), 0);
	assert_true(now() - start < AT_ONCE);
}

static void check_not_ended(void)
{
	double start = now();

	assert_int_equal(wait_any(SHORT_MS), 0);
	assert_true(now() - start >= SHORT_MS / 1000.0 * 0.9);
}

static int setup(void **state)
{
	(void)state;
	return wait_open();
}

static void test_an_interrupt_ends_the_next_wait_once(void **state)
{
	(void)state;
	check_not_ended();
	wait_interrupt();
	check_ended();
	check_not_ended();
	wait_interrupt();
	wait_interrupt();
	check_ended();
	check_not_ended();
}

static void on_alarm(int signal)
{
	(void)signal;
	errno = ENOENT;
	wait_interrupt();
}

static void test_a_signal_ends_the_wait_that_there_is(void **state)
{
	const struct sigaction handler = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	const struct itimerval soon = { .it_value.tv_usec = 10000 };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &handler, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	check_ended();
	/* The handler's news, if it was the signal that ended the wait. */
	wait_any(0);
	check_not_ended();
}

static void test_more_input_ends_a_wait_and_what_is_unread_does_not(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(wait_for_input(ends[0]), 0);
	check_not_ended();
	assert_int_equal(write(ends[1], "a", 1), 1);
	check_ended();
	check_not_ended();
	assert_int_equal(write(ends[1], "b", 1), 1);
	check_ended();
	close(ends[0]);
	close(ends[1]);
	check_not_ended();
}

static void test_only_the_end_of_the_reader_counts_for_output(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	wait_for_end(ends[1]);
	assert_int_equal(write(ends[1], "a", 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	check_not_ended();
	close(ends[0]);
	check_ended();
	check_not_ended();
	close(ends[1]);
}

static void test_an_alarm_ends_a_wait_and_0_takes_it_back(void **state)
{
	(void)state;
	wait_alarm(time(NULL) - 1);
	check_ended();
	check_not_ended();
	wait_alarm(time(NULL) + LONG_MS);
	wait_alarm(0);
	check_not_ended();
	wait_alarm(time(NULL) + 1);
	assert_int_equal(wait_any(LONG_MS), 0);
	wait_alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_interrupt_ends_the_next_wait_once),
		cmocka_unit_test(test_a_signal_ends_the_wait_that_there_is),
		cmocka_unit_test(test_more_input_ends_a_wait_and_what_is_unread_does_not),
		cmocka_unit_test(test_only_the_end_of_the_reader_counts_for_output),
		cmocka_unit_test(test_an_alarm_ends_a_wait_and_0_takes_it_back),
	};

	return cmocka_run_group_tests_name("wait", tests, setup, NULL);
}
