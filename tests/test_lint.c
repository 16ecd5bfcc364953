/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings about what is no error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outcome.h"
#include "policy/lint.h"
#include "policy/policy.h"

#define DAY 86400
#define NOW INT64_C(1772323200) /* 2026-03-01 */

#define DENY "version = 1; default = \"deny\";\nrules = ("
#define ALLOW "version = 1; default = \"allow\";\nrules = ("
#define DOC " reason = \"r\"; owner = \"o\"; "

/* A documented rule on a line of its own. */
#define R(name, settings) "\n{ name = \"" name "\";" DOC settings "}"

static void lint_text(const char *text, int64_t now, struct policy_messages *messages)
{
	struct policy *policy = policy_read_text("test.conf", text, strlen(text), messages);

	if (!policy)
		fail_msg("%s in %s", messages->message[0].text, text);
	policy_lint(policy, now, messages);
	policy_free(policy);
}

static void assert_lint_at(const char *text, int64_t now, const char *expected)
{
	struct policy_messages messages = { 0 };
	char *result;

	lint_text(text, now, &messages);
	for (size_t i = 0; i < messages.count; i++)
		assert_true(messages.message[i].warning);
	result = outcome_messages(&messages, "test.conf");
	if (strcmp(result ? result : "", expected) != 0)
		print_error("%s\n", text);
	assert_string_equal(result ? result : "", expected);
	free(result);
	policy_messages_free(&messages);
}

static void assert_lint(const char *text, const char *expected)
{
	assert_lint_at(text, NOW, expected);
}

static void test_nothing_to_warn_of(void **state)
{
	static const char *const policies[] = {
		DENY ");",
		DENY R("a", "uid = 1; ports = 80;") "," R("b", "uid = 2; ports = 80;") ");",
		DENY R("a", "cgroup = \"/a\";") "," R("b", "exe = \"/a\"; comm = \"a\";") ");",
		DENY R("a", "verdict = \"deny\"; comm = \"a\";") ");",
		DENY R("a", "ports = \"ephemeral\";") ");",
		DENY R("a", "address = \"loopback\"; ports = 8080;") ");",
		DENY R("a", "verdict = \"deny\"; ports = 80;") ");",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		assert_lint(policies[i], "");
}

static void test_documentation(void **state)
{
	(void)state;
	assert_lint(DENY "\n{ name = \"a\"; uid = 1; },\n{ name = \"b\"; uid = 2; owner = \"o\"; },"
			 "\n{ name = \"c\"; uid = 3; reason = \"r\"; },"
			 "\n{ name = \"d\"; uid = 4; reason = \"\"; owner = \"\"; });",
		    "3: rule \"a\": no reason and no owner, say what it is for and whom to ask\n"
		    "4: rule \"b\": no reason, say what it is for\n"
		    "5: rule \"c\": no owner, say whom to ask\n"
		    "6: rule \"d\": no reason and no owner, say what it is for and whom to ask");
}

static void test_expiry(void **state)
{
	static const char text[] = DENY R("a", "uid = 1; expires = \"2026-03-01\";") ");";

	(void)state;
	assert_lint_at(text, NOW,
		       "3: rule \"a\": expired on 2026-03-01 and matches nothing any "
		       "more, renew or remove it");
	assert_lint_at(text, NOW + 1,
		       "3: rule \"a\": expired on 2026-03-01 and matches nothing any "
		       "more, renew or remove it");
	assert_lint_at(text, NOW - 1,
		       "3: rule \"a\": expires on 2026-03-01, in 1 day, renew it or "
		       "prepare for its end");
	assert_lint_at(text, NOW - DAY - 1,
		       "3: rule \"a\": expires on 2026-03-01, in 2 days, renew "
		       "it or prepare for its end");
	assert_lint_at(text, NOW - 30 * DAY,
		       "3: rule \"a\": expires on 2026-03-01, in 30 days, "
		       "renew it or prepare for its end");
	assert_lint_at(text, NOW - 30 * DAY - 1, "");
}

#define COMM_ALONE                                                                           \
	"comm alone says who may bind, and any process can rename itself, add uid, cgroup, " \
	"unit or exe"
#define ANY_USER(what) "any user may bind " what ", add uid, cgroup, unit or exe"

static void test_subjects(void **state)
{
	(void)state;
	assert_lint(DENY R("a", "comm = \"nginx\"; ports = 80; protocol = \"tcp\";") ");",
		    "3: rule \"a\": " COMM_ALONE);
	assert_lint(DENY R("a", "comm = \"n*\"; address = \"loopback\"; netns = \"host\";") ");",
		    "3: rule \"a\": " COMM_ALONE);
	assert_lint(DENY R("a", "ports = 80;") ");", "3: rule \"a\": " ANY_USER("these ports"));
	assert_lint(DENY R("a", "ports = \"ephemeral, 80\"; protocol = \"tcp\";") ");",
		    "3: rule \"a\": " ANY_USER("these ports"));
	assert_lint(DENY R("a", "protocol = \"udp\";") ");",
		    "3: rule \"a\": " ANY_USER("any port"));
	assert_lint(DENY R("a", "uid = 1; protocol = \"raw\"; ports = 80;") ");",
		    "3: rule \"a\": never matches, because a raw socket has no port, remove ports");
}

/* Rules that are never reached. */

/* Whether a rule covers another one. The subject keeps other warnings away. */
static void assert_covers(const char *first, const char *second, bool covers)
{
	struct policy_messages messages = { 0 };
	bool found = false;
	char text[1024];

	snprintf(text, sizeof(text),
		 DENY "{ name = \"a\"; verdict = \"deny\"; %s },\n{ name = \"b\"; %s });", first,
		 second);
	lint_text(text, NOW, &messages);
	for (size_t i = 0; i < messages.count; i++)
		if (strcmp(messages.message[i].text,
			   "rule \"b\": never matches, because rule \"a\" (test.conf:2) covers it, "
			   "move it up or remove it") == 0) {
			assert_int_equal(messages.message[i].line, 3);
			found = true;
		}
	if (found != covers)
		print_error("%s: %s\n", first, second);
	assert_int_equal(found, covers);
	policy_messages_free(&messages);
}

struct pair {
	const char *first, *second;
};

static void test_covers(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ "", "uid = 1; ports = 80; comm = \"a\"; cgroup = \"/a\"; exe = \"/a\";" },
		{ "uid = \"1-9\";", "uid = [1, 9, 5];" },
		{ "uid = [1, 2, 3];", "uid = \"1-3\";" },
		{ "uid = (\"5-9\", \"1-7\", 4);", "uid = \"1-9\"; ports = 1;" },
		{ "uid = 0;", "uid = \"root\";" },
		{ "protocol = \"tcp\";", "protocol = \"mptcp\";" },
		{ "protocol = [\"tcp\", \"udp\"];", "protocol = (262, 6);" },
		{ "ports = \"80-90, 91\";", "ports = \"80-91\";" },
		{ "ports = \"1-65535, ephemeral\";", "protocol = \"tcp\";" },
		{ "protocol = \"tcp\"; ports = 80;", "protocol = (\"tcp\", \"raw\"); ports = 80;" },
		{ "address = \"10.0.0.0/8\";", "address = \"10.1.0.0/16\";" },
		{ "address = [\"10.0.0.0/9\", \"10.128.0.0/9\"];", "address = \"10.0.0.0/8\";" },
		{ "family = \"ipv4\";", "address = \"10.0.0.1\";" },
		{ "address = \"0.0.0.0/0\";", "family = \"ipv4\";" },
		{ "address = \"::/0\";", "family = \"ipv6\";" },
		{ "family = \"ipv6\";", "address = \"::/0\";" },
		{ "address = [\"::/0\", \"0.0.0.0/0\"];", "uid = 1; address = \"::1\";" },
		{ "family = \"ipv4\"; address = \"wildcard\";", "address = \"0.0.0.0\";" },
		{ "comm = [\"a\", \"b\"];", "comm = \"b\";" },
		{ "comm = \"a*\";", "comm = [\"a\", \"ab\", \"abc*\", \"a*\"];" },
		{ "comm = \"fifteen-bytes-x*\";", "comm = \"fifteen-bytes-x\";" },
		{ "comm = \"fifteen-bytes-x\";", "comm = \"fifteen-bytes-x*\";" },
		{ "comm = [\"b*\", \"a*\", \"ab\"];", "comm = \"abc\";" },
		{ "cgroup = \"/a\";", "cgroup = [\"/a\", \"/a/b\", \"/a/b/c\", \"/a/*\"];" },
		{ "cgroup = \"/a*\";", "cgroup = [\"/a\", \"/ab\", \"/ab/c\", \"/ab*\"];" },
		{ "cgroup = \"/*\";", "cgroup = [\"/a\", \"/ab*\"];" },
		{ "cgroup = \"/\";", "cgroup = \"/a\";" },
		{ "cgroup = [\"/a\", \"/a-b\", \"/a/b\"];", "cgroup = \"/a/c\";" },
		{ "unit = \"a.service\";", "cgroup = \"/system.slice/a.service/b\";" },
		{ "exe = [\"/b\", \"/a\"];", "exe = \"/a\"; uid = 1;" },
		{ "", "netns = \"host\";" },
		{ "netns = \"host\";", "netns = \"host\"; uid = 1;" },
		{ "", "expires = \"2027-01-01\";" },
		{ "expires = \"2027-01-01\";", "expires = \"2026-12-31\";" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_covers(pairs[i].first, pairs[i].second, true);
}

static void test_covers_not(void **state)
{
	static const struct pair pairs[] = {
		{ "uid = 1;", "" },
		{ "uid = 1; ports = 80;", "uid = 1;" },
		{ "uid = \"1-9\";", "uid = \"1-10\";" },
		{ "uid = \"1-9\";", "uid = \"0-9\";" },
		{ "uid = [1, 3];", "uid = \"1-3\";" },
		{ "protocol = \"mptcp\";", "protocol = \"tcp\";" },
		{ "protocol = \"tcp\";", "ports = 80;" },
		{ "ports = \"1-65535, ephemeral\";", "" },
		{ "ports = \"1-65535, ephemeral\";", "protocol = [\"tcp\", \"raw\"];" },
		{ "ports = \"1-65535\";", "protocol = \"tcp\";" },
		{ "address = \"10.0.0.0/8\";", "address = \"10.0.0.0/7\";" },
		{ "address = \"::/0\";", "address = \"10.0.0.1\";" },
		{ "address = \"::/0\";", "" },
		{ "address = \"0.0.0.0\";", "address = \"wildcard\";" },
		{ "family = \"ipv4\";", "address = \"::1\";" },
		{ "comm = \"ab*\";", "comm = \"a*\";" },
		{ "comm = \"a\";", "comm = \"a*\";" },
		{ "comm = \"a\";", "comm = \"ab\";" },
		{ "comm = [\"a\", \"b\"];", "comm = [\"b\", \"c\"];" },
		{ "cgroup = \"/a\";", "cgroup = \"/ab\";" },
		{ "cgroup = \"/a\";", "cgroup = \"/a*\";" },
		{ "cgroup = \"/a/*\";", "cgroup = \"/a\";" },
		{ "cgroup = \"/a/b\";", "cgroup = \"/a\";" },
		{ "cgroup = \"/*\";", "cgroup = \"/\";" },
		{ "exe = \"/a\";", "exe = \"/a/b\";" },
		{ "exe = \"/a\";", "exe = [\"/a\", \"/b\"];" },
		{ "netns = \"host\";", "uid = 1;" },
		{ "expires = \"2027-01-01\";", "" },
		{ "expires = \"2027-01-01\";", "expires = \"2027-01-02\";" },
		{ "expires = \"2026-03-01\";", "uid = 1;" },
		{ "expires = \"2026-03-01\";", "expires = \"2026-03-01\";" },
		{ "protocol = \"raw\"; ports = 80;", "uid = 1;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_covers(pairs[i].first, pairs[i].second, false);
}

/* The first that covers it is named, whichever of its dimensions it is found by. */
static void test_first_is_named(void **state)
{
	(void)state;
	assert_lint(
		DENY R("a", "uid = 1; ports = 80;") "," R("b", "uid = \"0-9\";") "," R(
			"c", "uid = 1; ports = [80, 81];") "," R("d", "uid = 1; ports = 80;") ");",
		"5: rule \"c\": never matches, because rule \"b\" (test.conf:4) covers it, move "
		"it up or remove it\n"
		"6: rule \"d\": never matches, because rule \"a\" (test.conf:3) covers it, move "
		"it up or remove it");
}

/* A policy of random small rules, where every pair can be compared by trying all binds. */

#define TINY_RULES 60

struct tiny {
	unsigned int uid, port, protocol; /* a bit for each of four values; 0: any */
	unsigned int comm; /* of "a", "ab", "b", "ba"; 0: any */
};

static unsigned int random_state = 7;

static unsigned int random_bits(void)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % 3 ? 0 : (random_state >> 20) % 16;
}

static void print_bits(FILE *out, const char *name, unsigned int bits, const char *const values[4])
{
	if (!bits)
		return;
	fprintf(out, " %s = (", name);
	for (int i = 0, written = 0; i < 4; i++)
		if (bits & 1u << i)
			fprintf(out, "%s%s", written++ ? ", " : "", values[i]);
	fprintf(out, ");");
}

static bool bits_cover(unsigned int a, unsigned int b)
{
	return a == 0 || (b != 0 && (a & b) == b);
}

static bool tiny_covers(const struct tiny *a, const struct tiny *b)
{
	return bits_cover(a->uid, b->uid) && bits_cover(a->port, b->port) &&
	       bits_cover(a->protocol, b->protocol) && bits_cover(a->comm, b->comm);
}

static void print_tiny(FILE *out, const struct tiny *tiny, int i)
{
	static const char *const uids[] = { "7", "8", "\"9-100\"", "4000" };
	static const char *const ports[] = { "80", "\"81-255\"", "256", "65535" };
	static const char *const protocols[] = { "6", "17", "132", "136" };
	static const char *const comms[] = { "\"a\"", "\"ab\"", "\"b\"", "\"ba\"" };

	fprintf(out, "%s\n{ name = \"%d\";" DOC "verdict = \"deny\";", i ? "," : "", i);
	print_bits(out, "uid", tiny->uid, uids);
	print_bits(out, "ports", tiny->port, ports);
	print_bits(out, "protocol", tiny->protocol, protocols);
	print_bits(out, "comm", tiny->comm, comms);
	fprintf(out, " }");
}

static void print_expected(FILE *out, const struct tiny *rules, int i)
{
	for (int j = 0; j < i; j++) {
		if (!tiny_covers(&rules[j], &rules[i]))
			continue;
		fprintf(out,
			"%s%d: rule \"%d\": never matches, because rule \"%d\" (test.conf:%d) "
			"covers it, move it up or remove it",
			ftell(out) ? "\n" : "", i + 3, i, j, j + 3);
		return;
	}
}

static void test_random_rules(void **state)
{
	struct tiny rules[TINY_RULES];
	size_t text_size, expected_size;
	char *text, *expected;
	FILE *out, *lines;

	(void)state;
	for (int round = 0; round < 50; round++) {
		out = open_memstream(&text, &text_size);
		lines = open_memstream(&expected, &expected_size);
		assert_non_null(out);
		assert_non_null(lines);
		fputs(DENY, out);
		for (int i = 0; i < TINY_RULES; i++) {
			rules[i] = (struct tiny){ random_bits(), random_bits(), random_bits(),
						  random_bits() };
			print_tiny(out, &rules[i], i);
			print_expected(lines, rules, i);
		}
		fputs(");", out);
		fclose(out);
		fclose(lines);
		assert_lint(text, expected);
		free(text);
		free(expected);
	}
}

/* Ways around. */

#define AROUND "denies IPv4 only, but \"::\" takes IPv4 too and "
#define BY_DEFAULT "the default allows it, "
#define NO_WEB "verdict = \"deny\"; ports = 80; "

static void test_ipv4_only(void **state)
{
	(void)state;
	assert_lint(ALLOW R("a", NO_WEB "family = \"ipv4\";") ");",
		    "3: rule \"a\": " AROUND BY_DEFAULT "leave out family");
	assert_lint(ALLOW R("a", NO_WEB "address = \"0.0.0.0\";") ");",
		    "3: rule \"a\": " AROUND BY_DEFAULT "add \"::\" to address");
	assert_lint(ALLOW R("a", NO_WEB "address = \"wildcard\"; family = \"ipv4\";") ");",
		    "3: rule \"a\": " AROUND BY_DEFAULT
		    "leave out family and add \"::\" to address");
	assert_lint(DENY R("a", NO_WEB "family = \"ipv4\";") "," R("b", "uid = 1;") ");",
		    "3: rule \"a\": " AROUND
		    "rule \"b\" (test.conf:4) allows it, leave out family");
	assert_lint(DENY R("x", "uid = 7;") "," R("a", NO_WEB "family = \"ipv4\";") ");",
		    "4: rule \"a\": " AROUND
		    "rule \"x\" (test.conf:3) allows it, leave out family");
}

static void test_ipv4_only_is_enough(void **state)
{
	static const char *const policies[] = {
		DENY R("a", NO_WEB "family = \"ipv4\";") ");",
		DENY R("a", NO_WEB "family = \"ipv4\";") "," R("b", "uid = 1; ports = 81;") ");",
		DENY R("a", NO_WEB "family = \"ipv4\";") "," R(
			"b", "uid = 1; family = \"ipv4\"; expires = \"2099-01-01\";") ");",
		ALLOW R("a", NO_WEB "family = \"ipv4\";") "," R("b",
								NO_WEB "address = \"::\";") ");",
		ALLOW R("a", NO_WEB "address = \"wildcard\";") ");",
		ALLOW R("a", NO_WEB "address = [\"10.0.0.1\", \"2001:db8::1\"];") ");",
		ALLOW R("a", NO_WEB "family = \"ipv6\";") ");",
		ALLOW R("a", "verdict = \"deny\"; family = \"ipv4\"; protocol = \"raw\";") ");",
		ALLOW R("a", "verdict = \"deny\"; family = \"ipv4\"; protocol = \"icmp\";") ");",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		assert_lint(policies[i], "");
}

/* Many rules, of which the last one is covered, and nothing takes long. */
static void test_many_rules(void **state)
{
	struct policy_messages messages = { 0 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	fputs(ALLOW, out);
	for (int i = 0; i < 100000; i++)
		fprintf(out,
			"{ name = \"%d\";" DOC "uid = %d; ports = \"%d-%d\"; family = \"ipv4\"; "
			"verdict = \"deny\"; },\n",
			i, 1000 + i / 7, i % 7 * 100 + 1, i % 7 * 100 + 150);
	fputs("{ name = \"last\";" DOC "uid = 15000; family = \"ipv4\"; ports = 20; });", out);
	fclose(out);
	lint_text(text, NOW, &messages);
	assert_int_equal(messages.count, 100001);
	assert_string_equal(messages.message[100000].text,
			    "rule \"last\": never matches, because rule \"98000\" "
			    "(test.conf:98002) covers it, move it up or remove it");
	policy_messages_free(&messages);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_warn_of),
		cmocka_unit_test(test_documentation),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_covers_not),
		cmocka_unit_test(test_first_is_named),
		cmocka_unit_test(test_random_rules),
		cmocka_unit_test(test_ipv4_only),
		cmocka_unit_test(test_ipv4_only_is_enough),
		cmocka_unit_test(test_many_rules),
	};

	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
