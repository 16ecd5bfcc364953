/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of logs: read, torn, hostile; and files of them. */
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "enforcer/logs/jsonread.h"
#include "enforcer/logs/logs.h"
#include "enforcer/logs/progress.h"
#include "tests/capture.h"
#include "tests/judge.h"

/* What every bind has; a test adds to it. */
#define NEEDED                                                                                      \
	"\"time\":\"2026-03-01T12:00:00.123456Z\",\"uid\":33,\"via\":\"bind\",\"type\":\"stream\"," \
	"\"protocol_number\":6,\"family\":\"ipv4\",\"requested_address\":\"10.1.2.3\","             \
	"\"requested_port\":443"
#define BIND "{" NEEDED "}"
#define TIME INT64_C(1772366400123456000)

/* The line as text; the error, if it is none. To be freed. */
static char *read_line(const char *json, size_t length)
{
	char *copy = malloc(length + 1), *text = NULL;
	struct records_error error;
	struct records_line line;
	const char *process;

	assert_non_null(copy);
	memcpy(copy, json, length);
	if (!records_parse(copy, length, &line, &error)) {
		assert_true(asprintf(&text, "error: %s", error.text) > 0);
	} else {
		process = records_process(&line);
		assert_true(asprintf(&text, "%d %s %s %s %s %s %x %u-%u %d", line.kind,
				     line.host ?: "-", line.comm ?: "-", process ?: "-",
				     line.exe ?: "-", line.cgroup ?: "-", line.options,
				     line.range[0], line.range[1], line.verdict) > 0);
	}
	free(copy);
	return text;
}

static const struct {
	const char *json, *expected;
} lines[] = {
	{ BIND, "0 - - - - - 0 0-0 0" },
	{ "{\"record\":\"bind\"," NEEDED "}", "0 - - - - - 0 0-0 0" },
	{ " { \"host\" : \"h\" ,\t" NEEDED " , \"x\" : [ ] } \r", "0 h - - - - 0 0-0 0" },
	{ "{" NEEDED ",\"comm\":\"a\",\"pid\":5,\"tid\":5,\"process_comm\":\"b\"}",
	  "0 - a a - - 0 0-0 0" },
	{ "{" NEEDED ",\"comm\":\"a\",\"pid\":5,\"tid\":6,\"process_comm\":\"b\"}",
	  "0 - a b - - 0 0-0 0" },
	{ "{" NEEDED ",\"comm\":\"a\",\"pid\":5,\"tid\":6,\"process_comm\":null}",
	  "0 - a - - - 0 0-0 0" },
	{ "{" NEEDED ",\"comm\":\"a\"}", "0 - a - - - 0 0-0 0" },
	{ "{" NEEDED
	  ",\"options\":[\"SO_REUSEPORT\",\"IP_FREEBIND\",\"NEW\"],\"port_range\":[5,9]}",
	  "0 - - - - - 11 5-9 0" },
	{ "{" NEEDED ",\"options\":[],\"port_range\":null,\"verdict\":\"audit\"}",
	  "0 - - - - - 0 0-0 3" },
	/* What the printer has escaped are bytes again; what looks like it in a cgroup is its name. */
	{ "{" NEEDED ",\"exe\":\"/a\\\\xc3\\\\xa4\\\\x1b\\\\x41\\\\x0\\\\x00\\\\\\\\x\"}",
	  "0 - - - /a\xc3\xa4\x1b\\x41\\x0\\x00\\\\x - 0 0-0 0" },
	{ "{" NEEDED ",\"cgroup\":\"/a\\\\x2db\\\\xc3\"}", "0 - - - - /a\\x2db\\xc3 0 0-0 0" },
	{ "{" NEEDED ",\"exe\":\"/a (deleted)\",\"cgroup\":\"/b (deleted)\"}",
	  "0 - - - /a /b 0 0-0 0" },
	{ "{" NEEDED ",\"host\":\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\n\\\"\\/\"}",
	  "0 A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n\"/ - - - - 0 0-0 0" },
	{ "{" NEEDED ",\"host\":\"\xff\xfe\"}", "0 \xff\xfe - - - - 0 0-0 0" },
	{ "{" NEEDED ",\"new\":{\"a\":[1,{\"b\":[[]]},\"]}\"],\"c\":-1.5e+9}}",
	  "0 - - - - - 0 0-0 0" },
	{ "{\"record\":\"totals\",\"attempts\":5}", "1 - - - - - 0 0-0 0" },
	{ "{\"record\":\"start\",\"host\":\"h\"}", "2 h - - - - 0 0-0 0" },
	{ "{\"record\":\"policy\",\"files\":[{\"path\":\"x\"}]}", "3 - - - - - 0 0-0 0" },
	/* In a kind that is not known, even keys that are known may be anything. */
	{ "{\"record\":\"gap\",\"host\":\"h\",\"to\":null}", "5 h - - - - 0 0-0 0" },
	{ "{\"record\":\"reload_failed\",\"errors\":2}", "4 - - - - - 0 0-0 0" },
	{ "{\"record\":\"new\",\"host\":\"h\",\"uid\":\"x\",\"verdict\":{\"a\":[]},\"options\":7}",
	  "6 h - - - - 0 0-0 0" },
	{ "{\"record\":\"new\",\"host\":7}", "error: host: expected a text" },
	{ "", "error: no JSON object" },
	{ "[]", "error: no JSON object" },
	{ "PID COMM PROT ADDR", "error: no JSON object" },
	{ "{}", "error: time: expected the time of the bind" },
	{ "{" NEEDED, "error: no comma where one belongs" },
	{ "{" NEEDED "}}", "error: something after the object" },
	{ "{" NEEDED "} {}", "error: something after the object" },
	{ "{" NEEDED ",}", "error: no key where one belongs" },
	{ "{,}", "error: no key where one belongs" },
	{ "{" NEEDED ",\"a\"}", "error: no colon after a key" },
	{ "{" NEEDED ",\"a\":}", "error: no value where one belongs" },
	{ "{" NEEDED ",\"a\":nul}", "error: no value where one belongs" },
	{ "{" NEEDED ",\"a\":\"b}", "error: a string without an end" },
	{ "{" NEEDED ",\"a\":\"b\\\"}", "error: a string without an end" },
	{ "{" NEEDED ",\"a\":\"\\x41\"}", "error: a wrong escape in a string" },
	{ "{" NEEDED ",\"a\":\"\\u0000\"}", "error: a wrong escape in a string" },
	{ "{" NEEDED ",\"a\":\"\\ud83d\"}", "error: a wrong escape in a string" },
	{ "{" NEEDED ",\"a\":\"\\ude00\"}", "error: a wrong escape in a string" },
	{ "{" NEEDED ",\"a\":\"\\u00", "error: a wrong escape in a string" },
	{ "{" NEEDED ",\"a\":\"\x1b\"}", "error: a control character in a string" },
	{ "{" NEEDED ",\"a\":[1 2]}", "error: no comma where one belongs" },
	{ "{" NEEDED ",\"a\":[}", "error: no value where one belongs" },
	{ "{" NEEDED ",\"a\":01}", "error: a wrong number" },
	{ "{" NEEDED ",\"a\":-}", "error: a wrong number" },
	{ "{" NEEDED ",\"a\":1.}", "error: a wrong number" },
	{ "{" NEEDED ",\"a\":1e}", "error: a wrong number" },
	{ "{" NEEDED ",\"a\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "error: too many brackets" },
	{ "{" NEEDED ",\"host\":5}", "error: host: expected a text" },
	{ "{" NEEDED ",\"uid\":\"root\"}", "error: uid: expected a whole number" },
	{ "{" NEEDED ",\"uid\":1.0}", "error: uid: expected a whole number" },
	{ "{" NEEDED ",\"uid\":99999999999999999999}", "error: uid: expected a whole number" },
	{ "{" NEEDED ",\"uid\":-1}", "error: uid: expected a user's number" },
	{ "{" NEEDED ",\"uid\":4294967295}", "error: uid: expected a user's number" },
	{ "{" NEEDED ",\"count\":0}", "error: count: expected a number of binds" },
	{ "{" NEEDED ",\"requested_port\":65536}", "error: requested_port: expected 0 to 65535" },
	{ "{" NEEDED ",\"protocol_number\":null}", "0 - - - - - 0 0-0 0" },
	{ "{" NEEDED ",\"enforced\":1}", "error: enforced: expected true or false" },
	{ "{" NEEDED ",\"options\":\"x\"}", "error: options: expected a list of options" },
	{ "{" NEEDED ",\"options\":[7]}", "error: options: expected a list of options" },
	{ "{" NEEDED ",\"port_range\":[9,5]}", "error: port_range: expected two ports" },
	{ "{" NEEDED ",\"port_range\":[0,5]}", "error: port_range: expected two ports" },
	{ "{" NEEDED ",\"port_range\":[1,2,3]}", "error: port_range: expected two ports" },
	{ "{" NEEDED ",\"port_range\":[1]}", "error: port_range: expected two ports" },
	{ "{" NEEDED ",\"verdict\":\"maybe\"}",
	  "error: verdict: expected \"allow\", \"deny\" or \"audit\"" },
	{ "{" NEEDED ",\"via\":\"magic\"}",
	  "error: via: expected \"bind\", \"listen\" or another way" },
	{ "{\"record\":\"gap\",\"to\":7}",
	  "error: to: expected a time such as \"2026-03-01T12:00:00.000000Z\"" },
	{ "{\"record\":\"start\",\"not_covered\":[7]}",
	  "error: not_covered: expected a list of texts" },
	{ "{\"record\":\"policy\",\"files\":[{\"path\":7}]}",
	  "error: files: expected a list of objects of texts" },
	{ "{\"record\":\"bind\"," NEEDED ",\"bound_decision\":7}",
	  "error: bound_decision: expected an object" },
	{ "{\"record\":\"socket\",\"uid\":7,\"protocol_number\":6}",
	  "error: address: expected address, type and state of a socket" },
	{ "{" NEEDED ",\"type\":null}", "error: type: expected a socket's type" },
	{ "{" NEEDED ",\"family\":\"ipv5\"}", "error: family: expected \"ipv4\" or \"ipv6\"" },
	{ "{" NEEDED ",\"family\":\"ipv6\"}",
	  "error: requested_address: expected an address of the family" },
	{ "{" NEEDED ",\"requested_address\":\"10.1.2\"}",
	  "error: requested_address: expected an address of the family" },
	{ "{" NEEDED ",\"time\":\"2026-03-01\"}",
	  "error: time: expected a time such as \"2026-03-01T12:00:00.000000Z\"" },
	{ "{" NEEDED ",\"time\":\"2261-12-31T23:59:60.999999Z\"}", "0 - - - - - 0 0-0 0" },
	{ "{" NEEDED ",\"time\":\"2262-01-01T00:00:00.000000Z\"}",
	  "error: time: expected a time such as \"2026-03-01T12:00:00.000000Z\"" },
	{ "{" NEEDED ",\"time\":\"2026-13-01T12:00:00.000000Z\"}",
	  "error: time: expected a time such as \"2026-03-01T12:00:00.000000Z\"" },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char *text = read_line(lines[i].json, strlen(lines[i].json));

		if (strcmp(text, lines[i].expected))
			print_message("line: %s\n", lines[i].json);
		assert_string_equal(text, lines[i].expected);
		free(text);
	}
}

static void test_nul(void **state)
{
	static const char json[] = "{" NEEDED ",\"host\":\"a\0b\"}";
	char *text = read_line(json, sizeof(json) - 1);

	(void)state;
	assert_string_equal(text, "error: a NUL byte");
	free(text);
}

/* Each beginning of a line is an error, wherever it is cut. */
static void test_torn(void **state)
{
	static const char json[] =
		"{\"record\":\"bind\",\"a\":[1,-2,{\"b\":\"\\u00e4\"},true,null]," NEEDED "}";

	(void)state;
	for (size_t length = 0; length < sizeof(json) - 1; length++) {
		char *text = read_line(json, length);

		assert_memory_equal(text, "error: ", 7);
		free(text);
	}
}

static void test_values(void **state)
{
	char json[] = "{" NEEDED
		      ",\"rc\":-13,\"count\":7,\"last_time\":\"2026-03-01T12:00:01.000000Z\","
		      "\"enforced\":true,\"netns_host\":false,\"generation\":3}";
	const char address[16] = REQUESTED_IPV4(10, 1, 2, 3);
	struct records_error error;
	struct records_line line;

	(void)state;
	assert_true(records_parse(json, strlen(json), &line, &error));
	assert_int_equal(line.time, TIME);
	assert_int_equal(line.last_time, TIME - 123456000 + 1000000000);
	assert_int_equal(line.rc, -13);
	assert_int_equal(line.count, 7);
	assert_int_equal(line.enforced, 1);
	assert_int_equal(line.netns_host, 0);
	assert_int_equal(line.generation, 3);
	assert_int_equal(line.login_uid, RECORDS_UNKNOWN);
	assert_int_equal(line.requested_port, 443);
	assert_int_equal(line.protocol, 6);
	assert_int_equal(line.uid, 33);
	assert_true(line.is_ipv4);
	assert_memory_equal(line.requested, address, 16);
}

/* Each key is found: the table of them is searched, so that it has to be sorted. */
static void test_keys(void **state)
{
	char json[] =
		"{\"record\":\"gap\",\"boot_id\":\"b\",\"cause\":\"c\",\"mode\":\"m\",\"policy\":\"p\","
		"\"policy_sha256\":\"s\",\"refused_by\":\"r\",\"rule\":\"u\",\"run\":\"n\","
		"\"version\":\"v\",\"what\":\"w\",\"allow\":1,\"attempts\":2,\"audit\":3,\"deny\":4,"
		"\"dropped\":5,\"errors\":6,\"filtered\":7,\"folded\":8,\"generation\":9,"
		"\"login_uid\":10,\"lost\":11,\"outcomes_lost\":12,\"outcomes_missed\":13,\"port\":14,"
		"\"reported\":15,\"rules\":16,\"sampled\":17,\"sequence\":18,\"unreadable\":19,"
		"\"final\":true,\"pinned\":true,\"rewritten\":false,"
		"\"from\":\"1970-01-01T00:00:00.000001Z\",\"to\":\"1970-01-01T00:00:00.000002Z\"}";
	struct records_error error;
	struct records_line l;

	(void)state;
	assert_true(records_parse(json, strlen(json), &l, &error));
	assert_string_equal(l.boot_id, "b");
	assert_string_equal(l.cause, "c");
	assert_string_equal(l.mode, "m");
	assert_string_equal(l.policy, "p");
	assert_string_equal(l.policy_sha256, "s");
	assert_string_equal(l.refused_by, "r");
	assert_string_equal(l.rule, "u");
	assert_string_equal(l.run, "n");
	assert_string_equal(l.version, "v");
	assert_string_equal(l.what, "w");
	assert_true(l.allow == 1 && l.attempts == 2 && l.audit == 3 && l.deny == 4 &&
		    l.dropped == 5 && l.errors == 6 && l.filtered == 7 && l.folded == 8);
	assert_true(l.generation == 9 && l.login_uid == 10 && l.lost == 11 &&
		    l.outcomes_lost == 12 && l.outcomes_missed == 13 && l.port == 14);
	assert_true(l.reported == 15 && l.rules == 16 && l.sampled == 17 && l.sequence == 18 &&
		    l.unreadable == 19);
	assert_true(l.final == 1 && l.pinned == 1 && l.rewritten == 0);
	assert_true(l.from == 1000 && l.to == 2000);
}

/* Of dates the calendar that gmtime() has. */
static void test_times(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 73000; day += 1 + day % 3) {
		time_t seconds = day * 86400 + 86399;
		struct records_error error;
		struct records_line line;
		char date[32], json[256];
		struct tm tm;

		gmtime_r(&seconds, &tm);
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(json, sizeof(json), "{\"record\":\"gap\",\"time\":\"%s.000001Z\"}", date);
		assert_true(records_parse(json, strlen(json), &line, &error));
		assert_int_equal(line.time, seconds * INT64_C(1000000000) + 1000);
	}
}

/* --- The same as json-c, which is not as fast */

/* Does it read the whole text as an object, strictly? */
static bool json_c_accepts(const char *text)
{
	struct json_tokener *tokener = json_tokener_new_ex(16);
	struct json_object *object;
	bool accepts;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	accepts = object && json_object_is_type(object, json_type_object);
	json_object_put(object);
	json_tokener_free(tokener);
	return accepts;
}

/* What is wrong with the text, NULL: nothing. */
static const char *own_error(const char *text)
{
	char *copy = strdup(text);
	struct jsonread_value value;
	struct jsonread reader;

	assert_non_null(copy);
	jsonread_begin(&reader, copy, strlen(copy));
	while (jsonread_key(&reader) && jsonread_value(&reader, &value))
		jsonread_skip(&reader, &value);
	jsonread_end(&reader);
	free(copy);
	return reader.error;
}

static uint64_t random_number;

static size_t below(size_t most)
{
	random_number = random_number * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(random_number >> 33) % most;
}

/* json-c takes numbers that are none, such as -.0, and escapes that are half of a character. */
static bool is_lenient(const char *error)
{
	return error &&
	       (!strcmp(error, "a wrong number") || !strcmp(error, "a wrong escape in a string"));
}

static void test_like_json_c(void **state)
{
	static const char seed[] = "{\"a\":[1,-20,{\"b\":\"\\u00e4x\\n\"},true,null,[]],\"c\":{},"
				   "\"d\":-1.5e+3,\"e\":\"\"} ";
	static const char bytes[] = "{}[],:\"\\019-+.eEtrufalsn /b";
	size_t accepted = 0;

	(void)state;
	random_number = 1;
	for (int i = 0; i < 200000; i++) {
		char text[sizeof(seed)];
		const char *error;
		bool expected;

		memcpy(text, seed, sizeof(seed));
		for (size_t changes = below(3); changes + 1; changes--)
			text[below(sizeof(seed) - 1)] = bytes[below(sizeof(bytes) - 1)];
		expected = json_c_accepts(text);
		error = own_error(text);
		if (!error != expected && !(expected && is_lenient(error)))
			fail_msg("%s: json-c %s", text, expected ? "accepts" : "refuses");
		accepted += !error;
	}
	assert_true(accepted > 1000);
}

/* --- Files */

struct taken {
	uint64_t lines;
	char hosts[64]; /* one after the other */
	uint64_t stop_after;
};

static bool take(void *context, const struct records_line *line)
{
	struct taken *taken = context;

	if (line->host && strlen(taken->hosts) + strlen(line->host) < sizeof(taken->hosts))
		strcat(taken->hosts, line->host);
	return ++taken->lines != taken->stop_after;
}

static char **arguments;
static struct taken taken;
static struct logs logs;

static int read_logs(int argc, char **argv)
{
	uint64_t stop_after = taken.stop_after;

	(void)argc;
	arguments = argv;
	taken = (struct taken){ .stop_after = stop_after };
	return logs_read(&logs, argv, take, &taken);
}

static void expect_logs(const char *path, int status, uint64_t lines_read, const char *hosts,
			const char *err)
{
	CAPTURE_EXPECT(read_logs, status, "", err, path);
	assert_int_equal(taken.lines, lines_read);
	assert_int_equal(logs.lines, lines_read);
	assert_string_equal(taken.hosts, hosts);
}

#define LINE(host) "{\"host\":\"" host "\"," NEEDED "}"

static void test_files(void **state)
{
	(void)state;
	capture_write("log", LINE("a") "\n" LINE("b") "\r\n\n \r\n" LINE("c") "\n");
	expect_logs("log", 0, 3, "abc", "");
	CAPTURE_EXPECT(read_logs, 0, "", "", "log", "log");
	assert_int_equal(taken.lines, 6);
	capture_write("log", "");
	expect_logs("log", 0, 0, "", "");
	/* The last newline may be missing by chance. */
	capture_write("log", LINE("a") "\n" LINE("b"));
	expect_logs("log", 0, 2, "ab", "");
	capture_write("log", LINE("a") "\n" LINE("b") "\n{\"host\":\"c\",\"uid");
	expect_logs("log", 0, 2, "ab", "bindguard: log:3: the log is cut off here\n");
	assert_int_equal(logs.cut_off, 1);
	capture_write("log", LINE("a") "\nPID COMM\n" LINE("b") "\n{\"\x1b\":1}\n" LINE("c") "\n");
	expect_logs("log", EX_DATAERR, 3, "abc",
		    "bindguard: log:2: no JSON object\n"
		    "bindguard: log:4: a control character in a string\n");
	assert_int_equal(logs.broken, 2);
	capture_write("log", "hello");
	expect_logs("log", EX_DATAERR, 0, "", "bindguard: log:1: no JSON object\n");
	expect_logs("none", EX_NOINPUT, 0, "",
		    "bindguard: none: cannot open: No such file or directory\n");
	expect_logs(".", EX_NOINPUT, 0, "", "bindguard: .: cannot open: Is a directory\n");
	capture_write("log", LINE("a") "\n" LINE("b") "\n" LINE("c") "\n");
	taken.stop_after = 2;
	expect_logs("log", 0, 2, "ab", "");
	taken.stop_after = 0;
}

static void test_many_broken(void **state)
{
	FILE *file = fopen("log", "w");

	(void)state;
	for (int i = 0; i < 500; i++)
		fprintf(file, i % 2 ? "x\n" : LINE("a") "\n");
	fclose(file);
	CAPTURE_EXPECT(read_logs, EX_DATAERR, "",
		       "bindguard: log:2: no JSON object\nbindguard: log:4: no JSON object\n"
		       "bindguard: log:6: no JSON object\nbindguard: log:8: no JSON object\n"
		       "bindguard: log:10: no JSON object\nbindguard: log:12: no JSON object\n"
		       "bindguard: log:14: no JSON object\nbindguard: log:16: no JSON object\n"
		       "bindguard: log:18: no JSON object\nbindguard: log:20: no JSON object\n"
		       "bindguard: 250 broken lines in all, of which the first 10 are shown\n",
		       "log");
	assert_int_equal(taken.lines, 250);
	assert_int_equal(logs.broken, 250);
}

/* Lines of all lengths around those of the buffer, then one that is too long. */
static void test_long_lines(void **state)
{
	static const size_t lengths[] = {
		100,	  262143,   262144, 262145, LOGS_LINE_BYTES - 1, LOGS_LINE_BYTES,
		3u << 20, 2u << 20, 1000
	};
	size_t fit = 0;

	(void)state;
	for (size_t repeat = 1; repeat <= 3; repeat++) {
		FILE *file = fopen("log", "w");
		struct capture capture;

		fit = 0;
		for (size_t i = 0; i < COUNT(lengths) * repeat; i++) {
			size_t length = lengths[i % COUNT(lengths)], spaces;

			spaces = length > strlen(LINE("a")) ? length - strlen(LINE("a")) : 0;
			fprintf(file, LINE("a") "%*s\n", (int)spaces, "");
			fit += length <= LOGS_LINE_BYTES;
		}
		fclose(file);
		capture = CAPTURE(read_logs, "log");
		assert_int_equal(capture.status, EX_DATAERR);
		assert_non_null(strstr(capture.err, "bindguard: log:7: the line is too long\n"
						    "bindguard: log:8: the line is too long\n"));
		assert_int_equal(taken.lines, fit);
		assert_int_equal(logs.broken, 2 * repeat);
		capture_free(&capture);
	}
}

/* Writes lines compressed, of which each is another. Returns the file's size. */
static long write_gzip(const char *path, int count, const char *mode)
{
	gzFile out = gzopen(path, mode);
	FILE *file;
	long size;

	assert_non_null(out);
	for (int i = 0; i < count; i++)
		assert_true(gzprintf(out, "{\"host\":\"h\",\"pid\":%d," NEEDED "}\n", i) > 0);
	assert_int_equal(gzclose(out), Z_OK);
	file = fopen(path, "r");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static void test_gzip(void **state)
{
	long size = write_gzip("log.gz", 5000, "w");
	struct capture capture;

	(void)state;
	CAPTURE_EXPECT(read_logs, 0, "", "", "log.gz");
	assert_int_equal(taken.lines, 5000);
	/* A second member, as appending makes it. */
	write_gzip("log.gz", 7, "a");
	CAPTURE_EXPECT(read_logs, 0, "", "", "log.gz");
	assert_int_equal(taken.lines, 5007);
	assert_int_equal(truncate("log.gz", size / 2), 0);
	capture = CAPTURE(read_logs, "log.gz");
	assert_int_equal(capture.status, 0);
	assert_non_null(strstr(capture.err, ": the log is cut off here\n"));
	assert_in_range(taken.lines, 1000, 4999);
	assert_int_equal(logs.cut_off, 1);
	capture_free(&capture);
}

/* Cut off where the last line is whole. */
static void test_flushed_gzip(void **state)
{
	gzFile out = gzopen("log.gz", "w");
	struct capture capture;
	struct stat status;

	(void)state;
	assert_true(gzprintf(out, LINE("a") "\n") > 0);
	assert_int_equal(gzflush(out, Z_FULL_FLUSH), Z_OK);
	assert_int_equal(stat("log.gz", &status), 0);
	assert_true(gzprintf(out, LINE("b") "\n") > 0);
	assert_int_equal(gzclose(out), Z_OK);
	assert_int_equal(truncate("log.gz", status.st_size), 0);
	capture = CAPTURE(read_logs, "log.gz");
	assert_int_equal(capture.status, 0);
	assert_string_equal(capture.err, "bindguard: log.gz:2: the log is cut off here\n");
	assert_int_equal(taken.lines, 1);
	capture_free(&capture);
}

static void test_damaged_gzip(void **state)
{
	long size = write_gzip("log.gz", 5000, "w");
	FILE *file = fopen("log.gz", "r+");
	struct capture capture;

	(void)state;
	fseek(file, size / 2, SEEK_SET);
	for (int i = 0; i < 64; i++)
		fputc(0xff, file);
	fclose(file);
	capture = CAPTURE(read_logs, "log.gz");
	assert_int_equal(capture.status, EX_DATAERR);
	assert_non_null(strstr(capture.err, "bindguard: log.gz: cannot read it to its end: "));
	assert_in_range(taken.lines, 0, 4999);
	capture_free(&capture);
}

static void test_stdin(void **state)
{
	int saved = dup(STDIN_FILENO), file;

	(void)state;
	write_gzip("log.gz", 3, "w");
	file = open("log.gz", O_RDONLY);
	dup2(file, STDIN_FILENO);
	CAPTURE_EXPECT(read_logs, 0, "", "", "-");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(file);
	assert_int_equal(taken.lines, 3);
}

/* A bar is drawn on a terminal only, and taken away. */
static void test_progress(void **state)
{
	int master, slave, saved = dup(STDERR_FILENO);
	struct progress progress;
	char text[256] = "";
	ssize_t length;

	(void)state;
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		skip();
	fflush(stderr);
	dup2(slave, STDERR_FILENO);
	progress_begin(&progress, 1000);
	progress.next = 0;
	progress_show(&progress, 500, 7);
	progress.next = INT64_MAX;
	progress_show(&progress, 600, 8); /* too early */
	progress_hide(&progress);
	progress_hide(&progress);
	dup2(saved, STDERR_FILENO);
	close(saved);
	length = read(master, text, sizeof(text) - 1);
	assert_true(length > 0);
	assert_string_equal(text, "\r\033[K[###############...............]  50%, 7 lines\r\033[K");
	close(slave);
	close(master);
}

static int show_progress(int argc, char **argv)
{
	struct progress progress;

	(void)argc;
	(void)argv;
	progress_begin(&progress, 1000);
	progress.next = 0;
	progress_show(&progress, 500, 7);
	progress_hide(&progress);
	return progress.shown;
}

static void test_no_progress(void **state)
{
	(void)state;
	CAPTURE_EXPECT(show_progress, 0, "", "", "progress");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	     cmocka_unit_test(test_nul),
		cmocka_unit_test(test_torn),	     cmocka_unit_test(test_values),
		cmocka_unit_test(test_keys),	     cmocka_unit_test(test_times),
		cmocka_unit_test(test_like_json_c),  cmocka_unit_test(test_files),
		cmocka_unit_test(test_many_broken),  cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_gzip),	     cmocka_unit_test(test_damaged_gzip),
		cmocka_unit_test(test_flushed_gzip), cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_progress),     cmocka_unit_test(test_no_progress),
	};

	return cmocka_run_group_tests_name("records", tests, capture_begin, capture_end);
}
