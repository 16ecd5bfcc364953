/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard learn --prune, and the command line of learn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/logs/learn.h"
#include "enforcer/logs/live.h"
#include "tests/capture.h"
#include "tests/judge.h"
#include "tests/recorded.h"

#define R(name, rest) "{ name = \"" name "\"; " rest " }"

static void expect(const char *rules, int status, const char *out)
{
	char policy[4096];

	snprintf(policy, sizeof(policy), "version = 1; default = \"deny\"; rules = (%s);", rules);
	capture_write("p.conf", policy);
	CAPTURE_EXPECT(learn, status, out, "", "learn", "--prune", "p.conf", "log");
}

static void test_rules(void **state)
{
	(void)state;
	RECORDED("log", { .port = 80, .second = 3, .count = 1200 }, { .port = 81, .second = 9 },
		 { .port = 80, .second = 5 }, { .port = 22, .second = 1, .verdict = "deny" });
	expect(R("a", "ports = 81;") ",\n" R("b", "ports = 1;") ",\n" R("c", "ports = 80;") ",\n" R(
		       "d",
		       "ports = 80; uid = 0;") ",\n" R("e",
						       "verdict = \"deny\"; ports = 22;") ",\n" R("f",
												  "expires = \"2020-01-01\"; ports = 1;"),
	       1,
	       "never                 b (p.conf:2)\n"
	       "never                 d (p.conf:4)\n"
	       "never                 f (p.conf:6) expired\n"
	       "2026-03-01T12:00:01Z, 1 bind  e (p.conf:5)\n"
	       "2026-03-01T12:00:05Z, 1,201 binds  c (p.conf:3)\n"
	       "2026-03-01T12:00:09Z, 1 bind  a (p.conf:1)\n"
	       "3 of 6 rules never hit since 2026-03-01T12:00:01Z\n");
	expect(R("a", ""), 0,
	       "2026-03-01T12:00:09Z, 1,203 binds  a (p.conf:1)\n"
	       "0 of 1 rule never hit since 2026-03-01T12:00:01Z\n");
}

/* A rule that may have decided a bind is not said to be of no use. */
static void test_perhaps(void **state)
{
	(void)state;
	RECORDED("log", { .port = 80, .exe = "-" });
	expect(R("port", "ports = 81; exe = \"/bin/x\";") ",\n" R("exe", "exe = \"/bin/x\";") ",\n" R(
		       "uid",
		       "uid = 9;") ",\n" R("other",
					   "exe = \"/bin/y\";") ",\n" R("any",
									"") ",\n" R("last",
										    "exe = \"/bin/z\";"),
	       1,
	       "never                 port (p.conf:1)\n"
	       "never                 uid (p.conf:3)\n"
	       "never                 last (p.conf:6)\n"
	       "perhaps               exe (p.conf:2)\n"
	       "perhaps               other (p.conf:4)\n"
	       "perhaps               any (p.conf:5)\n"
	       "3 of 6 rules never hit since 2026-03-01T12:00:00Z\n");
	RECORDED("log", { .range = { 80, 90 } });
	expect(R("before", "ports = 79;") ",\n" R("low", "ports = \"80-85\";") ",\n" R(
		       "mid", "ports = 86;") ",\n" R("high", "ports = \"87-90\";") ",\n" R("behind",
											   ""),
	       1,
	       "never                 before (p.conf:1)\n"
	       "never                 behind (p.conf:5)\n"
	       "perhaps               low (p.conf:2)\n"
	       "perhaps               mid (p.conf:3)\n"
	       "perhaps               high (p.conf:4)\n"
	       "2 of 5 rules never hit since 2026-03-01T12:00:00Z\n");
}

/* Of each run the last totals count. */
static void test_missing(void **state)
{
	static const char totals[] =
		"{\"record\":\"totals\",\"run\":\"1\",\"lost\":2,\"filtered\":1000,\"sampled\":null}\n"
		"{\"record\":\"totals\",\"run\":\"1\",\"lost\":3,\"filtered\":1000,\"dropped\":4}\n"
		"{\"record\":\"totals\",\"run\":\"2\",\"sampled\":5,\"folded\":99}\n";
	FILE *out;

	(void)state;
	RECORDED("log", { .port = 80 });
	out = fopen("log", "a");
	fputs(totals, out);
	fclose(out);
	capture_write("p.conf", "version = 1; default = \"deny\"; rules = (" R("a", "") ");");
	CAPTURE_EXPECT(learn, 0,
		       "2026-03-01T12:00:00Z, 1 bind  a (p.conf:1)\n"
		       "0 of 1 rule never hit since 2026-03-01T12:00:00Z\n",
		       "bindguard: 1,012 binds are not in the logs: lost, sampled, filtered or "
		       "dropped\n",
		       "learn", "--prune", "p.conf", "log");
	capture_write("log", totals);
	CAPTURE_EXPECT(learn, EX_DATAERR, "",
		       "bindguard: no binds in the logs, expected lines of 'bindguard --json'\n",
		       "learn", "--prune", "p.conf", "log");
}

static void test_seconds(void **state)
{
	(void)state;
	assert_int_equal(live_seconds("90s"), 90);
	assert_int_equal(live_seconds("30m"), 1800);
	assert_int_equal(live_seconds("24h"), 86400);
	assert_int_equal(live_seconds("7d"), 604800);
	assert_int_equal(live_seconds("24855d"), 24855u * 86400u);
	assert_int_equal(live_seconds("24856d"), 0);
	assert_int_equal(live_seconds("0s"), 0);
	assert_int_equal(live_seconds("24"), 0);
	assert_int_equal(live_seconds("24hours"), 0);
	assert_int_equal(live_seconds("-1s"), 0);
	assert_int_equal(live_seconds(" 1s"), 0);
	assert_int_equal(live_seconds(""), 0);
	assert_int_equal(live_seconds("99999999999999999999s"), 0);
}

#define TRY "Try 'bindguard learn --help'.\n"

static void test_usage(void **state)
{
	(void)state;
	CAPTURE_EXPECT(learn, EX_USAGE, "",
		       "bindguard: --for: \\x1b is no time, expected one such as 90s, 30m, 24h or "
		       "7d\n" TRY,
		       "learn", "--for", "\x1b");
	CAPTURE_EXPECT(learn, EX_USAGE, "",
		       "bindguard: log: a log and --for exclude each other\n" TRY, "learn", "--for",
		       "5s", "log");
	CAPTURE_EXPECT(learn, EX_USAGE, "", "bindguard: --prune goes with no other option\n" TRY,
		       "learn", "--prune", "p.conf", "--base", "b.conf", "log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),	cmocka_unit_test(test_perhaps),
		cmocka_unit_test(test_missing), cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests_name("prune", tests, capture_begin, capture_end);
}
