/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is decided: which requests a rule matches, which rule decides, and what the decision says.
 * Every decision is compared with the naive matcher's, too.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"

/* Does a rule match? One rule, one request. */

struct criterion {
	struct policy_rule rule;
	struct bind_request request;
	const char *path; /* NULL: "/" */
	bool matches;
};

static void check_criteria(const char *table, const struct criterion *criteria, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct criterion *c = &criteria[i];
		struct policy_rule rule = c->rule;
		const struct policy policy = { .default_verdict = BIND_DENY,
					       .rule = &rule,
					       .rules = 1 };
		struct bind_decision decision;
		char says[64];

		snprintf(says, sizeof(says), "%s[%zu]", table, i);
		decision = judge_policy(says, &policy, &c->request, IN(c->path ? c->path : "/"),
					SETTINGS(true));
		if ((decision.rule == 0) != c->matches)
			fail_msg("%s: %s", says, c->matches ? "does not match" : "matches");
		assert_int_equal(decision.verdict, c->matches ? BIND_ALLOW : BIND_DENY);
	}
}

#define CHECK_CRITERIA(table) check_criteria(#table, table, COUNT(table))

static const struct criterion uids[] = {
	{ { .uid = RANGES({ 0, 0 }) }, { .uid = 0 }, NULL, true },
	{ { .uid = RANGES({ 0, 0 }) }, { .uid = 1 }, NULL, false },
	{ { .uid = RANGES({ 0, 0 }) }, { .uid = 4294967295 }, NULL, false },
	{ { .uid = RANGES({ 33, 33 }) }, { .uid = 32 }, NULL, false },
	{ { .uid = RANGES({ 33, 33 }) }, { .uid = 33 }, NULL, true },
	{ { .uid = RANGES({ 33, 33 }) }, { .uid = 34 }, NULL, false },
	{ { .uid = RANGES({ 1000, 1999 }) }, { .uid = 999 }, NULL, false },
	{ { .uid = RANGES({ 1000, 1999 }) }, { .uid = 1000 }, NULL, true },
	{ { .uid = RANGES({ 1000, 1999 }) }, { .uid = 1500 }, NULL, true },
	{ { .uid = RANGES({ 1000, 1999 }) }, { .uid = 1999 }, NULL, true },
	{ { .uid = RANGES({ 1000, 1999 }) }, { .uid = 2000 }, NULL, false },
	{ { .uid = RANGES({ 4294967294, 4294967294 }) }, { .uid = 4294967293 }, NULL, false },
	{ { .uid = RANGES({ 4294967294, 4294967294 }) }, { .uid = 4294967294 }, NULL, true },
	{ { .uid = RANGES({ 4294967294, 4294967294 }) }, { .uid = 4294967295 }, NULL, false },
	{ { .uid = RANGES({ 4294967294, 4294967294 }) }, { .uid = 0 }, NULL, false },
	{ { .uid = RANGES({ 1, 4294967295 }) }, { .uid = 4294967295 }, NULL, true },
	{ { .uid = RANGES({ 1, 4294967295 }) }, { .uid = 0 }, NULL, false },
	{ { .uid = RANGES({ 0, 4294967295 }) }, { .uid = 0 }, NULL, true },
	{ { .uid = RANGES({ 0, 4294967295 }) }, { .uid = 4294967295 }, NULL, true },
	{ { .uid = RANGES({ 2147483647, 2147483648 }) }, { .uid = 2147483646 }, NULL, false },
	{ { .uid = RANGES({ 2147483647, 2147483648 }) }, { .uid = 2147483648 }, NULL, true },
	{ { .uid = RANGES({ 2147483647, 2147483648 }) }, { .uid = 2147483649 }, NULL, false },
	{ { .uid = RANGES({ 9, 9 }, { 3, 4 }, { 7, 7 }) }, { .uid = 4 }, NULL, true },
	{ { .uid = RANGES({ 9, 9 }, { 3, 4 }, { 7, 7 }) }, { .uid = 8 }, NULL, false },
	{ { .uid = RANGES({ 9, 9 }, { 3, 4 }, { 7, 7 }) }, { .uid = 9 }, NULL, true },
	{ { .uid = RANGES({ 9, 9 }, { 3, 4 }, { 7, 7 }) }, { .uid = 10 }, NULL, false },
};

static void test_a_uid_range_has_both_its_ends(void **state)
{
	(void)state;
	CHECK_CRITERIA(uids);
}

#define EPHEMERAL RANGES({ BIND_PORT_EPHEMERAL, BIND_PORT_EPHEMERAL })

static const struct criterion ports[] = {
	{ { .port = RANGES({ 1, 1 }) }, { .port = BIND_PORT_EPHEMERAL }, NULL, false },
	{ { .port = RANGES({ 1, 1 }) }, { .port = 1 }, NULL, true },
	{ { .port = RANGES({ 1, 1 }) }, { .port = 2 }, NULL, false },
	{ { .port = RANGES({ 65535, 65535 }) }, { .port = 65534 }, NULL, false },
	{ { .port = RANGES({ 65535, 65535 }) }, { .port = 65535 }, NULL, true },
	{ { .port = RANGES({ 65535, 65535 }) }, { .port = BIND_PORT_NONE }, NULL, false },
	{ { .port = RANGES({ 8000, 8100 }) }, { .port = 7999 }, NULL, false },
	{ { .port = RANGES({ 8000, 8100 }) }, { .port = 8000 }, NULL, true },
	{ { .port = RANGES({ 8000, 8100 }) }, { .port = 8100 }, NULL, true },
	{ { .port = RANGES({ 8000, 8100 }) }, { .port = 8101 }, NULL, false },
	{ { .port = RANGES({ 1, 65535 }) }, { .port = 1 }, NULL, true },
	{ { .port = RANGES({ 1, 65535 }) }, { .port = 65535 }, NULL, true },
	{ { .port = RANGES({ 1, 65535 }) }, { .port = BIND_PORT_EPHEMERAL }, NULL, false },
	{ { .port = RANGES({ 1, 65535 }) }, { .port = BIND_PORT_NONE }, NULL, false },
	{ { .port = EPHEMERAL }, { .port = BIND_PORT_EPHEMERAL }, NULL, true },
	{ { .port = EPHEMERAL }, { .port = 1 }, NULL, false },
	{ { .port = EPHEMERAL }, { .port = 65535 }, NULL, false },
	{ { .port = EPHEMERAL }, { .port = BIND_PORT_NONE }, NULL, false },
	{ { .port = RANGES({ 0, 0 }, { 80, 80 }) }, { .port = 0 }, NULL, true },
	{ { .port = RANGES({ 0, 0 }, { 80, 80 }) }, { .port = 80 }, NULL, true },
	{ { .port = RANGES({ 0, 0 }, { 80, 80 }) }, { .port = 79 }, NULL, false },
	/* without ports, a rule takes them all */
	{ { .name = NULL }, { .port = BIND_PORT_EPHEMERAL }, NULL, true },
	{ { .name = NULL }, { .port = 65535 }, NULL, true },
	{ { .name = NULL }, { .port = BIND_PORT_NONE }, NULL, true },
};

static void test_ports_are_numbers_ephemeral_or_none(void **state)
{
	(void)state;
	CHECK_CRITERIA(ports);
}

#define TWICE RANGES({ 80, 80 }, { 80, 90 })
#define NESTED RANGES({ 80, 90 }, { 84, 86 }, { 80, 90 })
#define CHAINED RANGES({ 84, 86 }, { 80, 83 }, { 86, 90 })

static const struct criterion overlaps[] = {
	{ { .port = TWICE }, { .port = 79 }, NULL, false },
	{ { .port = TWICE }, { .port = 80 }, NULL, true },
	{ { .port = TWICE }, { .port = 81 }, NULL, true },
	{ { .port = TWICE }, { .port = 90 }, NULL, true },
	{ { .port = TWICE }, { .port = 91 }, NULL, false },
	{ { .port = NESTED }, { .port = 79 }, NULL, false },
	{ { .port = NESTED }, { .port = 83 }, NULL, true },
	{ { .port = NESTED }, { .port = 85 }, NULL, true },
	{ { .port = NESTED }, { .port = 87 }, NULL, true },
	{ { .port = NESTED }, { .port = 90 }, NULL, true },
	{ { .port = NESTED }, { .port = 91 }, NULL, false },
	{ { .port = CHAINED }, { .port = 79 }, NULL, false },
	{ { .port = CHAINED }, { .port = 80 }, NULL, true },
	{ { .port = CHAINED }, { .port = 83 }, NULL, true },
	{ { .port = CHAINED }, { .port = 84 }, NULL, true },
	{ { .port = CHAINED }, { .port = 87 }, NULL, true },
	{ { .port = CHAINED }, { .port = 91 }, NULL, false },
	{ { .comm = STRINGS("web", "web") }, { .comm = "web" }, NULL, true },
	{ { .comm = STRINGS("web", "web") }, { .comm = "we" }, NULL, false },
	{ { .cgroup = STRINGS("/a", "/a/b", "/a") }, { .uid = 0 }, "/a", true },
	{ { .cgroup = STRINGS("/a", "/a/b", "/a") }, { .uid = 0 }, "/a/b", true },
	{ { .cgroup = STRINGS("/a", "/a/b", "/a") }, { .uid = 0 }, "/b", false },
};

static void test_a_rule_may_accept_a_value_twice(void **state)
{
	(void)state;
	CHECK_CRITERIA(overlaps);
}

#define RAW RANGES({ BIND_PROTOCOL_RAW, BIND_PROTOCOL_RAW })
#define RAW_SOCKET                                                    \
	{                                                             \
		.protocol = BIND_PROTOCOL_RAW, .port = BIND_PORT_NONE \
	}

static const struct criterion protocols[] = {
	{ { .protocol = TCP }, { .protocol = 6 }, NULL, true },
	{ { .protocol = TCP }, { .protocol = 262 }, NULL, true },
	{ { .protocol = TCP }, { .protocol = 5 }, NULL, false },
	{ { .protocol = TCP }, { .protocol = 7 }, NULL, false },
	{ { .protocol = TCP }, { .protocol = 17 }, NULL, false },
	{ { .protocol = TCP }, { .protocol = 261 }, NULL, false },
	{ { .protocol = TCP }, { .protocol = 263 }, NULL, false },
	{ { .protocol = TCP }, RAW_SOCKET, NULL, false },
	{ { .protocol = RANGES({ 262, 262 }) }, { .protocol = 262 }, NULL, true },
	{ { .protocol = RANGES({ 262, 262 }) }, { .protocol = 6 }, NULL, false },
	{ { .protocol = RANGES({ 17, 17 }, { 136, 136 }) }, { .protocol = 136 }, NULL, true },
	{ { .protocol = RANGES({ 17, 17 }, { 136, 136 }) }, { .protocol = 135 }, NULL, false },
	{ { .protocol = RANGES({ 0, 0 }) }, { .protocol = 0 }, NULL, true },
	{ { .protocol = RANGES({ 0, 0 }) }, { .protocol = 1 }, NULL, false },
	{ { .protocol = RANGES({ 255, 255 }) }, { .protocol = 255 }, NULL, true },
	{ { .protocol = RANGES({ 255, 255 }) }, RAW_SOCKET, NULL, false },
	{ { .protocol = RANGES({ 65535, 65535 }) }, RAW_SOCKET, NULL, false },
	{ { .protocol = RANGES({ 0, 65535 }) }, RAW_SOCKET, NULL, false },
	{ { .protocol = RAW }, RAW_SOCKET, NULL, true },
	{ { .protocol = RAW }, { .protocol = 0 }, NULL, false },
	{ { .protocol = RAW }, { .protocol = 6 }, NULL, false },
	{ { .protocol = RAW }, { .protocol = 255 }, NULL, false },
	{ { .protocol = RAW }, { .protocol = 65535 }, NULL, false },
	{ { .protocol = RAW, .port = RANGES({ 1, 65535 }) }, RAW_SOCKET, NULL, false },
	{ { .protocol = RAW, .port = EPHEMERAL }, RAW_SOCKET, NULL, false },
	{ { .name = NULL }, RAW_SOCKET, NULL, true },
};

static void test_tcp_has_mptcp_and_raw_is_of_its_own(void **state)
{
	(void)state;
	CHECK_CRITERIA(protocols);
}

#define LONG "fifteen-bytes-x"

static const struct criterion comms[] = {
	{ { .comm = STRINGS("web") }, { .comm = "web" }, NULL, true },
	{ { .comm = STRINGS("web") }, { .comm = "web2" }, NULL, false },
	{ { .comm = STRINGS("web") }, { .comm = "we" }, NULL, false },
	{ { .comm = STRINGS("web") }, { .comm = "Web" }, NULL, false },
	{ { .comm = STRINGS("web") }, { .comm = "web " }, NULL, false },
	{ { .comm = STRINGS("web") }, { .comm = "" }, NULL, false },
	{ { .comm = STRINGS("web2") }, { .comm = "web" }, NULL, false },
	{ { .comm = STRINGS("web", "web2") }, { .comm = "web" }, NULL, true },
	{ { .comm = STRINGS("web", "web2") }, { .comm = "web2" }, NULL, true },
	{ { .comm = STRINGS("web", "web2") }, { .comm = "web1" }, NULL, false },
	{ { .comm = STRINGS("web", "web2") }, { .comm = "web22" }, NULL, false },
	{ { .comm = STRINGS(LONG) }, { .comm = LONG }, NULL, true },
	{ { .comm = STRINGS(LONG) }, { .comm = "fifteen-bytes-" }, NULL, false },
	{ { .comm = STRINGS(LONG) }, { .comm = "fifteen-bytes-y" }, NULL, false },
	{ { .comm = STRINGS(LONG) }, { .comm = "fifteen-bytes-w" }, NULL, false },
	/* the two halves of the key */
	{ { .comm = STRINGS("eight-by") }, { .comm = "eight-by" }, NULL, true },
	{ { .comm = STRINGS("eight-by") }, { .comm = "eight-byt" }, NULL, false },
	{ { .comm = STRINGS("eight-byt") }, { .comm = "eight-by" }, NULL, false },
	{ { .comm = STRINGS("eight-byt") }, { .comm = "eight-bys" }, NULL, false },
	{ { .comm = STRINGS("eight-byt") }, { .comm = "eighu-byt" }, NULL, false },
	/* bytes order as unsigned numbers */
	{ { .comm = STRINGS("\x7f", "\x80") }, { .comm = "\x7f" }, NULL, true },
	{ { .comm = STRINGS("\x7f", "\x80") }, { .comm = "\x80" }, NULL, true },
	{ { .comm = STRINGS("\x7f", "\x80") }, { .comm = "\x81" }, NULL, false },
	{ { .comm = STRINGS("12345678\xff") }, { .comm = "12345678\xff" }, NULL, true },
	{ { .comm = STRINGS("12345678\xff") }, { .comm = "12345679" }, NULL, false },
	{ { .comm = STRINGS("\x01") }, { .comm = "\x01" }, NULL, true },
	{ { .comm = STRINGS("\x01") }, { .comm = "" }, NULL, false },
	{ { .comm = STRINGS(HIGHEST) }, { .comm = HIGHEST }, NULL, true },
	{ { .comm = STRINGS(HIGHEST) }, { .comm = HIGHEST "\xff" }, NULL, false },
	{ { .comm = STRINGS(HIGHEST) }, { .comm = "\xff" }, NULL, false },
	{ { .comm = STRINGS("a") }, { .comm = HIGHEST "\xff" }, NULL, false },
	{ { .name = NULL }, { .comm = "" }, NULL, true },
	{ { .name = NULL }, { .comm = HIGHEST "\xff" }, NULL, true },
};

static void test_a_comm_is_all_of_its_bytes(void **state)
{
	(void)state;
	CHECK_CRITERIA(comms);
}

#define HIGHEST_BELOW(byte) byte "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

static const struct criterion comm_patterns[] = {
	{ { .comm = STRINGS("b*") }, { .comm = "b" }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = "bc" }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = "b*" }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = "b\x01" }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = HIGHEST_BELOW("b") }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = HIGHEST_BELOW("b") "\xff" }, NULL, true },
	{ { .comm = STRINGS("b*") }, { .comm = HIGHEST_BELOW("a") "\xff" }, NULL, false },
	{ { .comm = STRINGS("b*") }, { .comm = "c" }, NULL, false },
	{ { .comm = STRINGS("b*") }, { .comm = "" }, NULL, false },
	{ { .comm = STRINGS("b*") }, { .comm = "B" }, NULL, false },
	{ { .comm = STRINGS("b*") }, { .comm = "ab" }, NULL, false },
	{ { .comm = STRINGS("\x01*") }, { .comm = "" }, NULL, false },
	{ { .comm = STRINGS("\x01*") }, { .comm = "\x01" }, NULL, true },
	{ { .comm = STRINGS("\xff*") }, { .comm = "\xff" }, NULL, true },
	{ { .comm = STRINGS("\xff*") }, { .comm = HIGHEST }, NULL, true },
	{ { .comm = STRINGS("\xff*") }, { .comm = HIGHEST "\xff" }, NULL, true },
	{ { .comm = STRINGS("\xff*") }, { .comm = "\xfe\xff" }, NULL, false },
	{ { .comm = STRINGS(HIGHEST "*") }, { .comm = HIGHEST }, NULL, true },
	{ { .comm = STRINGS(HIGHEST "*") }, { .comm = HIGHEST_BELOW("\xfe") }, NULL, false },
	/* the two halves of the key */
	{ { .comm = STRINGS("seven-b*") }, { .comm = "seven-b" }, NULL, true },
	{ { .comm = STRINGS("seven-b*") }, { .comm = "seven-bytes" }, NULL, true },
	{ { .comm = STRINGS("seven-b*") }, { .comm = "seven-c" }, NULL, false },
	{ { .comm = STRINGS("eight-by*") }, { .comm = "eight-b" }, NULL, false },
	{ { .comm = STRINGS("eight-by*") }, { .comm = "eight-by" }, NULL, true },
	{ { .comm = STRINGS("eight-by*") }, { .comm = "eight-by\xff" }, NULL, true },
	{ { .comm = STRINGS("eight-by*") }, { .comm = "eight-bz" }, NULL, false },
	{ { .comm = STRINGS("eight-by*") }, { .comm = "eight-bx\xff\xff" }, NULL, false },
	{ { .comm = STRINGS("eight-byt*") }, { .comm = "eight-by" }, NULL, false },
	{ { .comm = STRINGS("eight-byt*") }, { .comm = "eight-bytes" }, NULL, true },
	{ { .comm = STRINGS("eight-byt*") }, { .comm = "eight-byu" }, NULL, false },
	{ { .comm = STRINGS("fifteen-bytes-*") }, { .comm = LONG }, NULL, true },
	{ { .comm = STRINGS("fifteen-bytes-*") }, { .comm = "fifteen-bytes-" }, NULL, true },
	{ { .comm = STRINGS(LONG "*") }, { .comm = LONG }, NULL, true },
	{ { .comm = STRINGS(LONG "*") }, { .comm = "fifteen-bytes-y" }, NULL, false },
	{ { .comm = STRINGS(LONG "*") }, { .comm = "fifteen-bytes-" }, NULL, false },
	/* one within the other, and names besides */
	{ { .comm = STRINGS("we*", "web*", "web") }, { .comm = "web" }, NULL, true },
	{ { .comm = STRINGS("we*", "web*", "web") }, { .comm = "wea" }, NULL, true },
	{ { .comm = STRINGS("web*", "we*") }, { .comm = "wec" }, NULL, true },
	{ { .comm = STRINGS("web*", "db") }, { .comm = "db" }, NULL, true },
	{ { .comm = STRINGS("web*", "db") }, { .comm = "db2" }, NULL, false },
	{ { .comm = STRINGS("web") }, { .comm = "web*" }, NULL, false },
};

static void test_a_comm_with_a_star_is_the_beginning_of_names(void **state)
{
	(void)state;
	CHECK_CRITERIA(comm_patterns);
}

static const struct criterion cgroups[] = {
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a", true },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a/b", true },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a/b/c/d/e/f", true },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/ab", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/ab/a", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a-b", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/b/a", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/", false },
	{ { .cgroup = STRINGS("/a/b") }, { .uid = 0 }, "/a", false },
	{ { .cgroup = STRINGS("/a/b") }, { .uid = 0 }, "/a/b", true },
	{ { .cgroup = STRINGS("/a/b") }, { .uid = 0 }, "/a/bc", false },
	{ { .cgroup = STRINGS("/a/b") }, { .uid = 0 }, "/a/c", false },
	{ { .cgroup = STRINGS("/a/b") }, { .uid = 0 }, "/a/b/c", true },
	{ { .cgroup = STRINGS("/ab") }, { .uid = 0 }, "/a", false },
	{ { .cgroup = STRINGS("/ab") }, { .uid = 0 }, "/a/b", false },
	{ { .cgroup = STRINGS("/b", "/a/b") }, { .uid = 0 }, "/a/b/c", true },
	{ { .cgroup = STRINGS("/b", "/a/b") }, { .uid = 0 }, "/b/a", true },
	{ { .cgroup = STRINGS("/b", "/a/b") }, { .uid = 0 }, "/a", false },
	{ { .name = NULL }, { .uid = 0 }, "/", true },
	{ { .name = NULL }, { .uid = 0 }, "/any/where", true },
};

static void test_a_cgroup_is_itself_and_everything_below(void **state)
{
	(void)state;
	CHECK_CRITERIA(cgroups);
}

/* The bytes around '/', and the lowest and highest ones. */
static const struct criterion cgroup_patterns[] = {
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/a", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/a/b/c", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/ab", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/ab/c", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/a\x01", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/a.b", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/a\xff\xff", true },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/b", false },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/A", false },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/`\xff", false },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/b/a", false },
	{ { .cgroup = STRINGS("/a*") }, { .uid = 0 }, "/", false },
	/* strictly below */
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a", false },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a/b", true },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a/b/c", true },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a/\x01", true },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a/\xff", true },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a\x01", false },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a.", false },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/a0", false },
	{ { .cgroup = STRINGS("/a/*") }, { .uid = 0 }, "/ab", false },
	/* every path, the root's too */
	{ { .cgroup = STRINGS("/*") }, { .uid = 0 }, "/", true },
	{ { .cgroup = STRINGS("/*") }, { .uid = 0 }, "/\x01", true },
	{ { .cgroup = STRINGS("/*") }, { .uid = 0 }, "/\xff\xff", true },
	{ { .cgroup = STRINGS("/*") }, { .uid = 0 }, "/a/b", true },
	/* the bytes next to the pattern's last one, in the order in which '/' is first */
	{ { .cgroup = STRINGS("/a.*") }, { .uid = 0 }, "/a.b", true },
	{ { .cgroup = STRINGS("/a.*") }, { .uid = 0 }, "/a-", false },
	{ { .cgroup = STRINGS("/a.*") }, { .uid = 0 }, "/a/", false },
	{ { .cgroup = STRINGS("/a.*") }, { .uid = 0 }, "/a0", false },
	{ { .cgroup = STRINGS("/a0*") }, { .uid = 0 }, "/a0", true },
	{ { .cgroup = STRINGS("/a0*") }, { .uid = 0 }, "/a.", false },
	{ { .cgroup = STRINGS("/a0*") }, { .uid = 0 }, "/a/b", false },
	{ { .cgroup = STRINGS("/a\x01*") }, { .uid = 0 }, "/a\x01\x01", true },
	{ { .cgroup = STRINGS("/a\x01*") }, { .uid = 0 }, "/a/b", false },
	{ { .cgroup = STRINGS("/a\x01*") }, { .uid = 0 }, "/a\x02", false },
	{ { .cgroup = STRINGS("/a\x01*") }, { .uid = 0 }, "/a", false },
	{ { .cgroup = STRINGS("/a\x7f*") }, { .uid = 0 }, "/a\x7f\xff", true },
	{ { .cgroup = STRINGS("/a\x7f*") }, { .uid = 0 }, "/a\x80", false },
	{ { .cgroup = STRINGS("/a\xfe*") }, { .uid = 0 }, "/a\xfe/b", true },
	{ { .cgroup = STRINGS("/a\xfe*") }, { .uid = 0 }, "/a\xff", false },
	{ { .cgroup = STRINGS("/a\xff*") }, { .uid = 0 }, "/a\xff", true },
	{ { .cgroup = STRINGS("/a\xff*") }, { .uid = 0 }, "/a\xff\xff/b", true },
	{ { .cgroup = STRINGS("/a\xff*") }, { .uid = 0 }, "/a\xfe", false },
	{ { .cgroup = STRINGS("/a\xff*") }, { .uid = 0 }, "/b", false },
	{ { .cgroup = STRINGS("/\xff\xff*") }, { .uid = 0 }, "/\xff\xff\xff", true },
	{ { .cgroup = STRINGS("/\xff\xff*") }, { .uid = 0 }, "/\xff", false },
	/* the same bytes, below a cgroup without a star */
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a/\x01", true },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a/\xff\xff", true },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a\x01", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a\x02", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a.", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a0", false },
	{ { .cgroup = STRINGS("/a") }, { .uid = 0 }, "/a\xff", false },
	{ { .cgroup = STRINGS("/a\xff") }, { .uid = 0 }, "/a\xff/b", true },
	{ { .cgroup = STRINGS("/a\xff") }, { .uid = 0 }, "/a\xff\x01", false },
	/* one within the other */
	{ { .cgroup = STRINGS("/a*", "/ab*", "/a/b") }, { .uid = 0 }, "/ac", true },
	{ { .cgroup = STRINGS("/a/*", "/a") }, { .uid = 0 }, "/a", true },
	{ { .cgroup = STRINGS("/a/b*", "/c") }, { .uid = 0 }, "/a/bc", true },
	{ { .cgroup = STRINGS("/a/b*", "/c") }, { .uid = 0 }, "/a/c", false },
};

static void test_a_cgroup_with_a_star_is_the_beginning_of_paths(void **state)
{
	(void)state;
	CHECK_CRITERIA(cgroup_patterns);
}

static const struct criterion namespaces[] = {
	{ { .host_netns = true }, { .netns = BIND_NETNS_HOST }, NULL, true },
	{ { .host_netns = true }, { .netns = BIND_NETNS_OTHER }, NULL, false },
	{ { .name = NULL }, { .netns = BIND_NETNS_HOST }, NULL, true },
	{ { .name = NULL }, { .netns = BIND_NETNS_OTHER }, NULL, true },
};

static void test_the_host_is_one_network_namespace(void **state)
{
	(void)state;
	CHECK_CRITERIA(namespaces);
}

static const struct {
	struct policy_strings named;
	const char *exe; /* NULL: unknown */
	bool matches;
} exes[] = {
	{ STRINGS("/bin/a"), "/bin/a", true },
	{ STRINGS("/bin/a"), "/bin/ab", false },
	{ STRINGS("/bin/a"), "/bin", false },
	{ STRINGS("/bin/a"), "/bin/A", false },
	{ STRINGS("/bin/a"), "/usr/bin/a", false },
	{ STRINGS("/bin/a"), "", false },
	{ STRINGS("/bin/a"), NULL, false },
	{ STRINGS("/bin/b", "/bin/a"), "/bin/a", true },
	{ STRINGS("/bin/b", "/bin/a"), "/bin/b", true },
	{ STRINGS("/bin/b", "/bin/a"), "/bin/c", false },
	{ STRINGS("/bin/b", "/bin/a"), NULL, false },
	{ STRINGS("/bin/a", "/bin/a"), "/bin/a", true },
	{ STRINGS("/bin/\xff", "/bin/\x01"), "/bin/\xff", true },
	{ { NULL, 0 }, "/bin/a", true },
	{ { NULL, 0 }, NULL, true },
};

static void test_an_exe_is_a_whole_path(void **state)
{
	const struct bind_request request = { .uid = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(exes); i++) {
		struct policy_rule rule = { .exe = exes[i].named };
		const struct policy policy = { .default_verdict = BIND_DENY,
					       .rule = &rule,
					       .rules = 1 };
		const struct naive_task task = { .cgroup = "/", .exe = exes[i].exe };
		struct bind_decision d;

		d = judge_policy("exes", &policy, &request, &task, SETTINGS(true));
		if ((d.rule == 0) != exes[i].matches)
			fail_msg("exes[%zu]: %s", i,
				 exes[i].matches ? "does not match" : "matches");
	}
}

/* Addresses, as text */

static void parse_address(const char *text, uint8_t address[16])
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff };

	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, address), 1);
		return;
	}
	memcpy(address, mapped, 16);
	assert_int_equal(inet_pton(AF_INET, text, address + 12), 1);
}

/* "address", "address/length" or "address-address". */
static struct policy_address parse_range(const char *text)
{
	char *copy = strdup(text), *end = copy + strcspn(copy, "-/");
	struct policy_address range = { 0 };
	char kind = *end;

	*end = '\0';
	parse_address(copy, range.low);
	parse_address(kind == '-' ? end + 1 : copy, range.high);
	if (kind == '/') {
		int length = atoi(end + 1) + (strchr(copy, ':') ? 0 : 96);

		for (int bit = length; bit < 128; bit++)
			range.high[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	free(copy);
	return range;
}

#define ANY POLICY_ANY_FAMILY
#define V4 POLICY_IPV4
#define V6 POLICY_IPV6
#define LOOPBACK                     \
	{                            \
		"127.0.0.0/8", "::1" \
	}
#define WILDCARD                \
	{                       \
		"0.0.0.0", "::" \
	}
#define EVERY_ADDRESS                                        \
	{                                                    \
		"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" \
	}
#define BEFORE_IPV4 "::fffe:ffff:ffff"
#define AFTER_IPV4 "::1:0:0:0"
#define HIGHEST_IPV6 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

static const struct address_case {
	const char *ranges[2];
	enum policy_family family;
	const char *requested;
	bool matches;
} addresses[] = {
	/* both ends of a network */
	{ { "10.0.0.0/8" }, ANY, "9.255.255.255", false },
	{ { "10.0.0.0/8" }, ANY, "10.0.0.0", true },
	{ { "10.0.0.0/8" }, ANY, "10.255.255.255", true },
	{ { "10.0.0.0/8" }, ANY, "11.0.0.0", false },
	{ { "192.0.2.0/31" }, ANY, "192.0.2.1", true },
	{ { "192.0.2.0/31" }, ANY, "192.0.2.2", false },
	{ { "192.0.2.7/32" }, ANY, "192.0.2.6", false },
	{ { "192.0.2.7/32" }, ANY, "192.0.2.7", true },
	{ { "192.0.2.7/32" }, ANY, "192.0.2.8", false },
	{ { "255.255.255.255" }, ANY, "255.255.255.255", true },
	{ { "255.255.255.255" }, ANY, AFTER_IPV4, false },
	{ { "0.0.0.0" }, ANY, BEFORE_IPV4, false },
	{ { "0.0.0.0/0" }, ANY, "0.0.0.0", true },
	{ { "0.0.0.0/0" }, ANY, "255.255.255.255", true },
	{ { "0.0.0.0/0" }, ANY, BEFORE_IPV4, false },
	{ { "0.0.0.0/0" }, ANY, AFTER_IPV4, false },
	{ { "2001:db8::/32" }, ANY, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ { "2001:db8::/32" }, ANY, "2001:db8::", true },
	{ { "2001:db8::/32" }, ANY, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true },
	{ { "2001:db8::/32" }, ANY, "2001:db9::", false },
	/* the two halves of the key */
	{ { "2001:db8::/63" }, ANY, "2001:db8:0:1:ffff:ffff:ffff:ffff", true },
	{ { "2001:db8::/63" }, ANY, "2001:db8:0:2::", false },
	{ { "2001:db8::/64" }, ANY, "2001:db8::ffff:ffff:ffff:ffff", true },
	{ { "2001:db8::/64" }, ANY, "2001:db8:0:1::", false },
	{ { "2001:db8::/65" }, ANY, "2001:db8::7fff:ffff:ffff:ffff", true },
	{ { "2001:db8::/65" }, ANY, "2001:db8::8000:0:0:0", false },
	{ { "::1/128" }, ANY, "::", false },
	{ { "::1/128" }, ANY, "::1", true },
	{ { "::1/128" }, ANY, "::2", false },
	{ { HIGHEST_IPV6 "/128" }, ANY, HIGHEST_IPV6, true },
	{ { HIGHEST_IPV6 "/128" }, ANY, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", false },
	{ { "8000::/1" }, ANY, HIGHEST_IPV6, true },
	{ { "8000::/1" }, ANY, "8000::", true },
	{ { "8000::/1" }, ANY, "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ { "::/0" }, ANY, "::", true },
	{ { "::/0" }, ANY, HIGHEST_IPV6, true },
	/* IPv4 on an IPv6 socket, and what is not IPv4 */
	{ { "10.0.0.0/8" }, ANY, "::ffff:10.1.2.3", true },
	{ { "10.0.0.0/8" }, ANY, "::10.1.2.3", false },
	{ { "10.0.0.0/8" }, ANY, "64:ff9b::10.1.2.3", false },
	{ { "10.0.0.0/8" }, ANY, "::", false },
	{ { "0.0.0.0/0" }, ANY, "::", false },
	{ { "0.0.0.0/0" }, ANY, "::1", false },
	{ { "0.0.0.0" }, ANY, "::", false },
	{ { "::" }, ANY, "0.0.0.0", false },
	{ { "::" }, ANY, "::ffff:0.0.0.0", false },
	/* loopback */
	{ LOOPBACK, ANY, "126.255.255.255", false },
	{ LOOPBACK, ANY, "127.0.0.0", true },
	{ LOOPBACK, ANY, "127.0.0.1", true },
	{ LOOPBACK, ANY, "127.255.255.255", true },
	{ LOOPBACK, ANY, "128.0.0.0", false },
	{ LOOPBACK, ANY, "::1", true },
	{ LOOPBACK, ANY, "::ffff:127.0.0.1", true },
	{ LOOPBACK, ANY, "::", false },
	{ LOOPBACK, ANY, "::2", false },
	/* the wildcards are two points */
	{ WILDCARD, ANY, "0.0.0.0", true },
	{ WILDCARD, ANY, "::ffff:0.0.0.0", true },
	{ WILDCARD, ANY, "::", true },
	{ WILDCARD, ANY, "0.0.0.1", false },
	{ WILDCARD, ANY, "::1", false },
	{ WILDCARD, ANY, BEFORE_IPV4, false },
	{ WILDCARD, ANY, "255.255.255.255", false },
	/* a family, without addresses */
	{ { NULL }, V4, "0.0.0.0", true },
	{ { NULL }, V4, "255.255.255.255", true },
	{ { NULL }, V4, "::ffff:1.2.3.4", true },
	{ { NULL }, V4, BEFORE_IPV4, false },
	{ { NULL }, V4, AFTER_IPV4, false },
	{ { NULL }, V4, "::", false },
	{ { NULL }, V4, HIGHEST_IPV6, false },
	{ { NULL }, V6, "::", true },
	{ { NULL }, V6, BEFORE_IPV4, true },
	{ { NULL }, V6, "0.0.0.0", false },
	{ { NULL }, V6, "10.0.0.1", false },
	{ { NULL }, V6, "255.255.255.255", false },
	{ { NULL }, V6, AFTER_IPV4, true },
	{ { NULL }, V6, HIGHEST_IPV6, true },
	{ { NULL }, ANY, "::", true },
	{ { NULL }, ANY, "10.0.0.1", true },
	/* addresses, of which the family takes a part */
	{ WILDCARD, V4, "0.0.0.0", true },
	{ WILDCARD, V4, "::", false },
	{ WILDCARD, V6, "0.0.0.0", false },
	{ WILDCARD, V6, "::", true },
	{ LOOPBACK, V6, "127.0.0.1", false },
	{ LOOPBACK, V6, "::1", true },
	{ EVERY_ADDRESS, V4, BEFORE_IPV4, false },
	{ EVERY_ADDRESS, V4, "0.0.0.0", true },
	{ EVERY_ADDRESS, V4, "255.255.255.255", true },
	{ EVERY_ADDRESS, V4, AFTER_IPV4, false },
	{ EVERY_ADDRESS, V6, BEFORE_IPV4, true },
	{ EVERY_ADDRESS, V6, "0.0.0.0", false },
	{ EVERY_ADDRESS, V6, "255.255.255.255", false },
	{ EVERY_ADDRESS, V6, AFTER_IPV4, true },
	{ { "128.0.0.0-::1:0:0:5" }, V6, "128.0.0.0", false },
	{ { "128.0.0.0-::1:0:0:5" }, V6, "255.255.255.255", false },
	{ { "128.0.0.0-::1:0:0:5" }, V6, AFTER_IPV4, true },
	{ { "128.0.0.0-::1:0:0:5" }, V6, "::1:0:0:6", false },
	{ { "128.0.0.0-::1:0:0:5" }, V4, "127.255.255.255", false },
	{ { "128.0.0.0-::1:0:0:5" }, V4, AFTER_IPV4, false },
	{ { "::5-10.0.0.0" }, V6, "::4", false },
	{ { "::5-10.0.0.0" }, V6, BEFORE_IPV4, true },
	{ { "::5-10.0.0.0" }, V6, "0.0.0.0", false },
	{ { "::5-10.0.0.0" }, V4, "10.0.0.0", true },
	{ { "::5-10.0.0.0" }, V4, "10.0.0.1", false },
	{ { BEFORE_IPV4 }, V6, BEFORE_IPV4, true },
	{ { AFTER_IPV4 }, V6, AFTER_IPV4, true },
	/* nothing is left, and nothing matches */
	{ { "10.0.0.0/8" }, V6, "10.1.2.3", false },
	{ { "10.0.0.0/8" }, V6, "::", false },
	{ { "10.0.0.0/8" }, V6, "2001:db8::1", false },
	{ { "0.0.0.0/0" }, V6, "0.0.0.0", false },
	{ { "0.0.0.0/0" }, V6, AFTER_IPV4, false },
	{ { "2001:db8::/32" }, V4, "2001:db8::1", false },
	{ { "2001:db8::/32" }, V4, "10.0.0.1", false },
	{ { BEFORE_IPV4, AFTER_IPV4 }, V4, "0.0.0.0", false },
	{ { BEFORE_IPV4, AFTER_IPV4 }, V4, "255.255.255.255", false },
	{ { BEFORE_IPV4, AFTER_IPV4 }, V4, BEFORE_IPV4, false },
};

static uint32_t rule_for_address(const struct address_case *c)
{
	struct policy_address ranges[2];
	struct policy_rule rules[] = {
		{ .family = c->family, .address = { ranges, 0 } },
		{ .uid = RANGES({ 7, 7 }) },
	};
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = rules, .rules = 2 };
	struct bind_request request = { .uid = 7 };
	uint8_t address[16];

	for (size_t i = 0; i < 2 && c->ranges[i]; i++)
		ranges[rules[0].address.count++] = parse_range(c->ranges[i]);
	parse_address(c->requested, address);
	memcpy(request.address, address, 16);
	return judge_policy(c->requested, &policy, &request, IN("/"), SETTINGS(true)).rule;
}

/* What the first rule does not match, the second one does. */
static void test_addresses_and_families(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		if (rule_for_address(&addresses[i]) != (addresses[i].matches ? 0 : 1))
			fail_msg("addresses[%zu]: %s", i,
				 addresses[i].matches ? "does not match" : "matches");
}

/* Each request misses one criterion. */
static const struct {
	struct bind_request request;
	struct naive_task task;
	bool matches;
} together[] = {
#define HERE .netns = BIND_NETNS_HOST, .address = REQUESTED_IPV4(10, 255, 255, 255)
#define AT_10(netns_, last) .netns = netns_, .address = REQUESTED_IPV4(last, 0, 0, 0)
#define TASK                       \
	{                          \
		"/a/b", "/bin/web" \
	}
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", HERE }, TASK, true },
	{ { .uid = 34, .protocol = 6, .port = 80, .comm = "web", HERE }, TASK, false },
	{ { .uid = 33, .protocol = 17, .port = 80, .comm = "web", HERE }, TASK, false },
	{ { .uid = 33, .protocol = 6, .port = 81, .comm = "web", HERE }, TASK, false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web2", HERE }, TASK, false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", HERE },
	  { "/ab", "/bin/web" },
	  false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", HERE },
	  { "/a", "/bin/w" },
	  false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", HERE }, { "/a", NULL }, false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", AT_10(BIND_NETNS_HOST, 10) },
	  TASK,
	  true },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", AT_10(BIND_NETNS_HOST, 11) },
	  TASK,
	  false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", AT_10(BIND_NETNS_OTHER, 10) },
	  TASK,
	  false },
	{ { .uid = 33, .protocol = 6, .port = 80, .comm = "web", .netns = BIND_NETNS_HOST },
	  TASK,
	  false },
};

static void test_every_criterion_has_to_match(void **state)
{
	struct policy_rule rule = EVERY_CRITERION;
	const struct policy policy = { .default_verdict = BIND_DENY, .rule = &rule, .rules = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(together); i++) {
		struct bind_decision d = judge_policy("together", &policy, &together[i].request,
						      &together[i].task, SETTINGS(true));

		if ((d.rule == 0) != together[i].matches)
			fail_msg("together[%zu]: rule %d", i, (int)d.rule);
	}
}

/* Expiry: an expired rule is as good as none */

static const struct {
	int64_t expires[3]; /* of three rules that match everything else */
	int64_t now;
	uint32_t rule;
} expiries[] = {
	{ { 1000, 2000, 0 }, 999, 0 },
	{ { 1000, 2000, 0 }, 1000, 1 },
	{ { 1000, 2000, 0 }, 1001, 1 },
	{ { 1000, 2000, 0 }, 1999, 1 },
	{ { 1000, 2000, 0 }, 2000, 2 },
	{ { 1000, 2000, 0 }, INT64_MAX, 2 },
	{ { 1000, 2000, 3000 }, 2999, 2 },
	{ { 1000, 2000, 3000 }, 3000, NONE },
	{ { 1000, 1000, 1000 }, 999, 0 },
	{ { 1000, 1000, 1000 }, 1000, NONE },
	{ { 1000, 0, 1000 }, 1000, 1 },
	{ { 2000, 1000, 0 }, 1000, 0 },
	{ { 0, 1000, 1000 }, 5000, 0 },
	/* days are many seconds: more than 32 bits have */
	{ { 253402214400, 0, 0 }, 253402214399, 0 },
	{ { 253402214400, 0, 0 }, 253402214400, 1 },
	{ { 4294967297, 0, 0 }, 2, 0 },
	{ { 1, 0, 0 }, 0, 0 },
	{ { 1, 0, 0 }, 1, 1 },
};

/* With and without other criteria, which have vectors of their own. */
static void test_an_expired_rule_matches_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(expiries); i++) {
		struct policy_rule rules[2][3] = {
			{ { 0 } },
			{ EVERY_CRITERION, EVERY_CRITERION, EVERY_CRITERION },
		};
		const struct bind_request request = EVERY_REQUEST;

		for (int full = 0; full < 2; full++) {
			const struct policy policy = { .default_verdict = BIND_DENY,
						       .rule = rules[full],
						       .rules = 3 };
			struct bind_decision d;

			for (int r = 0; r < 3; r++)
				rules[full][r].expires = expiries[i].expires[r];
			d = judge_policy("expiries", &policy, &request, EVERY_TASK,
					 SETTINGS_AT(true, expiries[i].now));
			if (d.rule != expiries[i].rule)
				fail_msg("expiries[%zu]: rule %d", i, (int)d.rule);
		}
	}
}

static void test_once_all_rules_expired_the_default_decides(void **state)
{
	struct policy_rule rule = { .verdict = BIND_DENY,
				    .expires = NOW,
				    .permit_options = BIND_OPT_ALL };
	const struct policy policy = { .default_verdict = BIND_ALLOW,
				       .forbid_options = BIND_OPT_FREEBIND,
				       .rule = &rule,
				       .rules = 1 };
	const struct bind_request request = { .options = BIND_OPT_ALL };
	struct bind_decision d;

	(void)state;
	d = judge_policy("before", &policy, &request, IN("/"), SETTINGS_AT(true, NOW - 1));
	assert_int_equal(d.cause, BIND_CAUSE_RULE);
	d = judge_policy("after", &policy, &request, IN("/"), SETTINGS_AT(true, NOW));
	assert_int_equal(d.cause, BIND_CAUSE_OPTIONS);
	assert_int_equal(d.rule, NONE);
	assert_int_equal(d.forbidden, BIND_OPT_FREEBIND);
}

/* Which rule decides: the first that matches */

static struct policy_rule cgroup_rules[] = {
	{ .cgroup = STRINGS("/a/b/c") }, /* 0 */
	{ .cgroup = STRINGS("/a-b") }, /* 1 */
	{ .cgroup = STRINGS("/ab") }, /* 2 */
	{ .cgroup = STRINGS("/a/b"), .uid = RANGES({ 0, 0 }) }, /* 3 */
	{ .cgroup = STRINGS("/a") }, /* 4 */
	{ .cgroup = STRINGS("/a/b") }, /* 5 */
	{ .cgroup = STRINGS("/z", "/a.b") }, /* 6 */
};

static const struct {
	const char *path;
	uint32_t uid, rule;
} cgroup_requests[] = {
	{ "/", 0, NONE },   { "/a", 0, 4 },	  { "/a/b", 0, 3 },    { "/a/b", 1, 4 },
	{ "/a/b/c", 0, 0 }, { "/a/b/c/d", 0, 0 }, { "/a/b/cd", 0, 3 }, { "/a/b/cd", 1, 4 },
	{ "/a/x/y", 0, 4 }, { "/a-b", 0, 1 },	  { "/a-b/a", 0, 1 },  { "/a-", 0, NONE },
	{ "/a.b/c", 0, 6 }, { "/ab", 0, 2 },	  { "/ab/b/c", 0, 2 }, { "/abc", 0, NONE },
	{ "/z", 0, 6 },	    { "/y/a", 0, NONE },
};

static void test_nested_cgroups_follow_the_order_of_the_rules(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY,
				       .rule = cgroup_rules,
				       .rules = COUNT(cgroup_rules) };

	(void)state;
	for (size_t i = 0; i < COUNT(cgroup_requests); i++) {
		struct bind_request request = { .uid = cgroup_requests[i].uid };
		const char *path = cgroup_requests[i].path;

		assert_int_equal(
			judge_policy(path, &policy, &request, IN(path), SETTINGS(true)).rule,
			cgroup_requests[i].rule);
	}
}

static void test_the_first_of_two_rules_decides(void **state)
{
	struct policy_rule rules[] = {
		{ .verdict = BIND_DENY, .port = RANGES({ 80, 80 }) },
		{ .verdict = BIND_ALLOW, .port = RANGES({ 1, 1023 }) },
	};
	struct policy policy = { .default_verdict = BIND_DENY,
				 .rule = rules,
				 .rules = COUNT(rules) };
	const struct bind_request web = { .port = 80 }, https = { .port = 443 };

	(void)state;
	assert_int_equal(judge_policy("80", &policy, &web, IN("/"), SETTINGS(true)).verdict,
			 BIND_DENY);
	assert_int_equal(judge_policy("443", &policy, &https, IN("/"), SETTINGS(true)).rule, 1);
	rules[0].port.range[0] = (struct policy_range){ 1, 1023 };
	rules[1].port.range[0] = (struct policy_range){ 80, 80 };
	assert_int_equal(judge_policy("80", &policy, &web, IN("/"), SETTINGS(true)).rule, 0);
	rules[0].verdict = BIND_ALLOW;
	assert_int_equal(judge_policy("80", &policy, &web, IN("/"), SETTINGS(true)).verdict,
			 BIND_ALLOW);
}

/* What the deciding rule says */

static struct policy_rule decision_rules[] = {
	{ .port = RANGES({ 1, 1 }) },
	{ .port = RANGES({ 2, 2 }), .verdict = BIND_DENY },
	{ .port = RANGES({ 3, 3 }), .verdict = BIND_DENY, .audit = true },
	{ .port = RANGES({ 4, 4 }), .audit = true },
	{ .port = RANGES({ 5, 5 }), .permit_options = BIND_OPT_REUSEPORT },
	{ .port = RANGES({ 6, 6 }), .forbid_options = BIND_OPT_FREEBIND | BIND_OPT_REUSEADDR },
	{ .port = RANGES({ 7, 7 }),
	  .permit_options = BIND_OPT_ALL,
	  .forbid_options = BIND_OPT_FREEBIND },
	{ .port = RANGES({ 8, 8 }), .verdict = BIND_DENY, .permit_options = BIND_OPT_ALL },
};

/* Short names, for rows of one line each. */
#define DEFAULT BIND_CAUSE_DEFAULT
#define RULE BIND_CAUSE_RULE
#define OPTIONS BIND_CAUSE_OPTIONS
#define NO_PORT BIND_OPT_ADDRESS_NO_PORT
#define TRANSPARENT BIND_OPT_TRANSPARENT
#define REUSEPORT BIND_OPT_REUSEPORT
#define REUSEADDR BIND_OPT_REUSEADDR
#define FREEBIND BIND_OPT_FREEBIND
#define ALL_BUT_NO_PORT (BIND_OPT_ALL & ~NO_PORT)
#define BOTH (TRANSPARENT | REUSEPORT)

/* The policy forbids IP_TRANSPARENT and SO_REUSEPORT. Port 9 and up are the default's. */
static const struct {
	uint32_t port, options;
	bool enforce;
	enum bind_verdict default_verdict;
	struct bind_decision expected;
} decisions[] = {
	/* the default */
	{ 9, 0, true, BIND_DENY, { 0, NONE, BIND_DENY, 1, DEFAULT, 0 } },
	{ 9, 0, false, BIND_DENY, { 0, NONE, BIND_DENY, 0, DEFAULT, 0 } },
	{ 9, 0, true, BIND_ALLOW, { 0, NONE, BIND_ALLOW, 1, DEFAULT, 0 } },
	{ 9, 0, false, BIND_ALLOW, { 0, NONE, BIND_ALLOW, 0, DEFAULT, 0 } },
	{ 9, TRANSPARENT, true, BIND_DENY, { 0, NONE, BIND_DENY, 1, DEFAULT, 0 } },
	{ 9, TRANSPARENT, true, BIND_ALLOW, { 0, NONE, BIND_DENY, 1, OPTIONS, TRANSPARENT } },
	{ 9, BIND_OPT_ALL, false, BIND_ALLOW, { 0, NONE, BIND_DENY, 0, OPTIONS, BOTH } },
	{ 9, REUSEADDR, true, BIND_ALLOW, { 0, NONE, BIND_ALLOW, 1, DEFAULT, 0 } },
	/* a rule's verdict; the default plays no part */
	{ 1, 0, true, BIND_DENY, { 0, 0, BIND_ALLOW, 1, RULE, 0 } },
	{ 1, 0, false, BIND_DENY, { 0, 0, BIND_ALLOW, 0, RULE, 0 } },
	{ 2, 0, true, BIND_ALLOW, { 0, 1, BIND_DENY, 1, RULE, 0 } },
	{ 2, 0, false, BIND_ALLOW, { 0, 1, BIND_DENY, 0, RULE, 0 } },
	/* a denial by the rule is not one by the options */
	{ 2, BIND_OPT_ALL, true, BIND_ALLOW, { 0, 1, BIND_DENY, 1, RULE, 0 } },
	{ 8, BIND_OPT_ALL, true, BIND_ALLOW, { 0, 7, BIND_DENY, 1, RULE, 0 } },
	/* a rule in audit mode denies, but nothing enforces it */
	{ 3, 0, true, BIND_ALLOW, { 0, 2, BIND_DENY, 0, RULE, 0 } },
	{ 3, 0, false, BIND_ALLOW, { 0, 2, BIND_DENY, 0, RULE, 0 } },
	{ 4, 0, true, BIND_DENY, { 0, 3, BIND_ALLOW, 0, RULE, 0 } },
	{ 4, TRANSPARENT, true, BIND_DENY, { 0, 3, BIND_DENY, 0, OPTIONS, TRANSPARENT } },
	/* options that the policy forbids */
	{ 1, FREEBIND | REUSEADDR | NO_PORT, true, BIND_DENY, { 0, 0, BIND_ALLOW, 1, RULE, 0 } },
	{ 1, REUSEPORT, true, BIND_DENY, { 0, 0, BIND_DENY, 1, OPTIONS, REUSEPORT } },
	{ 1, REUSEPORT | FREEBIND, false, BIND_DENY, { 0, 0, BIND_DENY, 0, OPTIONS, REUSEPORT } },
	{ 1, BOTH, true, BIND_DENY, { 0, 0, BIND_DENY, 1, OPTIONS, BOTH } },
	/* unless the rule permits them */
	{ 5, REUSEPORT, true, BIND_DENY, { 0, 4, BIND_ALLOW, 1, RULE, 0 } },
	{ 5, TRANSPARENT, true, BIND_DENY, { 0, 4, BIND_DENY, 1, OPTIONS, TRANSPARENT } },
	{ 5, BIND_OPT_ALL, true, BIND_DENY, { 0, 4, BIND_DENY, 1, OPTIONS, TRANSPARENT } },
	/* options that the rule forbids besides */
	{ 6, REUSEADDR, true, BIND_DENY, { 0, 5, BIND_DENY, 1, OPTIONS, REUSEADDR } },
	{ 6, NO_PORT, true, BIND_DENY, { 0, 5, BIND_ALLOW, 1, RULE, 0 } },
	{ 6, BIND_OPT_ALL, true, BIND_DENY, { 0, 5, BIND_DENY, 1, OPTIONS, ALL_BUT_NO_PORT } },
	/* permit comes last */
	{ 7, BIND_OPT_ALL, true, BIND_DENY, { 0, 6, BIND_ALLOW, 1, RULE, 0 } },
};

static void test_what_a_decision_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(decisions); i++) {
		const struct policy policy = { .default_verdict = decisions[i].default_verdict,
					       .forbid_options = BOTH,
					       .rule = decision_rules,
					       .rules = COUNT(decision_rules) };
		struct bind_decision expected = decisions[i].expected, decision;
		struct bind_request request = { .port = decisions[i].port,
						.options = decisions[i].options };

		expected.generation = GENERATION;
		decision = judge_policy("decisions", &policy, &request, IN("/"),
					SETTINGS(decisions[i].enforce));
		if (!judge_same(&decision, &expected)) {
			judge_print("decided", &decision);
			judge_print("expected", &expected);
			fail_msg("decisions[%zu]", i);
		}
	}
}

static void test_without_rules_the_default_decides(void **state)
{
	const struct policy policies[] = {
		{ .default_verdict = BIND_ALLOW, .forbid_options = FREEBIND },
		{ .default_verdict = BIND_DENY },
	};
	const struct bind_request request = { .uid = 1, .port = 80, .comm = "web" };
	const struct bind_request freebind = { .options = BIND_OPT_ALL };

	(void)state;
	for (int enforce = 0; enforce <= 1; enforce++) {
		struct bind_decision d;

		d = judge_policy("allow", &policies[0], &request, IN("/a/b"), SETTINGS(enforce));
		assert_int_equal(d.verdict, BIND_ALLOW);
		d = judge_policy("options", &policies[0], &freebind, IN("/"), SETTINGS(enforce));
		assert_int_equal(d.forbidden, FREEBIND);
		d = judge_policy("deny", &policies[1], &request, IN("/a/b"), SETTINGS(enforce));
		assert_int_equal(d.verdict, BIND_DENY);
		assert_int_equal(d.enforced, enforce);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_uid_range_has_both_its_ends),
		cmocka_unit_test(test_ports_are_numbers_ephemeral_or_none),
		cmocka_unit_test(test_a_rule_may_accept_a_value_twice),
		cmocka_unit_test(test_tcp_has_mptcp_and_raw_is_of_its_own),
		cmocka_unit_test(test_a_comm_is_all_of_its_bytes),
		cmocka_unit_test(test_a_comm_with_a_star_is_the_beginning_of_names),
		cmocka_unit_test(test_a_cgroup_is_itself_and_everything_below),
		cmocka_unit_test(test_a_cgroup_with_a_star_is_the_beginning_of_paths),
		cmocka_unit_test(test_the_host_is_one_network_namespace),
		cmocka_unit_test(test_an_exe_is_a_whole_path),
		cmocka_unit_test(test_addresses_and_families),
		cmocka_unit_test(test_every_criterion_has_to_match),
		cmocka_unit_test(test_an_expired_rule_matches_nothing),
		cmocka_unit_test(test_once_all_rules_expired_the_default_decides),
		cmocka_unit_test(test_nested_cgroups_follow_the_order_of_the_rules),
		cmocka_unit_test(test_the_first_of_two_rules_decides),
		cmocka_unit_test(test_what_a_decision_says),
		cmocka_unit_test(test_without_rules_the_default_decides),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
