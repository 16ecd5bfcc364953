/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "alloc.h"
#include "names.h"
#include "parse.h"
#include "suggest.h"
#include "values.h"

#define NAME_BYTES 63

/* A rule's name and where it was given. */
struct named {
	const char *name;
	unsigned int line;
};

struct parse {
	const struct source *source;
	struct policy *policy;
	struct policy_rule *rule; /* the one whose settings are being read */
	struct named *named; /* the rules that have a name */
	size_t names;
};

/* What can be set in a group, and how its value is read. */
struct known {
	const char *name;
	void (*read)(struct parse *parse, const struct setting *setting);
};

#define complain(parse, setting, ...) \
	messages_about((parse)->source, (setting)->name, (setting)->line, __VA_ARGS__)

/* The index of the setting's value among the choices, or -1 after a message. */
static int read_choice(struct parse *parse, const struct setting *setting,
		       const char *const *choices, const char *expected)
{
	const char *value = values_string(parse->source, setting, expected);

	if (!value)
		return -1;
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], value) == 0)
			return i;
	complain(parse, setting, "unknown value %s, expected %s",
		 messages_quote(value, strlen(value)).text, expected);
	return -1;
}

static void read_verdict_into(struct parse *parse, const struct setting *setting,
			      enum bind_verdict *verdict)
{
	static const char *const verdicts[] = {
		[BIND_ALLOW] = "allow",
		[BIND_DENY] = "deny",
		NULL,
	};
	int choice = read_choice(parse, setting, verdicts, "\"allow\" or \"deny\"");

	if (choice >= 0)
		*verdict = (enum bind_verdict)choice;
}

static void read_text(struct parse *parse, const struct setting *setting, char **text)
{
	const char *value = values_string(parse->source, setting, "text in quotes");

	if (value)
		*text = alloc_string(value, strlen(value));
}

/* The settings of a rule. */

/* It is a column of the output, where "-" is no rule and ':' separates what follows. */
static bool valid_name(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == ':')
			return false;
	return length <= NAME_BYTES && strcmp(name, "-") != 0;
}

static void read_name(struct parse *parse, const struct setting *setting)
{
	const char *name = values_string(parse->source, setting, "a unique name");

	if (!name)
		return;
	if (!valid_name(name)) {
		complain(parse, setting,
			 "%s is no name, expected 1 to %d printable ASCII characters without "
			 "spaces and colons, and not \"-\"",
			 messages_quote(name, strlen(name)).text, NAME_BYTES);
		return;
	}
	parse->rule->name = alloc_string(name, strlen(name));
	parse->named[parse->names++] = (struct named){ parse->rule->name, setting->line };
}

static void read_verdict(struct parse *parse, const struct setting *setting)
{
	read_verdict_into(parse, setting, &parse->rule->verdict);
}

static void read_mode(struct parse *parse, const struct setting *setting)
{
	static const char *const modes[] = { "audit", NULL };

	parse->rule->audit = read_choice(parse, setting, modes, "\"audit\"") == 0;
}

static void read_uid(struct parse *parse, const struct setting *setting)
{
	values_uid(parse->source, setting, &parse->rule->uid);
}

static void read_comm(struct parse *parse, const struct setting *setting)
{
	values_comm(parse->source, setting, &parse->rule->comm);
}

static void read_cgroup(struct parse *parse, const struct setting *setting)
{
	values_cgroup(parse->source, setting, &parse->rule->cgroup);
}

static void read_protocol(struct parse *parse, const struct setting *setting)
{
	values_protocol(parse->source, setting, &parse->rule->protocol);
}

static void read_ports(struct parse *parse, const struct setting *setting)
{
	values_ports(parse->source, setting, &parse->rule->port);
}

static void read_permit_options(struct parse *parse, const struct setting *setting)
{
	values_options(parse->source, setting, &parse->rule->permit_options);
}

static void read_rule_forbid_options(struct parse *parse, const struct setting *setting)
{
	values_options(parse->source, setting, &parse->rule->forbid_options);
}

static void read_reason(struct parse *parse, const struct setting *setting)
{
	read_text(parse, setting, &parse->rule->reason);
}

static void read_owner(struct parse *parse, const struct setting *setting)
{
	read_text(parse, setting, &parse->rule->owner);
}

static void read_approver(struct parse *parse, const struct setting *setting)
{
	read_text(parse, setting, &parse->rule->approver);
}

static void read_ticket(struct parse *parse, const struct setting *setting)
{
	read_text(parse, setting, &parse->rule->ticket);
}

static const struct known rule_settings[] = {
	{ "name", read_name },
	{ "verdict", read_verdict },
	{ "mode", read_mode },
	{ "uid", read_uid },
	{ "comm", read_comm },
	{ "cgroup", read_cgroup },
	{ "protocol", read_protocol },
	{ "ports", read_ports },
	{ "permit_options", read_permit_options },
	{ "forbid_options", read_rule_forbid_options },
	{ "reason", read_reason },
	{ "owner", read_owner },
	{ "approver", read_approver },
	{ "ticket", read_ticket },
	{ NULL, NULL },
};

/* Any group. */

static void complain_unknown(struct parse *parse, const struct known *table,
			     const struct setting *setting)
{
	struct suggest suggest = { .word = setting->name };
	char list[256] = "";
	size_t used = 0;

	for (const struct known *known = table; known->name; known++) {
		suggest_try(&suggest, known->name);
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", known->name);
	}
	if (suggest.best)
		complain(parse, setting, "unknown setting, did you mean \"%s\"?", suggest.best);
	else
		complain(parse, setting, "unknown setting, expected one of %s", list);
}

/* libconfig refuses a name that comes twice, but the tree is not trusted to be libconfig's. */
static void read_group(struct parse *parse, const struct known *table, const struct setting *group)
{
	const struct known *known;
	uint32_t seen = 0, bit;

	for (const struct setting *setting = group->first; setting; setting = setting->next) {
		for (known = table; known->name; known++)
			if (strcmp(known->name, setting->name) == 0)
				break;
		bit = 1u << (known - table);
		if (!known->name)
			complain_unknown(parse, table, setting);
		else if (seen & bit)
			complain(parse, setting, "given twice, expected once");
		else
			known->read(parse, setting);
		seen |= bit;
	}
}

/* The settings of the policy. */

static void read_version(struct parse *parse, const struct setting *setting)
{
	if (setting->type != SETTING_INTEGER)
		complain(parse, setting, "found %s, expected 1", setting_type_name(setting));
	else if (setting->integer != 1)
		complain(parse, setting, "%lld is unknown, expected 1", setting->integer);
}

static void read_default(struct parse *parse, const struct setting *setting)
{
	read_verdict_into(parse, setting, &parse->policy->default_verdict);
}

static void read_forbid_options(struct parse *parse, const struct setting *setting)
{
	values_options(parse->source, setting, &parse->policy->forbid_options);
}

/* An option that is both would be permitted, which somebody did not mean. */
static void check_options(struct parse *parse, const struct setting *group)
{
	uint32_t both = parse->rule->permit_options & parse->rule->forbid_options;
	char names[128];

	if (both)
		complain(parse, setting_find(group, "permit_options"),
			 "%s in forbid_options too, expected an option in one of them",
			 names_options(both, names, sizeof(names)));
}

static void read_rule(struct parse *parse, const struct setting *group)
{
	struct policy_rule *rule = &parse->policy->rule[parse->policy->rules++];

	rule->file = parse->policy->file;
	rule->line = group->line;
	parse->rule = rule;
	read_group(parse, rule_settings, group);
	check_options(parse, group);
	if (!setting_find(group, "name"))
		messages_about(parse->source, "name", group->line,
			       "missing, expected a unique name for the rule");
}

static int compare_named(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->line < b->line ? -1 : a->line > b->line;
}

static void complain_twice(struct parse *parse, const struct named *again,
			   const struct named *first)
{
	messages_about(parse->source, "name", again->line,
		       "%s is used twice (first on line %u), expected a unique name",
		       messages_quote(first->name, strlen(first->name)).text, first->line);
}

/* Sorted, the rules of one name follow each other, the first in the text first. */
static void check_names(struct parse *parse)
{
	struct named *named = parse->named, *first = named;

	qsort(named, parse->names, sizeof(*named), compare_named);
	for (size_t i = 1; i < parse->names; i++) {
		if (strcmp(named[i].name, first->name) == 0)
			complain_twice(parse, &named[i], first);
		else
			first = &named[i];
	}
}

static void read_rules(struct parse *parse, const struct setting *setting)
{
	size_t count = setting_count(setting);

	if (setting->type != SETTING_LIST) {
		complain(parse, setting, "found %s, expected a list ( { ... }, { ... } )",
			 setting_type_name(setting));
		return;
	}
	if (count > BIND_MAX_RULES)
		complain(parse, setting, "%zu rules, expected at most %u", count, BIND_MAX_RULES);
	parse->policy->rule = alloc_zeroed(count, sizeof(*parse->policy->rule));
	parse->named = alloc_zeroed(count, sizeof(*parse->named));
	for (const struct setting *rule = setting->first; rule; rule = rule->next) {
		if (rule->type == SETTING_GROUP)
			read_rule(parse, rule);
		else
			complain(parse, setting, "found %s, expected a group { ... } for each rule",
				 setting_type_name(rule));
	}
	check_names(parse);
	free(parse->named);
}

static const struct known policy_settings[] = {
	{ "version", read_version },
	{ "default", read_default },
	{ "forbid_options", read_forbid_options },
	{ "rules", read_rules },
	{ NULL, NULL },
};

void parse_policy(const struct source *source, const struct setting *root, struct policy *policy)
{
	struct parse parse = { .source = source, .policy = policy };

	if (!setting_find(root, "version"))
		messages_add(source, 0, "version: missing, expected version = 1");
	if (!setting_find(root, "default"))
		messages_add(source, 0, "default: missing, expected \"allow\" or \"deny\"");
	read_group(&parse, policy_settings, root);
}
