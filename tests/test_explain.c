/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard explain: the verdict, and the first criterion of each earlier rule that is not met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/offline/criteria.h"
#include "enforcer/offline/explain.h"
#include "tests/capture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY "uid 65534, cgroup \"/\", exe -, comm -, netns host"
#define HEAD "version = 1; default = \"deny\"; forbid_options = \"IP_TRANSPARENT\";\nrules = (\n"

/* A criterion that a request does not meet, in a rule of its own. */
static const struct {
	const char *rule; /* its settings */
	const char *options[4]; /* besides --tcp 10.0.0.1:80 */
	const char *line;
} unmet[] = {
	{ "family = \"ipv6\"", { NULL }, "family is \"ipv6\", the request has ipv4" },
	{ "family = \"ipv6\"; address = [\"::1\", \"10.0.0.1\"]",
	  { NULL },
	  "family is \"ipv6\", the request has ipv4" },
	{ "family = \"ipv4\"; address = \"10.0.0.2\"",
	  { NULL },
	  "address is \"10.0.0.2\", the request has 10.0.0.1" },
	{ "address = [\"loopback\", \"10.1.0.0/16\"]",
	  { NULL },
	  "address is [\"10.1.0.0/16\", \"127.0.0.0/8\", \"::1\"], the request has 10.0.0.1" },
	{ "protocol = \"udp\"; ports = 81", { NULL }, "protocol is \"udp\", the request has tcp" },
	{ "protocol = 262", { NULL }, "protocol is \"mptcp\", the request has tcp" },
	{ "ports = \"1-79, 81-65535\"; uid = 1",
	  { NULL },
	  "ports is \"1-79, 81-65535\", the request has 80" },
	{ "ports = \"ephemeral\"", { NULL }, "ports is \"ephemeral\", the request has 80" },
	{ "uid = \"root\"; cgroup = \"/a\"", { NULL }, "uid is \"0\", the request has 65534" },
	{ "uid = \"1-9\"", { "--uid", "root" }, "uid is \"1-9\", the request has 0" },
	{ "cgroup = \"/a\"; exe = \"/a\"", { NULL }, "cgroup is \"/a\", the request has \"/\"" },
	{ "unit = \"x.service\"",
	  { "--cgroup", "/system.slice/y.service" },
	  "cgroup is \"/system.slice/x.service\", the request has \"/system.slice/y.service\"" },
	{ "exe = \"/a\"; comm = \"a\"", { NULL }, "exe is \"/a\", the request has -" },
	{ "exe = \"/a\"", { "--exe", "/b" }, "exe is \"/a\", the request has \"/b\"" },
	{ "comm = \"a*\"; netns = \"host\"",
	  { "--netns", "other", "--comm", "\x1b" },
	  "comm is \"a*\", the request has \"\\x1b\"" },
	{ "comm = \"\x1b\"", { NULL }, "comm is \"\\x1b\", the request has -" },
	{ "netns = \"host\"", { "--netns", "other" }, "netns is \"host\", the request has other" },
	{ "expires = \"2020-01-01\"; uid = 1",
	  { NULL },
	  "expires is \"2020-01-01\", which is over" },
	{ "uid = [1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43]",
	  { NULL },
	  "uid is [\"1\", \"3\", \"5\", \"7\", \"11\", \"13\", \"17\", \"19\", \"23\", \"29\", \"31..., "
	  "the "
	  "request has 65534" },
};

static void test_each_criterion_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unmet); i++) {
		const char *const *o = unmet[i].options;
		const char *arguments[] = { "explain", "p.conf", "--tcp", "10.0.0.1:80", o[0],
					    o[1],      o[2],	 o[3],	  NULL };
		struct capture capture;
		char text[512];

		snprintf(text, sizeof(text), HEAD "{ name = \"a\"; %s; } );\n", unmet[i].rule);
		capture_write("p.conf", text);
		capture = capture_run(explain, arguments);
		assert_string_equal(capture.err, "");
		snprintf(text, sizeof(text),
			 "verdict: deny\n"
			 "rule: -, the default\n"
			 "\n"
			 "Tried before, and not matched:\n"
			 "p.conf:3: a: %s\n",
			 unmet[i].line);
		assert_memory_equal(capture.out, "request: tcp 10.0.0.1:80, uid ", 30);
		assert_string_equal(strchr(capture.out, '\n') + 1, text);
		assert_int_equal(capture.status, 1);
		capture_free(&capture);
	}
}

#define RULES                                                                   \
	HEAD "{ name = \"web\"; ports = 80; permit_options = \"SO_REUSEADDR\";" \
	     "  forbid_options = \"SO_REUSEPORT\"; },\n"                        \
	     "{ name = \"trial\"; verdict = \"deny\"; mode = \"audit\"; ports = 81; } );\n"

/* Of a bound socket only the options count, whatever the rule says of its port. */
static void test_a_bound_socket_is_asked_for_its_options(void **state)
{
	(void)state;
	capture_write("p.conf", RULES);
	CAPTURE_EXPECT(explain, 0,
		       "request: tcp 0.0.0.0:82, " NOBODY ", options SO_REUSEPORT, via setsockopt\n"
		       "verdict: allow\n"
		       "rule: -, the default\n"
		       "\n"
		       "Tried before, and not matched:\n"
		       "p.conf:3: web: ports is \"80\", the request has 82\n"
		       "p.conf:4: trial: ports is \"81\", the request has 82\n",
		       "", "explain", "p.conf", "--via", "setsockopt", "--tcp", "0.0.0.0:82",
		       "--option", "SO_REUSEPORT");
	CAPTURE_EXPECT(explain, 1,
		       "request: tcp 0.0.0.0:80, " NOBODY ", options SO_REUSEPORT, via listen\n"
		       "verdict: deny, because of SO_REUSEPORT\n"
		       "rule: web (p.conf:3)\n",
		       "", "explain", "p.conf", "--via", "listen", "--tcp", "0.0.0.0:80",
		       "--option", "SO_REUSEPORT");
}

static void test_verdicts(void **state)
{
	(void)state;
	capture_write("p.conf", RULES);
	CAPTURE_EXPECT(explain, 0,
		       "request: tcp 0.0.0.0:80, " NOBODY ", options SO_REUSEADDR\n"
		       "verdict: allow\n"
		       "rule: web (p.conf:3)\n",
		       "", "explain", "p.conf", "--tcp", "0.0.0.0:80", "--option", "SO_REUSEADDR");
	CAPTURE_EXPECT(explain, 1,
		       "request: udp [::]:80, " NOBODY ", options IP_TRANSPARENT,SO_REUSEPORT\n"
		       "verdict: deny, because of IP_TRANSPARENT,SO_REUSEPORT\n"
		       "rule: web (p.conf:3)\n",
		       "", "explain", "--option", "SO_REUSEPORT", "p.conf", "--udp", "[::]:80",
		       "--option", "IP_TRANSPARENT");
	CAPTURE_EXPECT(explain, 1,
		       "request: mptcp 0.0.0.0:81, " NOBODY ", options -\n"
		       "verdict: deny; audit: the rule reports it and lets it through\n"
		       "rule: trial (p.conf:4)\n"
		       "\n"
		       "Tried before, and not matched:\n"
		       "p.conf:3: web: ports is \"80\", the request has 81\n",
		       "", "explain", "p.conf", "--protocol", "mptcp", "--bind", "0.0.0.0:81");
	CAPTURE_EXPECT(explain, 1,
		       "request: raw ::, " NOBODY ", options -\n"
		       "verdict: deny\n"
		       "rule: -, the default\n"
		       "\n"
		       "Tried before, and not matched:\n"
		       "p.conf:3: web: ports is \"80\", the request has none\n"
		       "p.conf:4: trial: ports is \"81\", the request has none\n",
		       "", "explain", "p.conf", "--raw", "::");
}

static void test_a_policy_without_rules(void **state)
{
	(void)state;
	capture_write("p.conf", "version = 1; default = \"allow\"; rules = ();\n");
	CAPTURE_EXPECT(explain, 0,
		       "request: tcp 0.0.0.0:ephemeral, " NOBODY ", options -\n"
		       "verdict: allow\n"
		       "rule: -, the default\n",
		       "", "explain", "p.conf", "--tcp", "0.0.0.0:0");
}

/* Writes a policy of which only the rule after the first count ones can match. */
static void write_many(unsigned int count)
{
	FILE *file = fopen("many.conf", "w");

	assert_non_null(file);
	fputs(HEAD, file);
	for (unsigned int i = 0; i < count; i++)
		fprintf(file, "{ name = \"r%u\"; ports = 1; },\n", i);
	fputs("{ name = \"last\"; } );\n", file);
	fclose(file);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

static void test_of_many_rules_some_are_left_out(void **state)
{
	struct capture capture;

	(void)state;
	write_many(60);
	capture = CAPTURE(explain, "explain", "many.conf", "--tcp", "0.0.0.0:2");
	assert_int_equal(count_lines(capture.out), 5 + 60);
	assert_null(strstr(capture.out, "left out"));
	capture_free(&capture);

	write_many(61);
	capture = CAPTURE(explain, "explain", "many.conf", "--tcp", "0.0.0.0:2");
	assert_int_equal(count_lines(capture.out), 5 + 61);
	assert_non_null(strstr(capture.out,
			       "many.conf:52: r49: ports is \"1\", the request has 2\n"
			       "... 1 rule left out, --all shows all ...\n"
			       "many.conf:54: r51: ports is \"1\", the request has 2\n"));
	capture_free(&capture);

	write_many(1000);
	capture = CAPTURE(explain, "explain", "many.conf", "--tcp", "0.0.0.0:2");
	assert_int_equal(count_lines(capture.out), 5 + 61);
	assert_non_null(strstr(capture.out,
			       ": r49: ports is \"1\", the request has 2\n"
			       "... 940 rules left out, --all shows all ...\n"
			       "many.conf:993: r990: ports is \"1\", the request has 2\n"));
	capture_free(&capture);
	capture = CAPTURE(explain, "explain", "many.conf", "--all", "--tcp", "0.0.0.0:2");
	assert_int_equal(count_lines(capture.out), 5 + 1000);
	capture_free(&capture);
}

static void test_a_policy_with_errors_explains_nothing(void **state)
{
	(void)state;
	capture_write("bad\x1b.conf", "version = 1; defualt = \"deny\";\n");
	CAPTURE_EXPECT(explain, EX_CONFIG, "",
		       "bad\\x1b.conf: default: missing, expected \"allow\" or \"deny\"\n"
		       "bad\\x1b.conf:1: defualt: unknown setting, did you mean \"default\"?\n"
		       "bindguard: bad\\x1b.conf: 2 errors, policy not loaded\n",
		       "explain", "bad\x1b.conf", "--tcp", "0.0.0.0:0");
}

static const struct {
	const char *arguments[6];
	const char *error;
} mistakes[] = {
	{ { NULL },
	  "explain: no policy given, for example bindguard explain policy.conf --uid "
	  "www-data --tcp 0.0.0.0:443" },
	{ { "p.conf" },
	  "explain: no bind given, for example bindguard explain policy.conf --uid www-data --tcp "
	  "0.0.0.0:443" },
	{ { "p.conf", "--protocol", "tcp" },
	  "explain: no bind given, for example bindguard explain policy.conf --uid www-data --tcp "
	  "0.0.0.0:443" },
	{ { "p.conf", "--bind", "0.0.0.0:1" },
	  "explain: no bind given, for example bindguard explain policy.conf --uid www-data --tcp "
	  "0.0.0.0:443" },
	{ { "p.conf", "q.conf", "--tcp", "0.0.0.0:1" }, "explain: q.conf: unexpected argument" },
	{ { "p.conf", "--tcp", "0.0.0.0" },
	  "explain: \"0.0.0.0\" has no port, expected one such as \"0.0.0.0:443\"" },
	{ { "p.conf", "--protocol", "tpc", "--bind", "0.0.0.0:1" },
	  "explain: unknown protocol \"tpc\", did you mean \"tcp\"?" },
	{ { "p.conf", "--tcp", "0.0.0.0:1", "--udp", "0.0.0.0:1" },
	  "--udp: there is a protocol already: tcp" },
	{ { "p.conf", "--bind", "0.0.0.0:1", "--bind", "0.0.0.0:2" },
	  "--bind: there is a bind already: 0.0.0.0:1" },
	{ { "p.conf", "--uid", "no\x1bone" },
	  "--uid: unknown user \"no\\x1bone\", expected a user's name or number" },
	{ { "p.conf", "--option", "SO_REUSPORT" },
	  "--option: unknown option \"SO_REUSPORT\", did you mean \"SO_REUSEPORT\"?" },
	{ { "p.conf", "--netns", "x" },
	  "--netns: unknown value \"x\", expected \"host\" or \"other\"" },
	{ { "p.conf", "--via", "x" },
	  "--via: unknown value \"x\", expected \"bind\", \"listen\", \"bindx\" or \"setsockopt\"" },
	{ { "p.conf", "--comm" }, "--comm: needs a value" },
	{ { "p.conf", "--all=1" }, "--all=1: unknown option, or a value that it does not take" },
	{ { "p.conf", "--al\x1bl" },
	  "--al\\x1bl: unknown option, or a value that it does not take" },
	{ { "p.conf", "-u" }, "-u: unknown option" },
};

static void test_usage(void **state)
{
	struct capture capture;
	char expected[256];

	(void)state;
	capture_write("p.conf", RULES);
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const char *const *a = mistakes[i].arguments;
		const char *arguments[] = {
			"explain", a[0], a[1], a[2], a[3], a[4], a[5], NULL,
		};

		snprintf(expected, sizeof(expected),
			 "bindguard: %s\nTry 'bindguard explain --help'.\n", mistakes[i].error);
		capture_expect(explain, arguments, EX_USAGE, "", expected);
	}
	capture = CAPTURE(explain, "explain", "--help");
	assert_int_equal(capture.status, 0);
	assert_non_null(strstr(capture.out, "usage: bindguard explain "));
	assert_true(count_lines(capture.out) <= 32);
	capture_free(&capture);
}

/* Every combination of a few values, against the same rules. */

static const char combined[] = HEAD
	"{ name = \"1\"; family = \"ipv6\"; ports = 80; uid = 1; },\n"
	"{ name = \"2\"; address = \"10.0.0.0/8\"; protocol = \"tcp\"; comm = \"a*\"; },\n"
	"{ name = \"3\"; cgroup = \"/a\"; exe = \"/x\"; },\n"
	"{ name = \"4\"; netns = \"host\"; address = \"::1\"; ports = \"ephemeral\"; },\n"
	"{ name = \"5\"; expires = \"2020-01-01\"; },\n"
	"{ name = \"6\"; comm = \"b\"; uid = [1, 2]; },\n"
	"{ name = \"7\"; protocol = [\"udp\", \"raw\"]; cgroup = \"/a/b*\"; } );\n";

static void check_query(const struct load *load, const struct query *query)
{
	struct bind_decision decision;
	struct bind_request request;

	query_request(&load->image, query, &request);
	decide(&load->image, &request, &decision);
	for (uint32_t i = 0; i < load->policy->rules && i <= decision.rule; i++) {
		char text[256] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		criteria_print(out, load, query, i);
		fclose(out);
		if ((i == decision.rule) != !strcmp(text, "every criterion matches"))
			fail_msg("rule %u of %d: %s", i + 1, (int)decision.rule + 1, text);
	}
}

static void test_earlier_rules_always_have_a_reason(void **state)
{
	static const char *const binds[] = {
		"tcp 10.0.0.1:80", "tcp [::1]:80", "udp [::1]:0",
		"udp 9.0.0.1:0",   "raw ::1",	   "mptcp 10.0.0.1:1"
	};
	static const char *const comms[] = { "a", "ab", "b" };
	static const char *const cgroups[] = { "/", "/a", "/a/b", "/a/bc/d", "/ab" };
	static const char *const exes[] = { "/x", "/y" };
	struct query_error error;
	struct query query;
	struct load load;

	(void)state;
	capture_write("combined.conf", combined);
	assert_int_equal(load_policy("combined.conf", true, &load), 0);
	for (unsigned int i = 0; i < 6 * 3 * 5 * 2 * 3 * 2; i++) {
		query_init(&query);
		query.uid = i / 6 % 3;
		assert_true(query_set_bind_text(&query, binds[i % 6], &error));
		assert_true(query_set_comm(&query, comms[i / 18 % 3], &error));
		assert_true(query_set_cgroup(&query, cgroups[i / 54 % 5], &error));
		assert_true(query_set_exe(&query, exes[i / 270 % 2], &error));
		query.other_netns = i / 540 % 2;
		check_query(&load, &query);
	}
	load_free(&load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_criterion_is_named),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_a_bound_socket_is_asked_for_its_options),
		cmocka_unit_test(test_a_policy_without_rules),
		cmocka_unit_test(test_of_many_rules_some_are_left_out),
		cmocka_unit_test(test_a_policy_with_errors_explains_nothing),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_earlier_rules_always_have_a_reason),
	};

	return cmocka_run_group_tests_name("explain", tests, capture_begin, capture_end);
}
