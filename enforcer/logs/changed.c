/* SPDX-License-Identifier: GPL-2.0-only */
#include "changed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bindtext.h"
#include "enforcer/escape.h"
#include "enforcer/json.h"
#include "policy/alloc.h"
#include "subject.h"

#define MAX_GROUPS 100000
#define RULE_BYTES 260 /* of a rule's name, escaped */

/* Binds of one subject to one port whose decisions would change alike. Texts are escaped. */
struct changed_group {
	enum records_verdict was;
	enum changed_would would;
	char *who, *protocol, *address, *port, *was_rule, *would_rule;
	uint64_t count;
	int64_t first, last;
};

static const char *const verdicts[] = {
	[RECORDS_UNDECIDED] = "none",
	[RECORDS_ALLOW] = "allow",
	[RECORDS_DENY] = "deny",
	[RECORDS_AUDIT] = "audit",
};

static const char *const woulds[] = {
	[CHANGED_ALLOW] = "allow",
	[CHANGED_AUDIT] = "audit",
	[CHANGED_DENY] = "deny",
	[CHANGED_UNSURE] = "?",
};

void changed_init(struct changed *changed)
{
	*changed = (struct changed){ 0 };
	table_init(&changed->groups, sizeof(struct changed_group), MAX_GROUPS);
}

static enum changed_would would_be(const struct candidate_answer *answer)
{
	if (!answer->is_sure)
		return CHANGED_UNSURE;
	if (answer->decision.verdict == BIND_ALLOW)
		return CHANGED_ALLOW;
	return answer->decision.enforced ? CHANGED_DENY : CHANGED_AUDIT;
}

/*
 * Where nothing was decided it was let through, as with allow. With --audit all that is denied is
 * let through, so that "audit" is the same as any denial; with --deny it is that of a rule.
 */
static bool is_change(const struct records_line *line, enum changed_would would)
{
	switch (line->verdict) {
	case RECORDS_DENY:
		return would != CHANGED_DENY;
	case RECORDS_AUDIT:
		if (line->mode && strcmp(line->mode, "deny") == 0)
			return would != CHANGED_AUDIT;
		return would != CHANGED_AUDIT && would != CHANGED_DENY;
	default:
		return would != CHANGED_ALLOW;
	}
}

/* A rule's name that a log has told, which may be anything. */
static const char *escaped_rule(const char *rule, char buffer[RULE_BYTES])
{
	return escape(rule ?: "-", rule ? strlen(rule) : 1, RULE_BYTES - 1, buffer, RULE_BYTES);
}

/* The rule that would decide; of those that may, the first and the last. */
static void print_would_rule(const struct candidate *candidate,
			     const struct candidate_answer *answer, char *buffer, size_t size)
{
	const char *rule = candidate_rule(candidate, answer->decision.rule);

	if (answer->is_sure || answer->first == answer->last)
		snprintf(buffer, size, "%s", rule);
	else
		snprintf(buffer, size, "%s or %s",
			 candidate_rule(candidate, (uint32_t)answer->first),
			 candidate_rule(candidate, (uint32_t)answer->last));
}

static char *copy_text(const char *text)
{
	return alloc_string(text, strlen(text));
}

static void add_to_group(struct changed_group *group, const struct records_line *line)
{
	if (!group->count || line->time < group->first)
		group->first = line->time;
	if (!group->count || line->last_time > group->last)
		group->last = line->last_time;
	group->count += (uint64_t)line->count;
}

static void group_change(struct changed *changed, const struct candidate *candidate,
			 const struct records_line *line, const struct candidate_answer *answer)
{
	char who[SUBJECT_TEXT_BYTES + 64], protocol[BINDTEXT_BYTES], address[BINDTEXT_BYTES];
	char port[BINDTEXT_BYTES], rule[RULE_BYTES], would_rule[RULE_BYTES];
	char key[sizeof(who) + 3 * BINDTEXT_BYTES + 2 * RULE_BYTES + 32];
	struct changed_group group = { .was = line->verdict, .would = would_be(answer) }, *found;
	struct subject subject;

	subject_of(line, &subject);
	group.who = (char *)subject_print(&subject, who, sizeof(who));
	group.protocol = (char *)bindtext_protocol(line, protocol);
	group.address = (char *)bindtext_address(line, address);
	group.port = (char *)bindtext_port(line, port);
	group.was_rule = (char *)escaped_rule(line->rule, rule);
	print_would_rule(candidate, answer, would_rule, sizeof(would_rule));
	snprintf(key, sizeof(key), "%d\n%d\n%s\n%s\n%s\n%s\n%s\n%s", group.was, group.would,
		 group.who, group.protocol, group.address, group.port, group.was_rule, would_rule);
	found = table_get(&changed->groups, key);
	if (!found) {
		changed->ungrouped += (uint64_t)line->count;
		return;
	}
	if (!found->count) {
		*found = group;
		found->who = copy_text(group.who);
		found->protocol = copy_text(group.protocol);
		found->address = copy_text(group.address);
		found->port = copy_text(group.port);
		found->was_rule = copy_text(group.was_rule);
		found->would_rule = copy_text(would_rule);
	}
	add_to_group(found, line);
}

void changed_add(struct changed *changed, struct candidate *candidate,
		 const struct records_line *line)
{
	struct candidate_answer answer;
	enum changed_would would;

	candidate_decide(candidate, line, &answer);
	if (!answer.is_decided) {
		changed->skipped += (uint64_t)line->count;
		return;
	}
	changed->decisions += (uint64_t)line->count;
	would = would_be(&answer);
	if (would == CHANGED_UNSURE) {
		changed->unsure += (uint64_t)line->count;
		changed->missing |= answer.missing;
	} else if (is_change(line, would)) {
		changed->changes += (uint64_t)line->count;
	} else {
		return;
	}
	group_change(changed, candidate, line, &answer);
}

/* --- Printing */

/* How bad it is: what a service would not get any more comes first, then what may be so. */
static int badness(const struct changed_group *group)
{
	static const int of[] = {
		[CHANGED_DENY] = 3,
		[CHANGED_UNSURE] = 2,
		[CHANGED_ALLOW] = 1,
		[CHANGED_AUDIT] = 0,
	};

	return of[group->would];
}

static int compare(const void *a, const void *b)
{
	const struct changed_group *one = ((const struct table_entry *)a)->value;
	const struct changed_group *other = ((const struct table_entry *)b)->value;

	if (badness(one) != badness(other))
		return badness(other) - badness(one);
	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(((const struct table_entry *)a)->key, ((const struct table_entry *)b)->key);
}

/* The groups in the order in which they are printed; to be freed. */
static struct table_entry *sorted(const struct changed *changed)
{
	size_t count = changed->groups.count;
	struct table_entry *entries = alloc_zeroed(count, sizeof(*entries));

	if (count)
		memcpy(entries, changed->groups.entry, count * sizeof(*entries));
	qsort(entries, count, sizeof(*entries), compare);
	return entries;
}

static void print_group(FILE *out, const struct changed_group *group)
{
	char count[BINDTEXT_BYTES], first[BINDTEXT_BYTES], last[BINDTEXT_BYTES];

	fprintf(out, "%-5s -> %-5s  %s, %s %s", verdicts[group->was], woulds[group->would],
		group->who, group->protocol, group->address);
	if (*group->port)
		fprintf(out, " port %s", group->port);
	fprintf(out, ", rule %s -> %s, %s time%s, %s", group->was_rule, group->would_rule,
		bindtext_number(group->count, count), group->count == 1 ? "" : "s",
		bindtext_time(group->first, first));
	if (group->last - group->first >= 1000000000)
		fprintf(out, " to %s", bindtext_time(group->last, last));
	fputc('\n', out);
}

static void print_summary(FILE *out, const struct changed *changed)
{
	char changes[BINDTEXT_BYTES], decisions[BINDTEXT_BYTES], facts[128];

	fprintf(out, "%s of %s decision%s would change", bindtext_number(changed->changes, changes),
		bindtext_number(changed->decisions, decisions), changed->decisions == 1 ? "" : "s");
	if (changed->unsure)
		fprintf(out, ", %s cannot be judged for sure: not recorded: %s",
			bindtext_number(changed->unsure, changes),
			candidate_facts(changed->missing, facts, sizeof(facts)));
	fputc('\n', out);
	if (changed->skipped)
		fprintf(out,
			"%s left out: no policy decides such binds, or they could not be read\n",
			bindtext_number(changed->skipped, changes));
}

void changed_print(FILE *out, const struct changed *changed)
{
	struct table_entry *entries = sorted(changed);

	for (size_t i = 0; i < changed->groups.count; i++)
		print_group(out, entries[i].value);
	free(entries);
	if (changed->ungrouped)
		fprintf(out, "%" PRIu64 " more of other kinds\n", changed->ungrouped);
	print_summary(out, changed);
}

static void add_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, text ? json_object_new_string(text) : NULL);
}

static const char *rule_or_null(const char *rule)
{
	return strcmp(rule, "-") ? rule : NULL;
}

static void print_group_json(FILE *out, const struct changed_group *group)
{
	struct json_object *to = json_object_new_object();

	add_text(to, "record", "change");
	add_text(to, "was", group->was == RECORDS_UNDECIDED ? NULL : verdicts[group->was]);
	add_text(to, "would", group->would == CHANGED_UNSURE ? NULL : woulds[group->would]);
	add_text(to, "who", group->who);
	add_text(to, "protocol", group->protocol);
	add_text(to, "address", group->address);
	add_text(to, "ports", *group->port ? group->port : NULL);
	add_text(to, "was_rule", rule_or_null(group->was_rule));
	add_text(to, "would_rule", rule_or_null(group->would_rule));
	json_object_object_add(to, "count", json_object_new_uint64(group->count));
	json_object_object_add(to, "first", json_time(group->first));
	json_object_object_add(to, "last", json_time(group->last));
	json_print(out, to);
}

void changed_print_json(FILE *out, const struct changed *changed)
{
	struct table_entry *entries = sorted(changed);
	struct json_object *to = json_object_new_object();

	for (size_t i = 0; i < changed->groups.count; i++)
		print_group_json(out, entries[i].value);
	free(entries);
	add_text(to, "record", "summary");
	json_object_object_add(to, "decisions", json_object_new_uint64(changed->decisions));
	json_object_object_add(to, "changes", json_object_new_uint64(changed->changes));
	json_object_object_add(to, "unsure", json_object_new_uint64(changed->unsure));
	json_object_object_add(to, "skipped", json_object_new_uint64(changed->skipped));
	json_print(out, to);
}

void changed_free(struct changed *changed)
{
	for (size_t i = 0; i < changed->groups.count; i++) {
		struct changed_group *group = changed->groups.entry[i].value;

		free(group->who);
		free(group->protocol);
		free(group->address);
		free(group->port);
		free(group->was_rule);
		free(group->would_rule);
	}
	table_free(&changed->groups);
}
