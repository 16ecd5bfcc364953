/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard learn: examples, and that what it proposes allows just what was seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/offline/check.h"
#include "enforcer/logs/learn.h"
#include "enforcer/logs/replay.h"
#include "enforcer/logs/subject.h"
#include "tests/capture.h"
#include "tests/judge.h"
#include "tests/recorded.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UUID "01234567-89ab-cdef-0123-456789abcdef"

/* --- Subjects */

static const struct {
	const char *cgroup, *exe, *comm;
	const char *expected;
} subjects[] = {
	{ "/system.slice/nginx.service", "/x", "x", "unit nginx.service" },
	{ "/system.slice/nginx.service/worker", "/x", "x", "unit nginx.service" },
	{ "/system.slice/a\\x2db.service", "/x", "x", "unit a\\x2db.service" },
	{ "/system.slice/cups.socket", "/x", "x", "unit cups.socket" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "/x", "x",
	  "cgroup /system.slice/system-getty.slice/getty@tty1.service" },
	{ "/custom.slice/a.service/b", "/x", "x", "cgroup /custom.slice/a.service" },
	{ "/system.slice/system-sshd.slice/sshd@4-10.0.0.1:22-10.0.0.2:5000.service", "/x", "x",
	  "exe /x, uid 7" },
	{ "/system.slice/run-u12.service", "/x", "x", "exe /x, uid 7" },
	{ "/system.slice/run-r0123456789abcdef0123456789abcdef.service", "/x", "x",
	  "exe /x, uid 7" },
	{ "/system.slice/run-parts.service", "/x", "x", "unit run-parts.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", "/x", "x", "exe /x, uid 7" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", "/x", "x",
	  "exe /x, uid 7" },
	{ "/", "/x", "x", "exe /x, uid 7" },
	{ "/init.scope", "/x", "x", "exe /x, uid 7" },
	{ "/own/group", "/x", "x", "exe /x, uid 7" },
	{ "/docker/" ID, "/x", "x", "cgroup /docker/*, uid 7" },
	{ "/system.slice/docker-" ID ".scope", "/x", "x", "cgroup /system.slice/docker-*, uid 7" },
	{ "/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/crio-" ID
	  ".scope",
	  "/x", "x", "cgroup /kubepods.slice/kubepods-pod*, uid 7" },
	{ "/kubepods/burstable/pod" UUID "/" ID, "/x", "x",
	  "cgroup /kubepods/burstable/pod*, uid 7" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", "/x", "x",
	  "cgroup /user.slice/user-1000.slice/user@1000.service/user.slice/libpod-*, uid 7" },
	{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service", "/x", "x",
	  "cgroup /machine.slice/systemd-nspawn@web.service" },
	{ "/lxc.payload.web/system.slice/a.service", "/x", "x", "cgroup /lxc.payload.web" },
	/* All cgroups begin so, and the path is not the host's. */
	{ "/" ID, "/x", "x", "comm x, uid 7" },
	{ NULL, "/x", "x", "exe /x, uid 7" },
	{ NULL, NULL, "x", "comm x, uid 7" },
	{ NULL, NULL, NULL, "uid 7" },
	/* What cannot be a value, or would be another one. */
	{ "/system.slice/a*.service", "/x", "x", "exe /x, uid 7" },
	{ "/system.slice/\x1b.service", "/x", "x", "exe /x, uid 7" },
	{ "/../a.service", "/x", "x", "exe /x, uid 7" },
	{ "/..", "/x", "x", "exe /x, uid 7" },
	{ "relative.service", "/x", "x", "exe /x, uid 7" },
	{ NULL, "relative", "x", "comm x, uid 7" },
	{ NULL, "/a*", "x", "comm x, uid 7" },
	{ NULL, "/a\n", "x", "comm x, uid 7" },
	{ NULL, "/a/", "x", "comm x, uid 7" },
	{ NULL, "/a//b", "x", "comm x, uid 7" },
	{ NULL, "/", "x", "comm x, uid 7" },
	{ NULL, "/memfd:x", "x", "comm x, uid 7" },
	{ NULL, "/" ID, "x", "comm x, uid 7" },
	{ NULL, NULL, "x*", "uid 7" },
	{ NULL, NULL, "\xc3\xa4", "uid 7" },
	{ NULL, NULL, "", "uid 7" },
	{ NULL, NULL, "sixteen-bytes-xx", "uid 7" },
};

static void test_subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(subjects); i++) {
		struct records_line line = {
			.cgroup = subjects[i].cgroup,
			.exe = subjects[i].exe,
			.comm = subjects[i].comm,
			.uid = 7,
		};
		struct subject subject;
		char text[512];

		subject_of(&line, &subject);
		assert_string_equal(subject_print(&subject, text, sizeof(text)),
				    subjects[i].expected);
	}
}

/* --- Examples */

#define HEAD(count, first, last)                                                                  \
	"# Learned from " count ", " first " to " last ".\n"                                      \
	"#\n"                                                                                     \
	"# A rule allows what was seen, be it right or wrong: look at each. Say in reason what\n" \
	"# it is for, and in owner whom to ask; \"bindguard check\" names the rules without.\n"
#define DEFAULT "version = 1;\ndefault = \"deny\";\n\n"
#define T(second) "2026-03-01T12:00:" second "Z"
#define EMPTY "\t\treason = \"\";\n\t\towner = \"\";\n"

static void write_example(void)
{
	RECORDED("log", { .port = 443, .second = 5 }, { .port = 80, .second = 1, .count = 1200 },
		 { .port = 443, .host = "web2\x1b", .address = "::", .second = 9 },
		 { .port = 80, .protocol = 262 }, { .port = 9000, .address = "127.0.0.1" },
		 { .port = 9001, .address = "::1" },
		 { .port = 53,
		   .protocol = 17,
		   .cgroup = "/",
		   .exe = "/usr/bin/a \"b\"\\",
		   .address = "10.1.2.3" },
		 { .port = 53, .cgroup = "/", .exe = "/usr/bin/a \"b\"\\", .address = "10.1.2.3" },
		 { .port = 53,
		   .cgroup = "/",
		   .exe = "/usr/bin/a \"b\"\\",
		   .address = "10.1.2.3",
		   .uid = 33 },
		 { .port = 53,
		   .protocol = 17,
		   .cgroup = "/",
		   .exe = "/usr/bin/a \"b\"\\",
		   .address = "10.1.2.3",
		   .uid = 33 },
		 { .cgroup = "-", .exe = "-", .comm = "dhcp", .protocol = 17, .type = "dgram" },
		 { .cgroup = "-", .exe = "-", .comm = "-", .type = "raw", .protocol = 1 },
		 { .cgroup = "-", .exe = "-", .comm = "-", .range = { 4000, 4999 } },
		 /* Not to be learned. */
		 { .port = 1, .verdict = "deny", .rc = -13, .count = 3 },
		 { .port = 2, .verdict = "allow", .rc = -98, .count = 2 }, { .via = "connect" },
		 { .port = 3, .via = "listen" },
		 /* But these are. */
		 { .port = 8443, .verdict = "audit", .rc = 1 });
}

static void test_example(void **state)
{
	(void)state;
	write_example();
	CAPTURE_EXPECT(
		learn, 0,
		HEAD("1,213 binds", T("00"), T("09")) DEFAULT
		"rules = (\n"
		"\t# 2 binds, " T("00") " to " T(
			"00") ", on web1\n"
			      "\t{\n\t\tname = \"nginx\";\n\t\tunit = \"nginx.service\";\n"
			      "\t\tprotocol = \"tcp\";\n\t\taddress = \"loopback\";\n"
			      "\t\tports = (9000, 9001);\n" EMPTY "\t},\n"
			      "\t# 1,204 binds, " T("00") " to " T(
				      "09") ", on web1, web2\\x1b\n"
					    "\t{\n\t\tname = \"nginx-2\";\n\t\tunit = \"nginx.service\";\n"
					    "\t\tprotocol = \"tcp\";\n\t\taddress = \"wildcard\";\n"
					    "\t\tports = (80, 443, 8443);\n" EMPTY "\t},\n"
					    "\t# 4 binds, " T("00") " to " T(
						    "00") ", on web1\n"
							  "\t{\n\t\tname = \"a__b__\";\n\t\texe = \"/usr/bin/a \\\"b\\\"\\\\\";\n"
							  "\t\tuid = (0, 33);\n\t\tprotocol = (\"tcp\", \"udp\");\n"
							  "\t\taddress = \"10.1.2.3\";\n\t\tports = 53;\n" EMPTY
							  "\t},\n"
							  "\t# 1 bind, " T("00") " to " T(
								  "00") ", on web1\n"
									"\t{\n\t\tname = \"dhcp\";\n\t\tcomm = \"dhcp\";\n\t\tuid = 0;\n"
									"\t\tprotocol = \"udp\";\n\t\taddress = \"wildcard\";\n"
									"\t\tports = \"ephemeral\";\n" EMPTY
									"\t},\n"
									"\t# 1 bind, " T("00") " to " T(
										"00") ", on web1\n"
										      "\t{\n\t\tname = \"uid-0\";\n\t\tuid = 0;\n"
										      "\t\tprotocol = \"raw\";\n\t\taddress = \"wildcard\";\n" EMPTY
										      "\t},\n"
										      "\t# 1 bind, " T("00") " to " T(
											      "00") ", on web1\n"
												    "\t{\n\t\tname = \"uid-0-2\";\n\t\tuid = 0;\n"
												    "\t\tprotocol = \"tcp\";\n\t\taddress = \"wildcard\";\n"
												    "\t\tports = \"4000-4999\";\n" EMPTY
												    "\t}\n);\n",
		"bindguard: 6 rules from 1,213 binds\n"
		"bindguard: left out: 3 binds that were denied (--include-denied)\n"
		"bindguard: left out: 2 binds that the kernel refused (--include-failed)\n"
		"bindguard: left out: 2 binds that no policy decides, or could not be read\n",
		"learn", "log");
}

static char *learned(const char *const *arguments)
{
	struct capture capture = capture_run(learn, arguments);
	char *out = capture.out;

	assert_int_equal(capture.status, 0);
	free(capture.err);
	return out;
}

#define LEARNED(...) learned((const char *const[]){ "learn", __VA_ARGS__, NULL })

static void expect_ports(const char *option, const char *ports)
{
	char *out = option ? LEARNED(option, "log") : LEARNED("log"), expected[128];

	snprintf(expected, sizeof(expected), "\n\t\tports = %s;\n", ports);
	if (!strstr(out, expected))
		fail_msg("%s not in %s", expected, out);
	free(out);
}

static void test_ranges(void **state)
{
	(void)state;
	RECORDED("log", { .port = 5 }, { .port = 0 }, { .port = 7 }, { .port = 6 }, { .port = 9 },
		 { .port = 65535 }, { .port = 65534 });
	expect_ports(NULL, "(\"ephemeral\", 5, 6, 7, 9, 65534, 65535)");
	expect_ports("--ranges", "(\"ephemeral\", \"5-7\", 9, \"65534-65535\")");
	expect_ports("--ranges=2", "(\"ephemeral\", \"5-9\", \"65534-65535\")");
	expect_ports("--ranges=65535", "(\"ephemeral\", \"5-65535\")");
	CAPTURE_EXPECT(learn, EX_USAGE, "",
		       "bindguard: --ranges: x is no number of ports, expected 1 to 65535\n"
		       "Try 'bindguard learn --help'.\n",
		       "learn", "--ranges=x", "log");
}

static void test_included(void **state)
{
	char *out;

	(void)state;
	RECORDED("log", { .port = 1, .verdict = "deny", .rc = -13 },
		 { .port = 2, .verdict = "allow", .rc = -98 });
	expect_ports("--include-denied", "1");
	expect_ports("--include-failed", "2");
	out = LEARNED("--include-failed", "--include-denied", "-o", "new.conf", "log");
	assert_string_equal(out, "");
	free(out);
	out = capture_read("new.conf");
	assert_non_null(strstr(out, "\t\tports = (1, 2);\n"));
	free(out);
	out = LEARNED("log");
	assert_non_null(strstr(out, "rules = (\n);\n"));
	free(out);
	CAPTURE_EXPECT(learn, EX_IOERR, "",
		       "bindguard: none/x: cannot write: No such file or directory\n"
		       "bindguard: 0 rules from 0 binds\n"
		       "bindguard: left out: 1 bind that were denied (--include-denied)\n"
		       "bindguard: left out: 1 bind that the kernel refused (--include-failed)\n",
		       "learn", "-o", "none/x", "log");
}

/* Names are unique, and none is that of a rule of the base. */
static void test_base(void **state)
{
	(void)state;
	capture_write("base.conf",
		      "version = 1; default = \"deny\"; forbid_options = [\"SO_REUSEPORT\"];\n"
		      "rules = ({ name = \"nginx\"; unit = \"nginx.service\"; ports = 443; },\n"
		      "{ name = \"no-telnet\"; verdict = \"deny\"; ports = 23; });\n");
	RECORDED("log", { .port = 443, .count = 5 }, { .port = 23, .verdict = "audit" },
		 { .port = 443, .options = "\"SO_REUSEPORT\"", .verdict = "audit" },
		 { .port = 80, .options = "\"SO_REUSEPORT\", \"SO_REUSEADDR\"" }, { .port = 80 },
		 { .port = 81 });
	CAPTURE_EXPECT(
		learn, 0,
		HEAD("3 binds", T("00"),
		     T("00")) "#\n# These rules go behind those of base.conf, which has the default: this file "
			      "belongs into\n# the same folder, under a name that comes after its files.\n"
			      "version = 1;\n\nrules = (\n"
			      "\t# 1 bind, " T("00") " to " T(
				      "00") "\n"
					    "\t{\n\t\tname = \"nginx-2\";\n\t\tunit = \"nginx.service\";\n"
					    "\t\tprotocol = \"tcp\";\n\t\taddress = \"wildcard\";\n\t\tports = 81;\n" EMPTY
					    "\t},\n"
					    "\t# 2 binds, " T("00") " to " T(
						    "00") "\n"
							  "\t{\n\t\tname = \"nginx-3\";\n\t\tunit = \"nginx.service\";\n"
							  "\t\tprotocol = \"tcp\";\n\t\taddress = \"wildcard\";\n\t\tports = 80;\n"
							  "\t\tpermit_options = [\"SO_REUSEPORT\"];\n" EMPTY
							  "\t}\n);\n",
		"bindguard: 2 rules from 3 binds\n"
		"bindguard: left out: 5 binds that the base allows\n"
		"bindguard: left out: 1 bind that rule no-telnet of the base denies, or their "
		"options\n"
		"bindguard: left out: 1 bind that rule nginx of the base denies, or their options\n",
		"learn", "--base", "base.conf", "log");
}

static void test_broken(void **state)
{
	struct capture capture;

	(void)state;
	RECORDED("log", { .port = 443 });
	capture_write("broken", "{\n");
	capture = CAPTURE(learn, "learn", "broken", "log");
	assert_int_equal(capture.status, EX_DATAERR);
	assert_non_null(strstr(capture.out, "ports = 443;"));
	assert_non_null(strstr(capture.err, "bindguard: broken:1: no key where one belongs\n"));
	capture_free(&capture);
	capture = CAPTURE(learn, "learn", "--base", "none.conf", "log");
	assert_int_equal(capture.status, EX_CONFIG);
	capture_free(&capture);
}

/* --- At random: what is learned is a policy, and replayed over the log it changes nothing. */

static uint64_t random_number;

static size_t below(size_t most)
{
	random_number = random_number * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(random_number >> 33) % most;
}

#define PICK(...)                \
	(((const char *const[]){ \
		__VA_ARGS__ })[below(COUNT(((const char *const[]){ __VA_ARGS__ })))])

/*
 * Of a small world, so that much of it is alike. whole: nothing is missing, and rules of one subject
 * cannot be for another one.
 */
static struct recorded random_record(bool whole)
{
	static const int protocols[] = { 6, 17, 262, 132, 136, 1, 115, 256, 300 };
	struct recorded recorded = {
		.second = (int)below(60),
		.count = 1 + (int)below(3),
		.host = PICK("web1", "web2", "\x1b[2J", "a\nb"),
		.comm = PICK("nginx", "a*", "\"", "\\", "\xff\x1b", "x:y"),
		.exe = PICK("/usr/sbin/nginx", "/bin/a b", "/opt/x\"y\\z", "/opt/\xff", "/bin/-"),
		.cgroup = PICK("/system.slice/nginx.service", "/system.slice/cron.service", "/",
			       "/docker/" ID, "/user.slice/user-1000.slice/session-3.scope",
			       "/system.slice/a\\x2d\"b.service", "/machine.slice/x*y.service"),
		.uid = (uint32_t)below(3),
		.protocol = protocols[below(COUNT(protocols))],
		.type = below(8) ? "stream" : "raw",
		.address = PICK("0.0.0.0", "::", "127.0.0.1", "::1", "10.1.2.3", "2001:db8::7",
				"::ffff:10.1.2.3"),
		.port = (int)below(6) * 1000,
		.options = PICK("", "\"SO_REUSEPORT\"", "\"SO_REUSEADDR\",\"IP_FREEBIND\""),
		.verdict = PICK(NULL, "allow", "audit"),
		.mode = PICK("audit", "observe"),
	};

	if (whole && (strchr(recorded.cgroup, '*') || strstr(recorded.cgroup, "docker")))
		recorded.cgroup = "/";
	if (whole && strstr(recorded.exe, "\xff"))
		recorded.exe = "/usr/sbin/nginx";
	if (!whole && !below(4))
		recorded.exe = "-";
	if (!whole && !below(4))
		recorded.cgroup = "-";
	if (!whole && !below(4))
		recorded.process = PICK("-", "main");
	if (!whole && !below(6))
		recorded.range[0] = 1 + (int)below(3), recorded.range[1] = 3 + (int)below(9000);
	if (recorded.verdict && !strcmp(recorded.verdict, "audit"))
		recorded.rule = "old";
	return recorded;
}

#define RECORDS 60

static size_t random_log(bool whole, bool allowed)
{
	struct recorded log[RECORDS];
	size_t count = below(RECORDS);

	for (size_t i = 0; i < count; i++) {
		log[i] = random_record(whole);
		if (allowed)
			log[i].verdict = "allow";
	}
	recorded_write("log", log, count);
	return count;
}

/* The number after a key in the summary that replay prints as JSON. */
static long summary(const char *out, const char *key)
{
	const char *at = strstr(out, "\"summary\""), *found = at ? strstr(at, key) : NULL;

	assert_non_null(found);
	return strtol(found + strlen(key) + 2, NULL, 10);
}

/* Each group of changes, line by line, is one into an allowed bind. */
static void expect_only_allowed(const char *out)
{
	for (const char *at = strstr(out, "\"would\":"); at; at = strstr(at + 1, "\"would\":"))
		if (strncmp(at, "\"would\":\"allow\"", 15) != 0)
			fail_msg("%s", out);
}

static void expect_accepted(const char *path)
{
	struct capture capture = CAPTURE(check, "check", path);

	if (capture.status)
		fail_msg("%s", capture.err);
	capture_free(&capture);
}

static void test_property(void **state)
{
	size_t changes = 0;

	(void)state;
	random_number = 7;
	for (int i = 0; i < 150; i++) {
		bool allowed = i % 2;
		struct capture capture;

		random_log(false, allowed);
		capture = CAPTURE(learn, "learn", "-o", "new.conf",
				  i % 3 ? "--ranges=500" : "--ranges", "log");
		assert_int_equal(capture.status, 0);
		capture_free(&capture);
		expect_accepted("new.conf");
		capture = CAPTURE(replay, "replay", "--json", "new.conf", "log");
		expect_only_allowed(capture.out);
		assert_int_equal(summary(capture.out, "unsure"), 0);
		if (allowed)
			assert_int_equal(capture.status, 0);
		changes += (size_t)summary(capture.out, "changes");
		capture_free(&capture);
	}
	assert_true(changes > 100);
}

/* The same of rules behind those of a base that forbids an option; nothing else is allowed by them. */
static void test_property_base(void **state)
{
	(void)state;
	random_number = 8;
	assert_int_equal(system("mkdir -p both"), 0);
	capture_write(
		"both/1.conf",
		"version = 1; default = \"deny\"; forbid_options = [\"SO_REUSEPORT\"];\n"
		"rules = ({ name = \"nginx\"; unit = \"nginx.service\"; ports = [1000, 2000]; "
		"permit_options = \"SO_REUSEPORT\"; },\n"
		"{ name = \"uid\"; uid = 2; protocol = \"udp\"; "
		"permit_options = \"SO_REUSEPORT\"; });\n");
	for (int i = 0; i < 60; i++) {
		struct capture capture;

		random_log(true, true);
		unlink("both/2.conf");
		capture = CAPTURE(learn, "learn", "-o", "both/2.conf", "--base", "both", "log");
		assert_int_equal(capture.status, 0);
		capture_free(&capture);
		expect_accepted("both");
		capture = CAPTURE(replay, "replay", "--json", "both", "log");
		if (capture.status)
			fail_msg("%s", capture.out);
		capture_free(&capture);
	}
}

/* What a rule that was learned from the bind is about, as text. */
static void key_of(const struct recorded *recorded, char *key, size_t size)
{
	bool raw = recorded->type[0] == 'r', ports = !raw && recorded->protocol != 115;
	struct records_line line = {
		.cgroup = recorded->cgroup,
		.exe = recorded->exe,
		.comm = recorded->comm,
		.uid = recorded->uid,
	};
	const char *address = recorded->address;
	int protocol = recorded->protocol;
	struct subject subject;
	char who[256];

	if (protocol == 262 || protocol == 256)
		protocol = 6;
	if (!strcmp(address, "::"))
		address = "0.0.0.0";
	if (!strcmp(address, "::1"))
		address = "127.0.0.1";
	if (!strcmp(address, "::ffff:10.1.2.3"))
		address = "10.1.2.3";
	subject_of(&line, &subject);
	snprintf(key, size, "%s %d %s %d", subject_print(&subject, who, sizeof(who)),
		 raw ? -1 : protocol, address, ports ? recorded->port : -1);
}

/* Nothing else is allowed: binds that differ from all that were learned in one respect or more. */
static void test_property_exact(void **state)
{
	size_t known_binds = 0;

	(void)state;
	random_number = 9;
	for (int i = 0; i < 60; i++) {
		struct recorded log[2 * RECORDS];
		char key[2 * RECORDS][512];
		struct capture capture;

		for (size_t k = 0; k < COUNT(log); k++) {
			log[k] = random_record(true);
			/* A rule for an executable is for it in services, too. */
			if (strstr(log[k].cgroup, ".service"))
				log[k].exe = "/usr/bin/service";
			log[k].verdict = k < RECORDS ? "allow" : "deny";
			key_of(&log[k], key[k], sizeof(key[k]));
			for (size_t j = 0; k >= RECORDS && j < RECORDS; j++)
				if (!strcmp(key[j], key[k]))
					log[k].verdict = "allow";
			known_binds += k >= RECORDS && log[k].verdict[0] == 'a';
		}
		recorded_write("log", log, RECORDS);
		capture = CAPTURE(learn, "learn", "-o", "new.conf", "log");
		capture_free(&capture);
		recorded_write("log", log, COUNT(log));
		capture = CAPTURE(replay, "replay", "new.conf", "log");
		if (capture.status)
			fail_msg("%s", capture.out);
		capture_free(&capture);
	}
	assert_in_range(known_binds, 30, 60 * RECORDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subjects),       cmocka_unit_test(test_example),
		cmocka_unit_test(test_ranges),	       cmocka_unit_test(test_included),
		cmocka_unit_test(test_base),	       cmocka_unit_test(test_broken),
		cmocka_unit_test(test_property),       cmocka_unit_test(test_property_base),
		cmocka_unit_test(test_property_exact),
	};

	return cmocka_run_group_tests_name("learn", tests, capture_begin, capture_end);
}
