/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard replay: known differences, and what is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/logs/replay.h"
#include "tests/capture.h"
#include "tests/judge.h"
#include "tests/recorded.h"

#define POLICY(...) "version = 1; default = \"deny\";\n" __VA_ARGS__

/* Replays the log, and expects these lines about it. */
static void expect(const char *policy, int status, const char *out)
{
	capture_write("p.conf", policy);
	CAPTURE_EXPECT(replay, status, out, "", "replay", "p.conf", "log");
}

#define WEB POLICY("rules = ({ name = \"web\"; unit = \"nginx.service\"; ports = \"80, 443\"; });")

static void test_no_change(void **state)
{
	(void)state;
	RECORDED("log", { .port = 443, .verdict = "allow", .rule = "old" },
		 { .port = 80, .verdict = "allow", .count = 9 }, { .port = 80 },
		 { .port = 81, .verdict = "deny", .mode = "deny" },
		 { .port = 81, .verdict = "audit", .mode = "audit" },
		 { .port = 81, .verdict = "audit" });
	expect(WEB, 0, "0 of 14 decisions would change\n");
	expect("version = 1; default = \"allow\"; rules = ({ name = \"no\"; verdict = \"deny\"; "
	       "ports = 81; });",
	       0, "0 of 14 decisions would change\n");
}

static void test_changes(void **state)
{
	(void)state;
	RECORDED("log", { .port = 22, .verdict = "allow", .rule = "old", .second = 3 },
		 { .port = 22, .verdict = "allow", .rule = "old", .second = 1, .count = 2 },
		 { .port = 22, .verdict = "allow", .rule = "old", .second = 60, .uid = 33 },
		 { .port = 443, .verdict = "deny", .address = "::1" },
		 { .port = 23, .protocol = 17, .address = "10.1.2.3" },
		 { .port = 443, .verdict = "audit", .mode = "audit", .rule = "o" },
		 { .port = 443, .verdict = "allow" },
		 { .port = 0, .verdict = "allow", .cgroup = "/", .uid = 1000, .type = "raw" });
	expect(WEB, 1,
	       "allow -> deny   unit nginx.service, tcp wildcard port 22, rule old -> -, 4 times, "
	       "2026-03-01T12:00:01Z to 2026-03-01T12:01:00Z\n"
	       "none  -> deny   unit nginx.service, udp 10.1.2.3 port 23, rule - -> -, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "allow -> deny   exe /usr/sbin/nginx, uid 1000, raw wildcard, rule - -> -, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "deny  -> allow  unit nginx.service, tcp loopback port 443, rule - -> web, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "audit -> allow  unit nginx.service, tcp wildcard port 443, rule o -> web, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "8 of 9 decisions would change\n");
}

/* What a rule in audit mode denies is another thing than what is refused; with --audit, it is not. */
static void test_audit(void **state)
{
	static const char policy[] = POLICY("rules = ({ name = \"a\"; verdict = \"deny\"; "
					    "mode = \"audit\"; ports = 1; });");

	(void)state;
	RECORDED("log", { .port = 1, .verdict = "audit", .mode = "deny" },
		 { .port = 1, .verdict = "audit", .mode = "audit" },
		 { .port = 2, .verdict = "audit", .mode = "audit" });
	expect(policy, 0, "0 of 3 decisions would change\n");
	RECORDED("log", { .port = 2, .verdict = "audit", .mode = "deny" },
		 { .port = 1, .verdict = "deny" });
	expect(policy, 1,
	       "audit -> deny   unit nginx.service, tcp wildcard port 2, rule - -> -, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "deny  -> audit  unit nginx.service, tcp wildcard port 1, rule - -> a, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "2 of 2 decisions would change\n");
}

/* What is asked is the request, in all its parts. */
static const struct {
	const char *rule;
	struct recorded recorded;
	bool allow;
} requests[] = {
	{ "uid = 33;", { .uid = 33 }, true },
	{ "uid = 33;", { .uid = 34 }, false },
	{ "comm = \"ngi*\";", { 0 }, true },
	{ "comm = \"main\";", { .comm = "worker", .process = "main" }, true },
	{ "comm = \"worker\";", { .comm = "worker", .process = "main" }, false },
	{ "comm = \"\xc3\xa4\";", { .comm = "\xc3\xa4" }, true },
	{ "exe = \"/usr/sbin/nginx\";", { 0 }, true },
	{ "exe = \"/usr/sbin/nginx\";", { .exe = "/usr/sbin/nginx (deleted)" }, true },
	{ "exe = \"/usr/sbin/nginx\";", { .exe = "/usr/sbin/nginx2" }, false },
	{ "cgroup = \"/system.slice\";", { 0 }, true },
	{ "cgroup = \"/system.slice\";", { .cgroup = "/system.slice (deleted)" }, true },
	{ "cgroup = \"/system\";", { 0 }, false },
	{ "netns = \"host\";", { 0 }, true },
	{ "protocol = \"udp\";", { .protocol = 17, .type = "dgram" }, true },
	{ "protocol = \"tcp\";", { .protocol = 262 }, true },
	{ "protocol = \"tcp\";", { .protocol = 256 }, true },
	{ "protocol = \"tcp\";", { .type = "raw" }, false },
	{ "protocol = \"raw\";", { .type = "raw" }, true },
	{ "ports = \"ephemeral\";", { .port = 0 }, true },
	{ "ports = \"ephemeral\";", { .port = 1 }, false },
	{ "ports = \"ephemeral\";", { .type = "raw" }, false },
	{ "ports = \"ephemeral\";", { .protocol = 115, .type = "dgram" }, false },
	{ "ports = \"ephemeral\";", { .range = { 4000, 4999 } }, false },
	{ "ports = \"4000-4999\";", { .range = { 4000, 4999 } }, true },
	{ "ports = \"4000-4998\";", { .range = { 4000, 4999 } }, false },
	{ "address = \"10.0.0.0/8\";", { .address = "10.1.2.3" }, true },
	{ "address = \"10.0.0.0/8\";", { .address = "::ffff:10.1.2.3" }, true },
	{ "address = \"10.0.0.0/8\";", { .address = "2001:db8::1" }, false },
	{ "family = \"ipv6\";", { .address = "::" }, true },
	{ "forbid_options = \"SO_REUSEPORT\";", { .options = "\"SO_REUSEPORT\"" }, false },
	{ "forbid_options = \"SO_REUSEPORT\";", { .options = "\"SO_REUSEADDR\"" }, true },
	/* A socket that is bound is only asked for its options. */
	{ "ports = 1; forbid_options = \"SO_REUSEPORT\";",
	  { .port = 1, .via = "listen", .options = "\"SO_REUSEPORT\"" },
	  false },
	{ "ports = 1;", { .port = 2, .via = "listen" }, true },
	{ "ports = 1;", { .port = 0, .via = "listen" }, false },
	{ "ports = 1;", { .port = 2, .via = "setsockopt" }, true },
};

static void test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct recorded recorded = requests[i].recorded;
		struct capture capture;
		char policy[512];

		recorded.verdict = requests[i].allow ? "allow" : "deny";
		recorded_write("log", &recorded, 1);
		snprintf(policy, sizeof(policy), POLICY("rules = ({ name = \"r\"; %s });"),
			 requests[i].rule);
		capture_write("p.conf", policy);
		capture = CAPTURE(replay, "replay", "p.conf", "log");
		if (capture.status || strcmp(capture.out, "0 of 1 decision would change\n"))
			fail_msg("%s %s", requests[i].rule, capture.out);
		capture_free(&capture);
	}
}

/* Nothing is guessed. */
static void test_unsure(void **state)
{
	static const char exes[] = POLICY("rules = ({ name = \"nginx\"; exe = \"/usr/sbin/nginx\"; "
					  "ports = 443; }, { name = \"uid\"; uid = 33; });");

	(void)state;
	RECORDED("log", { .port = 443, .exe = "-", .verdict = "allow", .count = 1200 },
		 { .port = 80, .exe = "-", .verdict = "deny" },
		 { .port = 443, .uid = 33, .exe = "-", .verdict = "allow" });
	expect(exes, 1,
	       "allow -> ?      unit nginx.service, tcp wildcard port 443, rule - -> nginx or -, "
	       "1,200 times, 2026-03-01T12:00:00Z\n"
	       "0 of 1,202 decisions would change, 1,200 cannot be judged for sure: not recorded: "
	       "executable\n");
	/* Of containers the path is another file's. */
	RECORDED("log", { .port = 443,
			  .verdict = "deny",
			  .cgroup = "/docker/0123456789abcdef0123456789abcdef0123456789abcdef"
				    "0123456789abcdef" });
	expect(exes, 1,
	       "deny  -> ?      cgroup /docker/*, uid 0, tcp wildcard port 443, rule - -> nginx "
	       "or -, 1 time, 2026-03-01T12:00:00Z\n"
	       "0 of 1 decision would change, 1 cannot be judged for sure: not recorded: "
	       "executable\n");
	RECORDED("log", { .cgroup = "-", .exe = "-", .comm = "t", .process = "-" });
	expect(POLICY("rules = ({ name = \"c\"; cgroup = \"/a\"; comm = \"b\"; });"), 1,
	       "none  -> ?      uid 0, tcp wildcard port ephemeral, rule - -> c or -, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "0 of 1 decision would change, 1 cannot be judged for sure: not recorded: cgroup, "
	       "process's name\n");
	/* Whichever of the two it is, it is allowed; a third between them denies. */
	expect("version = 1; default = \"allow\"; rules = ({ name = \"c\"; cgroup = \"/a\"; });", 0,
	       "0 of 1 decision would change\n");
	expect("version = 1; default = \"allow\"; rules = ({ name = \"c\"; cgroup = \"/a\"; }, "
	       "{ name = \"d\"; verdict = \"deny\"; comm = \"b\"; });",
	       1,
	       "none  -> ?      uid 0, tcp wildcard port ephemeral, rule - -> c or -, 1 time, "
	       "2026-03-01T12:00:00Z\n"
	       "0 of 1 decision would change, 1 cannot be judged for sure: not recorded: cgroup, "
	       "process's name\n");
}

/* Rules are alike only if they have one outcome for every bind. */
static void test_unsure_alike(void **state)
{
	static const char unsure[] =
		"none  -> ?      exe /usr/sbin/nginx, uid 0, tcp wildcard port 80, rule - -> c or -, 1 "
		"time, 2026-03-01T12:00:00Z\n"
		"0 of 1 decision would change, 1 cannot be judged for sure: not recorded: cgroup\n";

	(void)state;
	RECORDED("log", { .cgroup = "-", .port = 80 });
	expect(POLICY("rules = ({ name = \"c\"; cgroup = \"/a\"; verdict = \"deny\"; "
		      "mode = \"audit\"; });"),
	       1, unsure);
	expect("version = 1; default = \"allow\"; forbid_options = \"SO_REUSEPORT\"; rules = "
	       "({ name = \"c\"; cgroup = \"/a\"; permit_options = \"SO_REUSEPORT\"; });",
	       1, unsure);
	expect("version = 1; default = \"allow\"; forbid_options = \"SO_REUSEPORT\"; rules = "
	       "({ name = \"c\"; cgroup = \"/a\"; forbid_options = \"SO_REUSEPORT\"; });",
	       0, "0 of 1 decision would change\n");
}

/* A range that is refused for one of its ports is refused, whatever else is not known. */
static void test_unsure_range(void **state)
{
	(void)state;
	RECORDED("log", { .cgroup = "-", .range = { 4000, 4999 }, .verdict = "deny" });
	expect("version = 1; default = \"allow\"; rules = ({ name = \"a\"; cgroup = \"/a\"; "
	       "ports = 4001; }, { name = \"b\"; verdict = \"deny\"; ports = 4500; });",
	       0, "0 of 1 decision would change\n");
	expect("version = 1; default = \"allow\"; rules = ({ name = \"a\"; cgroup = \"/a\"; "
	       "ports = 4500; }, { name = \"b\"; verdict = \"deny\"; ports = 4500; });",
	       1,
	       "deny  -> ?      exe /usr/sbin/nginx, uid 0, tcp wildcard port 4000-4999, rule - -> "
	       "a or b, 1 time, 2026-03-01T12:00:00Z\n"
	       "0 of 1 decision would change, 1 cannot be judged for sure: not recorded: cgroup\n");
	expect("version = 1; default = \"allow\"; rules = ({ name = \"a\"; cgroup = \"/a\"; "
	       "ports = 4500; verdict = \"deny\"; });",
	       1,
	       "deny  -> ?      exe /usr/sbin/nginx, uid 0, tcp wildcard port 4000-4999, rule - -> "
	       "a or -, 1 time, 2026-03-01T12:00:00Z\n"
	       "0 of 1 decision would change, 1 cannot be judged for sure: not recorded: cgroup\n");
}

static void test_skipped(void **state)
{
	(void)state;
	RECORDED("log", { .via = "connect" }, { .via = "sendto" },
		 { .verdict = "allow", .cause = "malformed" },
		 { .verdict = "deny", .cause = "unreadable" }, { .verdict = "deny" });
	expect(POLICY("rules = ();"), 0,
	       "0 of 1 decision would change\n"
	       "4 left out: no policy decides such binds, or they could not be read\n");
}

static void test_json(void **state)
{
	(void)state;
	RECORDED("log", { .port = 22, .verdict = "allow", .rule = "\x1b[2J" },
		 { .port = 443, .cgroup = "-", .exe = "/a\x1b", .verdict = "allow" });
	capture_write("p.conf", WEB);
	CAPTURE_EXPECT(
		replay, 1,
		"{\"record\":\"change\",\"was\":\"allow\",\"would\":\"deny\",\"who\":\"unit "
		"nginx.service\",\"protocol\":\"tcp\",\"address\":\"wildcard\",\"ports\":\"22\","
		"\"was_rule\":\"\\\\x1b[2J\",\"would_rule\":null,\"count\":1,"
		"\"first\":\"2026-03-01T12:00:00.000000Z\",\"last\":\"2026-03-01T12:00:00.000000Z\"}\n"
		"{\"record\":\"change\",\"was\":\"allow\",\"would\":null,\"who\":\"comm nginx, uid "
		"0\",\"protocol\":\"tcp\",\"address\":\"wildcard\",\"ports\":\"443\","
		"\"was_rule\":null,\"would_rule\":\"web or -\",\"count\":1,"
		"\"first\":\"2026-03-01T12:00:00.000000Z\",\"last\":\"2026-03-01T12:00:00.000000Z\"}\n"
		"{\"record\":\"summary\",\"decisions\":2,\"changes\":1,\"unsure\":1,\"skipped\":0}\n",
		"", "replay", "--json", "p.conf", "log");
}

static void test_errors(void **state)
{
	(void)state;
	capture_write("p.conf", WEB);
	capture_write("log", "x\n");
	CAPTURE_EXPECT(replay, EX_DATAERR, "0 of 0 decisions would change\n",
		       "bindguard: log:1: no JSON object\n", "replay", "p.conf", "log");
	CAPTURE_EXPECT(replay, EX_USAGE, "",
		       "bindguard: replay: expected a policy and a log, for example new.conf "
		       "bindguard.json\nTry 'bindguard replay --help'.\n",
		       "replay", "p.conf");
	capture_write("p.conf", "version = 1;");
	CAPTURE_EXPECT(
		replay, EX_CONFIG, "",
		"p.conf: default: missing, expected \"allow\" or \"deny\"\nbindguard: p.conf: 1 error, policy not loaded\n",
		"replay", "p.conf", "log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_change),    cmocka_unit_test(test_changes),
		cmocka_unit_test(test_audit),	     cmocka_unit_test(test_requests),
		cmocka_unit_test(test_unsure),	     cmocka_unit_test(test_unsure_alike),
		cmocka_unit_test(test_unsure_range), cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_json),	     cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests_name("replay", tests, capture_begin, capture_end);
}
