/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines that the stream has about bindguard itself, and when. With "--print N" it prints N lines
 * of all kinds, with any bytes in them, for tests/schema.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/output/eventjson.h"
#include "enforcer/output/news.h"
#include "enforcer/output/recordjson.h"
#include "records.h"

#define NS 1000000000ULL

/* What has been printed since the last call, the texts of the keys. */
static char *printed;
static size_t printed_length;

static int begin(void **state)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	*state = stream;
	stream->out = open_memstream(&printed, &printed_length);
	strcpy(stream->host, "host");
	strcpy(stream->run, "run");
	stream->mode = MODE_DENY;
	stream->realtime = NS;
	return !stream->out;
}

static int end(void **state)
{
	struct stream *stream = *state;

	fclose(stream->out);
	free(printed);
	free(stream);
	return 0;
}

/* The one line printed since the last call; its common keys are left out, if they are right. */
static const char *line(struct stream *stream, const char *kind)
{
	static char text[4096];
	static const char after[] = "\"host\":\"host\",\"run\":\"run\",\"sequence\":";
	char begins[64], sequence[32], *keys;

	fflush(stream->out);
	snprintf(begins, sizeof(begins), "{\"record\":\"%s\",\"time\":\"1970-01-01T00:", kind);
	snprintf(sequence, sizeof(sequence), "%d,", (int)stream->sequence - 1);
	snprintf(text, sizeof(text), "%.*s", (int)ftell(stream->out), printed);
	assert_memory_equal(text, begins, strlen(begins));
	keys = strstr(text, after);
	assert_non_null(keys);
	keys += strlen(after);
	assert_memory_equal(keys, sequence, strlen(sequence));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	rewind(stream->out);
	return keys + strlen(sequence);
}

static void expect_nothing(struct stream *stream)
{
	fflush(stream->out);
	assert_int_equal(ftell(stream->out), 0);
}

static struct policy *make_policy(void)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	policy->default_verdict = BIND_DENY;
	policy->files = 2;
	policy->file = calloc(2, sizeof(*policy->file));
	policy->file[0] = strdup("/p/a.conf");
	policy->file[1] = strdup("/p/b\n.conf");
	policy->digest = calloc(2, sizeof(*policy->digest));
	policy->digest[0][0] = 0xa1;
	policy->digest[1][31] = 0x0b;
	return policy;
}

#define ZEROES "000000000000000000000000000000"
#define DIGEST "f1e5339eea72efe9f3564476d64cb55096fe6e600fd785f8d2d34f542bea292d"

static void test_a_run_begins_with_what_runs(void **state)
{
	const struct options options = { .mode = MODE_DENY, .policy = "/p", .pin = true };
	struct baseline baseline = { 12, 3 };
	struct reload reload = { .options = &options, .status.generation = 7 };
	struct news news = { .stream = *state, .options = &options, .reload = &reload };
	const char *text, *second;

	assert_int_equal(generations_add(&reload.generations, 7, make_policy()), 0);
	news_begin(&news, 5 * NS, &baseline);
	fflush(news.stream->out);
	second = strchr(printed, '\n');
	assert_non_null(second);
	assert_non_null(strstr(printed, "\"version\":\"0.1.0\",\"kernel\":\""));
	text = strstr(printed,
		      "\"mode\":\"deny\",\"hook\":\"lsm\",\"pinned\":true,\"not_covered\":[\"");
	assert_non_null(text);
	assert_true(text < second);
	assert_non_null(strstr(text, "\"connect() and sendto() without bind()\"],"
				     "\"bound_before\":12,\"denied_before\":3}\n"));
	text = strstr(second, "\"sequence\":1,");
	assert_non_null(text);
	assert_string_equal(
		text,
		"\"sequence\":1,\"generation\":7,\"policy\":\"/p\",\"policy_sha256\":\"" DIGEST
		"\",\"files\":[{\"path\":\"/p/a.conf\",\"sha256\":\"a1" ZEROES ZEROES
		"00\"},{\"path\":\"/p/b\\\\x0a.conf\",\"sha256\":\"00" ZEROES ZEROES
		"0b\"}],\"rules\":0,\"default\":\"deny\",\"cause\":\"start\"}\n");
	generations_free(&reload.generations);
}

/* Nothing is decided: there is no policy, and no hook. */
static void test_observing_has_no_policy(void **state)
{
	const struct options options = { .mode = MODE_OBSERVE, .autobind = true };
	struct baseline baseline = { -1, -1 };
	struct news news = { .stream = *state, .options = &options, .reload = NULL };
	struct totals_sum sum = { 0 };
	const char *text;

	news.stream->mode = MODE_OBSERVE;
	news_begin(&news, 5 * NS, &baseline);
	text = strstr(line(*state, "start"), "\"mode\"");
	assert_non_null(text);
	assert_string_equal(
		text, "\"mode\":\"observe\",\"hook\":null,\"pinned\":false,\"not_covered\":["
		      "\"sctp_bindx()\",\"listen() without bind(), also with a range of ports "
		      "(IP_LOCAL_PORT_RANGE)\",\"options that a bound socket gains, such as "
		      "SO_REUSEPORT, by which others share its port\",\"connect() and sendto() of "
		      "SCTP without bind()\"],\"bound_before\":null,\"denied_before\":null}\n");
	news_totals(&news, 6 * NS, &sum, true);
	text = strstr(line(*state, "totals"), "\"generation\"");
	assert_string_equal(text, "\"generation\":null}\n");
}

static void test_reloads_are_told(void **state)
{
	const struct options options = { .policy = "/p" };
	struct reload reload = { .options = &options, .status = { .generation = 2, .errors = 5 } };
	struct news news = { .stream = *state, .options = &options, .reload = &reload };
	const char *text;

	assert_int_equal(generations_add(&reload.generations, 2, make_policy()), 0);
	news_reload(&news, 5 * NS, RELOAD_FAILED);
	assert_string_equal(line(*state, "reload_failed"), "\"generation\":2,\"errors\":5}\n");
	news_reload(&news, 5 * NS, RELOAD_ASKED);
	text = strstr(line(*state, "policy"), "\"cause\"");
	assert_string_equal(text, "\"cause\":\"reload\"}\n");
	news_reload(&news, 5 * NS, RELOAD_EXPIRY);
	text = strstr(line(*state, "policy"), "\"cause\"");
	assert_string_equal(text, "\"cause\":\"expiry\"}\n");
	generations_free(&reload.generations);
}

/* It could not be loaded. */
static void test_what_stands_in_for_a_policy_is_in_no_file(void **state)
{
	const struct options options = { .mode = MODE_DENY,
					 .policy = "/p",
					 .on_boot_error = BOOT_ERROR_AUDIT };
	struct baseline baseline = { -1, -1 };
	struct reload reload = { .options = &options, .stand_in = true, .status.generation = 1 };
	struct news news = { .stream = *state, .options = &options, .reload = &reload };
	struct policy *policy = calloc(1, sizeof(*policy));

	assert_int_equal(generations_add(&reload.generations, 1, policy), 0);
	policy->default_verdict = BIND_DENY;
	news_begin(&news, 5 * NS, &baseline);
	fflush(news.stream->out);
	assert_non_null(strstr(printed, "\"policy_sha256\":null,\"files\":[],\"rules\":0,"
					"\"default\":\"deny\",\"cause\":\"stand_in\"}\n"));
	generations_free(&reload.generations);
}

static void test_a_gap_is_told_as_it_begins_and_ends(void **state)
{
	struct pin_gap gap = { .from = 100, .what = "hook bind" };
	struct news news = { .stream = *state, .options = NULL, .reload = NULL };

	news_gap(&news, 5 * NS, NULL, 0);
	expect_nothing(*state);
	news_gap(&news, 5 * NS, &gap, 1);
	assert_string_equal(line(*state, "gap"), "\"from\":\"1970-01-01T00:01:40.000000Z\","
						 "\"to\":null,\"what\":\"hook bind\"}\n");
	news_gap(&news, 6 * NS, &gap, 1);
	expect_nothing(*state);
	gap.to = 103;
	news_gap(&news, 7 * NS, &gap, 1);
	assert_string_equal(line(*state, "gap"),
			    "\"from\":\"1970-01-01T00:01:40.000000Z\","
			    "\"to\":\"1970-01-01T00:01:43.000000Z\",\"what\":\"hook bind\"}\n");
	news_gap(&news, 8 * NS, &gap, 1);
	expect_nothing(*state);
	/* One that was mended at once, in the same second. */
	news_gap(&news, 8 * NS, &gap, 2);
	assert_non_null(strstr(line(*state, "gap"), "\"to\":\"1970-01-01T00:01:43.000000Z\""));
}

static void test_totals_add_up(void **state)
{
	struct totals_sum sum = {
		.kernel = { .attempts = 100,
			    .filtered = 7,
			    .lost = 4,
			    .outcomes_lost = 2,
			    .allowed = 60,
			    .denied = 30,
			    .audited = 10,
			    .unreadable = 1 },
		.user = { .taken = 89,
			  .reported = 50,
			  .folded = 20,
			  .sampled = 10,
			  .filtered = 3,
			  .dropped = 5 },
		.missed = 8,
	};
	struct reload reload = { .status.generation = 3 };
	struct news news = { .stream = *state, .options = NULL, .reload = &reload };

	news_totals(&news, 5 * NS, &sum, false);
	assert_string_equal(
		line(*state, "totals"),
		"\"final\":false,\"attempts\":100,\"allow\":60,\"deny\":30,\"audit\":10,"
		"\"unreadable\":1,\"reported\":50,\"folded\":20,\"sampled\":10,"
		"\"filtered\":10,\"lost\":4,\"pending\":6,\"outcomes_lost\":2,"
		"\"outcomes_missed\":8,\"dropped\":5,\"generation\":3}\n");
	sum.user.reported += 6;
	news_totals(&news, 5 * NS, &sum, true);
	assert_non_null(strstr(line(*state, "totals"), "\"pending\":0,"));
	/* More than the kernel had counted when it was asked. */
	sum.user.reported++;
	assert_int_equal(totals_pending(&sum), 0);
}

static void test_totals_are_due_once_a_minute(void **state)
{
	const struct options options = { .mode = MODE_OBSERVE };
	struct baseline baseline = { -1, -1 };
	struct news news = { .stream = *state, .options = &options, .reload = NULL };

	news_begin(&news, 5 * NS, &baseline);
	assert_int_equal(news_due(&news), 65 * NS);
	line(*state, "start");
	/* Late, and without an answer of the kernel. */
	news_totals(&news, 70 * NS, NULL, false);
	expect_nothing(*state);
	assert_int_equal(news_due(&news), 130 * NS);
}

static void test_without_a_stream_there_is_no_news(void **state)
{
	struct baseline baseline = { -1, -1 };
	struct totals_sum sum = { 0 };
	struct pin_gap gap = { .from = 100 };
	struct news news = { 0 };

	news_begin(&news, 5, &baseline);
	news_reload(&news, 5, RELOAD_FAILED);
	news_gap(&news, 5, &gap, 1);
	news_totals(&news, 5, &sum, true);
	assert_true(news_due(&news) == UINT64_MAX);
	expect_nothing(*state);
}

/* Two runs on one host are told apart. */
static void test_a_run_has_a_name_of_its_own(void **state)
{
	struct stream a, b;

	(void)state;
	stream_open(&a, NULL, MODE_AUDIT);
	stream_open(&b, NULL, MODE_AUDIT);
	assert_int_equal(strlen(a.run), 36);
	assert_string_not_equal(a.run, b.run);
	assert_string_equal(a.boot_id, b.boot_id);
}

/* --- Lines for the schema */

static void print_own(struct stream *stream, struct records *records, unsigned int i)
{
	const struct options options = { .mode = i % 3, .hook = i % 2, .pin = i % 5 == 0 };
	struct baseline baseline = { (int)(i % 9) - 1, (int)(i % 7) - 1 };
	struct reload_status status = { .generation = i, .errors = 1 + i % 5 };
	uint64_t now = records_random(records) >> 4;
	struct recordjson_policy policy = { .generation = i, .cause = i % 4 };
	struct totals_sum sum;
	struct pin_gap gap = { .from = i, .to = i % 2 ? i + 3 : 0 };
	char path[30];

	records_text(records, gap.what, sizeof(gap.what));
	records_text(records, path, sizeof(path));
	policy.policy = records_policy(records);
	policy.path = path;
	for (size_t k = 0; k < sizeof(sum) / sizeof(uint64_t); k++)
		((uint64_t *)&sum)[k] = records_random(records) >> 4;
	if (i % 5 == 0)
		recordjson_start(stream, now, &options, &baseline);
	else if (i % 5 == 1)
		recordjson_policy(stream, now, &policy);
	else if (i % 5 == 2)
		recordjson_reload_failed(stream, now, &status);
	else if (i % 5 == 3)
		recordjson_gap(stream, now, &gap);
	else
		recordjson_totals(stream, now, &sum, i % 10, i % 2);
}

static int print_lines(unsigned int count)
{
	struct records records = { 0 };
	struct stream stream;
	struct chain chain;

	stream_open(&stream, stdout, MODE_DENY);
	chain_begin(&chain, stream.run);
	for (unsigned int i = 0; i < count; i++) {
		stream.mode = i % 3;
		stream.chain = i % 3 ? &chain : NULL;
		records_text(&records, stream.host, 40);
		if (i % 4)
			eventjson_print(&stream, records_next(&records));
		else
			print_own(&stream, &records, i / 4);
	}
	return 0;
}

int main(int argc, char **argv)
{
#define LINES(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		LINES(test_a_run_begins_with_what_runs),
		LINES(test_observing_has_no_policy),
		LINES(test_reloads_are_told),
		LINES(test_what_stands_in_for_a_policy_is_in_no_file),
		LINES(test_a_gap_is_told_as_it_begins_and_ends),
		LINES(test_totals_add_up),
		LINES(test_totals_are_due_once_a_minute),
		LINES(test_without_a_stream_there_is_no_news),
		cmocka_unit_test(test_a_run_has_a_name_of_its_own),
	};

	if (argc == 3 && !strcmp(argv[1], "--print"))
		return print_lines(atoi(argv[2]));
	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
