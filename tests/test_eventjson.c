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

#include "enforcer/eventjson.h"
#include "enforcer/json.h"

#define RECORDS 20000

static const char *const keys[] = {
	"time",
	"monotonic_ns",
	"boot_id",
	"host",
	"sequence",
	"pid",
	"tid",
	"ns_pid",
	"comm",
	"process_comm",
	"exe",
	"uid",
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
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* Prints the record, and reads it back. */
static struct json_object *read_back(struct eventjson *eventjson, const struct record *record)
{
	struct json_object *object;
	char *text = NULL, *newline;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	eventjson_print(eventjson, out, record);
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

static void test_all_that_is_known_is_there(void **state)
{
	struct policy_rule rule = { .name = (char[]){ "web" },
				    .reason = (char[]){ "a \"reason\"" } };
	struct eventjson eventjson = { .host = "host", .realtime = 1000000000, .host_netns = 7 };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.rule = &rule;
	record.event.decision.rule = 0;
	object = read_back(&eventjson, &record);
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
	object = read_back(&eventjson, &record);
	expect_text(object, "sequence", "1");
	expect_text(object, "errno", "\"EADDRINUSE\"");
	expect_text(object, "refused_by", "\"address_in_use\"");
	expect_text(object, "port_range", "[40000,40010]");
	json_object_put(object);
}

/* Without a decision, an outcome and a process. */
static void test_what_is_not_known_is_null(void **state)
{
	static const char *const unknown[] = { "ns_pid",     "process_comm", "exe",   "cgroup",
					       "verdict",    "rule",	     "cause", "forbidden",
					       "enforced",   "generation",   "rc",    "errno",
					       "refused_by", "reason" };
	struct eventjson eventjson = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.event.pid = INT32_MAX;
	record.decided = record.known = false;
	object = read_back(&eventjson, &record);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_true(json_object_object_get_ex(object, unknown[i], NULL));
		expect_text(object, unknown[i], NULL);
	}
	json_object_put(object);
}

static void test_what_was_rewritten_has_a_decision(void **state)
{
	struct eventjson eventjson = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.rewritten = record.judged = true;
	record.bound = (struct bind_decision){ .verdict = BIND_DENY, .cause = BIND_CAUSE_RULE };
	record.bound_rule = "no-telnet";
	object = read_back(&eventjson, &record);
	expect_text(object, "rewritten", "true");
	expect_text(object, "bound_decision",
		    "{\"verdict\":\"audit\",\"rule\":\"no-telnet\",\"cause\":\"rule\","
		    "\"forbidden\":[]}");
	json_object_put(object);
}

static void test_an_autobind_has_a_port_and_no_decision(void **state)
{
	static const char *const via[] = { "\"connect\"", "\"sendto\"" };
	struct eventjson eventjson = { .host = "host" };
	struct record record = make_record();
	struct json_object *object;

	(void)state;
	record.decided = false;
	record.event.kind = BIND_EVENT_OUTCOME;
	record.event.requested_port = 0;
	record.port = 40000;
	for (int i = 0; i < 2; i++) {
		record.event.via = BIND_VIA_CONNECT + i;
		object = read_back(&eventjson, &record);
		expect_text(object, "via", via[i]);
		expect_text(object, "port", "40000");
		expect_text(object, "requested_port", "0");
		expect_text(object, "verdict", NULL);
		expect_text(object, "rc", "0");
		json_object_put(object);
	}
}

/* Any bytes in an event and in a rule's texts. */
static void test_every_record_is_one_line_of_json(void **state)
{
	struct policy_rule rule = { 0 };
	struct eventjson eventjson = { .host = "host\n\"" };
	char name[40], reason[40];
	uint64_t random = 88172645463325252ULL;

	(void)state;
	for (int i = 0; i < RECORDS; i++) {
		struct record record = make_record();
		uint8_t *bytes = (uint8_t *)&record.event;
		struct json_object *object;

		for (size_t b = 0; b < sizeof(record.event); b++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			bytes[b] = random;
			name[b % 39] = random >> 8;
			reason[b % 39] = random >> 16;
		}
		name[39] = reason[39] = '\0';
		rule.name = name;
		rule.reason = reason;
		record.rule = i % 3 ? &rule : NULL;
		record.decided = i % 2;
		record.known = i % 5;
		record.rc = -(int)(random % 4096);
		record.event.time %= 1ULL << 61;
		record.event.family = i % 4 ? AF_INET6 : AF_INET;
		object = read_back(&eventjson, &record);
		assert_int_equal(json_object_object_length(object), KEYS);
		for (size_t k = 0; k < KEYS; k++)
			assert_true(json_object_object_get_ex(object, keys[k], NULL));
		json_object_put(object);
	}
	assert_int_equal(eventjson.sequence, RECORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_known_is_there),
		cmocka_unit_test(test_what_is_not_known_is_null),
		cmocka_unit_test(test_what_was_rewritten_has_a_decision),
		cmocka_unit_test(test_an_autobind_has_a_port_and_no_decision),
		cmocka_unit_test(test_every_record_is_one_line_of_json),
	};

	return cmocka_run_group_tests_name("eventjson", tests, NULL, NULL);
}
