/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "grow.h"
#include "intern.h"
#include "parse.h"
#include "rule.h"
#include "users.h"
#include "values.h"

/* A rule's name and where it was given. */
struct named {
	const char *name;
	struct lines_place place;
};

struct parse {
	struct policy *policy;
	struct users *users;
	struct named *named; /* the rules that have a name */
	size_t names;
	struct lines_place default_place; /* where it was given; no file: nowhere so far */
	struct lines_place forbid_place;
};

struct parse *parse_new(struct policy *policy)
{
	struct parse *parse = calloc(1, sizeof(*parse));

	if (!parse)
		return NULL;
	parse->policy = policy;
	parse->users = users_new();
	return parse;
}

void parse_free(struct parse *parse)
{
	if (!parse)
		return;
	users_free(parse->users);
	free(parse->named);
	free(parse);
}

static void read_version(const struct source *source, const struct setting *setting, void *into)
{
	(void)into;
	if (setting->type != SETTING_INTEGER)
		group_complain(source, setting, "found %s, expected 1", setting_type_name(setting));
	else if (setting->integer != 1)
		group_complain(source, setting, "%lld is unknown, expected 1", setting->integer);
}

/* Whether the setting, which belongs to the policy, is given for the first time. */
static bool is_first(const struct source *source, const struct setting *setting,
		     struct lines_place *place)
{
	if (place->file) {
		group_complain(source, setting, "given twice (first in %s:%u), expected once",
			       messages_file(place->file).text, place->line);
		return false;
	}
	*place = messages_place(source, setting->line);
	return true;
}

static void read_default(const struct source *source, const struct setting *setting, void *into)
{
	struct parse *parse = into;

	if (is_first(source, setting, &parse->default_place))
		rule_verdict(source, setting, &parse->policy->default_verdict);
}

static void read_forbid_options(const struct source *source, const struct setting *setting,
				void *into)
{
	struct parse *parse = into;

	if (is_first(source, setting, &parse->forbid_place))
		values_options(source, setting, &parse->policy->forbid_options);
}

static void add_name(struct parse *parse, const struct source *source, const struct setting *group,
		     const struct policy_rule *rule)
{
	struct named *grown = grow_doubling(parse->named, parse->names, sizeof(*grown));

	if (!messages_memory(source->errors, grown))
		return;
	parse->named = grown;
	parse->named[parse->names] = (struct named){
		.name = rule->name,
		.place = messages_place(source, setting_find(group, "name")->line),
	};
	parse->names++;
}

static void read_rule(struct parse *parse, const struct source *source, const struct setting *group)
{
	struct policy_rule *rule = &parse->policy->rule[parse->policy->rules++];

	rule_read(source, group, rule);
	if (rule->name)
		add_name(parse, source, group, rule);
}

/* Room for count more rules; zeroed. Returns false when memory is out. */
static bool make_room(struct policy *policy, size_t count)
{
	struct policy_rule *rule = reallocarray(policy->rule, policy->rules + count + 1,
						sizeof(*rule));

	if (!rule)
		return false;
	memset(rule + policy->rules, 0, (count + 1) * sizeof(*rule));
	policy->rule = rule;
	return true;
}

static void read_rules(const struct source *source, const struct setting *setting, void *into)
{
	size_t count = setting_count(setting);
	struct parse *parse = into;

	if (setting->type != SETTING_LIST) {
		group_complain(source, setting, "found %s, expected a list ( { ... }, { ... } )",
			       setting_type_name(setting));
		return;
	}
	if (count > POLICY_MAX_RULES - parse->policy->rules) {
		group_complain(source, setting, "%zu rules, expected at most %u",
			       parse->policy->rules + count, POLICY_MAX_RULES);
		return;
	}
	if (!make_room(parse->policy, count)) {
		messages_memory(source->errors, NULL);
		return;
	}
	for (const struct setting *rule = setting->first; rule; rule = rule->next) {
		if (rule->type == SETTING_GROUP)
			read_rule(parse, source, rule);
		else
			group_complain(source, setting,
				       "found %s, expected a group { ... } for each rule",
				       setting_type_name(rule));
	}
}

/* Cases of a policy test, which are not read here: they change nothing about the policy. */
static void skip_tests(const struct source *source, const struct setting *setting, void *into)
{
	(void)into;
	if (setting->type != SETTING_LIST)
		group_complain(source, setting, "found %s, expected a list ( ... ) of cases",
			       setting_type_name(setting));
}

static const struct group_known known_settings[] = {
	{ "version", read_version },
	{ "default", read_default },
	{ "forbid_options", read_forbid_options },
	{ "rules", read_rules },
	{ "tests", skip_tests },
	{ NULL, NULL },
};

void parse_tree(struct parse *parse, const struct source *source, const struct setting *root)
{
	struct source own = *source;

	own.users = parse->users;
	if (!setting_find(root, "version"))
		messages_add(&own, 0, "version: missing, expected version = 1");
	group_read(&own, known_settings, root, parse);
}

static void complain_twice(const struct named *again, const struct named *first,
			   struct policy_messages *errors)
{
	struct source source = { .file = again->place.file, .errors = errors };
	struct messages_quote quote = messages_quote(first->name, strlen(first->name));

	if (strcmp(again->place.file, first->place.file) == 0)
		messages_about(&source, "name", again->place.line,
			       "%s is used twice (first on line %u), expected a unique name",
			       quote.text, first->place.line);
	else
		messages_about(&source, "name", again->place.line,
			       "%s is used twice (first in %s:%u), expected a unique name",
			       quote.text, messages_file(first->place.file).text,
			       first->place.line);
}

/* All of it counts when two are compared. */
union name {
	char text[RULE_NAME_BYTES + 1];
	uint64_t word[(RULE_NAME_BYTES + 1) / sizeof(uint64_t)];
};

static void check_names(const struct parse *parse, struct policy_messages *errors)
{
	struct intern names = { .size = sizeof(union name) };
	const struct named **first = calloc(parse->names + 1, sizeof(struct named *));
	uint32_t number;

	messages_memory(errors, first);
	for (size_t i = 0; !errors->out_of_memory && i < parse->names; i++) {
		const struct named *named = &parse->named[i];
		union name name = { "" };

		strcpy(name.text, named->name);
		if (intern_add(&names, &name, &number))
			messages_memory(errors, NULL);
		else if (first[number])
			complain_twice(named, first[number], errors);
		else
			first[number] = named;
	}
	intern_free(&names);
	free(first);
}

void parse_end(struct parse *parse, const struct source *whole, bool complete)
{
	if (complete && !parse->default_place.file)
		messages_add(whole, 0, "default: missing, expected \"allow\" or \"deny\"");
	check_names(parse, whole->errors);
}
