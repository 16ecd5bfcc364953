/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard check: what it says of a policy, and the policy that it writes down again. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "enforcer/offline/check.h"
#include "enforcer/offline/dump.h"
#include "tests/capture.h"
#include "tests/judge.h"

/* Nothing that a warning could be about. */
#define GOOD                                                                                          \
	"version = 1; default = \"deny\";\n"                                                          \
	"rules = (\n"                                                                                 \
	"  { name = \"web\"; reason = \"site\"; owner = \"web\"; uid = 33; protocol = \"tcp\";\n"     \
	"    ports = \"80, 443, 8000-8009\"; },\n"                                                    \
	"  { name = \"ssh\"; reason = \"login\"; owner = \"ops\"; cgroup = \"/ssh\"; ports = 22; }\n" \
	");\n"
#define NO_REASON                            \
	"version = 1; default = \"deny\";\n" \
	"rules = ( { name = \"a\"; owner = \"ops\"; uid = 1; ports = 7; } );\n"

static void test_a_good_policy_is_summed_up(void **state)
{
	(void)state;
	capture_write("good.conf", GOOD);
	CAPTURE_EXPECT(check, 0, "good.conf: ok: 2 rules, 2 subjects, 13 ports, default deny\n", "",
		       "check", "good.conf");
	CAPTURE_EXPECT(check, 0, "good.conf: ok: 2 rules, 2 subjects, 13 ports, default deny\n", "",
		       "check", "-W", "good.conf");
}

static void test_every_error_is_told(void **state)
{
	(void)state;
	capture_write("bad.conf", "version = 1; default = \"deny\";\n"
				  "rules = ( { name = \"a\";\n"
				  "prts = 80; ports = 0x10000; } );\n");
	CAPTURE_EXPECT(check, EX_CONFIG, "",
		       "bad.conf:3: prts: unknown setting, did you mean \"ports\"?\n"
		       "bad.conf:3: ports: 65536 is out of range, expected 1 to 65535\n"
		       "bindguard: bad.conf: 2 errors, policy not loaded\n",
		       "check", "bad.conf");
	CAPTURE_EXPECT(check, EX_CONFIG, "",
		       "none.conf: cannot read: No such file or directory\n"
		       "bindguard: none.conf: 1 error, policy not loaded\n",
		       "check", "none.conf");
}

static void test_a_warning_fails_if_asked(void **state)
{
	struct capture capture;

	(void)state;
	capture_write("warn.conf", NO_REASON);
	capture = CAPTURE(check, "check", "warn.conf");
	assert_int_equal(capture.status, 0);
	assert_non_null(strstr(capture.err, "warn.conf:2: warning: "));
	assert_string_equal(capture.out,
			    "warn.conf: ok: 1 rule, 1 subject, 1 port, default deny, 1 warning\n");
	capture_free(&capture);

	capture = CAPTURE(check, "check", "-W", "warn.conf");
	assert_int_equal(capture.status, 1);
	assert_non_null(strstr(capture.err, "warn.conf: 1 warning, which -W does not let pass\n"));
	assert_string_equal(capture.out, "");
	capture_free(&capture);
}

static void test_the_worst_policy_counts(void **state)
{
	struct capture capture;

	(void)state;
	capture_write("good.conf", GOOD);
	capture_write("bad.conf", "version = 2;\n");
	capture_write("warn.conf", NO_REASON);
	capture = CAPTURE(check, "check", "-W", "bad.conf", "good.conf", "warn.conf");
	assert_int_equal(capture.status, EX_CONFIG);
	assert_non_null(strstr(capture.out, "good.conf: ok: "));
	capture_free(&capture);
	capture = CAPTURE(check, "check", "-W", "warn.conf", "good.conf");
	assert_int_equal(capture.status, 1);
	capture_free(&capture);
}

static void test_names_of_files_are_escaped(void **state)
{
	(void)state;
	capture_write("\x1b[2J\xff.conf", GOOD);
	CAPTURE_EXPECT(check, 0,
		       "\\x1b[2J\\xff.conf: ok: 2 rules, 2 subjects, 13 ports, default deny\n", "",
		       "check", "\x1b[2J\xff.conf");
	capture_write("\x1b.conf", "version = 3; default = \"deny\";");
	CAPTURE_EXPECT(check, EX_CONFIG, "",
		       "\\x1b.conf:1: version: 3 is unknown, expected 1\n"
		       "bindguard: \\x1b.conf: 1 error, policy not loaded\n",
		       "check", "\x1b.conf");
}

static void test_a_folder_is_a_policy(void **state)
{
	(void)state;
	assert_int_equal(mkdir("policy.d", 0700), 0);
	capture_write("policy.d/1.conf", GOOD);
	capture_write("policy.d/2.conf",
		      "version = 1;\n"
		      "rules = ( { name = \"dns\"; reason = \"r\"; owner = \"o\"; "
		      "uid = 53; ports = 53; } );\n");
	CAPTURE_EXPECT(check, 0, "policy.d: ok: 3 rules, 3 subjects, 14 ports, default deny\n", "",
		       "check", "policy.d");
}

static void test_usage(void **state)
{
	static const char *const wrong[][4] = {
		{ "check" },
		{ "check", "--dump", "a", "b" },
		{ "check", "--dump", "--json", "a" },
		{ "check", "--dmp", "a" },
		{ "check", "-x" },
	};
	struct capture capture;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *arguments[] = { wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3],
					    NULL };

		capture = capture_run(check, arguments);
		assert_int_equal(capture.status, EX_USAGE);
		assert_string_equal(capture.out, "");
		assert_non_null(strstr(capture.err, "Try 'bindguard check --help'.\n"));
		capture_free(&capture);
	}
	capture = CAPTURE(check, "check", "--help");
	assert_int_equal(capture.status, 0);
	assert_non_null(strstr(capture.out, "usage: bindguard check "));
	assert_string_equal(capture.err, "");
	capture_free(&capture);
}

static void write_many(unsigned int rules, unsigned int uids)
{
	FILE *file = fopen("many.conf", "w");

	assert_non_null(file);
	fputs("version = 1; default = \"deny\"; rules = (\n", file);
	for (unsigned int i = 0; i < rules; i++)
		fprintf(file, "%s{ name = \"r%u\"; uid = \"%u-%u\"; }\n", i ? "," : "", i, i * uids,
			(i + 1) * uids - 1);
	fputs(");\n", file);
	fclose(file);
}

static void expect_many(const char *expected)
{
	struct capture capture = CAPTURE(check, "check", "many.conf");

	assert_non_null(strstr(capture.err, expected));
	assert_int_equal(capture.status, EX_CONFIG);
	assert_string_equal(capture.out, "");
	capture_free(&capture);
}

static void test_too_many_rules_are_an_error(void **state)
{
	(void)state;
	write_many(BIND_MAX_RULES + 1, 2);
	expect_many("many.conf:1: rules: 131073 rules, expected at most 131072\n");
}

/* As many as there may be, but none that has a key. */
static void test_too_many_broad_rules_are_an_error(void **state)
{
	(void)state;
	write_many(BIND_MAX_BROAD + 1, 20);
	expect_many("many.conf: rules: too many of 65537 rules have only long lists and wide "
		    "ranges, expected at most 65536 such rules\n");
}

/* --json */

static struct json_object *parse_line(const char *line, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)length);
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	assert_int_equal(json_tokener_get_parse_end(tokener), length);
	json_tokener_free(tokener);
	return object;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

static void test_json_of_a_good_policy(void **state)
{
	(void)state;
	capture_write("good.conf", GOOD);
	CAPTURE_EXPECT(check, 0,
		       "{\"file\":\"good.conf\",\"ok\":true,\"rules\":2,\"subjects\":2,"
		       "\"ports\":13,\"default\":\"deny\",\"errors\":[],\"warnings\":[]}\n",
		       "", "check", "--json", "good.conf");
}

static void test_json_of_hostile_policies(void **state)
{
	static const char name[] = "a\"\\\n\x1b\xff</script>";
	struct json_object *object, *error;
	struct capture capture;
	const char *end;

	(void)state;
	capture_write("hostile.conf", "version = 1; default = \"deny\x1b\\\"\\\\\n\xc3\xa9\";\n");
	capture = CAPTURE(check, "check", "--json", "hostile.conf", name);
	assert_int_equal(capture.status, EX_CONFIG);
	assert_string_equal(capture.err, "");
	end = strchr(capture.out, '\n');
	object = parse_line(capture.out, (size_t)(end - capture.out));
	assert_false(json_object_get_boolean(get(object, "ok")));
	assert_null(get(object, "rules"));
	assert_null(get(object, "default"));
	assert_int_equal(json_object_array_length(get(object, "errors")), 1);
	error = json_object_array_get_idx(get(object, "errors"), 0);
	assert_string_equal(json_object_get_string(get(error, "file")), "hostile.conf");
	assert_int_equal(json_object_get_int(get(error, "line")), 1);
	assert_string_equal(json_object_get_string(get(error, "text")),
			    "default: unknown value \"deny\\x1b\\\"\\\\\\x0a\\xc3\\xa9\", expected "
			    "\"allow\" or \"deny\"");
	json_object_put(object);

	object = parse_line(end + 1, strlen(end + 1) - 1);
	assert_string_equal(json_object_get_string(get(object, "file")),
			    "a\"\\\\x0a\\x1b\\xff</script>");
	json_object_put(object);
	capture_free(&capture);
}

static void test_json_of_warnings(void **state)
{
	struct json_object *object;
	struct capture capture;

	(void)state;
	capture_write("warn.conf", NO_REASON);
	capture = CAPTURE(check, "check", "--json", "-W", "warn.conf");
	assert_int_equal(capture.status, 1);
	assert_string_equal(capture.err, "");
	object = parse_line(capture.out, strlen(capture.out) - 1);
	assert_false(json_object_get_boolean(get(object, "ok")));
	assert_int_equal(json_object_get_int(get(object, "rules")), 1);
	assert_int_equal(json_object_array_length(get(object, "errors")), 0);
	assert_int_equal(json_object_array_length(get(object, "warnings")), 1);
	json_object_put(object);
	capture_free(&capture);
}

/* --dump */

static struct policy *read_text(const char *text)
{
	struct policy_messages errors = { 0 };
	struct policy *policy = policy_read_text("test.conf", text, strlen(text), &errors);

	for (size_t i = 0; i < errors.count; i++)
		print_error("%u: %s\n", errors.message[i].line, errors.message[i].text);
	assert_non_null(policy);
	policy_messages_free(&errors);
	return policy;
}

static char *dumped(const struct policy *policy)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	dump_policy(out, policy);
	fclose(out);
	return text;
}

/* The settings of a rule as they are written, and as they are dumped. */
static const struct {
	const char *setting, *name;
	const char *value; /* NULL: nothing is dumped */
} settings[] = {
	{ "verdict = \"allow\"", "verdict", NULL },
	{ "verdict = \"deny\"", "verdict", "\"deny\"" },
	{ "mode = \"audit\"", "mode", "\"audit\"" },
	{ "uid = \"root\"", "uid", "\"0\"" },
	{ "uid = (7, \"root\", \"1-5\", 6, \"4294967294\", 3)", "uid",
	  "[\"0-7\", \"4294967294\"]" },
	{ "uid = [5, 3, 3]", "uid", "[\"3\", \"5\"]" },
	{ "comm = [\"b*\", \"a\", \"b*\"]", "comm", "[\"a\", \"b*\"]" },
	{ "comm = \"\\\"\\\\\\n\\r\\t\\f\"", "comm", "\"\\\"\\\\\\n\\r\\t\\f\"" },
	{ "cgroup = \"/a/\"", "cgroup", "\"/a\"" },
	{ "cgroup = (\"/b\", \"/\")", "cgroup", NULL },
	{ "cgroup = \"/a*\"", "cgroup", "\"/a*\"" },
	{ "unit = \"a.service\"", "cgroup", "\"/system.slice/a.service\"" },
	{ "exe = \"/bin/a\"", "exe", "\"/bin/a\"" },
	{ "netns = \"host\"", "netns", "\"host\"" },
	{ "family = \"ipv6\"", "family", "\"ipv6\"" },
	{ "family = (\"ipv6\", \"ipv4\")", "family", NULL },
	{ "protocol = \"tcp\"", "protocol", "\"tcp\"" },
	{ "protocol = 6", "protocol", "\"6\"" },
	{ "protocol = [6, 262]", "protocol", "\"tcp\"" },
	{ "protocol = \"mptcp\"", "protocol", "\"mptcp\"" },
	{ "protocol = (\"raw\", \"udp\", 18, 19, \"icmp\", \"tcp\")", "protocol",
	  "[\"icmp\", \"tcp\", \"udp\", \"18\", \"19\", \"raw\"]" },
	{ "ports = 80", "ports", "\"80\"" },
	{ "ports = \"443, 80,81 , 70-79,  ephemeral\"", "ports", "\"ephemeral, 70-81, 443\"" },
	{ "ports = (\"ephemeral\", \"1-65535\")", "ports", "\"ephemeral, 1-65535\"" },
	{ "ports = \"ephemeral\"", "ports", "\"ephemeral\"" },
	{ "address = \"wildcard\"", "address", "[\"0.0.0.0\", \"::\"]" },
	{ "address = \"loopback\"", "address", "[\"127.0.0.0/8\", \"::1\"]" },
	{ "address = \"0.0.0.0/0\"", "address", "\"0.0.0.0/0\"" },
	{ "address = \"::/0\"", "address", "\"::/0\"" },
	{ "address = [\"::/0\", \"0.0.0.0/0\"]", "address", "[\"0.0.0.0/0\", \"::/0\"]" },
	{ "address = [\"10.0.1.0/24\", \"10.0.0.0/24\", \"::ffff:10.0.2.0/119\"]", "address",
	  "\"10.0.0.0/22\"" },
	{ "address = [\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\"]", "address",
	  "[\"10.0.0.1\", \"10.0.0.2/31\"]" },
	{ "address = \"2001:db8::/32\"", "address", "\"2001:db8::/32\"" },
	{ "permit_options = [\"SO_REUSEPORT\", \"IP_FREEBIND\"]", "permit_options",
	  "[\"IP_FREEBIND\", \"SO_REUSEPORT\"]" },
	{ "forbid_options = \"IP_TRANSPARENT\"", "forbid_options", "\"IP_TRANSPARENT\"" },
	{ "reason = \"\xc3\xa9 \x1b \x7f \xc2\x85\"", "reason", "\"\xc3\xa9 \x1b \x7f \xc2\x85\"" },
	{ "reason = \"two\nlines\" \" and\"", "reason", "\"two\\nlines and\"" },
	{ "approved = \"2026-03-01\"", "approved", "\"2026-03-01\"" },
	{ "expires = \"2024-02-29\"", "expires", "\"2024-02-29\"" },
};

static void test_settings_have_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(settings); i++) {
		char text[512], *value = NULL, *first, *second;
		struct policy *policy, *again;
		size_t length;
		FILE *out = open_memstream(&value, &length);
		bool there;

		snprintf(text, sizeof(text),
			 "version = 1; default = \"deny\"; rules = ( { name = \"a\"; %s; } );",
			 settings[i].setting);
		policy = read_text(text);
		there = dump_setting(out, &policy->rule[0], settings[i].name);
		fclose(out);
		if (there != !!settings[i].value)
			fail_msg("%s", settings[i].setting);
		assert_string_equal(value, settings[i].value ? settings[i].value : "");
		first = dumped(policy);
		again = read_text(first);
		second = dumped(again);
		assert_string_equal(first, second);
		policy_free(policy);
		policy_free(again);
		free(first);
		free(second);
		free(value);
	}
}

static void test_a_long_text_can_be_read_again(void **state)
{
	char text[8192] = "version = 1; default = \"deny\"; rules = ( { name = \"a\"; reason = \"";
	size_t at = strlen(text);
	struct policy *policy, *again;
	char *first;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		at += (size_t)sprintf(text + at, "\n\r\n\t");
	strcpy(text + at, "\\r\\\"\"; } );");
	policy = read_text(text);
	first = dumped(policy);
	again = read_text(first);
	assert_string_equal(policy->rule[0].reason, again->rule[0].reason);
	assert_int_equal(strlen(again->rule[0].reason), 4002);
	policy_free(policy);
	policy_free(again);
	free(first);
}

static void test_the_command_prints_the_same(void **state)
{
	struct policy *policy = read_text(GOOD);
	char *text = dumped(policy);

	(void)state;
	capture_write("good.conf", GOOD);
	CAPTURE_EXPECT(check, 0, text, "", "check", "--dump", "good.conf");
	capture_write("dump.conf", text);
	CAPTURE_EXPECT(check, 0, text, "", "check", "--dump", "dump.conf");
	free(text);
	policy_free(policy);
}

static void test_a_terminal_obeys_nothing(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	const char *const arguments[] = { "check", "--dump", "esc.conf", NULL };
	struct capture capture;
	char text[1024] = "";
	struct termios raw;

	(void)state;
	capture_write("esc.conf",
		      "version = 1; default = \"deny\"; rules = ( { name = \"a\";\n"
		      "owner = \"o\"; uid = 1; reason = \"\x1b[2J\xc2\x9b\x7f\xc3\xa9\"; } );");
	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_int_equal(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	capture = capture_on(slave, check, arguments);
	assert_int_equal(capture.status, 0);
	assert_true(read(master, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "\t\treason = \"\\x1b[2J\\xc2\\x9b\\x7f\xc3\xa9\";\n"));
	capture_free(&capture);
	close(slave);
	close(master);
}

/* Policies at random. */

static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(random_state >> 33) % limit;
}

#define PICK(array) ((array)[below(COUNT(array))])

static const uint32_t some_ports[] = { 1, 22, 79, 80, 81, 443, 1023, 1024, 65534, 65535 };
static const uint32_t some_uids[] = { 0, 1, 33, 34, 999, 1000, 65534, 4294967293, 4294967294 };
static const char *const some_addresses[] = {
	"0.0.0.0",
	"::",
	"127.0.0.1",
	"10.0.0.0/8",
	"10.0.0.0/9",
	"10.128.0.0/9",
	"::/0",
	"0.0.0.0/0",
	"2001:db8::/32",
	"2001:db8::1",
	"loopback",
	"::ffff:0:0/96",
	"::fffe:0:0/96",
	"::1:0:0:0/80",
	"8000::/1",
	"::/1",
	"::ffff:10.0.0.0/104",
	"0.0.0.0/1",
	"128.0.0.0/1",
	"::/64",
};
static const char *const some_protocols[] = { "tcp", "udp", "6", "262", "raw", "mptcp", "7" };
static const char *const some_comms[] = { "a", "a*", "ab", "b\\\"\\\\", "\xc3\xa9", "x\\n*" };
static const char *const some_cgroups[] = { "/a", "/a/b", "/a*", "/b-", "/b/c d", "/" };
static const char *const some_exes[] = { "/bin/a", "/bin/b", "/b \\\"c" };

/* A list of 1 to 3 strings. */
static void random_list(FILE *out, const char *name, const char *const *values, size_t count)
{
	uint32_t n = 1 + below(3);

	if (below(3))
		return;
	fprintf(out, " %s = [", name);
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", values[below((uint32_t)count)]);
	fputs("];", out);
}

static void random_numbers(FILE *out, const char *name, const uint32_t *values, size_t count)
{
	uint32_t n = 1 + below(4);

	if (below(3))
		return;
	fprintf(out, " %s = [", name);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t a = values[below((uint32_t)count)], b = values[below((uint32_t)count)];

		fprintf(out, "%s\"%u-%u\"", i ? ", " : "", a < b ? a : b, a < b ? b : a);
	}
	fputs("];", out);
}

static void random_rule(FILE *out, unsigned int number)
{
	fprintf(out, "{ name = \"r%u\\\"\"; verdict = \"%s\";", number,
		below(2) ? "allow" : "deny");
	fputs(below(4) ? "" : " mode = \"audit\";", out);
	random_numbers(out, "uid", some_uids, COUNT(some_uids));
	random_numbers(out, "ports", some_ports, COUNT(some_ports));
	random_list(out, "address", some_addresses, COUNT(some_addresses));
	random_list(out, "protocol", some_protocols, COUNT(some_protocols));
	random_list(out, "comm", some_comms, COUNT(some_comms));
	random_list(out, "cgroup", some_cgroups, COUNT(some_cgroups));
	random_list(out, "exe", some_exes, COUNT(some_exes));
	fputs(below(4) ? "" : " netns = \"host\";", out);
	fputs(below(4) ? "" : " permit_options = \"SO_REUSEPORT\";", out);
	fputs(below(4) ? "" : " forbid_options = \"SO_REUSEADDR\";", out);
	fputs(below(4) ? "" : " expires = \"2020-01-01\";", out);
	fputs(" }", out);
}

static char *random_policy(void)
{
	char *text = NULL;
	uint32_t rules = below(20);
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	fprintf(out, "version = 1; default = \"%s\"; rules = (", below(2) ? "allow" : "deny");
	for (uint32_t i = 0; i < rules; i++) {
		fputs(i ? ",\n" : "\n", out);
		random_rule(out, i);
	}
	fputs(");\n", out);
	fclose(out);
	return text;
}

/* Who asks, by names, of which each image makes its own classes. */
static void random_request(struct bind_request *request, const char **cgroup, const char **exe)
{
	static const char *const comms[] = { "a", "ab", "b\"\\", "\xc3\xa9", "x\n", "x\ny", "" };
	static const char *const cgroups[] = { "/", "/a", "/a/b/c", "/ab", "/b-", "/b/c d/e" };
	static const char addresses[][16] = {
		"",
		{ [15] = 1 },
		{ [10] = '\xff', [11] = '\xff' },
		{ [10] = '\xff', [11] = '\xff', 127, 0, 0, 1 },
		{ [10] = '\xff', [11] = '\xff', 10, 200, 0, 1 },
		{ [10] = '\xff', [11] = '\xff', 200, 0, 0, 1 },
		{ [10] = '\xff', [11] = '\xfe', 1 },
		{ [9] = 1 },
		{ 0x20, 1, 0xd, '\xb8', [15] = 1 },
		{ '\xff', 2 },
	};
	static const uint32_t protocols[] = { 6, 7, 17, 262, BIND_PROTOCOL_RAW };

	*request = (struct bind_request){
		.uid = PICK(some_uids),
		.netns = below(2),
		.protocol = PICK(protocols),
		.port = below(4) ? PICK(some_ports) :
			below(2) ? 0 :
				   BIND_PORT_NONE,
		.options = below(BIND_OPT_ALL + 1),
	};
	strcpy(request->comm, PICK(comms));
	memcpy(request->address, PICK(addresses), 16);
	*cgroup = PICK(cgroups);
	*exe = below(2) ? "/bin/a" : "/b \"c";
}

static struct bind_decision decision_of(const struct image *image, struct bind_request request,
					const char *cgroup, const char *exe)
{
	struct bind_decision decision;

	request.cgroup = image_cgroup_class(image, cgroup);
	request.exe = image_exe_class(image, exe);
	decide(image, &request, &decision);
	return decision;
}

static void compare_decisions(const struct policy *a, const struct policy *b)
{
	const struct image_settings now = { .generation = 1, .now = 1700000000 };
	struct bind_decision first, second;
	struct bind_request request;
	const char *cgroup, *exe;
	struct image x, y;

	assert_int_equal(image_compile(a, &now, &x), 0);
	assert_int_equal(image_compile(b, &now, &y), 0);
	for (int i = 0; i < 500; i++) {
		random_request(&request, &cgroup, &exe);
		first = decision_of(&x, request, cgroup, exe);
		second = decision_of(&y, request, cgroup, exe);
		assert_memory_equal(&first, &second, sizeof(first));
	}
	image_free(&x);
	image_free(&y);
}

static void test_a_dump_is_the_same_policy(void **state)
{
	(void)state;
	random_state = 1;
	for (int i = 0; i < 300; i++) {
		char *text = random_policy(), *first, *second;
		struct policy *policy = read_text(text), *again;

		first = dumped(policy);
		again = read_text(first);
		second = dumped(again);
		assert_string_equal(first, second);
		compare_decisions(policy, again);
		policy_free(policy);
		policy_free(again);
		free(text);
		free(first);
		free(second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_policy_is_summed_up),
		cmocka_unit_test(test_every_error_is_told),
		cmocka_unit_test(test_a_warning_fails_if_asked),
		cmocka_unit_test(test_the_worst_policy_counts),
		cmocka_unit_test(test_names_of_files_are_escaped),
		cmocka_unit_test(test_a_folder_is_a_policy),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_too_many_rules_are_an_error),
		cmocka_unit_test(test_too_many_broad_rules_are_an_error),
		cmocka_unit_test(test_json_of_a_good_policy),
		cmocka_unit_test(test_json_of_hostile_policies),
		cmocka_unit_test(test_json_of_warnings),
		cmocka_unit_test(test_settings_have_one_form),
		cmocka_unit_test(test_a_long_text_can_be_read_again),
		cmocka_unit_test(test_the_command_prints_the_same),
		cmocka_unit_test(test_a_terminal_obeys_nothing),
		cmocka_unit_test(test_a_dump_is_the_same_policy),
	};

	return cmocka_run_group_tests_name("check", tests, capture_begin, capture_end);
}
