/* SPDX-License-Identifier: GPL-2.0-only */
#include "cases.h"

#include <string.h>

#include "policy/alloc.h"
#include "policy/group.h"
#include "policy/messages.h"
#include "policy/suggest.h"
#include "policy/values.h"
#include "text.h"

/* A case whose settings are being read. */
struct reading {
	const struct policy *policy;
	struct cases_case *item;
};

static const char *const verdicts[] = {
	[CASES_ALLOW] = "allow",
	[CASES_DENY] = "deny",
	[CASES_AUDIT] = "audit",
	NULL,
};

const char *cases_verdict_name(enum cases_verdict verdict)
{
	return verdicts[verdict];
}

static void read_name(const struct source *source, const struct setting *setting, void *into)
{
	const char *name = values_string(source, setting, "the name of the test");
	struct reading *reading = into;

	if (name)
		reading->item->name = name;
}

/* Sets a field of the query by the function that knows it. */
static void read_field(const struct source *source, const struct setting *setting,
		       const char *expected, struct reading *reading,
		       bool (*set)(struct query *, const char *, struct query_error *))
{
	const char *text = values_string(source, setting, expected);
	struct query_error error;

	if (text && !set(&reading->item->query, text, &error))
		group_complain(source, setting, "%s", error.text);
}

static void read_uid(const struct source *source, const struct setting *setting, void *into)
{
	struct reading *reading = into;

	if (setting->type != SETTING_INTEGER)
		read_field(source, setting, "a user's name or number", into, query_set_uid);
	else if (setting->integer < 0 || setting->integer >= UINT32_MAX)
		group_complain(source, setting, "%lld is out of range, expected 0 to 4294967294",
			       setting->integer);
	else
		reading->item->query.uid = setting->integer;
}

static void read_comm(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "a process name", into, query_set_comm);
}

static void read_cgroup(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "a path", into, query_set_cgroup);
}

static void read_exe(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "a path", into, query_set_exe);
}

static void read_netns(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "\"host\" or \"other\"", into, query_set_netns);
}

static void read_via(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "\"bind\", \"listen\", \"bindx\" or \"setsockopt\"", into,
		   query_set_via);
}

static void read_bind(const struct source *source, const struct setting *setting, void *into)
{
	read_field(source, setting, "a bind such as \"tcp 0.0.0.0:443\"", into,
		   query_set_bind_text);
}

static void read_options(const struct source *source, const struct setting *setting, void *into)
{
	struct reading *reading = into;

	values_options(source, setting, &reading->item->query.options);
}

static void read_expect(const struct source *source, const struct setting *setting, void *into)
{
	static const char expected[] = "\"allow\", \"deny\" or \"audit\"";
	const char *value = values_string(source, setting, expected), *near;
	struct reading *reading = into;

	for (int i = 0; value && verdicts[i]; i++) {
		if (strcmp(verdicts[i], value) == 0) {
			reading->item->verdict = i;
			return;
		}
	}
	near = value ? suggest_among(value, verdicts) : NULL;
	if (near)
		group_complain(source, setting, "unknown value %s, did you mean \"%s\"?",
			       messages_quote(value, strlen(value)).text, near);
	else if (value)
		group_complain(source, setting, "unknown value %s, expected %s",
			       messages_quote(value, strlen(value)).text, expected);
}

static void read_rule(const struct source *source, const struct setting *setting, void *into)
{
	const char *name = values_string(source, setting, "a rule's name, or \"-\"");
	struct suggest suggest = { .word = name };
	struct reading *reading = into;

	if (!name)
		return;
	reading->item->by_rule = true;
	reading->item->rule = BIND_RULE_NONE;
	if (strcmp(name, "-") == 0)
		return;
	for (size_t i = 0; i < reading->policy->rules; i++) {
		if (strcmp(reading->policy->rule[i].name, name) == 0) {
			reading->item->rule = i;
			return;
		}
		suggest_try(&suggest, reading->policy->rule[i].name);
	}
	if (suggest.best)
		group_complain(source, setting, "unknown rule %s, did you mean \"%s\"?",
			       messages_quote(name, strlen(name)).text, suggest.best);
	else
		group_complain(source, setting,
			       "unknown rule %s, expected one of the policy, or \"-\"",
			       messages_quote(name, strlen(name)).text);
}

static const struct group_known case_settings[] = {
	{ "name", read_name },	   { "uid", read_uid },		{ "cgroup", read_cgroup },
	{ "exe", read_exe },	   { "comm", read_comm },	{ "netns", read_netns },
	{ "bind", read_bind },	   { "options", read_options }, { "via", read_via },
	{ "expect", read_expect }, { "rule", read_rule },	{ NULL, NULL },
};

static void require(const struct source *source, const struct setting *group, const char *name,
		    const char *expected)
{
	if (!setting_find(group, name))
		messages_about(source, name, group->line, "missing, expected %s", expected);
}

/* What files of cases are read into. */
struct into {
	const struct policy *policy;
	struct cases *cases;
};

static void read_case(const struct source *source, const struct setting *group, struct into *into)
{
	struct lines_place place = messages_place(source, group->line);
	struct reading reading = { .policy = into->policy };
	struct cases *cases = into->cases;

	cases->item = alloc_grow(cases->item, cases->count, sizeof(*cases->item));
	reading.item = &cases->item[cases->count++];
	*reading.item = (struct cases_case){
		.name = "",
		.file = alloc_string(place.file, strlen(place.file)),
		.line = place.line,
	};
	query_init(&reading.item->query);
	group_read(source, case_settings, group, &reading);
	require(source, group, "name", "a name for the test");
	require(source, group, "bind", "a bind such as \"tcp 0.0.0.0:443\"");
	require(source, group, "expect", "\"allow\", \"deny\" or \"audit\"");
}

static void read_tests(const struct source *source, const struct setting *tests, void *into)
{
	if (tests->type != SETTING_LIST) {
		group_complain(source, tests, "found %s, expected a list ( { ... }, { ... } )",
			       setting_type_name(tests));
		return;
	}
	for (const struct setting *group = tests->first; group; group = group->next)
		if (group->type == SETTING_GROUP)
			read_case(source, group, into);
		else
			group_complain(source, tests,
				       "found %s, expected a group { ... } for each test",
				       setting_type_name(group));
}

static const struct group_known file_settings[] = {
	{ "tests", read_tests },
	{ NULL, NULL },
};

/* The cases have strings of the tree. */
static void keep_root(struct cases *cases, struct setting *root)
{
	cases->root = alloc_grow(cases->root, cases->roots, sizeof(*cases->root));
	cases->root[cases->roots++] = root;
}

/* A file of cases has nothing else in it. */
static void take_cases(void *context, const struct source *source, struct setting *root)
{
	struct into *into = context;

	keep_root(into->cases, root);
	group_read(source, file_settings, root, into);
	if (!setting_find(root, "tests"))
		messages_add(source, 0, "tests: missing, expected tests = ( { ... }, { ... } )");
}

/* Everything else in a policy's file is the policy's. */
static void take_own(void *context, const struct source *source, struct setting *root)
{
	const struct setting *tests = setting_find(root, "tests");
	struct into *into = context;

	keep_root(into->cases, root);
	if (tests)
		read_tests(source, tests, into);
}

void cases_read(const char *path, const struct policy *policy, struct policy_messages *errors,
		struct cases *cases)
{
	text_each(path, errors, take_cases, &(struct into){ policy, cases });
}

void cases_read_own(const char *path, const struct policy *policy, struct policy_messages *errors,
		    struct cases *cases)
{
	text_each(path, errors, take_own, &(struct into){ policy, cases });
}

void cases_free(struct cases *cases)
{
	for (size_t i = 0; i < cases->count; i++)
		free(cases->item[i].file);
	for (size_t i = 0; i < cases->roots; i++)
		setting_free(cases->root[i]);
	free(cases->item);
	free(cases->root);
	*cases = (struct cases){ 0 };
}
