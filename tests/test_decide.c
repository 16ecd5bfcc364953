/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an image decides. Every decision of every test is compared with the naive matcher's; the
 * cases by hand also say what it has to be, and the property test covers what nobody thought of.
 *
 * BINDGUARD_SEED and BINDGUARD_ROUNDS set the property test's first seed and how many policies it
 * makes.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "naive.h"
#include "policy/compile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NONE BIND_RULE_NONE
#define GENERATION 41

/* Values of a setting, in an initializer: RANGES({ 80, 80 }, { 8000, 8100 }), STRINGS("a", "b"). */
#define RANGES(...)                                                       \
	{                                                                 \
		.range = (struct policy_range[]){ __VA_ARGS__ },          \
		.count = COUNT(((struct policy_range[]){ __VA_ARGS__ })), \
	}
#define STRINGS(...)                                                \
	{                                                           \
		.string = (char **)(const char *[]){ __VA_ARGS__ }, \
		.count = COUNT(((const char *[]){ __VA_ARGS__ })),  \
	}

static void image_decide(const struct image *image, const struct bind_request *request,
			 const char *path, struct bind_decision *decision)
{
	struct bind_request classified = *request;

	classified.cgroup = image_cgroup_class(image, path);
	memset(decision, 0xaa, sizeof(*decision));
	decide(image, &classified, decision);
}

static bool same(const struct bind_decision *a, const struct bind_decision *b)
{
	return a->generation == b->generation && a->rule == b->rule && a->verdict == b->verdict &&
	       a->enforced == b->enforced && a->cause == b->cause && a->forbidden == b->forbidden;
}

static void print_decision(const char *whose, const struct bind_decision *d)
{
	print_error("%s: generation %u rule %d verdict %u enforced %u cause %u forbidden %#x\n",
		    whose, d->generation, (int)d->rule, d->verdict, d->enforced, d->cause,
		    d->forbidden);
}

static void print_request(const struct bind_request *r, const char *path)
{
	print_error("request: uid %u protocol %u port %u options %#x cgroup %s comm", r->uid,
		    r->protocol, r->port, r->options, path);
	for (size_t i = 0; i < sizeof(r->comm); i++)
		print_error(" %02x", (unsigned char)r->comm[i]);
	print_error("\n");
}

/* Decides with both; fails, naming the case, when they differ. */
static struct bind_decision judge(const char *says, const struct policy *policy,
				  const struct image *image, const struct bind_request *request,
				  const char *path, bool enforce)
{
	struct bind_decision fast, naive = { .generation = GENERATION };

	image_decide(image, request, path, &fast);
	naive_decide(policy, request, path, enforce, &naive);
	if (!same(&fast, &naive)) {
		print_request(request, path);
		print_decision("image", &fast);
		print_decision("naive", &naive);
		fail_msg("%s", says);
	}
	return fast;
}

static struct bind_decision judge_once(const char *says, const struct policy *policy,
				       const struct bind_request *request, const char *path,
				       bool enforce)
{
	struct bind_decision decision;
	struct image image;

	assert_int_equal(image_compile(policy, GENERATION, enforce, &image), 0);
	decision = judge(says, policy, &image, request, path, enforce);
	image_free(&image);
	return decision;
}

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
		decision = judge_once(says, &policy, &c->request, c->path ? c->path : "/", true);
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

#define TCP RANGES({ 6, 6 }, { 262, 262 })
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
#define HIGHEST "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

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

#define ALL_FIVE                                                                        \
	{                                                                               \
		.uid = RANGES({ 33, 33 }), .protocol = TCP, .port = RANGES({ 80, 80 }), \
		.comm = STRINGS("web"), .cgroup = STRINGS("/a")                         \
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

		assert_int_equal(judge_once(path, &policy, &request, path, true).rule,
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
	assert_int_equal(judge_once("80", &policy, &web, "/", true).verdict, BIND_DENY);
	assert_int_equal(judge_once("443", &policy, &https, "/", true).rule, 1);
	rules[0].port.range[0] = (struct policy_range){ 1, 1023 };
	rules[1].port.range[0] = (struct policy_range){ 80, 80 };
	assert_int_equal(judge_once("80", &policy, &web, "/", true).rule, 0);
	rules[0].verdict = BIND_ALLOW;
	assert_int_equal(judge_once("80", &policy, &web, "/", true).verdict, BIND_ALLOW);
}

/* Rule i is for port i + 1, and the last one besides for port 60000. */
static struct policy port_policy(size_t rules)
{
	struct policy policy = { .default_verdict = BIND_DENY, .rules = rules };

	policy.rule = calloc(rules, sizeof(*policy.rule));
	assert_non_null(policy.rule);
	for (size_t i = 0; i < rules; i++) {
		struct policy_ranges *port = &policy.rule[i].port;

		port->count = i == rules - 1 ? 2 : 1;
		port->range = calloc(port->count, sizeof(*port->range));
		assert_non_null(port->range);
		port->range[0] = (struct policy_range){ (uint32_t)i + 1, (uint32_t)i + 1 };
		if (i == rules - 1)
			port->range[1] = (struct policy_range){ 60000, 60000 };
	}
	return policy;
}

static void port_policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->rules; i++)
		free(policy->rule[i].port.range);
	free(policy->rule);
}

static void check_port(const struct policy *policy, const struct image *image, uint32_t port,
		       uint32_t rule)
{
	const struct bind_request request = { .port = port };

	assert_int_equal(judge("port", policy, image, &request, "/", true).rule, rule);
}

static void check_rule_count(size_t rules)
{
	struct policy policy = port_policy(rules);
	struct image image;

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.rules, rules);
	assert_int_equal(image.page[0].header.words, (rules + 63) / 64);
	for (uint32_t port = 1; port <= rules; port++)
		check_port(&policy, &image, port, port - 1);
	check_port(&policy, &image, 0, NONE);
	check_port(&policy, &image, (uint32_t)rules + 1, NONE);
	check_port(&policy, &image, 60000, (uint32_t)rules - 1);
	check_port(&policy, &image, BIND_PORT_NONE, NONE);
	image_free(&image);
	port_policy_free(&policy);
}

static void test_each_rule_is_found_however_many_there_are(void **state)
{
	static const size_t counts[] = { 1, 2, 63, 64, 65, 127, 128, 129, 1024, 1025, 4095, 4096 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++)
		check_rule_count(counts[i]);
}

static void test_each_rule_keeps_its_own_settings(void **state)
{
	struct policy policy = port_policy(BIND_MAX_RULES);
	struct image image;

	(void)state;
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		policy.rule[i].verdict = i % 3 ? BIND_ALLOW : BIND_DENY;
		policy.rule[i].audit = i % 5 == 0;
		policy.rule[i].forbid_options = i % 32;
	}
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	for (uint32_t i = 0; i < BIND_MAX_RULES; i++) {
		struct bind_request request = { .port = i + 1, .options = BIND_OPT_ALL };
		struct bind_decision d = judge("port", &policy, &image, &request, "/", true);

		assert_int_equal(d.enforced, i % 5 != 0);
		assert_int_equal(d.forbidden, i % 3 ? i % 32 : 0);
	}
	image_free(&image);
	port_policy_free(&policy);
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
		decision = judge_once("decisions", &policy, &request, "/", decisions[i].enforce);
		if (!same(&decision, &expected)) {
			print_decision("decided", &decision);
			print_decision("expected", &expected);
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

		d = judge_once("allow", &policies[0], &request, "/a/b", enforce);
		assert_int_equal(d.verdict, BIND_ALLOW);
		d = judge_once("options", &policies[0], &freebind, "/", enforce);
		assert_int_equal(d.forbidden, FREEBIND);
		d = judge_once("deny", &policies[1], &request, "/a/b", enforce);
		assert_int_equal(d.verdict, BIND_DENY);
		assert_int_equal(d.enforced, enforce);
	}
}

/* Images */

static void test_an_image_needs_nothing_of_its_policy(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	const struct bind_request request = { .uid = 33, .protocol = 6, .port = 80, .comm = "web" };
	char path[] = "/a", *paths[] = { path };
	struct bind_decision decision;
	struct image image;

	(void)state;
	rule.cgroup.string = paths;
	assert_int_equal(image_compile(&policy, 7, true, &image), 0);
	strcpy(path, "/x");
	rule = (struct policy_rule){ .verdict = BIND_DENY };
	image_decide(&image, &request, "/a/b", &decision);
	assert_int_equal(decision.rule, 0);
	assert_int_equal(decision.verdict, BIND_ALLOW);
	assert_int_equal(decision.generation, 7);
	image_free(&image);
	image_free(&image);
}

static void test_the_header_tells_what_the_image_is(void **state)
{
	struct policy_rule rules[] = {
		{ .uid = RANGES({ 0, 0 }) },
		{ .cgroup = STRINGS("/a") },
	};
	struct policy policy = { BIND_DENY, REUSEADDR, rules, 1, NULL };
	const struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, 3, false, &image), 0);
	header = &image.page[0].header;
	assert_int_equal(header->magic, BIND_IMAGE_MAGIC);
	assert_int_equal(header->generation, 3);
	assert_int_equal(header->pages, image.pages);
	assert_int_equal(header->flags, 0);
	assert_int_equal(header->default_verdict, BIND_DENY);
	assert_int_equal(header->forbid_options, REUSEADDR);
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		assert_int_equal(header->trees[d].depth, d == BIND_DIM_UID);
	image_free(&image);

	policy.rules = 2;
	assert_int_equal(image_compile(&policy, 4, true, &image), 0);
	assert_int_equal(image.page[0].header.flags, BIND_IMAGE_ENFORCE | BIND_IMAGE_CGROUPS);
	image_free(&image);
}

static void test_too_many_rules_are_refused(void **state)
{
	struct policy policy = port_policy(BIND_MAX_RULES + 1);
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), -E2BIG);
	assert_null(image.page);
	image_free(&image);
	port_policy_free(&policy);
}

/* A rule for count uids: first, first + 2, first + 4... so that no two of them touch. */
static struct policy_ranges spread_uids(size_t count, uint32_t first)
{
	struct policy_ranges uids_ = { calloc(count, sizeof(*uids_.range)), count };

	assert_non_null(uids_.range);
	for (size_t i = 0; i < count; i++)
		uids_.range[i].low = uids_.range[i].high = first + 2 * (uint32_t)i;
	return uids_;
}

static uint32_t rule_of(const struct image *image, const struct bind_request *request)
{
	struct bind_decision decision;

	image_decide(image, request, "/", &decision);
	return decision.rule;
}

/* intervals of uids that match and that do not, in turn; the last one has the highest uid. */
static void check_narrow_tree(size_t intervals, uint32_t depth)
{
	uint32_t first = intervals % 2;
	struct policy_rule rule = { .uid = spread_uids((intervals + !first) / 2, first) };
	const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	struct bind_request request = { 0 };
	struct image image;

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.trees[BIND_DIM_UID].depth, depth);
	for (request.uid = 0; request.uid < intervals + 2; request.uid++) {
		bool listed = request.uid < intervals - 1 && request.uid % 2 == first;

		assert_int_equal(rule_of(&image, &request), listed ? 0 : NONE);
	}
	request.uid = UINT32_MAX;
	assert_int_equal(rule_of(&image, &request), NONE);
	image_free(&image);
	free(rule.uid.range);
}

static void test_narrow_trees_of_every_depth(void **state)
{
	(void)state;
	check_narrow_tree(2, 1);
	check_narrow_tree(255, 1);
	check_narrow_tree(256, 1);
	check_narrow_tree(257, 2);
	check_narrow_tree(512, 2);
	check_narrow_tree(513, 2);
	check_narrow_tree(65536, 2);
	check_narrow_tree(65537, 3);
	check_narrow_tree(70000, 3);
}

/* The highest uid alone matches besides, at the end of a tree that is almost full, full, new. */
static void test_the_highest_narrow_key_is_found(void **state)
{
	(void)state;
	for (size_t count = 125; count < 132; count++) {
		struct policy_rule rule = { .uid = spread_uids(count, 1) };
		const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
		struct bind_request highest = { .uid = UINT32_MAX };
		struct bind_request below = { .uid = UINT32_MAX - 1 };
		struct image image;

		rule.uid.range[0] = (struct policy_range){ UINT32_MAX, UINT32_MAX };
		assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
		assert_int_equal(rule_of(&image, &highest), 0);
		assert_int_equal(rule_of(&image, &below), NONE);
		image_free(&image);
		free(rule.uid.range);
	}
}

/* A rule for count names, "00000", "00002", "00004"... and two intervals for each, plus one. */
static struct policy_strings spread_comms(size_t count)
{
	struct policy_strings comms_ = { calloc(count, sizeof(*comms_.string)), count };

	assert_non_null(comms_.string);
	for (size_t i = 0; i < count; i++)
		assert_true(asprintf(&comms_.string[i], "%05zu", 2 * i) > 0);
	return comms_;
}

static void free_comms(struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
}

static void check_comm(const struct image *image, const char *name, bool listed)
{
	struct bind_request request = { 0 };

	strcpy(request.comm, name);
	assert_int_equal(rule_of(image, &request), listed ? 0 : NONE);
}

static void check_wide_tree(size_t names, uint32_t depth)
{
	struct policy_rule rule = { .comm = spread_comms(names) };
	const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
	struct bind_request highest = { .comm = HIGHEST "\xff" };
	struct image image;
	char name[BIND_COMM_LEN];

	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.page[0].header.trees[BIND_DIM_COMM].depth, depth);
	for (size_t i = 0; i < 2 * names + 2; i++) {
		snprintf(name, sizeof(name), "%05zu", i);
		check_comm(&image, name, i < 2 * names && i % 2 == 0);
		snprintf(name, sizeof(name), "%05zu0", i);
		check_comm(&image, name, false);
		snprintf(name, sizeof(name), "%05zu%s", i, "0000000001");
		check_comm(&image, name, false);
	}
	check_comm(&image, "", false);
	assert_int_equal(rule_of(&image, &highest), NONE);
	image_free(&image);
	free_comms(&rule.comm);
}

static void test_wide_trees_of_every_depth(void **state)
{
	(void)state;
	check_wide_tree(1, 1);
	check_wide_tree(63, 1);
	check_wide_tree(64, 2);
	check_wide_tree(128, 2);
	check_wide_tree(8191, 2);
	check_wide_tree(8192, 3);
	check_wide_tree(9000, 3);
}

/* The highest name matches besides, at the end of a tree that is almost full, full, new. */
static void test_the_highest_wide_key_is_found(void **state)
{
	(void)state;
	for (size_t count = 61; count < 68; count++) {
		struct policy_rule rule = { .comm = spread_comms(count) };
		const struct policy policy = { BIND_DENY, 0, &rule, 1, NULL };
		struct bind_request no_end = { .comm = HIGHEST "\xff" };
		struct image image;

		free(rule.comm.string[0]);
		rule.comm.string[0] = strdup(HIGHEST);
		assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
		check_comm(&image, HIGHEST, true);
		check_comm(&image, "\xff", false);
		assert_int_equal(rule_of(&image, &no_end), NONE);
		image_free(&image);
		free_comms(&rule.comm);
	}
}

/* Keys equal to the padding of nodes, which no request from the kernel has. */
static void test_padding_keys_have_the_last_value(void **state)
{
	union bind_page page = { 0 };

	(void)state;
	for (size_t i = 0; i < BIND_NARROW_FANOUT; i++) {
		page.narrow.key[i] = i < 3 ? i : INT64_MAX;
		page.narrow.value[i] = i < 3 ? (uint32_t)i + 10 : 12;
	}
	assert_int_equal(decide_narrow(&page.narrow, 0), 10);
	assert_int_equal(decide_narrow(&page.narrow, 1), 11);
	assert_int_equal(decide_narrow(&page.narrow, INT64_MAX - 1), 12);
	assert_int_equal(decide_narrow(&page.narrow, INT64_MAX), 12);
	for (size_t i = 0; i < BIND_WIDE_FANOUT; i++) {
		page.wide.high[i] = page.wide.low[i] = i < 3 ? i : UINT64_MAX;
		page.wide.value[i] = i < 3 ? (uint32_t)i + 10 : 12;
	}
	assert_int_equal(decide_wide(&page.wide, 0, 0), 10);
	assert_int_equal(decide_wide(&page.wide, 1, 0), 10);
	assert_int_equal(decide_wide(&page.wide, 1, 1), 11);
	assert_int_equal(decide_wide(&page.wide, 1, UINT64_MAX), 11);
	assert_int_equal(decide_wide(&page.wide, 2, 2), 12);
	assert_int_equal(decide_wide(&page.wide, UINT64_MAX, UINT64_MAX), 12);
}

static void test_names_become_keys_in_their_order(void **state)
{
	static const char names[][8] = {
		"",
		"\x01",
		"a",
		"a\x01",
		"aa",
		"aaaaaaa",
		{ 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a' },
		"ab",
		"b",
		"\x7f",
		"\x80",
		"\xff",
	};

	(void)state;
	assert_int_equal(decide_key(names[0]), 0);
	for (size_t i = 1; i < COUNT(names); i++)
		assert_true(decide_key(names[i - 1]) < decide_key(names[i]));
}

static void test_the_lowest_bit(void **state)
{
	(void)state;
	for (uint32_t bit = 0; bit < 64; bit++) {
		assert_int_equal(decide_lowest(1ULL << bit), bit);
		assert_int_equal(decide_lowest(~0ULL << bit), bit);
		assert_int_equal(decide_lowest(1ULL << bit | 1ULL << 63), bit);
	}
}

static void test_a_cgroup_has_the_class_of_its_closest_named_parent(void **state)
{
	const struct policy policy = { BIND_DENY, 0, cgroup_rules, COUNT(cgroup_rules), NULL };
	static const char *const classes[][2] = {
		{ "/a/x", "/a" },	  { "/a/x/b/c", "/a" },
		{ "/a/bc", "/a" },	  { "/a/b/x/y/z", "/a/b" },
		{ "/a/b/c/d", "/a/b/c" }, { "/a-b/a/b", "/a-b" },
		{ "/a.b/z", "/a.b" },	  { "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", "/a/b/c" },
		{ "/a/ab", "/a" },	  { "/a/-b/z", "/a" },
	};
	static const char *const unnamed[] = { "/",	 "/b",	 "/abc", "/a-",	 "/a-bc",
					       "/a.b-c", "/b/a", "/A",	 "/aa/b" };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	for (size_t i = 0; i < COUNT(classes); i++) {
		assert_int_not_equal(image_cgroup_class(&image, classes[i][1]), 0);
		assert_int_equal(image_cgroup_class(&image, classes[i][0]),
				 image_cgroup_class(&image, classes[i][1]));
	}
	for (size_t i = 0; i < COUNT(unnamed); i++)
		assert_int_equal(image_cgroup_class(&image, unnamed[i]), 0);
	image_free(&image);
}

static void test_named_cgroups_have_classes_of_their_own(void **state)
{
	const struct policy policy = { BIND_DENY, 0, cgroup_rules, COUNT(cgroup_rules), NULL };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.cgroups, 7);
	for (size_t i = 0; i < image.cgroups; i++) {
		assert_int_equal(image_cgroup_class(&image, image.cgroup[i].path),
				 image.cgroup[i].class);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(image.cgroup[i].class, image.cgroup[j].class);
	}
	image_free(&image);
}

static void test_without_named_cgroups_there_is_one_class(void **state)
{
	const struct policy policy = { .default_verdict = BIND_DENY };
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	assert_int_equal(image.cgroups, 0);
	assert_int_equal(image_cgroup_class(&image, "/"), 0);
	assert_int_equal(image_cgroup_class(&image, "/a/b"), 0);
	image_free(&image);
}

/* Images that cannot be read: some page is missing. */

/* The image's first pages, in memory of exactly that size. */
static struct image cut_image(const struct image *image, size_t pages)
{
	struct image cut = *image;

	cut.pages = pages;
	cut.page = malloc(pages * sizeof(*cut.page));
	assert_non_null(cut.page);
	memcpy(cut.page, image->page, pages * sizeof(*cut.page));
	return cut;
}

static void check_cut(const struct image *image, const struct bind_request *request, size_t pages,
		      bool enforce)
{
	const struct bind_decision unreadable = { .generation = pages ? GENERATION : 0,
						  .rule = NONE,
						  .verdict = BIND_DENY,
						  .enforced = pages ? enforce : 1,
						  .cause = BIND_CAUSE_UNREADABLE };
	struct image cut = cut_image(image, pages ? pages : 1);
	struct bind_decision decision;

	cut.pages = pages;
	image_decide(&cut, request, "/a", &decision);
	if (!same(&decision, &unreadable)) {
		print_decision("decided", &decision);
		fail_msg("%zu pages of %zu", pages, image->pages);
	}
	free(cut.page);
}

/* The last page of an image of one rule has the vectors, which every decision needs. */
static void test_an_image_with_a_missing_page_denies(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	const struct policy policy = { BIND_ALLOW, 0, &rule, 1, NULL };
	const struct bind_request request = { .uid = 33, .protocol = 6, .port = 80, .comm = "web" };
	struct image image;

	(void)state;
	for (int enforce = 0; enforce <= 1; enforce++) {
		assert_int_equal(image_compile(&policy, GENERATION, enforce, &image), 0);
		assert_int_equal(judge("whole", &policy, &image, &request, "/a", enforce).rule, 0);
		for (size_t pages = 0; pages < image.pages; pages++)
			check_cut(&image, &request, pages, enforce);
		image_free(&image);
	}
}

static void check_broken(struct image *image, const struct bind_request *request, uint32_t *number)
{
	static const uint32_t wrong[] = { 1000, 0x7fffffff, 0xfffffff0, 0xffffffff };
	uint32_t right = *number;
	struct bind_decision decision;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		*number = wrong[i];
		image_decide(image, request, "/a", &decision);
		assert_int_equal(decision.cause, BIND_CAUSE_UNREADABLE);
		assert_int_equal(decision.verdict, BIND_DENY);
		assert_int_equal(decision.enforced, 1);
		assert_int_equal(decision.rule, NONE);
	}
	*number = right;
}

static void test_an_image_with_a_wrong_page_number_denies(void **state)
{
	struct policy_rule rule = ALL_FIVE;
	const struct policy policy = { BIND_ALLOW, 0, &rule, 1, NULL };
	const struct bind_request request = { .uid = 33, .protocol = 6, .port = 80, .comm = "web" };
	struct bind_image_header *header;
	struct image image;

	(void)state;
	assert_int_equal(image_compile(&policy, GENERATION, true, &image), 0);
	header = &image.page[0].header;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		check_broken(&image, &request, &header->trees[d].root);
	check_broken(&image, &request, &header->rule_pages);
	check_broken(&image, &request, &header->vector_pages);
	assert_int_equal(judge("whole", &policy, &image, &request, "/a", true).rule, 0);
	image_free(&image);
}

/* The property: whatever policy and request, the image decides as the naive matcher does. */

#define SEED 20240611
#define ROUNDS 2000
#define REQUESTS 256 /* of each policy */
#define USUAL_RULES 200
#define VALUES_MAX 3 /* of a setting */
#define POOL_MAX 200
#define PATH_LEN 64

/*
 * A policy at random, and the pools its values come from. Small pools and few criteria make rules
 * overlap; large pools and many criteria let late rules decide.
 */
struct random_policy {
	uint64_t random;
	struct policy policy;
	struct policy_rule rule[BIND_MAX_RULES];
	struct policy_range range[BIND_MAX_RULES * 3 * VALUES_MAX];
	size_t ranges;
	char *string[BIND_MAX_RULES * 2 * VALUES_MAX];
	size_t strings;

	uint32_t pool; /* how many values each of these has */
	uint32_t uid[POOL_MAX], protocol[POOL_MAX], port[POOL_MAX];
	char comm[POOL_MAX][BIND_COMM_LEN];
	char cgroup[POOL_MAX][PATH_LEN];
	uint32_t density[BIND_DIMENSIONS]; /* of 4 rules, how many have such a criterion */
	bool enforce;
};

/* Splitmix64. */
static uint64_t next_random(struct random_policy *r)
{
	uint64_t x = r->random += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint32_t below(struct random_policy *r, uint32_t limit)
{
	return (uint32_t)(next_random(r) >> 32) % limit;
}

static uint32_t one_of(struct random_policy *r, const uint32_t *values, size_t count)
{
	return values[below(r, (uint32_t)count)];
}

/* Of the characters, each of which may come again: names that are prefixes of each other. */
static void random_comm(struct random_policy *r, char comm[BIND_COMM_LEN])
{
	uint32_t length = below(r, 3) ? 1 + below(r, 3) : 1 + below(r, 15);

	memset(comm, 0, BIND_COMM_LEN);
	for (uint32_t i = 0; i < length; i++)
		comm[i] = "aab\x01\xff"[below(r, i < 8 ? 3 : 5)];
}

static void random_cgroup(struct random_policy *r, char path[PATH_LEN])
{
	static const char *const names[] = { "/a", "/b", "/ab", "/a-b", "/a.b", "/b1" };
	uint32_t depth = 1 + below(r, 4);

	path[0] = '\0';
	for (uint32_t i = 0; i < depth; i++)
		strcat(path, names[below(r, COUNT(names))]);
}

static void fill_pools(struct random_policy *r, bool large)
{
	static const uint32_t uid[] = { 0, 1, 33, 999, 1000, 65534, 4294967294, 4294967295 };
	static const uint32_t protocol[] = {
		0, 1, 6, 17, 58, 132, 136, 255, 262, BIND_PROTOCOL_RAW
	};
	static const uint32_t port[] = { 0, 1, 22, 80, 443, 1023, 1024, 32768, 65534, 65535 };

	r->pool = large ? POOL_MAX : 12;
	for (size_t i = 0; i < r->pool; i++) {
		r->uid[i] = below(r, 2) ? one_of(r, uid, COUNT(uid)) : (uint32_t)next_random(r);
		r->protocol[i] = one_of(r, protocol, COUNT(protocol));
		r->port[i] = below(r, 2) ? one_of(r, port, COUNT(port)) : below(r, 65536);
		random_comm(r, r->comm[i]);
		random_cgroup(r, r->cgroup[i]);
	}
	for (size_t i = 0; i < BIND_DIMENSIONS; i++)
		r->density[i] = large ? 3 + below(r, 2) : below(r, 5);
}

/* One value, a short range, or one between two values of the pool. */
static struct policy_range random_range(struct random_policy *r, const uint32_t *pool,
					uint32_t highest)
{
	uint32_t a = one_of(r, pool, r->pool), b = a;

	if (below(r, 2)) {
		b = below(r, 2) ? one_of(r, pool, r->pool) : a + below(r, 10);
		if (b > highest || (b < a && b - a < 10))
			b = highest;
	}
	return a < b ? (struct policy_range){ a, b } : (struct policy_range){ b, a };
}

static struct policy_ranges random_ranges(struct random_policy *r, enum bind_dimension dimension,
					  const uint32_t *pool, uint32_t highest)
{
	struct policy_ranges ranges = { .range = &r->range[r->ranges] };

	if (below(r, 4) < r->density[dimension])
		ranges.count = 1 + below(r, VALUES_MAX);
	for (size_t i = 0; i < ranges.count; i++)
		r->range[r->ranges++] = random_range(r, pool, highest);
	return ranges;
}

/* Numbers and names, never ranges of them; "tcp" is two. */
static struct policy_ranges random_protocols(struct random_policy *r)
{
	struct policy_ranges ranges = { .range = &r->range[r->ranges] };
	uint32_t values = 1 + below(r, VALUES_MAX - 1);

	if (below(r, 4) >= r->density[BIND_DIM_PROTOCOL])
		return ranges;
	for (uint32_t i = 0; i < values && ranges.count < VALUES_MAX; i++) {
		uint32_t protocol = one_of(r, r->protocol, r->pool);

		r->range[r->ranges++] = (struct policy_range){ protocol, protocol };
		ranges.count++;
		if (protocol != 6 || ranges.count == VALUES_MAX)
			continue;
		r->range[r->ranges++] = (struct policy_range){ 262, 262 };
		ranges.count++;
	}
	return ranges;
}

static struct policy_strings random_strings(struct random_policy *r, enum bind_dimension dimension,
					    char *pool, size_t size)
{
	struct policy_strings strings = { .string = &r->string[r->strings] };

	if (below(r, 4) < r->density[dimension])
		strings.count = 1 + below(r, VALUES_MAX);
	for (size_t i = 0; i < strings.count; i++)
		r->string[r->strings++] = pool + below(r, r->pool) * size;
	return strings;
}

static struct policy_rule random_rule(struct random_policy *r)
{
	return (struct policy_rule){
		.verdict = below(r, 2) ? BIND_ALLOW : BIND_DENY,
		.audit = below(r, 4) == 0,
		.uid = random_ranges(r, BIND_DIM_UID, r->uid, UINT32_MAX),
		.port = random_ranges(r, BIND_DIM_PORT, r->port, 65535),
		.protocol = random_protocols(r),
		.comm = random_strings(r, BIND_DIM_COMM, r->comm[0], sizeof(r->comm[0])),
		.cgroup = random_strings(r, BIND_DIM_CGROUP, r->cgroup[0], sizeof(r->cgroup[0])),
		.permit_options = below(r, 3) ? 0 : below(r, BIND_OPT_ALL + 1),
		.forbid_options = below(r, 3) ? 0 : below(r, BIND_OPT_ALL + 1),
	};
}

static void random_policy(struct random_policy *r, uint64_t seed)
{
	uint32_t rules;

	r->random = seed;
	r->ranges = r->strings = 0;
	rules = below(r, 64) ? below(r, USUAL_RULES + 1) : BIND_MAX_RULES;
	fill_pools(r, rules == BIND_MAX_RULES || below(r, 2));
	for (uint32_t i = 0; i < rules; i++)
		r->rule[i] = random_rule(r);
	r->enforce = below(r, 2);
	r->policy = (struct policy){
		.default_verdict = below(r, 2) ? BIND_ALLOW : BIND_DENY,
		.forbid_options = below(r, 2) ? 0 : below(r, BIND_OPT_ALL + 1),
		.rule = r->rule,
		.rules = rules,
	};
}

/* A value at an edge of the criterion, on either side; most are inside. */
static uint32_t edge_value(struct random_policy *r, const struct policy_ranges *ranges,
			   const uint32_t *pool)
{
	const struct policy_range *range;

	if (!ranges || !ranges->count)
		return one_of(r, pool, r->pool);
	range = &ranges->range[below(r, (uint32_t)ranges->count)];
	switch (below(r, 20)) {
	case 0:
		return range->low - 1;
	case 1:
		return range->high + 1;
	case 2:
		return one_of(r, pool, r->pool);
	default:
		return below(r, 2) ? range->low : range->high;
	}
}

static void edge_comm(struct random_policy *r, const struct policy_strings *comms_,
		      char comm[BIND_COMM_LEN])
{
	size_t length;

	memcpy(comm, r->comm[below(r, r->pool)], BIND_COMM_LEN);
	if (comms_ && comms_->count)
		memcpy(comm, comms_->string[below(r, (uint32_t)comms_->count)], BIND_COMM_LEN);
	length = strlen(comm);
	switch (below(r, 25)) {
	case 0:
		comm[length - 1]--; /* \x01 becomes the end */
		break;
	case 1:
		comm[length - 1]++; /* so does \xff */
		break;
	case 2:
		comm[length - 1] = '\0';
		break;
	case 3:
		memset(comm + length, below(r, 2) ? '\xff' : '\x01', BIND_COMM_LEN - length);
		break;
	case 4:
		if (length < BIND_COMM_LEN - 1)
			comm[length] = '\x01';
		break;
	}
}

static void edge_cgroup(struct random_policy *r, const struct policy_strings *cgroups_,
			char path[PATH_LEN])
{
	strcpy(path, r->cgroup[below(r, r->pool)]);
	if (cgroups_ && cgroups_->count)
		strcpy(path, cgroups_->string[below(r, (uint32_t)cgroups_->count)]);
	switch (below(r, 30)) {
	case 0:
		strcpy(path, "/");
		break;
	case 1:
		path[strlen(path) - 1] = 'x';
		break;
	case 2:
		strcat(path, "x");
		break;
	case 3:
		*strrchr(path, '/') = '\0';
		if (!*path)
			strcpy(path, "/");
		break;
	case 4:
		strcat(path, "-b");
		break;
	case 5:
		random_cgroup(r, path + strlen(path) * below(r, 2));
		break;
	}
}

/* Aims at one of the rules, so that late ones decide too. */
static void random_request(struct random_policy *r, struct bind_request *request,
			   char path[PATH_LEN])
{
	const struct policy_rule *rule = NULL;

	if (r->policy.rules)
		rule = &r->rule[below(r, (uint32_t)r->policy.rules)];
	memset(request, 0, sizeof(*request));
	request->uid = edge_value(r, rule ? &rule->uid : NULL, r->uid);
	request->protocol = edge_value(r, rule ? &rule->protocol : NULL, r->protocol);
	if (request->protocol > BIND_PROTOCOL_RAW)
		request->protocol = BIND_PROTOCOL_RAW;
	request->port = edge_value(r, rule ? &rule->port : NULL, r->port);
	if (request->port > BIND_PORT_NONE || request->protocol == BIND_PROTOCOL_RAW)
		request->port = BIND_PORT_NONE;
	request->options = below(r, 2) ? 0 : below(r, BIND_OPT_ALL + 1);
	edge_comm(r, rule ? &rule->comm : NULL, request->comm);
	edge_cgroup(r, rule ? &rule->cgroup : NULL, path);
}

/* What the generator reached; a property test that reaches little proves little. */
struct reached {
	uint64_t pairs, causes[BIND_CAUSE_MALFORMED + 1];
	uint64_t second_word, second_thousand, audited, verdicts[2];
};

static void note(struct reached *reached, const struct bind_decision *decision, bool enforce)
{
	reached->pairs++;
	reached->causes[decision->cause]++;
	reached->verdicts[decision->verdict]++;
	reached->second_word += decision->rule != NONE && decision->rule >= 64;
	reached->second_thousand += decision->rule != NONE && decision->rule >= 1024;
	reached->audited += enforce && !decision->enforced;
}

static void check_policy(struct random_policy *r, uint64_t seed, struct reached *reached)
{
	char says[96], path[2 * PATH_LEN];
	struct bind_request request;
	struct bind_decision decision;
	struct image image;

	random_policy(r, seed);
	assert_int_equal(image_compile(&r->policy, GENERATION, r->enforce, &image), 0);
	snprintf(says, sizeof(says),
		 "to see it again: BINDGUARD_SEED=%" PRIu64 " BINDGUARD_ROUNDS=1", seed);
	for (int i = 0; i < REQUESTS; i++) {
		random_request(r, &request, path);
		decision = judge(says, &r->policy, &image, &request, path, r->enforce);
		note(reached, &decision, r->enforce);
	}
	image_free(&image);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

/* At least one in share of the pairs. */
static void assert_reached(const struct reached *reached, const char *what, uint64_t count,
			   uint64_t share)
{
	if (count * share < reached->pairs)
		fail_msg("%s: only %" PRIu64 " of %" PRIu64 " pairs", what, count, reached->pairs);
}

static void test_images_decide_as_the_naive_matcher_does(void **state)
{
	uint64_t seed = setting("BINDGUARD_SEED", SEED);
	uint64_t rounds = setting("BINDGUARD_ROUNDS", ROUNDS);
	struct random_policy *r = calloc(1, sizeof(*r));
	struct reached reached = { 0 };

	(void)state;
	assert_non_null(r);
	for (uint64_t round = 0; round < rounds; round++)
		check_policy(r, seed + round, &reached);
	free(r);
	if (rounds < ROUNDS)
		return;
	assert_reached(&reached, "default", reached.causes[BIND_CAUSE_DEFAULT], 20);
	assert_reached(&reached, "rule", reached.causes[BIND_CAUSE_RULE], 4);
	assert_reached(&reached, "options", reached.causes[BIND_CAUSE_OPTIONS], 20);
	assert_reached(&reached, "allow", reached.verdicts[BIND_ALLOW], 5);
	assert_reached(&reached, "deny", reached.verdicts[BIND_DENY], 5);
	assert_reached(&reached, "audit mode", reached.audited, 20);
	assert_reached(&reached, "rule 64 and up", reached.second_word, 50);
	assert_reached(&reached, "rule 1024 and up", reached.second_thousand, 500);
	assert_int_equal(reached.causes[BIND_CAUSE_UNREADABLE], 0);
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
		cmocka_unit_test(test_each_rule_is_found_however_many_there_are),
		cmocka_unit_test(test_each_rule_keeps_its_own_settings),
		cmocka_unit_test(test_what_a_decision_says),
		cmocka_unit_test(test_without_rules_the_default_decides),
		cmocka_unit_test(test_an_image_needs_nothing_of_its_policy),
		cmocka_unit_test(test_the_header_tells_what_the_image_is),
		cmocka_unit_test(test_too_many_rules_are_refused),
		cmocka_unit_test(test_narrow_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_narrow_key_is_found),
		cmocka_unit_test(test_wide_trees_of_every_depth),
		cmocka_unit_test(test_the_highest_wide_key_is_found),
		cmocka_unit_test(test_padding_keys_have_the_last_value),
		cmocka_unit_test(test_names_become_keys_in_their_order),
		cmocka_unit_test(test_the_lowest_bit),
		cmocka_unit_test(test_a_cgroup_has_the_class_of_its_closest_named_parent),
		cmocka_unit_test(test_named_cgroups_have_classes_of_their_own),
		cmocka_unit_test(test_without_named_cgroups_there_is_one_class),
		cmocka_unit_test(test_an_image_with_a_missing_page_denies),
		cmocka_unit_test(test_an_image_with_a_wrong_page_number_denies),
		cmocka_unit_test(test_images_decide_as_the_naive_matcher_does),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
