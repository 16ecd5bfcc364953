/* SPDX-License-Identifier: GPL-2.0-only */
/* --json: each record is one line of valid JSON, whatever is in it, with all the keys. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/output/eventjson.h"
#include "enforcer/json.h"
#include "enforcer/host/process.h"
#include "records.h"

#define RECORDS 20000

static const char *const keys[] = {
	"record",
	"time",
	"monotonic_ns",
	"boot_id",
	"host",
	"run",
	"sequence",
	"pid",
	"tid",
	"ns_pid",
	"comm",
	"process_comm",
	"exe",
	"uid",
	"euid",
	"gid",
	"login_uid",
	"cgroup",
	"cgroup_id",
	"via",
	"protocol",
	"protocol_number",
	"type",
	"family",
	"address",
	"port",
	"options",
	"requested_address",
	"requested_port",
	"port_range",
	"interface",
	"interface_index",
	"netns",
	"netns_host",
	"verdict",
	"rule",
	"cause",
	"forbidden",
	"reason",
	"enforced",
	"generation",
	"rc",
	"errno",
	"refused_by",
	"rewritten",
	"bound_decision",
	"mode",
	"policy_sha256",
	"count",
	"last_time",
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* Prints the record, and reads it back. */
static struct json_object *read_back(struct stream *stream, const struct record *record)
{
	struct json_object *object;
	char *text = NULL, *newline;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	stream->out = out;
	eventjson_print(stream, record);
	fclose(out);
	newline = strchr(text, '\n');
	assert_ptr_equal(newline, text + length - 1);
	for (size_t i = 0; i + 1 < length; i++)
		assert_in_range(text[i], ' ', '~');
	object = json_tokener_parse(text);
	assert_non_null(object);
	free(text);
	return object;
}

static void expect_text(struct json_object *object, const char *key, const char *expected)
{
	struct json_object *value = json_object_object_get(object, key);

	if (expected)
		assert_string_equal(json_object_to_json_string_ext(
					    value, JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE),
				    expected);
	else
		assert_null(value);
}

/* A record of this process, which /proc knows. */
static struct record make_record(void)
{
	struct record record = {
		.event = {
			.time = 5123456789,
			.kind = BIND_EVENT_ATTEMPT,
			.pid = getpid(),
			.tid = getpid(),
			.uid = 33,
			.netns = 7,
			.cgroup = 4711,
			.family = AF_INET,
			.protocol = IPPROTO_TCP,
			.type = SOCK_STREAM,
			.options = BIND_OPT_REUSEADDR | BIND_OPT_REUSEPORT,
			.requested = { 127, 0, 0, 1 },
			.requested_port = 443,
			.comm = "nginx",
			.decision = { .generation = 3, .rule = BIND_RULE_NONE, .enforced = 1 },
		},
		.decided = true,
		.known = true,
		.address = { 127, 0, 0, 1 },
		.port = 443,
	};

	return record;
}

static void test_the_namespace_may_be_unknown(void **state)
{
	static const struct {
		uint32_t host;
		const char *text;
	} cases[] = { { 7, "true" }, { 8, "false" }, { 0, NULL } };
	struct record record = make_record();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream stream = { .host = "host", .host_netns = cases[i].host };
		struct json_object *object = read_back(&stream, &record);

		expect_text(object, "netns_host", cases[i].text);
		json_object_put(object);
	}
}

static void test_all_that_is_known_is_there(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "web" },
				    .reason = (char[]){ "a \"reason\"" } };
	struct stream stream = {
		.host = "host", .mode = MODE_AUDIT, .realtime = 1000000000, .host_netns = 7
	};
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.rule = &rule;
	record.event.decision.rule = 0;
	object = read_back(&stream, &record);
	expect_text(object, "record", "\"bind\"");
	expect_text(object, "mode", "\"audit\"");
	expect_text(object, "policy_sha256", NULL);
	expect_text(object, "count", "1");
	expect_text(object, "last_time", NULL);
	expect_text(object, "time", "\"1970-01-01T00:00:06.123456Z\"");
	expect_text(object, "monotonic_ns", "5123456789");
	expect_text(object, "host", "\"host\"");
	expect_text(object, "sequence", "0");
	expect_text(object, "comm", "\"nginx\"");
	expect_text(object, "uid", "33");
	expect_text(object, "cgroup_id", "4711");
	expect_text(object, "via", "\"bind\"");
	expect_text(object, "protocol", "\"TCP\"");
	expect_text(object, "family", "\"ipv4\"");
	expect_text(object, "address", "\"127.0.0.1\"");
	expect_text(object, "port", "443");
	expect_text(object, "options", "[\"SO_REUSEADDR\",\"SO_REUSEPORT\"]");
	expect_text(object, "port_range", NULL);
	expect_text(object, "netns", "7");
	expect_text(object, "netns_host", "true");
	expect_text(object, "verdict", "\"allow\"");
	expect_text(object, "rule", "\"web\"");
	expect_text(object, "reason", "\"a \\\"reason\\\"\"");
	expect_text(object, "generation", "3");
	expect_text(object, "rc", "0");
	expect_text(object, "errno", NULL);
	expect_text(object, "refused_by", NULL);
	expect_text(object, "bound_decision", NULL);
	assert_non_null(json_object_object_get(object, "exe"));
	json_object_put(object);
	record.rc = -EADDRINUSE;
	record.event.range[0] = 40000;
	record.event.range[1] = 40010;
	object = read_back(&stream, &record);
	expect_text(object, "sequence", "1");
	expect_text(object, "errno", "\"EADDRINUSE\"");
	expect_text(object, "refused_by", "\"address_in_use\"");
	expect_text(object, "port_range", "[40000,40010]");
	json_object_put(object);
}

/* What /proc says of this process; who it was before it asked for the effective user is nobody's. */
static void test_the_process_is_described(void **state)
{
	struct stream stream = { .host = "host" };
	struct record record = make_record();
	struct json_object *object = read_back(&stream, &record);
	char expected[32];

	(void)state;
	snprintf(expected, sizeof(expected), "%u", geteuid());
	expect_text(object, "euid", expected);
	snprintf(expected, sizeof(expected), "%u", getgid());
	expect_text(object, "gid", expected);
	expect_text(object, "process_comm", "\"test_eventjson\"");
	assert_non_null(json_object_object_get(object, "ns_pid"));
	json_object_put(object);
}

/* In a pid namespace, with other users, and with a name that the kernel has escaped. */
static void test_a_status_is_read(void **state)
{
	static const char text[] = "Name:\ta\\nb\\\\\tc\nUmask:\t0022\nPid:\t812\n"
				   "Uid:\t1000\t33\t33\t33\nGid:\t100\t34\t34\t34\n"
				   "Groups:\t1 2 3\nNStgid:\t812\t7\nNSpid:\t812\t7\nCapEff:\t0\n";
	struct process_status status;
	FILE *file = fmemopen((void *)text, sizeof(text) - 1, "r");

	(void)state;
	assert_non_null(file);
	assert_true(process_read_status(file, &status));
	fclose(file);
	assert_string_equal(status.comm, "a\nb\\\tc");
	assert_int_equal(status.euid, 33);
	assert_int_equal(status.gid, 100);
	assert_int_equal(status.ns_pid, 7);
	/* A process that goes as it is read. */
	file = fmemopen((void *)text, strlen("Name:\ta\\nb\\\\\tc\nUmask:\t0022\n"), "r");
	assert_non_null(file);
	assert_false(process_read_status(file, &status));
	fclose(file);
}

static void test_folded_ones_are_counted(void **state)
{
	struct stream stream = { .host = "host", .realtime = 1000000000 };
	struct record record = make_record();
	uint8_t digest[POLICY_DIGEST] = { 0 };
	struct policy policy = { .digest = &digest, .files = 1 };
	struct json_object *object;

	(void)state;
	record.repeats = 2;
	record.last = 7000000000;
	record.policy = &policy;
	object = read_back(&stream, &record);
	expect_text(object, "count", "3");
	expect_text(object, "last_time", "\"1970-01-01T00:00:08.000000Z\"");
	expect_text(object, "policy_sha256",
		    "\"827d096d92f3deeaa0e8070d79f45beb176768e57a958a1cd325f5f4b754b048\"");
	json_object_put(object);
}

/* Without a decision, an outcome and a process. */
static void test_what_is_not_known_is_null(void **state)
{
	static const char *const unknown[] = {
		"ns_pid",     "process_comm", "exe",   "cgroup",     "euid",	  "gid",
		"login_uid",  "verdict",      "rule",  "cause",	     "forbidden", "enforced",
		"generation", "rc",	      "errno", "refused_by", "reason"
	};
	struct stream stream = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.event.pid = INT32_MAX;
	record.decided = record.known = false;
	object = read_back(&stream, &record);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_true(json_object_object_get_ex(object, unknown[i], NULL));
		expect_text(object, unknown[i], NULL);
	}
	json_object_put(object);
}

static void test_what_was_rewritten_has_a_decision(void **state)
{
	struct stream stream = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.rewritten = record.judged = true;
	record.bound = (struct bind_decision){ .verdict = BIND_DENY, .cause = BIND_CAUSE_RULE };
	record.bound_rule = "no-telnet";
	object = read_back(&stream, &record);
	expect_text(object, "rewritten", "true");
	expect_text(object, "bound_decision",
		    "{\"verdict\":\"audit\",\"rule\":\"no-telnet\",\"cause\":\"rule\","
		    "\"forbidden\":[]}");
	json_object_put(object);
}

static void test_an_autobind_has_a_port_and_no_decision(void **state)
{
	static const char *const via[] = { "\"connect\"", "\"sendto\"" };
	struct stream stream = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.decided = false;
	record.event.kind = BIND_EVENT_OUTCOME;
	record.event.requested_port = 0;
	record.port = 40000;
	for (int i = 0; i < 2; i++) {
		record.event.via = BIND_VIA_CONNECT + i;
		object = read_back(&stream, &record);
		expect_text(object, "via", via[i]);
		expect_text(object, "port", "40000");
		expect_text(object, "requested_port", "0");
		expect_text(object, "verdict", NULL);
		expect_text(object, "rc", "0");
		json_object_put(object);
	}
}

static void test_every_record_is_one_line_of_json(void **state)
{
	struct stream stream = { .host = "host\n\"" };
	struct records records = { 0 };

	(void)state;
	for (int i = 0; i < RECORDS; i++) {
		struct json_object *object = read_back(&stream, records_next(&records));

		assert_int_equal(json_object_object_length(object), KEYS);
		for (size_t k = 0; k < KEYS; k++)
			assert_true(json_object_object_get_ex(object, keys[k], NULL));
		json_object_put(object);
	}
	assert_int_equal(stream.sequence, RECORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_known_is_there),
		cmocka_unit_test(test_the_namespace_may_be_unknown),
		cmocka_unit_test(test_the_process_is_described),
		cmocka_unit_test(test_a_status_is_read),
		cmocka_unit_test(test_folded_ones_are_counted),
		cmocka_unit_test(test_what_is_not_known_is_null),
		cmocka_unit_test(test_what_was_rewritten_has_a_decision),
		cmocka_unit_test(test_an_autobind_has_a_port_and_no_decision),
		cmocka_unit_test(test_every_record_is_one_line_of_json),
	};

	return cmocka_run_group_tests_name("eventjson", tests, NULL, NULL);
}
