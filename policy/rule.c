/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "addresses.h"
#include "dates.h"
#include "group.h"
#include "names.h"
#include "rule.h"
#include "values.h"

/* An empty one is for somebody to fill in: as if it were not there, which policy_lint() tells. */
static void read_text(const struct source *source, const struct setting *setting, char **text)
{
	const char *value;

	if (setting->type == SETTING_STRING && setting->length == 0)
		return;
	value = values_string(source, setting, "text in quotes");

	if (value)
		*text = messages_memory(source->errors, strdup(value));
}

/* It is a column of the output, where "-" is no rule and ':' separates what follows. */
static bool valid_name(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == ':')
			return false;
	return length <= RULE_NAME_BYTES && strcmp(name, "-") != 0;
}

static void read_name(const struct source *source, const struct setting *setting, void *into)
{
	const char *name = values_string(source, setting, "a unique name");
	struct policy_rule *rule = into;

	if (name && valid_name(name))
		rule->name = messages_memory(source->errors, strdup(name));
	else if (name)
		group_complain(source, setting,
			       "%s is no name, expected 1 to %d printable ASCII characters "
			       "without spaces and colons, and not \"-\"",
			       messages_quote(name, strlen(name)).text, RULE_NAME_BYTES);
}

static void read_verdict(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	rule_verdict(source, setting, &rule->verdict);
}

static void read_mode(const struct source *source, const struct setting *setting, void *into)
{
	static const char *const modes[] = { "audit", NULL };
	struct policy_rule *rule = into;

	rule->audit = values_choice(source, setting, modes, "\"audit\"") == 0;
}

static void read_netns(const struct source *source, const struct setting *setting, void *into)
{
	static const char *const namespaces[] = { "host", NULL };
	struct policy_rule *rule = into;

	rule->host_netns = values_choice(source, setting, namespaces, "\"host\"") == 0;
}

static void read_uid(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_uid(source, setting, &rule->uid);
}

static void read_comm(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_comm(source, setting, &rule->comm);
}

static void read_cgroup(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_cgroup(source, setting, &rule->cgroup);
}

static void read_unit(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_unit(source, setting, &rule->cgroup);
}

static void read_exe(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_exe(source, setting, &rule->exe);
}

static void read_family(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_family(source, setting, &rule->family);
}

static void read_protocol(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_protocol(source, setting, &rule->protocol);
}

static void read_address(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_address(source, setting, &rule->address);
}

static void read_ports(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_ports(source, setting, &rule->port);
}

static void read_permit_options(const struct source *source, const struct setting *setting,
				void *into)
{
	struct policy_rule *rule = into;

	values_options(source, setting, &rule->permit_options);
}

static void read_forbid_options(const struct source *source, const struct setting *setting,
				void *into)
{
	struct policy_rule *rule = into;

	values_options(source, setting, &rule->forbid_options);
}

static void read_reason(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	read_text(source, setting, &rule->reason);
}

static void read_owner(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	read_text(source, setting, &rule->owner);
}

static void read_approver(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	read_text(source, setting, &rule->approver);
}

static void read_ticket(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	read_text(source, setting, &rule->ticket);
}

static void read_approved(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_date(source, setting, &rule->approved);
}

static void read_expires(const struct source *source, const struct setting *setting, void *into)
{
	struct policy_rule *rule = into;

	values_date(source, setting, &rule->expires);
}

static const struct group_known known_settings[] = {
	{ "name", read_name },
	{ "verdict", read_verdict },
	{ "mode", read_mode },
	{ "uid", read_uid },
	{ "cgroup", read_cgroup },
	{ "unit", read_unit },
	{ "comm", read_comm },
	{ "exe", read_exe },
	{ "family", read_family },
	{ "protocol", read_protocol },
	{ "address", read_address },
	{ "ports", read_ports },
	{ "netns", read_netns },
	{ "permit_options", read_permit_options },
	{ "forbid_options", read_forbid_options },
	{ "reason", read_reason },
	{ "owner", read_owner },
	{ "approver", read_approver },
	{ "ticket", read_ticket },
	{ "approved", read_approved },
	{ "expires", read_expires },
	{ NULL, NULL },
};

/* An option that is both would be permitted, which somebody did not mean. */
static void check_options(const struct source *source, const struct setting *group,
			  const struct policy_rule *rule)
{
	uint32_t both = rule->permit_options & rule->forbid_options;
	char names[128];

	if (both)
		group_complain(source, setting_find(group, "permit_options"),
			       "%s in forbid_options too, expected an option in one of them",
			       names_options(both, names, sizeof(names)));
}

static void check_family(const struct source *source, const struct setting *group,
			 const struct policy_rule *rule)
{
	if (rule->address.count > 0 && !addresses_have(&rule->address, rule->family))
		group_complain(source, setting_find(group, "family"),
			       "no address of the rule is %s, expected family and address to agree",
			       rule->family == POLICY_IPV4 ? "an IPv4 one" : "an IPv6 one");
}

static void check_dates(const struct source *source, const struct setting *group,
			const struct policy_rule *rule)
{
	if (rule->approved && rule->expires && rule->approved > rule->expires)
		group_complain(source, setting_find(group, "approved"),
			       "%s is after expires, expected %s or an earlier day",
			       dates_write(rule->approved).text, dates_write(rule->expires).text);
}

void rule_read(const struct source *source, const struct setting *group, struct policy_rule *rule)
{
	struct lines_place place = messages_place(source, group->line);

	rule->file = place.file;
	rule->line = place.line;
	group_read(source, known_settings, group, rule);
	values_cgroup_all(&rule->cgroup);
	check_options(source, group, rule);
	check_family(source, group, rule);
	check_dates(source, group, rule);
	if (!setting_find(group, "name"))
		messages_about(source, "name", group->line,
			       "missing, expected a unique name for the rule");
}

void rule_verdict(const struct source *source, const struct setting *setting,
		  enum bind_verdict *verdict)
{
	static const char *const verdicts[] = {
		[BIND_ALLOW] = "allow",
		[BIND_DENY] = "deny",
		NULL,
	};
	int choice = values_choice(source, setting, verdicts, "\"allow\" or \"deny\"");

	if (choice >= 0)
		*verdict = (enum bind_verdict)choice;
}
