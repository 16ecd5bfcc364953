/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that a program leaves, and how bindguard status shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/pins/state.h"
#include "enforcer/pins/statusprint.h"

static struct policy_rule rules[] = { { .name = (char[]){ "web" } },
				      { .name = (char[]){ "odd\033name" } } };
static char *files[] = { (char[]){ "/etc/bindguard/policy.d/a.conf" } };
static uint8_t digests[1][POLICY_DIGEST] = { { 0xab, 0x01 } };
static const struct policy policy = { .rule = rules,
				      .rules = 2,
				      .file = files,
				      .digest = digests,
				      .files = 1 };
static const struct options options = { .mode = MODE_DENY,
					.hook = HOOK_LSM,
					.policy = "/etc/bindguard/policy.d" };
static const struct reload_status reloads = { .generation = 7,
					      .reloads = 2,
					      .failures = 1,
					      .last = 1700000000,
					      .failed = true };

static struct json_object *make_state(const struct pin_gap *gap)
{
	const struct state state = {
		.options = &options,
		.mode = MODE_DENY,
		.policy = &policy,
		.reload = &reloads,
		.started = 1600000000,
		.since = 1650000000,
		.bound_before = 5,
		.denied_before = -1,
		.gap = gap,
		.gaps = gap ? 3 : 0,
		.gap_seconds = gap ? 12 : 0,
	};
	char *text = state_text(&state);
	struct json_object *parsed;

	assert_non_null(text);
	parsed = json_tokener_parse(text);
	free(text);
	assert_non_null(parsed);
	return parsed;
}

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	return value ? json_object_to_json_string_ext(value,
						      JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE) :
		       "null";
}

static void test_state(void **context)
{
	struct json_object *state = make_state(NULL);

	(void)context;
	assert_string_equal(member(state, "mode"), "\"deny\"");
	assert_string_equal(member(state, "stand_in"), "false");
	assert_string_equal(member(state, "generation"), "7");
	assert_string_equal(member(state, "bound_before"), "5");
	assert_string_equal(member(state, "denied_before"), "null");
	assert_string_equal(member(state, "expires"), "null");
	assert_string_equal(member(state, "last_gap"), "null");
	assert_string_equal(member(state, "rules"), "[\"web\",\"odd\\\\x1bname\"]");
	assert_string_equal(member(state, "files"),
			    "[{\"path\":\"/etc/bindguard/policy.d/a.conf\",\"sha256\":\"ab01"
			    "000000000000000000000000000000000000000000000000000000000000\"}]");
	json_object_put(state);
}

/* Of generation 7: the default decided twice, the second rule once. */
static struct status make_status(struct json_object *state, struct bind_rule_counters *counters)
{
	struct status status = {
		.standing = STANDING_ENFORCING,
		.pinned = true,
		.running = true,
		.gate = { .kind = HOOK_LSM, .hooks = 2, .settings = -1 },
		.program = { 11, 12 },
		.state = state,
		.generation = 7,
		.denies = true,
		.counted = true,
		.counters = { .attempts = 3, .allowed = 1, .denied = 2, .lost = 9 },
		.rules = counters,
		.entries = 3,
	};

	status.gate.hook[0].name = "bind";
	status.gate.hook[1].name = "listen";
	counters[0] = (struct bind_rule_counters){ .denied = 2 };
	counters[2] = (struct bind_rule_counters){ .allowed = 1, .last = 1 };
	return status;
}

static char *print(const struct status *status, void (*how)(FILE *, const struct status *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	how(out, status);
	fclose(out);
	return text;
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected '%s' in:\n%s", part, text);
}

static void test_text(void **context)
{
	const struct pin_gap gap = { 1700000001, 0, "hook bind" };
	struct bind_rule_counters counters[3] = { { 0 } };
	struct json_object *state = make_state(&gap);
	struct status status = make_status(state, counters);
	char *text;

	(void)context;
	status.program[1] = 0;
	text = print(&status, statusprint_text);
	expect_in(text, "status       enforcing\n");
	expect_in(text, "mode         deny, hook lsm\n");
	expect_in(text, "policy       /etc/bindguard/policy.d, generation 7 since "
			"2022-04-15 05:20:00 UTC\n");
	expect_in(text, "             sha256 ab01000");
	expect_in(text, "the last reload failed, 2023-11-14 22:13:20 UTC: 1 of 3\n");
	expect_in(text, "hooks        bind listen (missing)\n");
	expect_in(text, "decisions    3 attempts: 1 allow, 2 deny, 0 audit\n");
	expect_in(text, "lost         9 attempts and 0 outcomes were not reported\n");
	expect_in(text, "before       5 sockets were bound; ? of them would be denied\n");
	expect_in(
		text,
		"gaps         3, 12 s in all, the last one hook bind, from 2023-11-14 22:13:21 UTC "
		"to now\n");
	expect_in(text, "         2          0          2          0 never                   -\n");
	expect_in(text,
		  "         0          0          0          0 never                   web\n");
	expect_in(text, " UTC odd\\x1bname\n");
	free(text);
	json_object_put(state);
}

/* The names are those of another generation. */
static void test_other_generation(void **context)
{
	struct bind_rule_counters counters[3] = { { 0 } };
	struct json_object *state = make_state(NULL);
	struct status status = make_status(state, counters);
	char *text;

	(void)context;
	status.generation = 8;
	text = print(&status, statusprint_text);
	expect_in(text, "generation 8 since");
	expect_in(text, " never                   ?\n");
	assert_null(strstr(text, "web"));
	free(text);
	json_object_put(state);
}

static void test_json(void **context)
{
	struct bind_rule_counters counters[3] = { { 0 } };
	struct json_object *state = make_state(NULL), *parsed, *rule, *listed;
	struct status status = make_status(state, counters);
	char *text = print(&status, statusprint_json);

	(void)context;
	parsed = json_tokener_parse(text);
	assert_non_null(parsed);
	assert_string_equal(member(parsed, "status"), "\"enforcing\"");
	assert_string_equal(member(parsed, "problems"), "[]");
	assert_string_equal(member(parsed, "since"), "\"2022-04-15T05:20:00.000000Z\"");
	assert_string_equal(member(parsed, "hooks"), "[{\"name\":\"bind\",\"attached\":true},"
						     "{\"name\":\"listen\",\"attached\":true}]");
	assert_true(json_object_object_get_ex(parsed, "rules", &listed));
	assert_int_equal(json_object_array_length(listed), 3);
	rule = json_object_array_get_idx(listed, 0);
	assert_string_equal(member(rule, "rule"), "null");
	assert_string_equal(member(rule, "default"), "true");
	assert_string_equal(member(rule, "hits"), "2");
	assert_string_equal(member(rule, "last"), "null");
	rule = json_object_array_get_idx(listed, 2);
	assert_string_equal(member(rule, "rule"), "\"odd\\\\x1bname\"");
	assert_string_not_equal(member(rule, "last"), "null");
	free(text);
	json_object_put(parsed);
	json_object_put(state);
}

static void test_nothing(void **context)
{
	struct status status = { .standing = STANDING_NOTHING, .gate.settings = -1 };
	char *text = print(&status, statusprint_text);

	(void)context;
	assert_string_equal(text, "status       nothing is in force\n");
	free(text);
	text = print(&status, statusprint_json);
	assert_string_equal(
		text, "{\"status\":\"nothing\",\"problems\":[],\"pinned\":false,\"unpinned\":0}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_other_generation),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
