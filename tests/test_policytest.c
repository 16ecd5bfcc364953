/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard test: cases, TAP, coverage and JUnit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/offline/cases.h"
#include "enforcer/offline/junit.h"
#include "enforcer/offline/policytest.h"
#include "tests/capture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNREAD "TAP version 13\nBail out! The policy or the cases cannot be read.\n"

#define POLICY                                                                              \
	"version = 1; default = \"deny\"; forbid_options = \"IP_TRANSPARENT\";\n"           \
	"rules = ( { name = \"web\"; uid = 33; ports = \"80, 443\"; },\n"                   \
	"{ name = \"trial\"; verdict = \"deny\"; mode = \"audit\"; ports = \"81-90\"; },\n" \
	"{ name = \"dns\"; cgroup = \"/dns\"; exe = \"/bin/dns\"; comm = \"d*\";\n"         \
	"netns = \"host\"; ports = 53; } );\n"

#define CASES(cases) "tests = (\n" cases "\n);\n"

/* A bound socket is asked for its options; one that listens unbound wants an ephemeral port. */
static void test_cases_of_every_way(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf",
		      CASES("{ name = \"a\"; via = \"bind\"; bind = \"tcp 0.0.0.0:1\"; expect = "
			    "\"deny\"; },\n"
			    "{ name = \"b\"; via = \"setsockopt\"; bind = \"tcp 0.0.0.0:1\"; "
			    "options = \"SO_REUSEPORT\"; expect = \"allow\"; },\n"
			    "{ name = \"c\"; via = \"setsockopt\"; bind = \"tcp 0.0.0.0:1\"; "
			    "options = \"IP_TRANSPARENT\"; expect = \"deny\"; rule = \"-\"; },\n"
			    "{ name = \"d\"; via = \"listen\"; bind = \"tcp 0.0.0.0:0\"; expect = "
			    "\"deny\"; },\n"
			    "{ name = \"e\"; via = \"bindx\"; bind = \"sctp [::]:81\"; expect = "
			    "\"audit\"; rule = \"trial\"; }"));
	CAPTURE_EXPECT(policytest, 0,
		       "TAP version 13\n1..5\nok 1 - a\nok 2 - b\nok 3 - c\nok 4 - d\nok 5 - e\n"
		       "# not reached: web (p.conf:2)\n# not reached: dns (p.conf:4)\n"
		       "# 1 of 3 rules reached\n",
		       "", "test", "p.conf", "c.conf");
	CAPTURE_EXPECT(
		policytest, 0,
		"65534\t-\t/\t-\thost\ttcp\t0.0.0.0\t1\t-\tbind\tdeny\t-\ta\tdeny\t*\tc.conf:2\n"
		"65534\t-\t/\t-\thost\ttcp\t0.0.0.0\t1\tSO_REUSEPORT\tsetsockopt\t"
		"allow\t-\tb\tallow\t*\tc.conf:3\n"
		"65534\t-\t/\t-\thost\ttcp\t0.0.0.0\t1\tIP_TRANSPARENT\tsetsockopt\t"
		"deny\t-\tc\tdeny\t-\tc.conf:4\n"
		"65534\t-\t/\t-\thost\ttcp\t0.0.0.0\t0\t-\tlisten\tdeny\t-\td\tdeny\t*\tc.conf:5\n"
		"65534\t-\t/\t-\thost\tsctp\t::\t81\t-\tbindx\taudit\ttrial\te\taudit\ttrial\tc.conf:6\n",
		"", "test", "--list", "p.conf", "c.conf");
}

static void test_cases_that_pass(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf",
		      CASES("{ name = \"a\"; uid = 33; bind = \"tcp 0.0.0.0:443\"; expect = "
			    "\"allow\"; rule = \"web\"; },\n"
			    "{ name = \"b\"; uid = \"33\"; bind = \"tcp [::1]:80\"; options = "
			    "[\"SO_REUSEPORT\", \"IP_TRANSPARENT\"]; expect = \"deny\"; },\n"
			    "{ name = \"c\"; bind = \"udp [::]:81\"; expect = \"audit\"; rule = "
			    "\"trial\"; },\n"
			    "{ name = \"d\"; bind = \"raw 0.0.0.0\"; expect = \"deny\"; rule = "
			    "\"-\"; },\n"
			    "{ name = \"e\"; cgroup = \"/dns/x\"; exe = \"/bin/dns\"; comm = "
			    "\"dnsd\"; netns = \"host\"; bind = \"udp 0.0.0.0:53\"; expect = "
			    "\"allow\"; rule = \"dns\"; },\n"
			    "{ name = \"f\"; cgroup = \"/dns/x\"; exe = \"/bin/dns\"; comm = "
			    "\"dnsd\"; netns = \"other\"; bind = \"udp 0.0.0.0:53\"; expect = "
			    "\"deny\"; options = \"SO_REUSEADDR\"; rule = \"-\"; }"));
	CAPTURE_EXPECT(policytest, 0,
		       "TAP version 13\n1..6\nok 1 - a\nok 2 - b\nok 3 - c\nok 4 - d\nok 5 - e\n"
		       "ok 6 - f\n# 3 of 3 rules reached\n",
		       "", "test", "p.conf", "c.conf");
}

#define FAILING                                                                                  \
	CASES("{ name = \"by web?\"; bind = \"tcp 0.0.0.0:443\"; uid = 33; expect = \"allow\"; " \
	      "rule = \"dns\"; },\n"                                                             \
	      "{ name = \"audit?\"; bind = \"tcp 0.0.0.0:81\"; expect = \"deny\"; },\n"          \
	      "{ name = \"fine\"; bind = \"tcp 0.0.0.0:1\"; expect = \"deny\"; }")

static void test_cases_that_fail(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf", FAILING);
	CAPTURE_EXPECT(policytest, 1,
		       "TAP version 13\n"
		       "1..3\n"
		       "not ok 1 - by web?\n"
		       "  ---\n"
		       "  file: \"c.conf\"\n"
		       "  line: 2\n"
		       "  request: \"tcp 0.0.0.0:443, uid 33, cgroup \\\"/\\\", exe -, comm -, "
		       "netns host, options -\"\n"
		       "  expected: allow\n"
		       "  got: allow\n"
		       "  expected_rule: \"dns\"\n"
		       "  got_rule: \"web\"\n"
		       "  ...\n"
		       "not ok 2 - audit?\n"
		       "  ---\n"
		       "  file: \"c.conf\"\n"
		       "  line: 3\n"
		       "  request: \"tcp 0.0.0.0:81, uid 65534, cgroup \\\"/\\\", exe -, comm -, "
		       "netns host, options -\"\n"
		       "  expected: deny\n"
		       "  got: audit\n"
		       "  got_rule: \"trial\"\n"
		       "  ...\n"
		       "ok 3 - fine\n"
		       "# not reached: dns (p.conf:4)\n"
		       "# 2 of 3 rules reached\n",
		       "", "test", "p.conf", "c.conf");
}

static void test_junit(void **state)
{
	struct capture capture;
	char *xml;

	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf", FAILING);
	capture = CAPTURE(policytest, "test", "--junit", "out.xml", "p.conf", "c.conf");
	assert_int_equal(capture.status, 1);
	assert_string_equal(capture.err, "");
	capture_free(&capture);
	xml = capture_read("out.xml");
	assert_string_equal(
		xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"p.conf\" tests=\"3\" failures=\"2\" errors=\"0\" "
		"skipped=\"0\">\n"
		"    <testcase name=\"by web?\" classname=\"p.conf\" file=\"c.conf\" line=\"2\">\n"
		"      <failure message=\"expected allow by dns, got allow by web\">tcp "
		"0.0.0.0:443, uid 33, cgroup &quot;/&quot;, exe -, comm -, netns host, options "
		"-</failure>\n"
		"    </testcase>\n"
		"    <testcase name=\"audit?\" classname=\"p.conf\" file=\"c.conf\" line=\"3\">\n"
		"      <failure message=\"expected deny, got audit by trial\">tcp 0.0.0.0:81, uid "
		"65534, cgroup &quot;/&quot;, exe -, comm -, netns host, options -</failure>\n"
		"    </testcase>\n"
		"    <testcase name=\"fine\" classname=\"p.conf\" file=\"c.conf\" line=\"4\"/>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	free(xml);
}

static void test_junit_that_cannot_be_written(void **state)
{
	struct capture capture;

	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf", FAILING);
	capture = CAPTURE(policytest, "test", "p.conf", "c.conf", "--junit", "no/out.xml");
	assert_int_equal(capture.status, EX_IOERR);
	assert_string_equal(capture.err,
			    "bindguard: no/out.xml: cannot write: No such file or directory\n");
	capture_free(&capture);
	capture = CAPTURE(policytest, "test", "p.conf", "c.conf", "--junit", "/dev/full");
	assert_int_equal(capture.status, EX_IOERR);
	assert_string_equal(capture.err,
			    "bindguard: /dev/full: cannot write: No space left on device\n");
	capture_free(&capture);
}

/* What is written of a text in an attribute, as a test's name is. */
static const struct {
	const char *text, *written;
} texts[] = {
	{ "<a href='x'>&amp;\"", "&lt;a href=&apos;x&apos;&gt;&amp;amp;&quot;" },
	{ "a\tb\nc\rd", "a\\x09b\\x0ac\\x0dd" },
	{ "\x01\x1b\x7f", "\\x01\\x1b\\x7f" },
	{ "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80", "Z\xc3\xbcrich \xe2\x82\xac "
							 "\xf0\x9f\x98\x80" },
	{ "\xff\xfe \xc3", "\\xff\\xfe \\xc3" },
	{ "\xc0\xaf", "\\xc0\\xaf" }, /* too long a form of "/" */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
	{ "\xef\xbf\xbe", "\\xef\\xbf\\xbe" }, /* U+FFFE */
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* beyond the last */
	{ "\xc2\x85\xc2\xa0", "\\xc2\\x85\xc2\xa0" },
	{ "]]>", "]]&gt;" },
};

static void test_junit_has_only_what_xml_may_have(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct junit_case result = { .name = texts[i].text, .file = "f", .line = 1 };
		char written[256] = "", expected[256];
		FILE *out = fmemopen(written, sizeof(written), "w");

		junit_case(out, "s", &result);
		fclose(out);
		snprintf(expected, sizeof(expected),
			 "    <testcase name=\"%s\" classname=\"s\" file=\"f\" line=\"1\"/>\n",
			 texts[i].written);
		assert_string_equal(written, expected);
	}
}

static void test_names_are_escaped(void **state)
{
	(void)state;
	capture_write("p.conf", "version = 1; default = \"deny\";\n"
				"rules = ( { name = \"#\\\"\\\\<\"; ports = 1; } );\n");
	capture_write("\x1b.conf",
		      CASES("{ name = \"a # SKIP \\\\ \\n\x1b[2J\xc3\xa9\"; bind = \"tcp "
			    "0.0.0.0:1\"; expect = \"deny\"; cgroup = \"/\x1b\\\"\"; rule = "
			    "\"#\\\"\\\\<\"; }"));
	CAPTURE_EXPECT(policytest, 1,
		       "TAP version 13\n"
		       "1..1\n"
		       "not ok 1 - a \\# SKIP \\\\ \\x0a\\x1b[2J\\xc3\\xa9\n"
		       "  ---\n"
		       "  file: \"\\x1b.conf\"\n"
		       "  line: 2\n"
		       "  request: \"tcp 0.0.0.0:1, uid 65534, cgroup \\\"/\\\\x1b\\\\\\\"\\\", "
		       "exe -, comm -, netns host, options -\"\n"
		       "  expected: deny\n"
		       "  got: allow\n"
		       "  expected_rule: \"#\\\"\\\\<\"\n"
		       "  got_rule: \"#\\\"\\\\<\"\n"
		       "  ...\n"
		       "# 1 of 1 rules reached\n",
		       "", "test", "p.conf", "\x1b.conf");
}

static void test_several_files_add_up(void **state)
{
	static const char one[] = CASES(
		"{ name = \"x\"; bind = \"tcp 0.0.0.0:1\"; expect = \"deny\"; }");

	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf", one);
	capture_write("d.conf", one);
	CAPTURE_EXPECT(policytest, 0,
		       "TAP version 13\n1..2\nok 1 - x\nok 2 - x\n"
		       "# not reached: web (p.conf:2)\n"
		       "# not reached: trial (p.conf:3)\n"
		       "# not reached: dns (p.conf:4)\n"
		       "# 0 of 3 rules reached\n",
		       "", "test", "p.conf", "c.conf", "d.conf");
}

static void test_errors_in_cases(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("c.conf", "test = 1;\n"
				"tests = (\n"
				"{ nam = \"x\";\n"
				"bind = \"tpc 0.0.0.0:1\";\n"
				"expect = \"alow\";\n"
				"rule = \"wbe\";\n"
				"uid = -1;\n"
				"comm = 5;\n"
				"cgroup = \"\";\n"
				"exe = \"x\";\n"
				"netns = \"hots\"; via = \"bnd\";\n"
				"options = [\"SO_REUSPORT\"]; },\n"
				"{ name = \"y\"; },\n"
				"7);\n");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "c.conf:1: test: unknown setting, did you mean \"tests\"?\n"
		       "c.conf:2: tests: found a number, expected a group { ... } for each test\n"
		       "c.conf:3: nam: unknown setting, did you mean \"name\"?\n"
		       "c.conf:3: name: missing, expected a name for the test\n"
		       "c.conf:4: bind: unknown protocol \"tpc\", did you mean \"tcp\"?\n"
		       "c.conf:5: expect: unknown value \"alow\", did you mean \"allow\"?\n"
		       "c.conf:6: rule: unknown rule \"wbe\", did you mean \"web\"?\n"
		       "c.conf:7: uid: -1 is out of range, expected 0 to 4294967294\n"
		       "c.conf:8: comm: found a number, expected a process name\n"
		       "c.conf:9: cgroup: empty string, expected a path\n"
		       "c.conf:10: exe: \"x\" is not absolute, expected a file such as "
		       "\"/usr/sbin/nginx\"\n"
		       "c.conf:11: netns: unknown value \"hots\", expected \"host\" or \"other\"\n"
		       "c.conf:11: via: unknown value \"bnd\", did you mean \"bind\"?\n"
		       "c.conf:12: options: unknown option \"SO_REUSPORT\", did you mean "
		       "\"SO_REUSEPORT\"?\n"
		       "c.conf:13: bind: missing, expected a bind such as \"tcp 0.0.0.0:443\"\n"
		       "c.conf:13: expect: missing, expected \"allow\", \"deny\" or \"audit\"\n",
		       "test", "p.conf", "c.conf");
}

static void test_what_cannot_be_read(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY);
	capture_write("bad.conf", "version = 1;\n");
	capture_write("c.conf", "tests = [];\n");
	capture_write("d.conf", "tests = ();\n");
	capture_write("e.conf", "version = 1;\n");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "none.conf: cannot read: No such file or directory\n", "test", "p.conf",
		       "none.conf");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "bad.conf: default: missing, expected \"allow\" or \"deny\"\n"
		       "bindguard: bad.conf: 1 error, policy not loaded\n",
		       "test", "bad.conf", "c.conf");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "c.conf:1: tests: found an array, expected a list ( { ... }, { ... } )\n",
		       "test", "p.conf", "c.conf");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "bindguard: p.conf: no cases, expected tests = ( { ... } ) in it, or "
		       "CASES\n",
		       "test", "p.conf", "d.conf");
	CAPTURE_EXPECT(policytest, EX_CONFIG, UNREAD,
		       "e.conf: tests: missing, expected tests = ( { ... }, { ... } )\n"
		       "e.conf:1: version: unknown setting, expected one of tests\n",
		       "test", "p.conf", "e.conf");
}

/* In a policy's own files there is more than cases, and they may be included. */
static void test_cases_of_a_policy(void **state)
{
	struct policy_messages errors = { 0 };
	struct cases cases = { 0 };
	struct policy *policy;

	(void)state;
	capture_write("p.conf", POLICY);
	policy = policy_read("p.conf", &errors);
	assert_non_null(policy);
	capture_write("own.conf", POLICY "@include \"own.inc\"\n");
	capture_write("own.inc", "# cases\n" CASES("{ name = \"x\"; bind = \"tcp 0.0.0.0:1\"; "
						   "expect = \"deny\"; rule = \"trial\"; }"));
	cases_read_own("own.conf", policy, &errors, &cases);
	assert_int_equal(errors.count, 0);
	assert_int_equal(cases.count, 1);
	assert_string_equal(cases.item[0].name, "x");
	assert_string_equal(cases.item[0].file, "own.inc");
	assert_int_equal(cases.item[0].line, 3);
	assert_int_equal(cases.item[0].rule, 1);
	cases_free(&cases);
	cases_read_own("p.conf", policy, &errors, &cases);
	assert_int_equal(errors.count, 0);
	assert_int_equal(cases.count, 0);
	cases_free(&cases);
	policy_free(policy);
	policy_messages_free(&errors);
}

static void test_usage(void **state)
{
	struct capture capture;

	(void)state;
	CAPTURE_EXPECT(policytest, EX_USAGE, "",
		       "bindguard: test: no policy given, expected POLICY\n"
		       "Try 'bindguard test --help'.\n",
		       "test");
	CAPTURE_EXPECT(policytest, EX_USAGE, "",
		       "bindguard: --junit: needs a value\nTry 'bindguard test --help'.\n", "test",
		       "p.conf", "--junit");
	capture = CAPTURE(policytest, "test", "-h");
	assert_int_equal(capture.status, 0);
	assert_non_null(strstr(capture.out, "usage: bindguard test "));
	capture_free(&capture);
}

/* Comes last: nothing takes users back that were made up. */
static void test_users_made_up(void **state)
{
	char *users;

	(void)state;
	capture_write("p.conf",
		      "version = 1; default = \"deny\";\n"
		      "rules = ( { name = \"web\"; uid = [ \"nginx-1\", \"nginx-2\" ]; } );\n"
		      "tests = ( { name = \"a\"; uid = \"nginx-2\"; bind = \"tcp 0.0.0.0:1\";"
		      " expect = \"allow\"; },\n{ name = \"b\"; uid = \"nginx-3\"; bind = "
		      "\"tcp 0.0.0.0:1\"; expect = \"deny\"; } );\n");
	CAPTURE_EXPECT(
		policytest, EX_CONFIG, UNREAD,
		"p.conf:2: uid: unknown user \"nginx-1\", expected a user name, a number or "
		"\"lo-hi\"\np.conf:2: uid: unknown user \"nginx-2\", expected a user name, a "
		"number or \"lo-hi\"\nbindguard: p.conf: 2 errors, policy not loaded\n",
		"test", "p.conf");
	CAPTURE_EXPECT(policytest, 0, "p.conf\n", "", "test", "--files", "--users", "users",
		       "p.conf");
	CAPTURE_EXPECT(policytest, 0,
		       "TAP version 13\n1..2\nok 1 - a\nok 2 - b\n# 1 of 1 rules reached\n", "",
		       "test", "--users", "users", "p.conf");
	users = capture_read("users");
	assert_string_equal(users, "nginx-1:x:61184:61184::/:/bin/false\n"
				   "nginx-2:x:61185:61185::/:/bin/false\n"
				   "nginx-3:x:61186:61186::/:/bin/false\n");
	free(users);
	capture_write("c.conf", CASES("{ name = \"a\"; uid = \"no user\"; bind = \"tcp 0.0.0.0:1\";"
				      " expect = \"deny\"; }"));
	CAPTURE_EXPECT(
		policytest, EX_CONFIG, UNREAD,
		"c.conf:2: uid: unknown user \"no user\", expected a user's name or number\n",
		"test", "--users", "users", "p.conf", "c.conf");
	CAPTURE_EXPECT(policytest, EX_IOERR, "",
		       "bindguard: /nowhere/users: cannot write: No such file or directory\n",
		       "test", "--users", "/nowhere/users", "p.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases_that_pass),
		cmocka_unit_test(test_cases_of_every_way),
		cmocka_unit_test(test_cases_that_fail),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_junit_that_cannot_be_written),
		cmocka_unit_test(test_junit_has_only_what_xml_may_have),
		cmocka_unit_test(test_names_are_escaped),
		cmocka_unit_test(test_several_files_add_up),
		cmocka_unit_test(test_errors_in_cases),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_cases_of_a_policy),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_users_made_up),
	};

	return cmocka_run_group_tests_name("policytest", tests, capture_begin, capture_end);
}
