/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy may and may not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "outcome.h"

/* Line 1 of most policies; rules start on line 2. */
#define HEAD "version = 1; default = \"deny\";\n"
#define RULES(rules) HEAD "rules = (" rules ");\n"
#define RULE(settings) RULES("{ name = \"a\"; " settings " }")

/* What reading the text leads to, see outcome.h. */
static char *outcome(const char *text, size_t length)
{
	struct policy_messages errors = { 0 };
	struct policy *policy = policy_read_text("test.conf", text, length, &errors);

	return outcome_text(policy, &errors, "test.conf");
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
		{ RULE("reason = \"\"; owner = \"\"; approver = \"\"; ticket = \"\";"),
		  "deny; a@2 allow;" },
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

static void test_accepts_addresses(void **state)
{
	static const struct example examples[] = {
		{ RULE("address = \"10.0.0.0/8\";"),
		  "deny; a@2 allow address=10.0.0.0-10.255.255.255;" },
		{ RULE("address = \"192.0.2.7\";"), "deny; a@2 allow address=192.0.2.7;" },
		{ RULE("address = \"192.0.2.7/32\";"), "deny; a@2 allow address=192.0.2.7;" },
		{ RULE("address = \"192.0.2.6/31\";"),
		  "deny; a@2 allow address=192.0.2.6-192.0.2.7;" },
		{ RULE("address = \"0.0.0.0/0\";"),
		  "deny; a@2 allow address=0.0.0.0-255.255.255.255;" },
		{ RULE("address = \"0.0.0.0\";"), "deny; a@2 allow address=0.0.0.0;" },
		{ RULE("address = [\"2001:db8::1\", \"2001:DB8::/33\"];"),
		  "deny; a@2 allow address=2001:db8::1,"
		  "2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff;" },
		{ RULE("address = (\"wildcard\", \"loopback\");"),
		  "deny; a@2 allow address=0.0.0.0,::,127.0.0.0-127.255.255.255,::1;" },
		{ RULE("address = \"::ffff:10.1.2.3\";"), "deny; a@2 allow address=10.1.2.3;" },
		{ RULE("address = \"::ffff:10.0.0.0/104\";"),
		  "deny; a@2 allow address=10.0.0.0-10.255.255.255;" },
		{ RULE("address = \"::ffff:0:0/96\";"),
		  "deny; a@2 allow address=0.0.0.0-255.255.255.255;" },
		{ RULE("address = \"::/0\";"),
		  "deny; a@2 allow address=::-::fffe:ffff:ffff,"
		  "::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff;" },
		{ RULE("address = \"::fffe:0:0/95\";"),
		  "deny; a@2 allow address=::fffe:0:0-::fffe:ffff:ffff;" },
		{ RULE("address = \"::/80\";"), "deny; a@2 allow address=::-::fffe:ffff:ffff;" },
		{ RULE("family = \"ipv4\";"), "deny; a@2 allow family=ipv4;" },
		{ RULE("family = [\"ipv6\"];"), "deny; a@2 allow family=ipv6;" },
		{ RULE("family = (\"ipv6\", \"ipv4\");"), "deny; a@2 allow;" },
		{ RULE("family = \"ipv4\"; address = \"wildcard\";"),
		  "deny; a@2 allow family=ipv4 address=0.0.0.0,::;" },
		{ RULE("family = \"ipv6\"; address = [\"10.0.0.1\", \"::2\"];"),
		  "deny; a@2 allow family=ipv6 address=10.0.0.1,::2;" },
		{ RULE("netns = \"host\";"), "deny; a@2 allow netns=host;" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

static void test_accepts_subjects(void **state)
{
	static const struct example examples[] = {
		{ RULE("comm = (\"a*\", \"fifteen-bytes-x*\");"),
		  "deny; a@2 allow comm=a*,fifteen-bytes-x*;" },
		{ RULE("cgroup = (\"/a*\", \"/a/*\", \"/*\", \"/a/..*\", \"/.*\");"),
		  "deny; a@2 allow cgroup=/a*,/a/*,/*,/a/..*,/.*;" },
		{ RULE("unit = \"nginx.service\";"),
		  "deny; a@2 allow cgroup=/system.slice/nginx.service;" },
		{ RULE("cgroup = \"/a\"; unit = (\"b.socket\", \"run-1.scope\");"),
		  "deny; a@2 allow cgroup=/a,/system.slice/b.socket,/system.slice/run-1.scope;" },
		{ RULE("unit = \"b.service\"; cgroup = \"/\";"), "deny; a@2 allow;" },
		{ RULE("cgroup = \"/\"; unit = \"b.service\";"), "deny; a@2 allow;" },
		{ RULE("unit = [\"getty@tty1.service\", \"a-b.c@x\\\\x2dy.service\"];"),
		  "deny; a@2 allow cgroup=/system.slice/system-getty.slice/getty@tty1.service,"
		  "/system.slice/system-a\\x2db.c.slice/a-b.c@x\\x2dy.service;" },
		{ RULE("exe = \"/usr/sbin/nginx\";"), "deny; a@2 allow exe=/usr/sbin/nginx;" },
		{ RULE("exe = [\"/a\", \"/...b/c d\"];"), "deny; a@2 allow exe=/a,/...b/c d;" },
		{ RULE("exe = \"/b/123456789012345678901234567890123456789012345678901234567890123"
		       "\";"),
		  "deny; a@2 allow exe=/b/"
		  "123456789012345678901234567890123456789012345678901234567890123;" },
		{ RULE("approved = \"2026-03-01\"; expires = \"2027-03-01\";"),
		  "deny; a@2 allow approved=1772323200 expires=1803859200;" },
		{ RULE("approved = \"2024-02-29\"; expires = \"2024-02-29\";"),
		  "deny; a@2 allow approved=1709164800 expires=1709164800;" },
		{ RULE("expires = \"9999-12-31\"; approved = \"2000-01-01\";"),
		  "deny; a@2 allow approved=946684800 expires=253402214400;" },
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
				      "default, forbid_options, rules, tests" },
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
		{ RULE("reason = 0; owner = 7; ticket = [\"a\"];"),
		  "2: reason: found a number, expected text in quotes\n"
		  "2: owner: found a number, expected text in quotes\n"
		  "2: ticket: found an array, expected text in quotes" },
		{ RULE("prots = 80;"), "2: prots: unknown setting, did you mean \"ports\"?" },
		{ RULE("adress = \"10.0.0.0/8\";"),
		  "2: adress: unknown setting, did you mean \"address\"?" },
		{ RULE("colour = 1;"),
		  "2: colour: unknown setting, expected one of name, verdict, mode, uid, cgroup, "
		  "unit, comm, exe, family, protocol, address, ports, netns, permit_options, "
		  "forbid_options, reason, owner, approver, ticket, approved, expires" },
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
#define A_COMM "expected a process name, or the beginning of one and \"*\""
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
		{ RULE("comm = \"sixteen-bytes-xx*\";"),
		  "2: comm: \"sixteen-bytes-xx*\" has 16 bytes, expected at most 15, where the "
		  "kernel cuts" },
		{ RULE("comm = (\"n*x\", \"*n\", \"n**\");"),
		  "2: comm: \"n*x\" has a \"*\" that is not at its end, " A_COMM "\n"
		  "2: comm: \"*n\" has a \"*\" that is not at its end, " A_COMM "\n"
		  "2: comm: \"n**\" has a \"*\" that is not at its end, " A_COMM },
		{ RULE("comm = \"*\";"),
		  "2: comm: \"*\" is every name, expected at least one byte before the \"*\"" },
		{ RULE("comm = \"\";"), "2: comm: empty string, " A_COMM },
		{ RULE("comm = 7;"), "2: comm: found a number, " A_COMM },
		{ RULE("cgroup = \"a/b\";"), "2: cgroup: \"a/b\" is not absolute, " A_PATH },
		{ RULE("cgroup = \"/" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR "\";"),
		  "2: cgroup: \"/abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz01234\"... "
		  "is too long, expected a path of at most 255 bytes" },
		{ RULE("cgroup = (\"/a*b\", \"/*/b\", \"/a**\", \"/a*/\");"),
		  "2: cgroup: \"/a*b\" has a \"*\" that is not at its end, " A_PATH "\n"
		  "2: cgroup: \"/*/b\" has a \"*\" that is not at its end, " A_PATH "\n"
		  "2: cgroup: \"/a**\" has a \"*\" that is not at its end, " A_PATH "\n"
		  "2: cgroup: \"/a*/\" has a \"*\" that is not at its end, " A_PATH },
		{ RULE("cgroup = (\"//*\", \"/a//b*\", \"/../b*\", \"/./*\");"),
		  "2: cgroup: \"//*\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/a//b*\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/../b*\" has \"//\", \".\" or \"..\", " A_PATH "\n"
		  "2: cgroup: \"/./*\" has \"//\", \".\" or \"..\", " A_PATH },
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

#define AN_ADDRESS "expected an address, a network as \"10.0.0.0/8\", \"wildcard\" or \"loopback\""
#define A_FAMILY "expected \"ipv4\" or \"ipv6\""

static void test_rejects_addresses(void **state)
{
	static const struct example examples[] = {
		{ RULE("address = \"10.0.0.1/8\";"),
		  "2: address: \"10.0.0.1/8\" is an address within a network, expected "
		  "\"10.0.0.0/8\"" },
		{ RULE("address = \"192.0.2.77/26\";"),
		  "2: address: \"192.0.2.77/26\" is an address within a network, expected "
		  "\"192.0.2.64/26\"" },
		{ RULE("address = \"2001:db8::1/32\";"),
		  "2: address: \"2001:db8::1/32\" is an address within a network, expected "
		  "\"2001:db8::/32\"" },
		{ RULE("address = \"::ffff:10.0.0.1/104\";"),
		  "2: address: \"::ffff:10.0.0.1/104\" is an address within a network, expected "
		  "\"::ffff:10.0.0.0/104\"" },
		{ RULE("address = \"::ffff:0:0/95\";"),
		  "2: address: \"::ffff:0:0/95\" is an address within a network, expected "
		  "\"::fffe:0:0/95\"" },
		{ RULE("address = [\"10.0.0.0/33\", \"::/129\", \"10.0.0.0/99999999999\"];"),
		  "2: address: \"10.0.0.0/33\" has a prefix that is out of range, expected 0 to "
		  "32 after the \"/\"\n"
		  "2: address: \"::/129\" has a prefix that is out of range, expected 0 to 128 "
		  "after the \"/\"\n"
		  "2: address: \"10.0.0.0/99999999999\" has a prefix that is out of range, "
		  "expected 0 to 32 after the \"/\"" },
		{ RULE("address = (\"10.0.0.0/\", \"10.0.0.0/08\", \"10.0.0.0/8/8\", "
		       "\"::/-1\");"),
		  "2: address: \"10.0.0.0/\" is no network, expected a number from 0 to 32 after "
		  "the \"/\"\n"
		  "2: address: \"10.0.0.0/08\" is no network, expected a number from 0 to 32 "
		  "after the \"/\"\n"
		  "2: address: \"10.0.0.0/8/8\" is no network, expected a number from 0 to 32 "
		  "after the \"/\"\n"
		  "2: address: \"::/-1\" is no network, expected a number from 0 to 128 after "
		  "the \"/\"" },
		{ RULE("address = \"10.0.0.256\";"),
		  "2: address: unknown address \"10.0.0.256\", " AN_ADDRESS },
		{ RULE("address = \"010.0.0.1\";"),
		  "2: address: unknown address \"010.0.0.1\", " AN_ADDRESS },
		{ RULE("address = \"10.1\";"),
		  "2: address: unknown address \"10.1\", " AN_ADDRESS },
		{ RULE("address = \"fe80::1%eth0\";"),
		  "2: address: unknown address \"fe80::1%eth0\", " AN_ADDRESS },
		{ RULE("address = \"/8\";"), "2: address: unknown address \"/8\", " AN_ADDRESS },
		{ RULE("address = \"wildcrad\";"),
		  "2: address: unknown address \"wildcrad\", did you mean \"wildcard\"?" },
		{ RULE("address = 10;"), "2: address: found a number, " AN_ADDRESS },
		{ RULE("address = ();"), "2: address: a list without values, " AN_ADDRESS },
		{ RULE("family = \"IPv4\";"),
		  "2: family: unknown family \"IPv4\", did you mean \"ipv4\"?" },
		{ RULE("family = \"unix\";"), "2: family: unknown family \"unix\", " A_FAMILY },
		{ RULE("family = 4;"), "2: family: found a number, " A_FAMILY },
		{ RULE("\nfamily = \"ipv4\"; address = [\"::\", \"2001:db8::/32\"];"),
		  "3: family: no address of the rule is an IPv4 one, expected family and address "
		  "to agree" },
		{ RULE("address = \"::ffff:10.0.0.1\"; family = \"ipv6\";"),
		  "2: family: no address of the rule is an IPv6 one, expected family and address "
		  "to agree" },
		{ RULE("netns = \"container\";"),
		  "2: netns: unknown value \"container\", expected \"host\"" },
		{ RULE("netns = true;"), "2: netns: found a boolean, expected \"host\"" },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define A_UNIT "expected a unit such as \"nginx.service\""
#define AN_EXE "expected a path such as \"/usr/sbin/nginx\""

static void test_rejects_subjects(void **state)
{
	static const struct example examples[] = {
		{ RULE("unit = \"nginx\";"),
		  "2: unit: \"nginx\" is not a unit's name, did you mean \"nginx.service\"?" },
		{ RULE("unit = \"nginx.servce\";"),
		  "2: unit: \"nginx.servce\" is not a unit's name, did you mean "
		  "\"nginx.service\"?" },
		{ RULE("unit = \"nginx.conf\";"),
		  "2: unit: \"nginx.conf\" is not a unit's name, " A_UNIT },
		{ RULE("unit = (\".service\", \"@a.service\");"),
		  "2: unit: \".service\" is not a unit's name, " A_UNIT "\n"
		  "2: unit: \"@a.service\" is not a unit's name, " A_UNIT },
		{ RULE("unit = \"/system.slice/nginx.service\";"),
		  "2: unit: \"/system.slice/nginx.service\" is a path, " A_UNIT ", or the path in "
		  "cgroup" },
		{ RULE("unit = [\"a b.service\", \"a*.service\"];"),
		  "2: unit: \"a b.service\" has bytes that no unit's name has, " A_UNIT "\n"
		  "2: unit: \"a*.service\" has bytes that no unit's name has, " A_UNIT },
		{ RULE("unit = \"user.slice\";"),
		  "2: unit: \"user.slice\" has no processes of its own, " A_UNIT ", or the "
		  "slice's path in cgroup" },
		{ RULE("unit = \"a.timer\";"),
		  "2: unit: \"a.timer\" has no processes of its own, " A_UNIT },
		{ RULE("unit = \"getty@.service\";"),
		  "2: unit: \"getty@.service\" is a template, expected an instance of it" },
		{ RULE("unit = \"" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR ".service\";"),
		  "2: unit: \"" SIXTY_FOUR "\"... is too long, expected a cgroup of at most 255 "
		  "bytes" },
		{ RULE("unit = \"\";"), "2: unit: empty string, " A_UNIT },
		{ RULE("unit = 1;"), "2: unit: found a number, " A_UNIT },
		{ RULE("exe = \"nginx\";"), "2: exe: \"nginx\" is not absolute, " AN_EXE },
		{ RULE("exe = (\"/usr//b\", \"/./b\", \"/b/..\");"),
		  "2: exe: \"/usr//b\" has \"//\", \".\" or \"..\", " AN_EXE "\n"
		  "2: exe: \"/./b\" has \"//\", \".\" or \"..\", " AN_EXE "\n"
		  "2: exe: \"/b/..\" has \"//\", \".\" or \"..\", " AN_EXE },
		{ RULE("exe = (\"/\", \"/usr/bin/\");"),
		  "2: exe: \"/\" is a folder's path, " AN_EXE "\n"
		  "2: exe: \"/usr/bin/\" is a folder's path, " AN_EXE },
		{ RULE("exe = \"/usr/bin/*\";"),
		  "2: exe: \"/usr/bin/*\" has a \"*\", expected a whole path" },
		{ RULE("exe = \"/" SIXTY_FOUR "\";"),
		  "2: exe: \"/abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz01234\"..."
		  " is too long, expected at most 63 bytes after the last \"/\"" },
		{ RULE("exe = [];"), "2: exe: an array without values, " AN_EXE },
	};

	(void)state;
	ASSERT_EXAMPLES(examples);
}

#define A_DAY "expected a day from \"2000-01-01\" to \"9999-12-31\""

static void test_rejects_dates(void **state)
{
	static const char *const wrong[] = {
		"2026-02-29",  "2026-02-30", "2026-04-31", "2100-02-29", "2026-13-01", "2026-00-01",
		"2026-01-00",  "2026-01-32", "1999-12-31", "2026-1-1",	 "26-01-01",   "2026/01/01",
		"2026-01-01T", "2026-01- 1", "+026-01-01", "20260101",	 "tomorrow",
	};
	char text[128], expected[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), RULE("expires = \"%s\";"), wrong[i]);
		snprintf(expected, sizeof(expected), "2: expires: \"%s\" is no date, " A_DAY,
			 wrong[i]);
		assert_outcome(text, expected);
	}
	assert_outcome(RULE("approved = 2026; expires = \"\";"),
		       "2: approved: found a number, " A_DAY "\n"
		       "2: expires: empty string, " A_DAY);
	assert_outcome(
		RULE("expires = \"2026-03-01\";\napproved = \"2026-03-02\";"),
		"3: approved: 2026-03-02 is after expires, expected 2026-03-01 or an earlier "
		"day");
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
		       "forbid_options, rules, tests");
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
		  "2: @include: there is no folder, expected the whole policy in one text" },
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
	assert_repeated("a = (1", ",\n1", 4194304, ");",
			"4194300: text: too many values, expected at most 4194304");
	assert_repeated("", "#", 64 << 20, "", "0: is too big, expected at most 64 MB in all");
	assert_repeated("", "\n", 1000000, "a = 99999999999;",
			"1000002: a: 99999999999 " TOO_WIDE "\n"
			"1000002: a: unknown setting, expected one of version, default, "
			"forbid_options, rules, tests");
}

static void test_accepts_much(void **state)
{
	(void)state;
	assert_repeated("", " ", (64 << 20) - sizeof(HEAD), "", "deny;");
	assert_repeated("forbid_options = (\"", "SO_REUSEPORT\",\"", 100, "IP_FREEBIND\");",
			"deny forbid=IP_FREEBIND,SO_REUSEPORT;");
	assert_repeated("a = (1", ",1", 20000, ");",
			"2: a: unknown setting, expected one of version, default, forbid_options, "
			"rules, tests");
	assert_repeated("a = ", "(", 64,
			"))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))));",
			"2: a: unknown setting, expected one of version, default, forbid_options, "
			"rules, tests");
}

static void write_rules(struct text *text, unsigned int count)
{
	text_open(text);
	fputs("rules = (\n", text->out);
	for (unsigned int i = 0; i < count; i++)
		fprintf(text->out,
			"%s{ name = \"rule%u\"; uid = (%u, \"root\"); ports = \"%u, 9\"; }",
			i ? ",\n" : "", i, i, i % 65535 + 1);
	fputs(");\n", text->out);
	fclose(text->out);
}

#define MANY 100000u

static void test_many_rules(void **state)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;
	struct text text;

	(void)state;
	write_rules(&text, MANY);
	policy = policy_read_text("test.conf", text.bytes, text.length, &errors);
	assert_non_null(policy);
	assert_int_equal(policy->rules, MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		assert_int_equal(policy->rule[i].line, 3 + i);
		assert_int_equal(policy->rule[i].uid.range[0].low, i);
	}
	assert_string_equal(policy->rule[MANY - 1].name, "rule99999");
	policy_free(policy);
	free(text.bytes);
}

static void test_most_rules(void **state)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;
	struct text text;

	(void)state;
	write_rules(&text, POLICY_MAX_RULES);
	policy = policy_read_text("test.conf", text.bytes, text.length, &errors);
	assert_non_null(policy);
	assert_int_equal(policy->rules, POLICY_MAX_RULES);
	policy_free(policy);
	free(text.bytes);

	write_rules(&text, POLICY_MAX_RULES + 1);
	assert_outcome_bytes(text.bytes, text.length,
			     "2: rules: 131073 rules, expected at most 131072");
	free(text.bytes);
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
		cmocka_unit_test(test_accepts_addresses),
		cmocka_unit_test(test_accepts_subjects),
		cmocka_unit_test(test_accepts_syntax),
		cmocka_unit_test(test_accepts_much),
		cmocka_unit_test(test_rejects_policy),
		cmocka_unit_test(test_rejects_rule),
		cmocka_unit_test(test_rejects_uid),
		cmocka_unit_test(test_rejects_ports),
		cmocka_unit_test(test_rejects_other),
		cmocka_unit_test(test_rejects_addresses),
		cmocka_unit_test(test_rejects_subjects),
		cmocka_unit_test(test_rejects_dates),
		cmocka_unit_test(test_rejects_several),
		cmocka_unit_test(test_rejects_syntax),
		cmocka_unit_test(test_rejects_misread),
		cmocka_unit_test(test_rejects_bytes),
		cmocka_unit_test(test_rejects_too_much),
		cmocka_unit_test(test_many_rules),
		cmocka_unit_test(test_most_rules),
		cmocka_unit_test(test_messages_of_several),
		cmocka_unit_test(test_closed_descriptors),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
