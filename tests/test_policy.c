/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy may and may not say. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/names.h"
#include "policy/policy.h"

/* Line 1 of most policies; rules start on line 2. */
#define HEAD "version = 1; default = \"deny\";\n"
#define RULES(rules) HEAD "rules = (" rules ");\n"
#define RULE(settings) RULES("{ name = \"a\"; " settings " }")

/* A policy on one line: a rule is "name verdict criterion=values ...;". */

static void print_ranges(FILE *out, const char *name, const struct policy_ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++) {
		fprintf(out, "%s%s%u", i ? "," : " ", i ? "" : name, ranges->range[i].low);
		if (ranges->range[i].high != ranges->range[i].low)
			fprintf(out, "-%u", ranges->range[i].high);
	}
}

static void print_strings(FILE *out, const char *name, const struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		fprintf(out, "%s%s%s", i ? "," : " ", i ? "" : name, strings->string[i]);
}

static void print_options(FILE *out, const char *name, uint32_t options)
{
	char names[128];

	if (options)
		fprintf(out, " %s%s", name, names_options(options, names, sizeof(names)));
}

static void print_text(FILE *out, const char *name, const char *text)
{
	if (text)
		fprintf(out, " %s%s", name, text);
}

static void print_rule(FILE *out, const struct policy_rule *rule)
{
	fprintf(out, " %s@%u %s%s", rule->name, rule->line,
		rule->verdict == BIND_ALLOW ? "allow" : "deny", rule->audit ? " audit" : "");
	print_ranges(out, "uid=", &rule->uid);
	print_ranges(out, "protocol=", &rule->protocol);
	print_ranges(out, "port=", &rule->port);
	print_strings(out, "comm=", &rule->comm);
	print_strings(out, "cgroup=", &rule->cgroup);
	print_options(out, "permit=", rule->permit_options);
	print_options(out, "forbid=", rule->forbid_options);
	print_text(out, "reason=", rule->reason);
	print_text(out, "owner=", rule->owner);
	print_text(out, "approver=", rule->approver);
	print_text(out, "ticket=", rule->ticket);
	fprintf(out, ";");
	assert_string_equal(rule->file, "test.conf");
}

static void print_policy(FILE *out, const struct policy *policy)
{
	fprintf(out, "%s", policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	print_options(out, "forbid=", policy->forbid_options);
	fprintf(out, ";");
	for (size_t i = 0; i < policy->rules; i++)
		print_rule(out, &policy->rule[i]);
}

/* What reading the text leads to: a policy on one line, or a line for each message. */
static char *outcome(const char *text, size_t length)
{
	struct policy_messages errors = { 0 };
	struct policy *policy = policy_read_text("test.conf", text, length, &errors);
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	assert_non_null(out);
	assert_true(!policy == (errors.count > 0));
	if (policy)
		print_policy(out, policy);
	for (size_t i = 0; i < errors.count; i++) {
		assert_string_equal(errors.message[i].file, "test.conf");
		fprintf(out, "%s%u: %s", i ? "\n" : "", errors.message[i].line,
			errors.message[i].text);
	}
	fclose(out);
	policy_free(policy);
	policy_messages_free(&errors);
	return result;
}

static void assert_outcome_bytes(const char *text, size_t length, const char *expected)
{
	char *result = outcome(text, length);

	if (strcmp(result, expected) != 0)
		print_error("policy:\n%.*s\n", (int)(length < 400 ? length : 400), text);
	assert_string_equal(result, expected);
	free(result);
}

static void assert_outcome(const char *text, const char *expected)
{
	assert_outcome_bytes(text, strlen(text), expected);
}

struct example {
	const char *text;
	const char *expected;
};

static void assert_examples(const struct example *example, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_outcome(example[i].text, example[i].expected);
}

#define ASSERT_EXAMPLES(examples) \
	assert_examples(examples, sizeof(examples) / sizeof((examples)[0]))

static void test_accepts(void **state)
{
	static const struct example examples[] = {
		{ HEAD, "deny;" },
		{ "version = 1; default = \"allow\"; rules = ();", "allow;" },
		{ "version : 1, default : \"allow\",", "allow;" },
		{ HEAD "forbid_options = \"IP_TRANSPARENT\";", "deny forbid=IP_TRANSPARENT;" },
		{ HEAD "forbid_options = [\"SO_REUSEPORT\", \"IP_FREEBIND\"];",
		  "deny forbid=IP_FREEBIND,SO_REUSEPORT;" },
		{ RULE(""), "deny; a@2 allow;" },
		{ RULE("verdict = \"deny\"; mode = \"audit\";"), "deny; a@2 deny audit;" },
		{ HEAD "rules = (\n  {\n    name = \"a\"; },\n  { name = \"b\"; });",
		  "deny; a@3 allow; b@5 allow;" },
		{ RULE("reason = \"public \" \"HTTPS\"; owner = \"web\"; approver = \"ops\"; "
		       "ticket = \"N-1\";"),
		  "deny; a@2 allow reason=public HTTPS owner=web approver=ops ticket=N-1;" },
		{ RULE("permit_options = \"SO_REUSEPORT\"; forbid_options = (\"IP_FREEBIND\");"),
		  "deny; a@2 allow permit=SO_REUSEPORT forbid=IP_FREEBIND;" },
		{ HEAD "forbid_options = \"SO_REUSEPORT\"; rules = ({ name = \"!-~\"; "
		       "permit_options = \"SO_REUSEPORT\"; });",
		  "deny forbid=SO_REUSEPORT; !-~@2 allow permit=SO_REUSEPORT;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_accepts_uid(void **state)
{
	static const struct example examples[] = {
		{ RULE("uid = 0;"), "deny; a@2 allow uid=0;" },
		{ RULE("uid = \"root\";"), "deny; a@2 allow uid=0;" },
		{ RULE("uid = \"33\";"), "deny; a@2 allow uid=33;" },
		{ RULE("uid = \"1000-1999\";"), "deny; a@2 allow uid=1000-1999;" },
		{ RULE("uid = 4000000000L;"), "deny; a@2 allow uid=4000000000;" },
		{ RULE("uid = \"4294967294\";"), "deny; a@2 allow uid=4294967294;" },
		{ RULE("uid = 0x10;"), "deny; a@2 allow uid=16;" },
		{ RULE("uid = [1, 2, 2];"), "deny; a@2 allow uid=1,2,2;" },
		{ RULE("uid = (1, \"root\", \"5-6\");"), "deny; a@2 allow uid=1,0,5-6;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_accepts_ports(void **state)
{
	static const struct example examples[] = {
		{ RULE("ports = 1;"), "deny; a@2 allow port=1;" },
		{ RULE("ports = 65535;"), "deny; a@2 allow port=65535;" },
		{ RULE("ports = 80L;"), "deny; a@2 allow port=80;" },
		{ RULE("ports = \"80, 443, 8000-8100\";"),
		  "deny; a@2 allow port=80,443,8000-8100;" },
		{ RULE("ports = \"\\t80\\n,\\n443 \";"), "deny; a@2 allow port=80,443;" },
		{ RULE("ports = \"1-65535\";"), "deny; a@2 allow port=1-65535;" },
		{ RULE("ports = \"ephemeral\";"), "deny; a@2 allow port=0;" },
		{ RULE("ports = [80, 443, 80];"), "deny; a@2 allow port=80,443,80;" },
		{ RULE("ports = (80, \"ephemeral, 81\", 0x52);"),
		  "deny; a@2 allow port=80,0,81,82;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_accepts_protocol(void **state)
{
	static const struct example examples[] = {
		{ RULE("protocol = \"tcp\";"), "deny; a@2 allow protocol=6,262;" },
		{ RULE("protocol = (\"udp\", \"udplite\", \"sctp\", \"mptcp\");"),
		  "deny; a@2 allow protocol=17,136,132,262;" },
		{ RULE("protocol = [\"icmp\", \"icmpv6\", \"raw\"];"),
		  "deny; a@2 allow protocol=1,58,65536;" },
		{ RULE("protocol = 6;"), "deny; a@2 allow protocol=6;" },
		{ RULE("protocol = (0, 255, \"65535\");"),
		  "deny; a@2 allow protocol=0,255,65535;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_accepts_names(void **state)
{
	static const struct example examples[] = {
		{ RULE("comm = \"nginx\";"), "deny; a@2 allow comm=nginx;" },
		{ RULE("comm = (\"fifteen-bytes-x\", \"b c\");"),
		  "deny; a@2 allow comm=fifteen-bytes-x,b c;" },
		{ RULE("cgroup = \"/a/b\";"), "deny; a@2 allow cgroup=/a/b;" },
		{ RULE("cgroup = [\"/a/\", \"/b/c...d/\"];"),
		  "deny; a@2 allow cgroup=/a,/b/c...d;" },
		{ RULE("cgroup = \"/\";"), "deny; a@2 allow;" },
		{ RULE("cgroup = (\"/a\", \"/\", \"/b\");"), "deny; a@2 allow;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

/* Nothing in a comment or a string is anything else. */
static void test_accepts_syntax(void **state)
{
	static const struct example examples[] = {
		{ "# 99999999999 \"\n// { [ ( \\x41\n/* \n @include \"x\" \" */" HEAD, "deny;" },
		{ HEAD "# no line end", "deny;" },
		{ HEAD "// no line end", "deny;" },
		{ "\r\n" HEAD "\t\f", "deny;" },
		{ RULE("reason = \"# 99999999999 // /* { \\\" @include\";"),
		  "deny; a@2 allow reason=# 99999999999 // /* { \" @include;" },
		{ RULE("reason = \"a\" /* \"b\" */ \"c\" # d\n\"e\";"),
		  "deny; a@2 allow reason=ace;" },
		{ RULE("reason = \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92\";"),
		  "deny; a@2 allow reason=\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92;" },
		{ RULE("reason = \"two\nlines\"; ports = 80;"),
		  "deny; a@2 allow port=80 reason=two\nlines;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_rejects_policy(void **state)
{
	static const struct example examples[] = {
		{ "", "0: is empty, expected a policy" },
		{ "# nothing\n", "0: version: missing, expected version = 1\n"
				 "0: default: missing, expected \"allow\" or \"deny\"" },
		{ "version = 2; default = 1;", "1: version: 2 is unknown, expected 1\n"
					       "1: default: found a number, expected \"allow\" "
					       "or \"deny\"" },
		{ "version = \"1\"; default = \"block\";",
		  "1: version: found a string, expected 1\n"
		  "1: default: unknown value \"block\", expected \"allow\" or \"deny\"" },
		{ "version = 1.0; default = (\"deny\");",
		  "1: version: found a float, expected 1\n"
		  "1: default: found a list, expected \"allow\" or \"deny\"" },
		{ HEAD "rule = ();", "2: rule: unknown setting, did you mean \"rules\"?" },
		{ HEAD "Rules = ();", "2: Rules: unknown setting, did you mean \"rules\"?" },
		{ HEAD "colour = 1;", "2: colour: unknown setting, expected one of version, "
				      "default, forbid_options, rules" },
		{ HEAD "rules = { };",
		  "2: rules: found a group, expected a list ( { ... }, { ... } )" },
		{ HEAD "rules = [ ];",
		  "2: rules: found an array, expected a list ( { ... }, { ... } )" },
		{ HEAD "rules = (\n1, (), \"a\");",
		  "2: rules: found a number, expected a group { ... } for each rule\n"
		  "2: rules: found a list, expected a group { ... } for each rule\n"
		  "2: rules: found a string, expected a group { ... } for each rule" },
		{ HEAD "forbid_options = [ ];",
		  "2: forbid_options: an array without values, expected IP_FREEBIND, "
		  "IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR or SO_REUSEPORT" },
		{ HEAD "forbid_options = (\"IP_TRANSPARANT\", \"SO_KEEPALIVE\", true);",
		  "2: forbid_options: unknown option \"IP_TRANSPARANT\", did you mean "
		  "\"IP_TRANSPARENT\"?\n"
		  "2: forbid_options: unknown option \"SO_KEEPALIVE\", expected IP_FREEBIND, "
		  "IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR or SO_REUSEPORT\n"
		  "2: forbid_options: found a boolean, expected IP_FREEBIND, IP_TRANSPARENT, "
		  "IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR or SO_REUSEPORT" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define NO_NAME \
	"expected 1 to 63 printable ASCII characters without spaces and colons, and not \"-\""

static void test_rejects_rule(void **state)
{
	static const struct example examples[] = {
		{ RULES("\n{\nports = 80; }"),
		  "3: name: missing, expected a unique name for the rule" },
		{ RULES("{ name = 1; }"), "2: name: found a number, expected a unique name" },
		{ RULES("{ name = \"\"; }"), "2: name: empty string, expected a unique name" },
		{ RULES("{ name = \"a b\"; }"), "2: name: \"a b\" is no name, " NO_NAME },
		{ RULES("{ name = \"a:b\"; }"), "2: name: \"a:b\" is no name, " NO_NAME },
		{ RULES("{ name = \"-\"; }"), "2: name: \"-\" is no name, " NO_NAME },
		{ RULES("{ name = \"\xc3\xa9\\n\\\"\\\\\"; }"),
		  "2: name: \"\\xc3\\xa9\\x0a\\\"\\\\\" is no name, " NO_NAME },
		{ RULES("{ name = \"1234567890123456789012345678901234567890123456789012345678901234"
			"\"; }"),
		  "2: name: \"1234567890123456789012345678901234567890123456789012345678901234\" "
		  "is no name, " NO_NAME },
		{ RULES("{ name = \"12345678901234567890123456789012345678901234567890123456789012345"
			"\"; }"),
		  "2: name: \"1234567890123456789012345678901234567890123456789012345678901234\""
		  "... is no name, " NO_NAME },
		{ RULES("{ name = \"b\"; },\n{ name = \"web\"; },\n{ name = \"a\"; },\n{\nname = "
			"\"web\"; }, { name = \"web\"; }"),
		  "6: name: \"web\" is used twice (first on line 3), expected a unique name\n"
		  "6: name: \"web\" is used twice (first on line 3), expected a unique name" },
		{ RULE("verdict = \"Deny\"; mode = \"deny\";"),
		  "2: verdict: unknown value \"Deny\", expected \"allow\" or \"deny\"\n"
		  "2: mode: unknown value \"deny\", expected \"audit\"" },
		{ RULE("verdict = true; mode = 1.5;"),
		  "2: verdict: found a boolean, expected \"allow\" or \"deny\"\n"
		  "2: mode: found a float, expected \"audit\"" },
		{ RULE("reason = \"\"; owner = 7; ticket = [\"a\"];"),
		  "2: reason: empty string, expected text in quotes\n"
		  "2: owner: found a number, expected text in quotes\n"
		  "2: ticket: found an array, expected text in quotes" },
		{ RULE("prots = 80;"), "2: prots: unknown setting, did you mean \"ports\"?" },
		{ RULE("address = \"10.0.0.0/8\";"),
		  "2: address: unknown setting, expected one of name, verdict, mode, uid, comm, "
		  "cgroup, protocol, ports, permit_options, forbid_options, reason, owner, "
		  "approver, ticket" },
		{ RULE("permit_options = (\"SO_REUSEPORT\",\n\"IP_FREEBIND\");\n"
		       "forbid_options = [\"SO_REUSEPORT\"];"),
		  "2: permit_options: SO_REUSEPORT in forbid_options too, expected an option in "
		  "one of them" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define A_USER "expected a user name, a number or \"lo-hi\""

static void test_rejects_uid(void **state)
{
	static const struct example examples[] = {
		{ RULE("uid = \"wwwdata\";"), "2: uid: unknown user \"wwwdata\", " A_USER },
		{ RULE("uid = \"10-\";"), "2: uid: unknown user \"10-\", " A_USER },
		{ RULE("uid = \"-1\";"), "2: uid: unknown user \"-1\", " A_USER },
		{ RULE("uid = \"\\n\";"), "2: uid: unknown user \"\\x0a\", " A_USER },
		{ RULE("uid = \"\";"), "2: uid: empty string, " A_USER },
		{ RULE("uid = ();"), "2: uid: a list without values, " A_USER },
		{ RULE("uid = [];"), "2: uid: an array without values, " A_USER },
		{ RULE("uid = true;"), "2: uid: found a boolean, " A_USER },
		{ RULE("uid = 1.5;"), "2: uid: found a float, " A_USER },
		{ RULE("uid = { };"), "2: uid: found a group, " A_USER },
		{ RULE("uid = (1, (2));"), "2: uid: found a list, " A_USER },
		{ RULE("uid = -1;"), "2: uid: -1 is out of range, expected 0 to 4294967294" },
		{ RULE("uid = 4294967295L;"),
		  "2: uid: 4294967295 is out of range, expected 0 to 4294967294" },
		{ RULE("uid = \"0-4294967295\";"),
		  "2: uid: 0-4294967295 is out of range, expected 0 to 4294967294" },
		{ RULE("uid = \"99999999999999999999999\";"),
		  "2: uid: 99999999999999999999999 is out of range, expected 0 to 4294967294" },
		{ RULE("uid = \"9-8\";"),
		  "2: uid: \"9-8\" is reversed, expected the lower number first" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define A_PORT "expected 1 to 65535, \"lo-hi\" or \"ephemeral\""
#define NO_PORT \
	"0 is no port, expected 1 to 65535, or \"ephemeral\" for a port that the kernel picks"

static void test_rejects_ports(void **state)
{
	static const struct example examples[] = {
		{ RULE("ports = 0;"), "2: ports: " NO_PORT },
		{ RULE("ports = \"0-1023\";"), "2: ports: " NO_PORT },
		{ RULE("ports = [80, 0];"), "2: ports: " NO_PORT },
		{ RULE("ports = 70000;"), "2: ports: 70000 is out of range, expected 1 to 65535" },
		{ RULE("ports = \"70000\";"),
		  "2: ports: 70000 is out of range, expected 1 to 65535" },
		{ RULE("ports = 4294967376L;"),
		  "2: ports: 4294967376 is out of range, expected 1 to 65535" },
		{ RULE("ports = \"1-65536\";"),
		  "2: ports: 1-65536 is out of range, expected 1 to 65535" },
		{ RULE("ports = -80;"), "2: ports: -80 is out of range, expected 1 to 65535" },
		{ RULE("ports = \"443-80\";"),
		  "2: ports: \"443-80\" is reversed, expected the lower number first" },
		{ RULE("ports = \"http\";"), "2: ports: unknown port \"http\", " A_PORT },
		{ RULE("ports = \"ephemerl\";"),
		  "2: ports: unknown port \"ephemerl\", did you mean \"ephemeral\"?" },
		{ RULE("ports = \"80abc, -80, 080, 0x50, 1-2-3\";"),
		  "2: ports: unknown port \"80abc\", " A_PORT "\n"
		  "2: ports: unknown port \"-80\", " A_PORT "\n"
		  "2: ports: unknown port \"080\", " A_PORT "\n"
		  "2: ports: unknown port \"0x50\", " A_PORT "\n"
		  "2: ports: unknown port \"1-2-3\", " A_PORT },
		{ RULE("ports = \"80,,443,\";"),
		  "2: ports: nothing between commas in \"80,,443,\", " A_PORT "\n"
		  "2: ports: nothing between commas in \"80,,443,\", " A_PORT },
		{ RULE("ports = \" \";"), "2: ports: nothing between commas in \" \", " A_PORT },
		{ RULE("ports = \"\";"), "2: ports: empty string, " A_PORT },
		{ RULE("ports = (80, \"\");"), "2: ports: empty string, " A_PORT },
		{ RULE("ports = 80.9;"), "2: ports: found a float, " A_PORT },
		{ RULE("ports = false;"), "2: ports: found a boolean, " A_PORT },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define A_PROTOCOL "expected tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, raw or a number"
#define SIXTY_FOUR "abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz012345"
#define A_PATH "expected a path such as \"/system.slice/nginx.service\""

static void test_rejects_other(void **state)
{
	static const struct example examples[] = {
		{ RULE("protocol = \"TCP\";"),
		  "2: protocol: unknown protocol \"TCP\", did you mean \"tcp\"?" },
		{ RULE("protocol = \"bogus\";"),
		  "2: protocol: unknown protocol \"bogus\", " A_PROTOCOL },
		{ RULE("protocol = \"6-17\";"),
		  "2: protocol: unknown protocol \"6-17\", " A_PROTOCOL },
		{ RULE("protocol = 65536;"),
		  "2: protocol: 65536 is out of range, expected 0 to 65535" },
		{ RULE("protocol = ();"), "2: protocol: a list without values, " A_PROTOCOL },
		{ RULE("protocol = true;"), "2: protocol: found a boolean, " A_PROTOCOL },
		{ RULE("comm = \"sixteen-bytes-xx\";"),
		  "2: comm: \"sixteen-bytes-xx\" has 16 bytes, expected at most 15, where the "
		  "kernel cuts" },
		{ RULE("comm = \"ngin*\";"),
		  "2: comm: \"ngin*\" has a \"*\", expected a whole name" },
		{ RULE("comm = \"\";"), "2: comm: empty string, expected a process name" },
		{ RULE("comm = 7;"), "2: comm: found a number, expected a process name" },
		{ RULE("cgroup = \"a/b\";"), "2: cgroup: \"a/b\" is not absolute, " A_PATH },
		{ RULE("cgroup = \"/" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR "\";"),
		  "2: cgroup: \"/abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz01234\"... "
		  "is too long, expected a path of at most 255 bytes" },
		{ RULE("cgroup = \"/a*\";"),
		  "2: cgroup: \"/a*\" has a \"*\", expected a whole path" },
		{ RULE("cgroup = (\"//\", \"/a//b\", \"/a//\", \"/.\", \"/a/../b\");"),
		  "2: cgroup: \"//\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/a//b\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/a//\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/.\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/a/../b\" has \"//\", \".\" or \"..\", " A_PATH },
		{ RULE("cgroup = [];"), "2: cgroup: an array without values, " A_PATH },
		{ RULE("cgroup = 1;"), "2: cgroup: found a number, " A_PATH },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

/* All errors in one run, in the order of the lines. */
static void test_rejects_several(void **state)
{
	(void)state;
	assert_outcome("default = \"maybe\";\n"
		       "rules = (\n"
		       "  { name = \"web\"; prots = 80; },\n"
		       "  { ports = 99999999999; },\n"
		       "  { name = \"web\";\n"
		       "    uid = (\"nosuchuser\", 1.5);\n"
		       "    ports = \"80, 0, 99999\"; }\n"
		       ");\n"
		       "forbid = 1;\n",
		       "0: version: missing, expected version = 1\n"
		       "1: default: unknown value \"maybe\", expected \"allow\" or \"deny\"\n"
		       "3: prots: unknown setting, did you mean \"ports\"?\n"
		       "4: ports: 99999999999 is out of range, expected -2147483648 to 2147483647, "
		       "or a number in quotes\n"
		       "4: name: missing, expected a unique name for the rule\n"
		       "5: name: \"web\" is used twice (first on line 3), expected a unique name\n"
		       "6: uid: unknown user \"nosuchuser\", " A_USER "\n"
		       "6: uid: found a float, " A_USER "\n"
		       "7: ports: " NO_PORT "\n"
		       "7: ports: 99999 is out of range, expected 1 to 65535\n"
		       "9: forbid: unknown setting, expected one of version, default, "
		       "forbid_options, rules");
}

static void test_rejects_syntax(void **state)
{
	static const struct example examples[] = {
		{ HEAD "default = \"allow\";",
		  "2: duplicate setting in \"default = \\\"allow\\\";\", expected each name once" },
		{ RULE("\n\tports = 80; ports = 443; "),
		  "3: duplicate setting in \"ports = 80; ports = 443;  });\", expected each name "
		  "once" },
		{ RULE("ports = [80, \"81\"]; "),
		  "2: mixed types in \"rules = ({ name = \\\"a\\\"; ports = [80, \\\"81\\\"];  });\", "
		  "expected one type in [ ], or a list ( )" },
		{ HEAD "rules = (\n{ name = ; }\n);",
		  "3: syntax error in \"{ name = ; }\", expected settings such as name = value;" },
		{ HEAD "rules = ( {", "3: syntax error in \"\", expected settings such as name = "
				      "value;" },
		{ HEAD "r\xc3\xa9gles = ();",
		  "2: syntax error in \"r\\xc3\\xa9gles = ();\", expected settings such as name = "
		  "value;" },
		{ HEAD "@ include \"x\"",
		  "2: syntax error in \"@ include \\\"x\\\"\", expected settings such as name = "
		  "value;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define TOO_WIDE "is out of range, expected -2147483648 to 2147483647, or a number in quotes"
#define ESCAPES "in a string, expected \\\\, \\\", \\n, \\r, \\t or \\f"

/* What some version of libconfig reads as something else than what is written. */
static void test_rejects_misread(void **state)
{
	static const struct example examples[] = {
		{ RULE("ports = 4294967376;"), "2: ports: 4294967376 " TOO_WIDE },
		{ RULE("ports = 2147483648;"), "2: ports: 2147483648 " TOO_WIDE },
		{ RULE("uid = (1,\n-2147483649);"), "3: uid: -2147483649 " TOO_WIDE },
		{ RULE("uid = 99999999999999999999999;"),
		  "2: uid: 99999999999999999999999 " TOO_WIDE },
		{ RULE("uid = 9223372036854775808L;"), "2: uid: 9223372036854775808L " TOO_WIDE },
		{ RULE("uid = 0x1FFFFFFFFF;"),
		  "2: uid: 0x1FFFFFFFFF is out of range, expected at most 0x7fffffff" },
		{ RULE("uid = 0x80000000;"),
		  "2: uid: 0x80000000 is out of range, expected at most 0x7fffffff" },
		{ RULE("uid = 0x8000000000000000L;"),
		  "2: uid: 0x8000000000000000L is out of range, expected at most 0x7fffffff" },
		{ RULE("ports = 080;"), "2: ports: 080 has a leading zero, expected none" },
		{ RULE("ports = [80, 010L];"), "2: ports: 010L has a leading zero, expected none" },
		{ "99999999999",
		  "1: number: 99999999999 " TOO_WIDE "\n"
		  "1: syntax error in \"1\", expected settings such as name = value;" },
		{ RULES("{ name = \"\\x41\"; }"), "2: name: unknown escape \"\\\\x\" " ESCAPES },
		{ RULE("reason = \"\n\\q\";"), "3: reason: unknown escape \"\\\\q\" " ESCAPES },
		{ RULE("reason = \"\\X\" \"\\a\";"),
		  "2: reason: unknown escape \"\\\\X\" " ESCAPES "\n"
		  "2: reason: unknown escape \"\\\\a\" " ESCAPES },
		{ HEAD "/* rules = ();", "2: text: comment without an end, expected */" },
		{ HEAD "/*/", "2: text: comment without an end, expected */" },
		{ HEAD "\n\"rules", "3: text: string without an end, expected a closing quote" },
		{ HEAD "a = \"\\\"", "2: text: string without an end, expected a closing quote" },
		{ HEAD "  @include \"rest.conf\"\n",
		  "2: @include: is not read, expected the whole policy in one file" },
		{ HEAD "# a comment\rrules = ();\n",
		  "2: text: carriage return alone, expected lines ending in \\n" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_rejects_bytes(void **state)
{
	static const char *const not_utf8[] = {
		"\xe9t\xe9",
		"\xc0\xaf",
		"\xe0\x80\xaf",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf0\x80\x80\x80",
		"\x80",
		"\xff",
		"\xe2\x82",
		"\xc3",
	};
	char text[64], expected[96];

	(void)state;
	assert_outcome_bytes(BYTES("version = 1;\n# \0\n"),
			     "2: text: NUL byte, expected UTF-8 text");
	assert_outcome_bytes(BYTES("version = 1;\nname = \"a\0b\";"),
			     "2: text: NUL byte, expected UTF-8 text");
	assert_outcome("\xef\xbb\xbfversion = 1;",
		       "1: text: byte order mark, expected UTF-8 text without one");
	for (size_t i = 0; i < sizeof(not_utf8) / sizeof(not_utf8[0]); i++) {
		snprintf(text, sizeof(text), "\n# %s", not_utf8[i]);
		snprintf(expected, sizeof(expected),
			 "2: text: byte 0x%02x is not UTF-8, expected UTF-8 text",
			 (unsigned char)not_utf8[i][0]);
		assert_outcome(text, expected);
	}
}

/* Text in memory that is put together piece by piece. */
struct text {
	char *bytes;
	size_t length;
	FILE *out;
};

static void text_open(struct text *text)
{
	text->out = open_memstream(&text->bytes, &text->length);
	assert_non_null(text->out);
	fputs(HEAD, text->out);
}

static void text_repeat(struct text *text, const char *piece, size_t count)
{
	while (count-- > 0)
		fputs(piece, text->out);
}

static void assert_text_outcome(struct text *text, const char *expected)
{
	fclose(text->out);
	assert_outcome_bytes(text->bytes, text->length, expected);
	free(text->bytes);
}

static void assert_repeated(const char *before, const char *piece, size_t count, const char *after,
			    const char *expected)
{
	struct text text;

	text_open(&text);
	text_repeat(&text, before, 1);
	text_repeat(&text, piece, count);
	text_repeat(&text, after, 1);
	assert_text_outcome(&text, expected);
}

static void test_rejects_too_much(void **state)
{
	(void)state;
	assert_repeated("a = \"", "x", 4095, "\";",
			"2: a: string is too long, expected at most 4096 bytes");
	assert_repeated("a =", "\n\"\"", 2049, ";",
			"2051: a: string is too long, expected at most 4096 bytes");
	assert_repeated("a = ", "(", 65, "",
			"2: text: brackets nested too deep, expected at most 64");
	assert_repeated("a = ", "(", 9000, "",
			"2: text: brackets nested too deep, expected at most 64");
	assert_repeated("a = (true);", "a = true;", 256, "",
			"2: text: too many settings in one group, expected at most 256");
	assert_repeated("a = (1", ",\n1", 524288, ");",
			"524284: text: too many values, expected at most 524288");
	assert_repeated("", "#", 16 << 20, "", "0: is too big, expected at most 16 MB");
	assert_repeated("", "\n", 1000000, "a = 99999999999;",
			"1000002: a: 99999999999 " TOO_WIDE "\n"
			"1000002: a: unknown setting, expected one of version, default, "
			"forbid_options, rules");
}

static void test_accepts_much(void **state)
{
	(void)state;
	assert_repeated("", " ", (16 << 20) - sizeof(HEAD), "", "deny;");
	assert_repeated("forbid_options = (\"", "SO_REUSEPORT\",\"", 100, "IP_FREEBIND\");",
			"deny forbid=IP_FREEBIND,SO_REUSEPORT;");
	assert_repeated("a = (1", ",1", 20000, ");",
			"2: a: unknown setting, expected one of version, default, forbid_options, "
			"rules");
	assert_repeated("a = ", "(", 64,
			"))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))));",
			"2: a: unknown setting, expected one of version, default, forbid_options, "
			"rules");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_rules(struct text *text, unsigned int count)
{
	text_open(text);
	fputs("rules = (\n", text->out);
	for (unsigned int i = 0; i < count; i++)
		fprintf(text->out,
			"%s{ name = \"rule%u\"; uid = (%u, \"root\"); ports = \"%u, 9\"; }",
			i ? ",\n" : "", i, i, i + 1);
	fputs(");\n", text->out);
	fclose(text->out);
}

static void test_many_rules(void **state)
{
	struct policy_messages errors = { 0 };
	double start = seconds();
	struct policy *policy;
	struct text text;

	(void)state;
	write_rules(&text, BIND_MAX_RULES);
	policy = policy_read_text("test.conf", text.bytes, text.length, &errors);
	assert_non_null(policy);
	assert_int_equal(policy->rules, BIND_MAX_RULES);
	assert_string_equal(policy->rule[4095].name, "rule4095");
	assert_int_equal(policy->rule[4095].line, 2 + 4096);
	assert_true(seconds() - start < 5); /* far below, but for emulated machines */
	policy_free(policy);
	free(text.bytes);

	write_rules(&text, BIND_MAX_RULES + 1);
	assert_outcome_bytes(text.bytes, text.length,
			     "2: rules: 4097 rules, expected at most 4096");
	free(text.bytes);
}

/* Files. */

struct place {
	char folder[64];
	char path[PATH_MAX];
};

static int set_up_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	strcpy(place->folder, "/tmp/test_policy.XXXXXX");
	if (!mkdtemp(place->folder)) {
		free(place);
		return -1;
	}
	snprintf(place->path, sizeof(place->path), "%s/policy", place->folder);
	*state = place;
	return 0;
}

static int tear_down_place(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->folder);
	free(place);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void assert_unreadable(const char *path, const char *expected)
{
	struct policy_messages errors = { 0 };

	assert_null(policy_read(path, &errors));
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.message[0].line, 0);
	assert_string_equal(errors.message[0].file, path);
	assert_string_equal(errors.message[0].text, expected);
	policy_messages_free(&errors);
}

static void test_file(void **state)
{
	struct policy_messages errors = { 0 };
	struct place *place = *state;
	struct policy *policy;

	write_file(place->path, RULE("ports = 80;"));
	policy = policy_read(place->path, &errors);
	assert_non_null(policy);
	assert_int_equal(errors.count, 0);
	assert_string_equal(policy->file, place->path);
	assert_int_equal(policy->rules, 1);
	assert_ptr_equal(policy->rule[0].file, policy->file);
	policy_free(policy);
}

static void test_no_file(void **state)
{
	struct place *place = *state;

	assert_unreadable(place->path, "cannot read: No such file or directory");
	assert_unreadable(place->folder, "is a directory, expected a file");
	assert_unreadable("/dev/null", "is a device, expected a file");
	write_file(place->path, "");
	assert_unreadable(place->path, "is empty, expected a policy");
	assert_int_equal(truncate(place->path, (16 << 20) + 1), 0);
	assert_unreadable(place->path, "is too big, expected at most 16 MB");
	assert_int_equal(chmod(place->path, 0), 0);
	if (geteuid() != 0)
		assert_unreadable(place->path, "cannot read: Permission denied");
	assert_int_equal(unlink(place->path), 0);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_unreadable(place->path, "is a FIFO, expected a file");
}

/* Messages of several policies go to one place, and each policy's stay together. */
static void test_messages_of_several(void **state)
{
	struct policy_messages errors = { 0 };

	(void)state;
	assert_null(policy_read_text("one", BYTES(HEAD "\n\na = 1;"), &errors));
	assert_null(policy_read_text("two", BYTES("version = 1;"), &errors));
	assert_int_equal(errors.count, 2);
	assert_string_equal(errors.message[0].file, "one");
	assert_int_equal(errors.message[0].line, 4);
	assert_string_equal(errors.message[1].file, "two");
	assert_int_equal(errors.message[1].line, 0);
	policy_messages_free(&errors);
	policy_messages_free(&errors);
	policy_messages_free(NULL);
	policy_free(NULL);
}

/* A program may have closed any of its standard descriptors, which a pipe then takes. */
static void test_closed_descriptors(void **state)
{
	int saved = dup(STDIN_FILENO);

	(void)state;
	close(STDIN_FILENO);
	assert_outcome(HEAD, "deny;");
	if (saved >= 0) {
		assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
		close(saved);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_accepts_uid),
		cmocka_unit_test(test_accepts_ports),
		cmocka_unit_test(test_accepts_protocol),
		cmocka_unit_test(test_accepts_names),
		cmocka_unit_test(test_accepts_syntax),
		cmocka_unit_test(test_accepts_much),
		cmocka_unit_test(test_rejects_policy),
		cmocka_unit_test(test_rejects_rule),
		cmocka_unit_test(test_rejects_uid),
		cmocka_unit_test(test_rejects_ports),
		cmocka_unit_test(test_rejects_other),
		cmocka_unit_test(test_rejects_several),
		cmocka_unit_test(test_rejects_syntax),
		cmocka_unit_test(test_rejects_misread),
		cmocka_unit_test(test_rejects_bytes),
		cmocka_unit_test(test_rejects_too_much),
		cmocka_unit_test(test_many_rules),
		cmocka_unit_test_setup_teardown(test_file, set_up_place, tear_down_place),
		cmocka_unit_test_setup_teardown(test_no_file, set_up_place, tear_down_place),
		cmocka_unit_test(test_messages_of_several),
		cmocka_unit_test(test_closed_descriptors),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
