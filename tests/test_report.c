/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard report: what is said about logs that are made here, and what is not known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "enforcer/json.h"
#include "enforcer/report/command.h"
#include "enforcer/report/printers.h"
#include "policy/dates.h"
#include "policy/digest.h"
#include "tests/capture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_SHA "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DAY0 INT64_C(1772323200) /* 2026-03-01 */

/* Of a rule that has all that is asked for. */
#define APPROVED                                                                                \
	"protocol = \"tcp\"; reason = \"r\"; owner = \"o\"; approver = \"a\"; ticket = \"T\"; " \
	"approved = \"2026-01-15\"; "
#define GOOD "{ name = \"web\"; ports = 443; " APPROVED "}"
#define POLICY(rules) "version = 1; default = \"deny\"; rules = (" rules ");"

/* --- Logs. Keys are JSON, and go before those that are there by themselves. */

struct log {
	char *text;
	size_t length;
	FILE *out;
	const char *host, *run;
	int sequence;
};

static void begin(struct log *log)
{
	*log = (struct log){ .host = "web1", .run = "r1" };
	log->out = open_memstream(&log->text, &log->length);
	assert_non_null(log->out);
}

/* second: after 2026-03-01. */
static void line(struct log *log, const char *record, int second, const char *keys)
{
	struct json_object *time = json_time((DAY0 + second) * REPORT_NS);

	fprintf(log->out, "{\"record\":\"%s\",\"time\":%s,\"host\":\"%s\"", record,
		json_object_to_json_string(time), log->host);
	if (strcmp(record, "socket"))
		fprintf(log->out, ",\"run\":\"%s\",\"sequence\":%d", log->run, log->sequence++);
	fprintf(log->out, "%s%s}\n", *keys ? "," : "", keys);
	json_object_put(time);
}

static void start(struct log *log, int second, const char *mode, const char *keys)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "%s\"mode\":\"%s\",\"hook\":\"lsm\",\"version\":\"0.1\",\"kernel\":\"6.12\","
		 "\"machine\":\"x\",\"pinned\":false,\"not_covered\":[\"a way\",\"another\"],"
		 "\"bound_before\":1,\"denied_before\":0",
		 keys, mode);
	line(log, "start", second, text);
}

static void policy_line(struct log *log, int second, const char *sha256)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "\"generation\":1,\"policy\":\"p.conf\",\"policy_sha256\":\"%s\",\"files\":[{"
		 "\"path\":\"p.conf\",\"sha256\":\"" OTHER_SHA "\"},{\"path\":\"q\","
		 "\"sha256\":\"" SHA "\"}],\"rules\":1,\"default\":\"deny\",\"cause\":\"start\"",
		 sha256);
	line(log, "policy", second, text);
}

static void bind(struct log *log, int second, int port, const char *verdict, const char *keys)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "%s\"pid\":5,\"tid\":5,\"comm\":\"nginx\",\"exe\":\"/usr/sbin/nginx\",\"uid\":0,"
		 "\"cgroup\":\"/system.slice/nginx.service\",\"via\":\"bind\","
		 "\"protocol_number\":6,\"type\":\"stream\",\"family\":\"ipv4\","
		 "\"address\":\"0.0.0.0\",\"port\":%d,\"requested_address\":\"0.0.0.0\","
		 "\"requested_port\":%d,\"verdict\":%s,\"enforced\":true,\"rc\":%d",
		 keys, port, port, verdict, strcmp(verdict, "\"deny\"") ? 0 : -13);
	line(log, "bind", second, text);
}

#define ALLOW "\"allow\""
#define DENY "\"deny\""
#define AUDIT "\"audit\""
#define WEB "\"rule\":\"web\",\"cause\":\"rule\","
#define NO_RULE "\"rule\":null,\"cause\":\"default\","

static void totals(struct log *log, int second, const char *keys)
{
	line(log, "totals", second, keys);
}

static void listener(struct log *log, int second, int port, const char *verdict)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "\"protocol_number\":6,\"type\":\"stream\",\"family\":\"ipv4\","
		 "\"address\":\"127.0.0.1\",\"port\":%d,\"state\":\"listen\",\"pid\":7,"
		 "\"comm\":\"cupsd\",\"uid\":0,\"verdict\":%s,\"rule\":null,\"forbidden\":[],"
		 "\"owners\":[{\"pid\":7,\"verdict\":\"deny\"}]",
		 port, verdict);
	line(log, "socket", second, text);
}

/* A whole run of which nothing bad can be said: two days in deny mode, and a scan. */
static void good_run(struct log *log)
{
	start(log, 0, "deny", "");
	policy_line(log, 1, SHA);
	bind(log, 60, 443, ALLOW, WEB);
	totals(log, 2 * DATES_DAY - 1, "\"final\":true,\"attempts\":1,\"allow\":1,\"lost\":0");
	listener(log, 2 * DATES_DAY - 1, 443, ALLOW);
}

/* --- Reports */

static struct policy *policy;

/* Reads the log and makes a report; from and to are days after 2026-03-01, -1: not given. */
static void make(struct report *report, struct log *log, const char *rules, int from, int to)
{
	struct policy_messages messages = { 0 };
	struct records_error error;
	struct records_line parsed;
	char *rest, *text;

	fclose(log->out);
	policy = policy_read_text("p.conf", rules, strlen(rules), &messages);
	if (!policy)
		fail_msg("%s", messages.count ? messages.message[0].text : "no memory");
	policy_messages_free(&messages);
	*report = (struct report){
		.from = from < 0 ? RECORDS_UNKNOWN : (DAY0 + from * DATES_DAY) * REPORT_NS,
		.to = to < 0 ? RECORDS_UNKNOWN : (DAY0 + to * DATES_DAY) * REPORT_NS,
		.now = DAY0 + 2 * DATES_DAY,
		.policy = policy,
		.policy_path = report_text("p.conf"),
		.sha256 = report_text(SHA),
	};
	report_begin(report);
	for (rest = log->text; (text = strsep(&rest, "\n"));) {
		if (!*text)
			continue;
		if (!records_parse(text, strlen(text), &parsed, &error))
			fail_msg("%s", error.text);
		report_take(report, &parsed);
	}
	report_finish(report);
}

static void end(struct report *report, struct log *log)
{
	report_free(report);
	policy_free(policy);
	free(log->text);
}

/* Has the row a cell "key=value" as programs see it? "key=" is null. */
static bool has_cell(const struct sheet *sheet, size_t row, const char *wanted)
{
	size_t length = strcspn(wanted, "=");
	char buffer[SHEET_CELL_BYTES];

	for (size_t column = 0; column < sheet->columns; column++) {
		const char *key = sheet->column[column].key;

		if (strlen(key) == length && !strncmp(key, wanted, length))
			return !strcmp(sheet_print(sheet, row, column, true, buffer) ?: "",
				       wanted + length + 1);
	}
	fail_msg("%s: no such column", wanted);
	return false;
}

/* How many rows have all of these cells. */
static size_t rows_with(const struct report *report, enum sheet_id id, const char *const *wanted)
{
	const struct sheet *sheet = &report->sheet[id];
	size_t count = 0;

	for (size_t row = 0; row < sheet_rows(sheet); row++) {
		size_t at = 0;

		while (wanted[at] && has_cell(sheet, row, wanted[at]))
			at++;
		count += !wanted[at];
	}
	return count;
}

static void expect_rows(const struct report *report, size_t count, enum sheet_id id,
			const char *const *wanted)
{
	size_t found = rows_with(report, id, wanted);

	if (found == count)
		return;
	astext_print(stderr, report);
	fail_msg("%s: %zu rows with %s, expected %zu", report->sheet[id].key, found,
		 wanted[0] ?: "anything", count);
}

#define EXPECT_ROWS(report, count, id, ...) \
	expect_rows(report, count, id, (const char *const[]){ __VA_ARGS__, NULL })
#define EXPECT_COUNT(report, count, id) \
	expect_rows(report, count, id, (const char *const[]){ NULL })
#define EXPECT_ROW(report, id, ...) EXPECT_ROWS(report, 1, id, __VA_ARGS__)

static void expect_control(const struct report *report, const char *id, const char *status)
{
	char wanted[64], state[64];

	snprintf(wanted, sizeof(wanted), "id=%s", id);
	snprintf(state, sizeof(state), "status=%s", status);
	EXPECT_ROW(report, SHEET_CONTROLS, wanted, state);
}

static const char *const all_controls[] = { "1.2.5", "1.2.7",	"2.2.4", "2.2.5",
					    "CM-7",  "CM-7(1)", "4.8",	 "listening services" };

/* --- Tests */

static void test_good(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	make(&report, &log, POLICY(GOOD), -1, -1);
	for (size_t i = 0; i < COUNT(all_controls); i++)
		expect_control(&report, all_controls[i], "pass");
	assert_int_equal(report_status(&report), 0);
	EXPECT_COUNT(&report, 0, SHEET_FINDINGS);
	EXPECT_ROW(&report, SHEET_SCOPE, "status=compliant", "complete=true", "binds=1",
		   "records=5", "from=2026-03-01T00:00:00.000000Z", "hosts=1");
	EXPECT_ROW(&report, SHEET_SERVICES, "rule=web", "ports=443", "protocol=tcp", "uses=1",
		   "approved=2026-01-15", "review_due=2026-07-15", "expires=", "hosts=1",
		   "host_names=web1", "first=2026-03-01T00:01:00.000000Z");
	EXPECT_ROW(&report, SHEET_GENERATIONS, "generation=1", "policy_sha256=" SHA,
		   "files=p.conf " OTHER_SHA ",q " SHA, "from=2026-03-01T00:00:01.000000Z",
		   "to=2026-03-02T23:59:59.000000Z");
	EXPECT_ROW(&report, SHEET_RUNS, "mode=deny", "hook=lsm", "kernel=6.12", "missing=0",
		   "final=true", "attempts=1", "bound_before=1");
	EXPECT_ROWS(&report, 2, SHEET_COVERAGE, "kind=not_covered", "bounds=false");
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=not_chained", "bounds=false", "count=4");
	EXPECT_COUNT(&report, 3, SHEET_COVERAGE);
	EXPECT_ROW(&report, SHEET_OBSERVED, "host=web1", "who=unit nginx.service", "port=443",
		   "address=wildcard", "count=1", "seen=bind");
	EXPECT_ROW(&report, SHEET_EVIDENCE, "id=4.8", "count=1",
		   "text=M2: services on assets, which are ports of hosts, by whether it is "
		   "authorized");
	end(&report, &log);
}

/* Said, and not verified: of a report nobody expects that. */
static void test_chained(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	start(&log, 0, "deny", "\"chain\":\"" SHA "\",");
	totals(&log, 1, "\"final\":true,\"chain\":\"" SHA "\"");
	totals(&log, 2, "\"final\":true,\"chain\":null");
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=chained", "bounds=false", "count=2", "host=web1");
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=not_chained", "bounds=false", "count=1");
	end(&report, &log);
}

/* What is not measured passes nothing. */
static void test_nothing(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	make(&report, &log, POLICY(GOOD), -1, -1);
	for (size_t i = 0; i < COUNT(all_controls); i++)
		expect_control(&report, all_controls[i], "not measured");
	EXPECT_COUNT(&report, 0, SHEET_FINDINGS);
	EXPECT_ROW(&report, SHEET_SCOPE, "complete=false", "hosts=0");
	assert_int_equal(report_status(&report), 2);
	end(&report, &log);

	/* Of a host that was only scanned nothing else is known. */
	begin(&log);
	good_run(&log);
	log.host = "web2";
	listener(&log, 2 * DATES_DAY - 1, 443, ALLOW);
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=not_recorded", "host=web2", "bounds=true");
	expect_control(&report, "CM-7", "not measured");
	end(&report, &log);
}

/* One thing that is wrong in a run that is good, and which finding and which controls tell. */
static const struct {
	int port;
	const char *verdict, *keys, *finding, *failed[4];
} wrong_binds[] = {
	{ 4444, DENY, NO_RULE, "denied_attempt", { NULL } },
	{ 443, DENY, WEB, "denied_attempt", { NULL } },
	{ 4444, AUDIT, NO_RULE, "audit_only_violation", { "2.2.4", "CM-7", "4.8" } },
	{ 443,
	  DENY,
	  "\"rule\":\"web\",\"cause\":\"options\",\"forbidden\":[\"SO_REUSEPORT\"],",
	  "forbidden_options",
	  { NULL } },
	{ 443,
	  ALLOW,
	  WEB "\"rewritten\":true,\"bound_decision\":{\"verdict\":\"deny\",\"rule\":null},",
	  "rewritten_address",
	  { "2.2.4" } },
	{ 23, AUDIT, NO_RULE, "audit_only_violation", { "2.2.5", "listening services" } },
};

static void test_binds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong_binds); i++) {
		struct report report;
		char kind[64];
		struct log log;

		begin(&log);
		good_run(&log);
		bind(&log, DATES_DAY, wrong_binds[i].port, wrong_binds[i].verdict,
		     wrong_binds[i].keys);
		bind(&log, DATES_DAY + 5, wrong_binds[i].port, wrong_binds[i].verdict,
		     wrong_binds[i].keys);
		make(&report, &log, POLICY(GOOD), -1, -1);
		snprintf(kind, sizeof(kind), "kind=%s", wrong_binds[i].finding);
		EXPECT_ROW(&report, SHEET_FINDINGS, kind, "host=web1", "count=2",
			   "first=2026-03-02T00:00:00.000000Z", "last=2026-03-02T00:00:05.000000Z");
		EXPECT_COUNT(&report, 1, SHEET_FINDINGS);
		for (const char *const *id = wrong_binds[i].failed; *id; id++)
			expect_control(&report, *id, "fail");
		if (!*wrong_binds[i].failed)
			expect_control(&report, "2.2.4", "pass");
		assert_int_equal(report_status(&report), 1);
		end(&report, &log);
	}
}

static void test_texts(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	bind(&log, 0, 443, DENY,
	     "\"rule\":\"web\",\"cause\":\"options\",\"forbidden\":[\"IP_FREEBIND\","
	     "\"SO_REUSEPORT\"],");
	bind(&log, 0, 443, ALLOW,
	     WEB "\"rewritten\":true,\"bound_decision\":{\"verdict\":\"deny\",\"rule\":null},");
	bind(&log, 0, 1, DENY, "\"cause\":\"unreadable\",");
	bind(&log, 0, 1, ALLOW, "\"cause\":\"malformed\",");
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_FINDINGS,
		   "text=carries IP_FREEBIND, SO_REUSEPORT, which it may not; refused");
	EXPECT_ROW(&report, SHEET_FINDINGS,
		   "text=another program sent it to 0.0.0.0 port 443 after the decision; of that "
		   "the policy says deny");
	EXPECT_ROW(&report, SHEET_FINDINGS,
		   "text=could not be read, which counts as denied; refused");
	EXPECT_ROW(&report, SHEET_SCOPE, "malformed=1", "binds=4");
	EXPECT_COUNT(&report, 3, SHEET_OBSERVED);
	end(&report, &log);
}

/* A rule beside the good one, and what is found about it. */
static const struct {
	const char *rule, *finding, *failed, *unmeasured;
} wrong_rules[] = {
	{ "{ name = \"x\"; ports = 443; protocol = \"tcp\"; owner = \"o\"; approver = \"a\"; "
	  "approved = \"2026-01-15\"; }",
	  "unjustified_rule", "1.2.5", NULL },
	{ "{ name = \"x\"; ports = 443; protocol = \"tcp\"; owner = \"o\"; approver = \"a\"; "
	  "reason = \"r\"; }",
	  "unjustified_rule", "1.2.5", "1.2.7" },
	{ "{ name = \"x\"; ports = 443; protocol = \"tcp\"; owner = \"O\"; approver = \"o\"; "
	  "reason = \"r\"; approved = \"2026-01-15\"; }",
	  "self_approved_rule", "1.2.5", NULL },
	{ "{ name = \"x\"; ports = 443; protocol = \"tcp\"; owner = \"o\"; approver = \"a\"; "
	  "reason = \"r\"; approved = \"2025-08-31\"; }",
	  "review_overdue", "1.2.7", NULL },
	{ "{ name = \"x\"; ports = 443; protocol = \"tcp\"; owner = \"o\"; approver = \"a\"; "
	  "reason = \"r\"; approved = \"2025-09-04\"; }",
	  NULL, NULL, NULL },
	{ "{ name = \"x\"; ports = 444; expires = \"2026-03-03\"; " APPROVED "}", "expired_rule",
	  "CM-7(1)", NULL },
	{ "{ name = \"x\"; ports = 444; expires = \"2026-03-04\"; " APPROVED "}", NULL, NULL,
	  NULL },
	{ "{ name = \"x\"; " APPROVED "}", NULL, "1.2.5", NULL },
	{ "{ name = \"x\"; ports = \"20-30\"; " APPROVED "}", NULL, NULL, "2.2.5" },
	{ "{ name = \"x\"; ports = 23; protocol = \"tcp\"; owner = \"o\"; approver = \"a\"; "
	  "approved = \"2026-01-15\"; }",
	  "unjustified_rule", "2.2.5", NULL },
	{ "{ name = \"x\"; verdict = \"deny\"; ports = 23; }", NULL, NULL, NULL },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong_rules); i++) {
		char text[1024], kind[64];
		struct report report;
		struct log log;

		begin(&log);
		good_run(&log);
		/* It is used, so that this is not what is found. */
		bind(&log, 70, 443, ALLOW, "\"rule\":\"x\",\"cause\":\"rule\",");
		snprintf(text, sizeof(text), POLICY("%s, " GOOD), wrong_rules[i].rule);
		make(&report, &log, text, -1, -1);
		snprintf(kind, sizeof(kind), "kind=%s", wrong_rules[i].finding);
		EXPECT_COUNT(&report, !!wrong_rules[i].finding, SHEET_FINDINGS);
		if (wrong_rules[i].finding)
			EXPECT_ROW(&report, SHEET_FINDINGS, kind, "rule=x", "host=");
		if (wrong_rules[i].failed)
			expect_control(&report, wrong_rules[i].failed, "fail");
		if (wrong_rules[i].unmeasured)
			expect_control(&report, wrong_rules[i].unmeasured, "not measured");
		end(&report, &log);
	}
}

static void test_unused(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	make(&report, &log, POLICY("{ name = \"x\"; ports = 1; " APPROVED "}, " GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_FINDINGS, "kind=never_used_rule", "rule=x",
		   "text=was never used in the period");
	expect_control(&report, "CM-7(1)", "not measured");
	expect_control(&report, "1.2.5", "pass");
	end(&report, &log);
	begin(&log);
	good_run(&log);
	make(&report, &log, "version = 1; default = \"allow\"; rules = (" GOOD ");", -1, -1);
	EXPECT_ROW(&report, SHEET_FINDINGS, "kind=default_allows");
	for (size_t i = 0; i < COUNT(all_controls); i++)
		if (strcmp(all_controls[i], "1.2.7") && strcmp(all_controls[i], "2.2.5") &&
		    strcmp(all_controls[i], "CM-7(1)"))
			expect_control(&report, all_controls[i], "fail");
	end(&report, &log);
}

/* Only the last scan of each host says what is bound now, and only with a policy. */
static void test_listeners(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	listener(&log, 10, 99, DENY);
	listener(&log, 3 * DATES_DAY, 631, DENY);
	listener(&log, 3 * DATES_DAY, 631, DENY);
	listener(&log, 20, 98, DENY);
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_COUNT(&report, 1, SHEET_FINDINGS);
	EXPECT_ROW(&report, SHEET_FINDINGS, "kind=unapproved_listener", "port=631", "count=2",
		   "address=loopback", "who=comm cupsd, uid 0");
	EXPECT_ROW(&report, SHEET_HOSTS, "sockets=2", "scanned=2026-03-04T00:00:00.000000Z");
	expect_control(&report, "listening services", "fail");
	expect_control(&report, "4.8", "fail");
	end(&report, &log);

	begin(&log);
	good_run(&log);
	listener(&log, 3 * DATES_DAY, 443, "null");
	make(&report, &log, POLICY(GOOD), -1, -1);
	expect_control(&report, "listening services", "not measured");
	end(&report, &log);

	/* A second host, which nobody has scanned. */
	begin(&log);
	good_run(&log);
	log.host = "web2";
	log.sequence = 0;
	start(&log, 0, "deny", "");
	policy_line(&log, 1, SHA);
	totals(&log, 60, "\"lost\":0");
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_COUNT(&report, 0, SHEET_FINDINGS);
	expect_control(&report, "listening services", "not measured");
	expect_control(&report, "CM-7", "pass");
	end(&report, &log);
}

static void test_bound_before(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	log.host = "web2";
	log.sequence = 0;
	line(&log, "start", 0, "\"mode\":\"deny\",\"bound_before\":9,\"denied_before\":3");
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_FINDINGS, "kind=unapproved_listener", "host=web2", "count=3",
		   "port=");
	expect_control(&report, "listening services", "fail");
	expect_control(&report, "2.2.4", "fail");
	end(&report, &log);
}

/* --- Coverage: one hole each in a run that is good. */

static void hole_sequence(struct log *log)
{
	log->sequence += 3;
	bind(log, 90, 443, ALLOW, WEB);
}

static void hole_beginning(struct log *log)
{
	log->run = "r2";
	log->sequence = 2;
	bind(log, 90, 443, ALLOW, WEB);
}

static void hole_run(struct log *log)
{
	log->run = "r2";
	log->sequence = 0;
	start(log, 2 * DATES_DAY + 60, "deny", "");
	policy_line(log, 2 * DATES_DAY + 60, SHA);
}

static void hole_pinned(struct log *log)
{
	log->run = "r0";
	log->sequence = 0;
	line(log, "start", -3600, "\"mode\":\"deny\",\"pinned\":true,\"bound_before\":0");
	hole_run(log);
}

static void hole_gap(struct log *log)
{
	line(log, "gap", 100,
	     "\"from\":\"2026-03-01T00:01:40.000000Z\",\"to\":null,\"what\":\"x\"");
	line(log, "gap", 200,
	     "\"from\":\"2026-03-01T00:01:40.000000Z\",\"to\":\"2026-03-01T00:03:20.000000Z\","
	     "\"what\":\"x\"");
}

static void hole_observed(struct log *log)
{
	log->run = "r2";
	log->sequence = 0;
	start(log, 100, "observe", "");
}

static void hole_lost(struct log *log)
{
	totals(log, 100, "\"lost\":7");
}

static void hole_no_totals(struct log *log)
{
	log->run = "r2";
	log->sequence = 0;
	start(log, 100, "deny", "");
}

/* Killed, and started again. */
static void hole_not_final(struct log *log)
{
	log->run = "r0";
	log->sequence = 0;
	start(log, -3600, "deny", "");
	totals(log, -3540, "\"final\":false,\"lost\":0");
}

static void hole_dropped(struct log *log)
{
	totals(log, 100, "\"dropped\":7");
}

static void hole_sampled(struct log *log)
{
	totals(log, 100, "\"sampled\":7");
}

static void hole_filtered(struct log *log)
{
	totals(log, 100, "\"filtered\":7");
}

static void hole_folded(struct log *log)
{
	totals(log, 100, "\"folded\":7");
}

static void hole_outcomes(struct log *log)
{
	totals(log, 100, "\"outcomes_missed\":7");
}

static void hole_undecided(struct log *log)
{
	bind(log, 100, 443, "null", "\"count\":7,");
}

static void hole_bound_before(struct log *log)
{
	log->run = "r2";
	log->sequence = 0;
	line(log, "start", 100, "\"mode\":\"deny\",\"hook\":\"lsm\",\"bound_before\":null");
}

static void hole_hook(struct log *log)
{
	log->run = "r2";
	log->sequence = 0;
	line(log, "start", 100, "\"mode\":\"deny\",\"hook\":\"cgroup\",\"bound_before\":0");
}

static void hole_stand_in(struct log *log)
{
	line(log, "policy", 100, "\"generation\":2,\"policy_sha256\":null,\"cause\":\"stand_in\"");
	policy_line(log, 200, SHA);
}

static void hole_other(struct log *log)
{
	policy_line(log, 100, OTHER_SHA);
	policy_line(log, 200, SHA);
}

static void hole_reload(struct log *log)
{
	line(log, "reload_failed", 100, "\"generation\":1,\"errors\":2");
}

static void hole_unnumbered(struct log *log)
{
	fprintf(log->out, "{\"record\":\"totals\",\"time\":\"2026-03-01T00:01:00.000000Z\","
			  "\"host\":\"web1\"}\n");
}

static const struct {
	void (*make)(struct log *log);
	const char *kind, *count, *from, *to;
	bool bounds;
} holes[] = {
	{ hole_sequence, "missing_lines", "3", NULL, NULL, true },
	{ hole_beginning, "missing_lines", "2", NULL, NULL, true },
	{ hole_run, "no_enforcement", "1", "from=2026-03-02T23:59:59.000000Z",
	  "to=2026-03-03T00:01:00.000000Z", true },
	{ hole_pinned, "no_reader", "1", "from=2026-02-28T23:00:00.000000Z",
	  "to=2026-03-01T00:00:00.000000Z", true },
	{ hole_gap, "no_enforcement", "1", "from=2026-03-01T00:01:40.000000Z",
	  "to=2026-03-01T00:03:20.000000Z", true },
	{ hole_observed, "observed_only", "1", NULL, NULL, true },
	{ hole_lost, "lost", "7", NULL, NULL, true },
	{ hole_no_totals, "lost", "1", "from=2026-03-01T00:01:40.000000Z", NULL, true },
	{ hole_not_final, "lost", "1", "from=2026-02-28T23:00:00.000000Z", NULL, true },
	{ hole_dropped, "lost", "7", NULL, NULL, true },
	{ hole_sampled, "left_out", "7", NULL, NULL, true },
	{ hole_filtered, "left_out", "7", NULL, NULL, true },
	{ hole_folded, "folded", "7", NULL, NULL, false },
	{ hole_outcomes, "outcomes_unknown", "7", NULL, NULL, false },
	{ hole_undecided, "undecided", "7", NULL, NULL, true },
	{ hole_bound_before, "bound_before", "1", NULL, NULL, true },
	{ hole_hook, "hook", "1", NULL, NULL, true },
	{ hole_stand_in, "stand_in_policy", "1", "from=2026-03-01T00:01:40.000000Z",
	  "to=2026-03-01T00:03:20.000000Z", true },
	{ hole_other, "other_policy", "1", "from=2026-03-01T00:01:40.000000Z", NULL, false },
	{ hole_reload, "reload_failed", "1", NULL, NULL, false },
	{ hole_unnumbered, "unnumbered_lines", "1", NULL, NULL, true },
};

static void test_holes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(holes); i++) {
		char kind[64], count[32];
		struct report report;
		struct log log;

		begin(&log);
		good_run(&log);
		holes[i].make(&log);
		make(&report, &log, POLICY(GOOD), -1, -1);
		snprintf(kind, sizeof(kind), "kind=%s", holes[i].kind);
		snprintf(count, sizeof(count), "count=%s", holes[i].count);
		EXPECT_ROW(&report, SHEET_COVERAGE, kind, count, "host=web1",
			   holes[i].bounds ? "bounds=true" : "bounds=false", holes[i].from ?: kind,
			   holes[i].to ?: kind);
		assert_int_equal(report.complete, !holes[i].bounds && !report.ungrouped);
		expect_control(&report, "2.2.4", holes[i].bounds ? "not measured" : "pass");
		end(&report, &log);
	}
}

/* Files in any order, or given twice, make the same report. */
static void test_repeated(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	log.sequence = 3;
	bind(&log, 90, 443, ALLOW, WEB "\"count\":5,");
	log.sequence = 0;
	good_run(&log);
	log.sequence = 4;
	bind(&log, 95, 443, ALLOW, WEB);
	log.sequence = 2;
	bind(&log, 60, 443, ALLOW, WEB);
	make(&report, &log, POLICY(GOOD), -1, -1);
	/* The totals had the number of a bind that was read before. */
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=repeated_lines", "count=2", "bounds=false");
	EXPECT_ROWS(&report, 0, SHEET_COVERAGE, "kind=missing_lines");
	EXPECT_ROW(&report, SHEET_SERVICES, "uses=7");
	end(&report, &log);
}

static void test_period(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	bind(&log, DATES_DAY, 443, ALLOW, WEB);
	bind(&log, 2 * DATES_DAY - 1, 4444, DENY, NO_RULE);
	make(&report, &log, POLICY(GOOD), 1, 2);
	EXPECT_ROW(&report, SHEET_SCOPE, "binds=2", "outside=3", "from=2026-03-02T00:00:00.000000Z",
		   "to=2026-03-02T23:59:59.999999Z");
	EXPECT_ROW(&report, SHEET_SERVICES, "uses=1");
	EXPECT_ROW(&report, SHEET_COVERAGE, "kind=not_recorded", "from=2026-03-02T23:59:59.000000Z",
		   "to=2026-03-03T00:00:00.000000Z");
	end(&report, &log);
	begin(&log);
	good_run(&log);
	make(&report, &log, POLICY(GOOD), 10, 20);
	EXPECT_ROW(&report, SHEET_SCOPE, "binds=0", "status=could not be measured");
	EXPECT_COUNT(&report, 0, SHEET_RUNS);
	end(&report, &log);
}

static void test_sequence(void **state)
{
	struct sequence sequence = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i += 2)
		assert_true(sequence_add(&sequence, i));
	assert_int_equal(sequence_missing(&sequence), 499);
	for (uint64_t i = 1000; i-- > 0;)
		assert_int_equal(sequence_add(&sequence, i), i % 2);
	assert_int_equal(sequence_missing(&sequence), 0);
	assert_int_equal(sequence.count, 1);
	sequence_free(&sequence);
	for (uint64_t i = 0; i < 100000; i++)
		assert_true(sequence_add(&sequence, UINT64_MAX / 2 - 3 * i));
	assert_true(sequence.broken);
	assert_true(sequence.count <= 4096);
	sequence_free(&sequence);
}

/* Whatever the times are, the chart has its size, and nothing is lost from it. */
static void test_timeline(void **state)
{
	static const int64_t times[] = { 1772323200, 1772323201, 1772323000,
					 1772420000, 0,		 INT64_MAX / 1000000000,
					 -5 };
	uint64_t sum = 0;
	struct timeline timeline = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		timeline_add(&timeline, times[i], TIMELINE_DENY, 10);
		assert_true(timeline.count <= TIMELINE_MOST);
	}
	for (size_t i = 0; i < timeline.count; i++)
		sum += timeline.number[i][TIMELINE_DENY];
	assert_int_equal(sum, 10 * COUNT(times));
	timeline = (struct timeline){ 0 };
	for (int64_t second = 0; second < 90 * DATES_DAY; second += 3600)
		timeline_add(&timeline, DAY0 + second, TIMELINE_ALLOW, 1);
	assert_int_equal(timeline_width(&timeline), DATES_DAY);
	assert_int_equal(timeline.count, 90);
	assert_int_equal(timeline.number[45][TIMELINE_ALLOW], 24);
}

/* --- The command */

static void write_log(const char *path, void (*more)(struct log *log))
{
	struct log log;

	begin(&log);
	good_run(&log);
	if (more)
		more(&log);
	fclose(log.out);
	capture_write(path, log.text);
	free(log.text);
}

static void expect_status(int status, const char *err, const char *const *arguments)
{
	struct capture capture = capture_run(report_command, arguments);

	assert_int_equal(capture.status, status);
	assert_string_equal(capture.err, err);
	capture_free(&capture);
}

#define EXPECT_STATUS(status, err, ...) \
	expect_status(status, err, (const char *const[]){ "report", __VA_ARGS__, NULL })
#define TO "--to", "2026-03-02"
#define TRY "Try 'bindguard report --help'.\n"

static void test_command(void **state)
{
	(void)state;
	capture_write("p.conf", POLICY(GOOD));
	write_log("log", NULL);
	/* That was another policy. */
	EXPECT_STATUS(2, "", TO, "p.conf", "log");
	capture_write("x", "{}\n");
	EXPECT_STATUS(2, "bindguard: x:1: time: expected the time of the bind\n", TO, "p.conf",
		      "x");
	EXPECT_STATUS(2, "bindguard: none: cannot open: No such file or directory\n", TO, "p.conf",
		      "log", "none");
	EXPECT_STATUS(2,
		      "y.conf: cannot read: No such file or directory\n"
		      "bindguard: y.conf: 1 error, policy not loaded\n",
		      "y.conf", "log");
	EXPECT_STATUS(EX_USAGE,
		      "bindguard: report: expected a policy and a log, for example policy.conf "
		      "bindguard.json\n" TRY,
		      "p.conf");
	EXPECT_STATUS(EX_USAGE,
		      "bindguard: report: --from: 2026-02-30: expected a date such as "
		      "2026-03-01\n" TRY,
		      "--from", "2026-02-30", "p.conf", "log");
	EXPECT_STATUS(EX_USAGE, "bindguard: report: --from is after --to\n" TRY, "--from",
		      "2026-03-02", "--to", "2026-03-01", "p.conf", "log");
	EXPECT_STATUS(EX_USAGE,
		      "bindguard: report: --format: pdf: expected text, json, csv or html\n" TRY,
		      "--format", "pdf", "p.conf", "log");
	EXPECT_STATUS(EX_IOERR, "bindguard: cannot write no/file: No such file or directory\n",
		      "-o", "no/file", "p.conf", "log");
	EXPECT_STATUS(EX_IOERR, "bindguard: cannot write /dev/full: No space left on device\n",
		      "-o", "/dev/full", "p.conf", "log");
}

/* A policy that all agree on, and a log that goes on after the period. */
static void test_compliant(void **state)
{
	struct policy_messages messages = { 0 };
	struct policy *read;
	char sha256[DIGEST_TEXT];
	struct log log;

	(void)state;
	capture_write("p.conf", POLICY(GOOD));
	read = policy_read("p.conf", &messages);
	assert_non_null(digest_policy(read, sha256));
	policy_free(read);
	begin(&log);
	good_run(&log);
	policy_line(&log, 2, sha256);
	bind(&log, 2 * DATES_DAY + 60, 443, ALLOW, WEB);
	fclose(log.out);
	capture_write("log", log.text);
	EXPECT_STATUS(0, "", "--from", "2026-03-01", TO, "p.conf", "log");
	/* What cannot be read may have anything in it. */
	EXPECT_STATUS(2, "bindguard: none: cannot open: No such file or directory\n", "--from",
		      "2026-03-01", TO, "p.conf", "log", "none");
	free(log.text);
}

/* A bind that was refused has bound nothing, also if nobody has told its outcome. */
static void test_refused(void **state)
{
	struct report report;
	struct log log;

	(void)state;
	begin(&log);
	good_run(&log);
	line(&log, "bind", 70,
	     "\"uid\":0,\"via\":\"bind\",\"protocol_number\":17,\"type\":\"dgram\",\"family\":"
	     "\"ipv6\",\"requested_address\":\"::1\",\"requested_port\":23,\"verdict\":\"deny\","
	     "\"rc\":null");
	make(&report, &log, POLICY(GOOD), -1, -1);
	EXPECT_ROW(&report, SHEET_OBSERVED, "port=23", "bound=0", "protocol=udp",
		   "address=loopback");
	EXPECT_ROW(&report, SHEET_EVIDENCE, "count=0",
		   "text=M6: unauthorized and enabled: let through, or bound");
	EXPECT_ROW(&report, SHEET_EVIDENCE, "count=1",
		   "text=M5: unauthorized and disabled: refused each time");
	EXPECT_ROW(&report, SHEET_EVIDENCE,
		   "count=", "text=compliant services, (M3 + M5) / M2: 100.0 %");
	end(&report, &log);
}

static void test_output(void **state)
{
	struct capture capture;
	char *text;

	(void)state;
	capture_write("p.conf", POLICY("{ name = \"x\"; }"));
	write_log("log", NULL);
	capture = CAPTURE(report_command, "report", "--from", "2026-03-01", "--to", "2026-03-02",
			  "p.conf", "log");
	assert_int_equal(capture.status, 1);
	assert_non_null(strstr(capture.out, "\nJudged as of                2026-03-02\n"));
	EXPECT_STATUS(1, "", "-o", "out", "--from", "2026-03-01", "--to", "2026-03-02", "p.conf",
		      "log");
	text = capture_read("out");
	assert_string_equal(text, capture.out);
	free(text);
	capture_free(&capture);
}

/* --- For tests/reports: one report in each format, with all that can be in it, and any bytes. */

#define HOSTILE                                                                      \
	"</style></svg><script>alert(1)</script> \\\"' onload='x' & &amp; <!-- ]]> " \
	"\\u001b[2J\\u0007\\u009b\\ud83d\\ude00"

static const char sample_policy[] =
	"version = 1; default = \"allow\"; rules = (" GOOD ","
	"{ name = \"=SUM(A1)\"; ports = 21; protocol = \"tcp\"; comm = \"+x\"; },"
	"{ name = \"-1+1\"; ports = \"1-9, 4000\"; reason = \"@x <b>\\\"'&\\t\\r=\"; owner = \"\xc3\xa9\x1b[2J\"; "
	"approver = \"\xc3\xa9\x1b[2J\"; approved = \"2025-01-01\"; expires = \"2026-01-01\"; "
	"address = \"10.0.0.0/8\"; exe = \"/usr/bin/<script>\"; uid = [1, 2]; "
	"permit_options = \"SO_REUSEPORT\"; },"
	"{ name = \"</td><script>alert(1)</script>\"; cgroup = \"/a&b\"; });";

static void write_sample(struct log *log)
{
	static char hosts[COUNT(holes) + COUNT(wrong_binds)][8];
	size_t host = 0;

	for (size_t i = 0; i < COUNT(holes) + COUNT(wrong_binds); i++) {
		snprintf(hosts[host], sizeof(hosts[host]), "host%zu", i);
		log->host = hosts[host++];
		log->run = "r1";
		log->sequence = 0;
		good_run(log);
		if (i < COUNT(holes))
			holes[i].make(log);
		else
			bind(log, DATES_DAY + (int)i * 600, wrong_binds[i - COUNT(holes)].port,
			     wrong_binds[i - COUNT(holes)].verdict,
			     wrong_binds[i - COUNT(holes)].keys);
	}
	log->host = HOSTILE;
	log->run = HOSTILE;
	log->sequence = 0;
	start(log, 7, HOSTILE, "\"bound_before\":null,\"not_covered\":[\"" HOSTILE "\"],");
	line(log, "policy", 8,
	     "\"generation\":3,\"policy\":\"" HOSTILE "\",\"policy_sha256\":\"" HOSTILE
	     "\",\"cause\":\"" HOSTILE "\",\"default\":\"" HOSTILE
	     "\",\"files\":[{\"path\":\"" HOSTILE "\",\"sha256\":\"\"}]");
	bind(log, 9, 80, DENY,
	     "\"rule\":\"" HOSTILE "\",\"cause\":\"options\",\"forbidden\":[\"" HOSTILE "\"],");
	bind(log, 9, 80, ALLOW, "\"rule\":\"=SUM(A1)\",\"count\":123456789,");
	line(log, "gap", 11,
	     "\"from\":null,\"to\":null,\"what\":\"" HOSTILE "\",\"chain\":\"" HOSTILE "\"");
	listener(log, 12, 631, DENY);
}

/* Files that test_command() would read are not needed: the printers are called. */
static int print_sample(const char *format)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out, const struct report *report);
	} formats[] = {
		{ "text", astext_print },
		{ "json", asjson_print },
		{ "csv", ascsv_print },
		{ "html", ashtml_print },
	};
	struct report report;
	struct log log;

	begin(&log);
	write_sample(&log);
	make(&report, &log, sample_policy, 0, 2);
	for (size_t i = 0; i < COUNT(formats); i++)
		if (!strcmp(format, formats[i].name))
			formats[i].print(stdout, &report);
	end(&report, &log);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	     cmocka_unit_test(test_chained),
		cmocka_unit_test(test_nothing),	     cmocka_unit_test(test_binds),
		cmocka_unit_test(test_texts),	     cmocka_unit_test(test_rules),
		cmocka_unit_test(test_unused),	     cmocka_unit_test(test_listeners),
		cmocka_unit_test(test_bound_before), cmocka_unit_test(test_holes),
		cmocka_unit_test(test_repeated),     cmocka_unit_test(test_period),
		cmocka_unit_test(test_sequence),     cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_command),	     cmocka_unit_test(test_output),
		cmocka_unit_test(test_compliant),    cmocka_unit_test(test_refused),
	};

	if (argc > 2 && !strcmp(argv[1], "--print"))
		return print_sample(argv[2]);
	return cmocka_run_group_tests_name("report", tests, capture_begin, capture_end);
}
