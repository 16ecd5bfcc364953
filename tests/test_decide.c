/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is decided: which requests a rule matches, which rule decides, and what the decision says.
 * Every decision is compared with the naive matcher's, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
		const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
		struct bind_decision decision;
		char says[64];

		snprintf(says, sizeof(says), "%s[%zu]", table, i);
		decision = judge_policy(says, &policy, &c->request, c->path ? c->path : "/", true);
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

static const struct criterion together[] = {
	{ ALL_FIVE, { .uid = 33, .protocol = 6, .port = 80, .comm = "web" }, "/a/b", true },
	{ ALL_FIVE, { .uid = 34, .protocol = 6, .port = 80, .comm = "web" }, "/a/b", false },
	{ ALL_FIVE, { .uid = 33, .protocol = 17, .port = 80, .comm = "web" }, "/a/b", false },
	{ ALL_FIVE, { .uid = 33, .protocol = 6, .port = 81, .comm = "web" }, "/a/b", false },
	{ ALL_FIVE, { .uid = 33, .protocol = 6, .port = 80, .comm = "web2" }, "/a/b", false },
	{ ALL_FIVE, { .uid = 33, .protocol = 6, .port = 80, .comm = "web" }, "/ab", false },
};

static void test_every_criterion_has_to_match(void **state)
{
	(void)state;
	CHECK_CRITERIA(together);
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
	const struct policy policy = { BIND_DENY, 0, cgroup_rules, COUNT(cgroup_rules), NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(cgroup_requests); i++) {
		struct bind_request request = { .uid = cgroup_requests[i].uid };
		const char *path = cgroup_requests[i].path;

		assert_int_equal(judge_policy(path, &policy, &request, path, true).rule,
				 cgroup_requests[i].rule);
	}
}

static void test_the_first_of_two_rules_decides(void **state)
{
	struct policy_rule rules[] = {
		{ .verdict = BIND_DENY, .port = RANGES({ 80, 80 }) },
		{ .verdict = BIND_ALLOW, .port = RANGES({ 1, 1023 }) },
	};
	struct policy policy = { BIND_DENY, 0, rules, COUNT(rules), NULL };
	const struct bind_request web = { .port = 80 }, https = { .port = 443 };

	(void)state;
	assert_int_equal(judge_policy("80", &policy, &web, "/", true).verdict, BIND_DENY);
	assert_int_equal(judge_policy("443", &policy, &https, "/", true).rule, 1);
	rules[0].port.range[0] = (struct policy_range){ 1, 1023 };
	rules[1].port.range[0] = (struct policy_range){ 80, 80 };
	assert_int_equal(judge_policy("80", &policy, &web, "/", true).rule, 0);
	rules[0].verdict = BIND_ALLOW;
	assert_int_equal(judge_policy("80", &policy, &web, "/", true).verdict, BIND_ALLOW);
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
		const struct policy policy = { decisions[i].default_verdict, BOTH, decision_rules,
					       COUNT(decision_rules), NULL };
		struct bind_decision expected = decisions[i].expected, decision;
		struct bind_request request = { .port = decisions[i].port,
						.options = decisions[i].options };

		expected.generation = GENERATION;
		decision = judge_policy("decisions", &policy, &request, "/", decisions[i].enforce);
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

		d = judge_policy("allow", &policies[0], &request, "/a/b", enforce);
		assert_int_equal(d.verdict, BIND_ALLOW);
		d = judge_policy("options", &policies[0], &freebind, "/", enforce);
		assert_int_equal(d.forbidden, FREEBIND);
		d = judge_policy("deny", &policies[1], &request, "/a/b", enforce);
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
		cmocka_unit_test(test_a_cgroup_is_itself_and_everything_below),
		cmocka_unit_test(test_every_criterion_has_to_match),
		cmocka_unit_test(test_nested_cgroups_follow_the_order_of_the_rules),
		cmocka_unit_test(test_the_first_of_two_rules_decides),
		cmocka_unit_test(test_what_a_decision_says),
		cmocka_unit_test(test_without_rules_the_default_decides),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
