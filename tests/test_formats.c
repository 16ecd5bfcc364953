/* SPDX-License-Identifier: GPL-2.0-only */
/* --format ocsf and ecs: each bind is one line, with what those schemas ask for. */
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
#include <json-c/json.h>

#include "enforcer/output/ecs.h"
#include "enforcer/output/ocsf.h"
#include "records.h"

#define RECORDS 10000

typedef void print_record(struct stream *stream, const struct record *record);

static struct stream stream;

static int open_stream(void **state)
{
	(void)state;
	stream = (struct stream){ .mode = MODE_DENY, .realtime = 1700000000000000000LL };
	strcpy(stream.host, "h");
	strcpy(stream.run, "r");
	strcpy(stream.boot_id, "b");
	stream.host_netns = 7;
	return 0;
}

/* Prints the record, and reads it back. */
static struct json_object *read_back(print_record *print, const struct record *record)
{
	struct json_object *object;
	char *text = NULL;
	size_t length = 0;

	stream.out = open_memstream(&text, &length);
	assert_non_null(stream.out);
	print(&stream, record);
	fclose(stream.out);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	for (size_t i = 0; i + 1 < length; i++)
		assert_in_range(text[i], ' ', '~');
	object = json_tokener_parse(text);
	assert_non_null(object);
	free(text);
	return object;
}

/* The value at "a.b.c", or NULL. */
static struct json_object *at(struct json_object *object, const char *place)
{
	char copy[64], *rest = copy, *name;

	snprintf(copy, sizeof(copy), "%s", place);
	while (object && (name = strsep(&rest, "."))) {
		struct json_object *value = NULL;

		json_object_object_get_ex(object, name, &value);
		object = value;
	}
	return object;
}

struct expected {
	const char *place;
	const char *value; /* as JSON; NULL: it is not there */
};

static void expect_all(struct json_object *object, const struct expected *expected, size_t count)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	for (size_t i = 0; i < count; i++) {
		struct json_object *value = at(object, expected[i].place);
		const char *text = value ? json_object_to_json_string_ext(value, flags) : NULL;

		if (!text != !expected[i].value || (text && strcmp(text, expected[i].value) != 0))
			fail_msg("%s is %s", expected[i].place, text);
	}
}

#define EXPECT(object, ...)                                            \
	do {                                                           \
		const struct expected all[] = { __VA_ARGS__ };         \
		expect_all(object, all, sizeof(all) / sizeof(all[0])); \
	} while (0)

static struct policy_rule web = { .name = (char[]){ "web" }, .reason = (char[]){ "the \"site\"" } };
static uint8_t digest[1][POLICY_DIGEST];
static const struct policy policy = { .rule = &web, .rules = 1, .digest = digest, .files = 1 };

/* Of a process that has gone. */
static struct record make_record(uint8_t verdict, int rc)
{
	return (struct record){
		.event = {
			.time = 1500000,
			.kind = BIND_EVENT_ATTEMPT,
			.pid = INT32_MAX,
			.tid = 813,
			.uid = 33,
			.netns = 7,
			.family = AF_INET,
			.protocol = IPPROTO_TCP,
			.type = SOCK_STREAM,
			.comm = "nginx",
			.decision = { .generation = 3, .verdict = verdict, .enforced = 1,
				      .cause = BIND_CAUSE_RULE },
		},
		.decided = true,
		.rule = &web,
		.policy = &policy,
		.known = true,
		.rc = rc,
		.address = { 127, 0, 0, 1 },
		.port = 443,
	};
}

/* --- OCSF */

static void test_ocsf_of_an_allowed_bind(void **state)
{
	struct record record = make_record(BIND_ALLOW, 0);
	struct json_object *object;

	(void)state;
	stream.sequence = 5;
	object = read_back(ocsf_print, &record);
	EXPECT(object, { "time", "1700000000001" }, { "category_uid", "4" },
	       { "class_uid", "4001" }, { "activity_id", "7" }, { "activity_name", "\"Listen\"" },
	       { "type_uid", "400107" }, { "severity_id", "1" }, { "action_id", "1" },
	       { "disposition_id", "1" }, { "is_alert", "false" }, { "status_id", "1" },
	       { "status_code", NULL }, { "count", NULL }, { "start_time", NULL },
	       { "message", "\"bind by nginx: TCP 127.0.0.1:443: allow\"" },
	       { "metadata.version", "\"1.4.0\"" }, { "metadata.product.name", "\"bindguard\"" },
	       { "metadata.profiles", "[\"host\",\"security_control\"]" },
	       { "metadata.sequence", "5" }, { "metadata.uid", "\"r-5\"" },
	       { "metadata.correlation_uid", "\"r\"" }, { "device.hostname", "\"h\"" },
	       { "device.type_id", "0" }, { "actor.process.pid", "2147483647" },
	       { "actor.process.tid", "813" }, { "actor.process.name", "\"nginx\"" },
	       { "actor.process.file", NULL }, { "actor.user.uid", "\"33\"" },
	       { "dst_endpoint", "{\"ip\":\"127.0.0.1\",\"port\":443}" },
	       { "connection_info", "{\"direction_id\":0,\"protocol_num\":6,"
				    "\"protocol_name\":\"tcp\",\"protocol_ver_id\":4}" },
	       { "firewall_rule", "{\"name\":\"web\",\"desc\":\"the \\\"site\\\"\"}" },
	       { "policy.version", "\"3\"" }, { "policy.is_applied", "true" },
	       { "policy.name", "\"bindguard\"" }, { "unmapped.via", "\"bind\"" },
	       { "unmapped.verdict", "\"allow\"" }, { "unmapped.boot_id", "\"b\"" },
	       { "unmapped.pid", NULL }, { "unmapped.ns_pid", NULL });
	json_object_put(object);
}

static void test_ocsf_of_what_the_policy_denies(void **state)
{
	struct record record = make_record(BIND_DENY, -EACCES);
	struct json_object *object = read_back(ocsf_print, &record);

	(void)state;
	EXPECT(object, { "action", "\"Denied\"" }, { "action_id", "2" }, { "disposition_id", "2" },
	       { "is_alert", "true" }, { "severity_id", "3" }, { "status_id", "2" },
	       { "status_code", "\"EACCES\"" }, { "status_detail", "\"policy\"" });
	json_object_put(object);
	record = make_record(BIND_DENY, 0);
	record.event.decision.enforced = 0;
	object = read_back(ocsf_print, &record);
	EXPECT(object, { "action", "\"Observed\"" }, { "action_id", "3" },
	       { "disposition_id", "15" }, { "is_alert", "true" }, { "status_id", "1" },
	       { "unmapped.verdict", "\"audit\"" }, { "policy.is_applied", "false" });
	json_object_put(object);
}

/* Nothing decided, no outcome, folded, and a process that is there. */
static void test_ocsf_of_what_was_observed(void **state)
{
	struct record record = make_record(BIND_ALLOW, 0);
	struct json_object *object;

	(void)state;
	record.decided = record.known = false;
	record.rule = NULL;
	record.policy = NULL;
	record.event.pid = getpid();
	record.event.family = AF_INET6;
	record.event.protocol = 262;
	object = read_back(ocsf_print, &record);
	EXPECT(object, { "action_id", "3" }, { "disposition_id", "17" }, { "is_alert", "false" },
	       { "status_id", "0" }, { "policy", NULL }, { "firewall_rule", NULL },
	       { "message", "\"bind by nginx: MPTCP [7f00:1::]:443\"" },
	       { "connection_info.protocol_num", "6" }, { "connection_info.protocol_ver_id", "6" },
	       { "actor.process.file.name", "\"test_formats\"" },
	       { "actor.process.file.type_id", "1" }, { "actor.process.name", "\"test_formats\"" });
	assert_non_null(at(object, "actor.process.file.path"));
	json_object_put(object);
	record.repeats = 3;
	record.last = 9500000;
	object = read_back(ocsf_print, &record);
	EXPECT(object, { "count", "4" }, { "start_time", "1700000000001" },
	       { "end_time", "1700000000009" });
	json_object_put(object);
}

/* --- ECS */

static void test_ecs_of_an_allowed_bind(void **state)
{
	struct record record = make_record(BIND_ALLOW, 0);
	struct json_object *object;

	(void)state;
	stream.sequence = 5;
	object = read_back(ecs_print, &record);
	EXPECT(object, { "@timestamp", "\"2023-11-14T22:13:20.001500Z\"" },
	       { "ecs.version", "\"8.17.0\"" }, { "event.kind", "\"event\"" },
	       { "event.category", "[\"network\"]" }, { "event.type", "[\"allowed\"]" },
	       { "event.action", "\"bind\"" }, { "event.outcome", "\"success\"" },
	       { "event.module", "\"bindguard\"" }, { "event.dataset", "\"bindguard.bind\"" },
	       { "event.id", "\"r-5\"" }, { "event.sequence", "5" }, { "event.end", NULL },
	       { "event.reason", NULL }, { "error", NULL }, { "host.hostname", "\"h\"" },
	       { "host.boot.id", "\"b\"" }, { "process.pid", "2147483647" },
	       { "process.vpid", NULL }, { "process.thread.id", "813" },
	       { "process.thread.name", "\"nginx\"" }, { "process.name", "\"nginx\"" },
	       { "process.real_user.id", "\"33\"" }, { "process.user", NULL },
	       { "user.id", "\"33\"" }, { "server.ip", "\"127.0.0.1\"" },
	       { "server.address", "\"127.0.0.1\"" }, { "server.port", "443" },
	       { "network.type", "\"ipv4\"" }, { "network.transport", "\"tcp\"" },
	       { "network.iana_number", "\"6\"" }, { "rule.name", "\"web\"" },
	       { "rule.description", "\"the \\\"site\\\"\"" },
	       { "observer.product", "\"bindguard\"" }, { "bindguard.verdict", "\"allow\"" },
	       { "bindguard.generation", "3" }, { "bindguard.run", "\"r\"" },
	       { "bindguard.pid", NULL }, { "bindguard.time", NULL });
	json_object_put(object);
}

static void test_ecs_of_what_the_policy_denies(void **state)
{
	struct record record = make_record(BIND_DENY, -EACCES);
	struct json_object *object = read_back(ecs_print, &record);

	(void)state;
	EXPECT(object, { "event.kind", "\"alert\"" }, { "event.type", "[\"denied\"]" },
	       { "event.outcome", "\"failure\"" }, { "event.reason", "\"policy\"" },
	       { "error.code", "\"EACCES\"" });
	json_object_put(object);
	record = make_record(BIND_DENY, 0);
	record.event.decision.enforced = 0;
	object = read_back(ecs_print, &record);
	EXPECT(object, { "event.kind", "\"alert\"" }, { "event.type", "[\"allowed\"]" },
	       { "event.outcome", "\"success\"" }, { "bindguard.verdict", "\"audit\"" });
	json_object_put(object);
}

static void test_ecs_of_what_was_observed(void **state)
{
	struct record record = make_record(BIND_ALLOW, 0);
	struct json_object *object;

	(void)state;
	record.decided = record.known = false;
	record.rule = NULL;
	record.event.pid = getpid();
	record.event.protocol = IPPROTO_ICMPV6;
	record.event.family = AF_INET6;
	object = read_back(ecs_print, &record);
	EXPECT(object, { "event.kind", "\"event\"" }, { "event.type", "[\"info\"]" },
	       { "event.outcome", "\"unknown\"" }, { "rule", NULL },
	       { "network.transport", "\"ipv6-icmp\"" }, { "network.iana_number", "\"58\"" },
	       { "process.name", "\"test_formats\"" });
	assert_non_null(at(object, "process.user.id"));
	assert_non_null(at(object, "process.executable"));
	json_object_put(object);
	record.repeats = 3;
	record.last = 9500000;
	object = read_back(ecs_print, &record);
	EXPECT(object, { "event.start", "\"2023-11-14T22:13:20.001500Z\"" },
	       { "event.end", "\"2023-11-14T22:13:20.009500Z\"" }, { "bindguard.count", "4" });
	json_object_put(object);
}

/* --- Any record */

/* What is not known is left out, at every depth. */
static void expect_no_null(struct json_object *object)
{
	assert_non_null(object);
	if (json_object_get_type(object) != json_type_object)
		return;
	json_object_object_foreach(object, key, value)
	{
		assert_true(*key);
		expect_no_null(value);
	}
}

static void check_every_record(print_record *print, const char *const *required, size_t count)
{
	struct records records = { 0 };

	for (int i = 0; i < RECORDS; i++) {
		struct json_object *object = read_back(print, records_next(&records));

		expect_no_null(object);
		for (size_t k = 0; k < count; k++)
			if (!at(object, required[k]))
				fail_msg("no %s", required[k]);
		json_object_put(object);
	}
	assert_int_equal(stream.sequence, RECORDS);
}

static void test_every_record_is_ocsf(void **state)
{
	static const char *const required[] = {
		"activity_id",	    "category_uid",
		"class_uid",	    "type_uid",
		"severity_id",	    "time",
		"metadata.version", "metadata.product.name",
		"device.type_id",   "connection_info.direction_id",
		"dst_endpoint.ip",  "actor.process.pid",
		"actor.user.uid",
	};

	(void)state;
	check_every_record(ocsf_print, required, sizeof(required) / sizeof(required[0]));
}

static void test_every_record_is_ecs(void **state)
{
	static const char *const required[] = {
		"@timestamp",	  "ecs.version",	 "message",	  "event.kind",
		"event.category", "event.type",		 "event.outcome", "event.action",
		"server.ip",	  "network.iana_number", "process.pid",	  "process.name",
	};

	(void)state;
	check_every_record(ecs_print, required, sizeof(required) / sizeof(required[0]));
}

int main(void)
{
#define WITH_STREAM(test) cmocka_unit_test_setup(test, open_stream)
	const struct CMUnitTest tests[] = {
		WITH_STREAM(test_ocsf_of_an_allowed_bind),
		WITH_STREAM(test_ocsf_of_what_the_policy_denies),
		WITH_STREAM(test_ocsf_of_what_was_observed),
		WITH_STREAM(test_ecs_of_an_allowed_bind),
		WITH_STREAM(test_ecs_of_what_the_policy_denies),
		WITH_STREAM(test_ecs_of_what_was_observed),
		WITH_STREAM(test_every_record_is_ocsf),
		WITH_STREAM(test_every_record_is_ecs),
	};

	return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
