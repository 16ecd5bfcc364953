/* SPDX-License-Identifier: GPL-2.0-only */
#include "learned.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindtext.h"
#include "policy/alloc.h"

#define MAX_BINDS 1000000 /* different ones */
#define MAX_HOSTS 100000
#define PROTOCOL_L2TP 115
#define PROTOCOL_SMC 256
#define PROTOCOL_MPTCP 262

/* --- Sets */

static int compare_values(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return one < other ? -1 : one > other;
}

/* The place of the value, or of the first one above it. */
static size_t set_place(const struct learned_set *set, uint32_t value)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (set->value[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void set_add(struct learned_set *set, uint32_t value)
{
	size_t at = set_place(set, value);

	if (at < set->count && set->value[at] == value)
		return;
	set->value = alloc_grow(set->value, set->count, sizeof(*set->value));
	memmove(set->value + at + 1, set->value + at, (set->count - at) * sizeof(*set->value));
	set->value[at] = value;
	set->count++;
}

/* Makes the set of all values that these sets have, which it empties. */
static struct learned_set set_join(struct learned_set *const *sets, size_t count)
{
	struct learned_set all = { 0 };
	size_t values = 0, at = 0;

	for (size_t i = 0; i < count; i++)
		values += sets[i]->count;
	all.value = alloc_zeroed(values, sizeof(*all.value));
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sets[i]->count; k++)
			all.value[at++] = sets[i]->value[k];
		free(sets[i]->value);
		*sets[i] = (struct learned_set){ 0 };
	}
	qsort(all.value, values, sizeof(*all.value), compare_values);
	for (size_t i = 0; i < values; i++)
		if (!all.count || all.value[i] != all.value[all.count - 1])
			all.value[all.count++] = all.value[i];
	return all;
}

static int set_compare(const struct learned_set *a, const struct learned_set *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->value[i] != b->value[i])
			return a->value[i] < b->value[i] ? -1 : 1;
	return a->count < b->count ? -1 : a->count > b->count;
}

/* --- What is learned */

void learned_init(struct learned *learned)
{
	*learned = (struct learned){ .first = RECORDS_UNKNOWN, .last = RECORDS_UNKNOWN };
	table_init(&learned->binds, sizeof(struct learned_rule), MAX_BINDS);
	table_init(&learned->addresses, sizeof(uint32_t), MAX_BINDS);
	table_init(&learned->hosts, sizeof(uint32_t), MAX_HOSTS);
	table_init(&learned->refused, sizeof(uint64_t), MAX_HOSTS);
}

/* The number of the text in a table that gives them out; of what does not fit any more, the last. */
static uint32_t number_of(struct table *table, const char *text)
{
	size_t before = table->count;
	uint32_t *number = table_get(table, text);

	if (!number)
		return (uint32_t)before - 1;
	if (table->count > before)
		*number = (uint32_t)before;
	return *number;
}

/* Binds that are left out whatever the base says. */
static bool is_left_out(struct learned *learned, const struct records_line *line)
{
	bool is_bound = line->via == BIND_VIA_SETSOCKOPT ||
			(line->via == BIND_VIA_LISTEN && line->requested_port);
	bool is_odd = line->cause &&
		      (!strcmp(line->cause, "malformed") || !strcmp(line->cause, "unreadable"));
	uint64_t *left = NULL;

	/* A bound socket is only asked for its options. */
	if (line->via == BIND_VIA_CONNECT || line->via == BIND_VIA_SENDTO || is_bound || is_odd)
		left = &learned->left_other;
	else if (line->verdict == RECORDS_DENY && !learned->denied)
		left = &learned->left_denied;
	else if (line->verdict != RECORDS_DENY && line->rc != 0 && line->rc != RECORDS_UNKNOWN &&
		 !learned->failed)
		left = &learned->left_failed;
	if (left)
		*left += (uint64_t)line->count;
	return left;
}

/*
 * Is it for the rules that come behind the base's? Not if one of those decides: what it denies is
 * denied on purpose.
 */
static bool is_for_default(struct learned *learned, const struct records_line *line)
{
	struct candidate_answer answer;
	uint64_t *refused;

	if (!learned->base)
		return true;
	candidate_decide(learned->base, line, &answer);
	if (!answer.is_sure || !answer.is_decided)
		return answer.is_decided;
	if (answer.decision.verdict == BIND_ALLOW) {
		learned->allowed += (uint64_t)line->count;
		return false;
	}
	if (answer.decision.rule == BIND_RULE_NONE)
		return true;
	refused = table_get(&learned->refused, candidate_rule(learned->base, answer.decision.rule));
	if (refused)
		*refused += (uint64_t)line->count;
	return false;
}

static uint32_t ports_of(const struct records_line *line)
{
	if (line->is_raw || line->protocol == PROTOCOL_L2TP)
		return LEARNED_NO_PORT;
	if (line->range[1])
		return LEARNED_PORTS(line->range[0], line->range[1]);
	return LEARNED_PORTS(line->requested_port, line->requested_port);
}

/* MPTCP is TCP to rules, and programs get it without asking for it. */
static uint32_t protocol_of(const struct records_line *line)
{
	if (line->is_raw)
		return BIND_PROTOCOL_RAW;
	if (line->protocol == PROTOCOL_SMC || line->protocol == PROTOCOL_MPTCP)
		return IPPROTO_TCP;
	return (uint32_t)line->protocol;
}

/* The place for binds like this one, new or not. */
static struct learned_rule *find_bind(struct learned *learned, const struct records_line *line)
{
	char key[SUBJECT_TEXT_BYTES + 128], address[BINDTEXT_BYTES];
	uint32_t ports = ports_of(line), protocol = protocol_of(line), place;
	struct learned_rule *bind;
	struct subject subject;

	subject_of(line, &subject);
	place = number_of(&learned->addresses, bindtext_address(line, address));
	snprintf(key, sizeof(key), "%d %s\n%lld %x %x %x", subject.kind, subject.text,
		 subject.has_uid ? (long long)subject.uid : -1, place, ports, protocol);
	bind = table_get(&learned->binds, key);
	if (!bind || bind->text)
		return bind;
	bind->kind = subject.kind;
	bind->text = alloc_string(subject.text, strlen(subject.text));
	set_add(&bind->of[LEARNED_ADDRESS], place);
	set_add(&bind->of[LEARNED_PORT], ports);
	set_add(&bind->of[LEARNED_PROTOCOL], protocol);
	if (subject.has_uid)
		set_add(&bind->of[LEARNED_UID], subject.uid);
	return bind;
}

/* Widens what is known of when it was, by a time from first to last. */
static void widen(int64_t *first, int64_t *last, bool is_first, int64_t from, int64_t to)
{
	if (is_first || from < *first)
		*first = from;
	if (is_first || to > *last)
		*last = to;
}

bool learned_add(struct learned *learned, const struct records_line *line)
{
	struct learned_rule *bind;

	if (is_left_out(learned, line) || !is_for_default(learned, line))
		return true;
	bind = find_bind(learned, line);
	if (!bind || learned->addresses.count == MAX_BINDS) {
		learned->too_many = true;
		return false;
	}
	widen(&bind->first, &bind->last, !bind->count, line->time, line->last_time);
	widen(&learned->first, &learned->last, !learned->count, line->time, line->last_time);
	bind->count += (uint64_t)line->count;
	learned->count += (uint64_t)line->count;
	set_add(&bind->hosts, number_of(&learned->hosts, line->host ?: ""));
	if (learned->base)
		bind->options |= line->options & learned->base->load.policy->forbid_options;
	return true;
}

/* --- Rules */

/* Compares all but this criterion; what is equal in the rest can be one rule. */
static int compare_but(const void *a, const void *b, void *criterion)
{
	const struct learned_rule *one = a, *other = b;
	int order = one->kind < other->kind ? -1 : one->kind > other->kind;

	if (!order)
		order = strcmp(one->text, other->text);
	if (!order)
		order = one->options < other->options ? -1 : one->options > other->options;
	for (int i = 0; !order && i < LEARNED_CRITERIA; i++)
		if (i != *(const int *)criterion)
			order = set_compare(&one->of[i], &other->of[i]);
	return order;
}

static void free_rule(struct learned_rule *rule)
{
	for (int i = 0; i < LEARNED_CRITERIA; i++)
		free(rule->of[i].value);
	free(rule->hosts.value);
	free(rule->text);
}

/* Makes the first of the rules, which differ in this criterion only, all of them. */
static void join(struct learned_rule *rule, size_t count, int criterion)
{
	struct learned_set **sets = alloc_zeroed(count, sizeof(*sets)), all;

	for (size_t i = 0; i < count; i++)
		sets[i] = &rule[i].hosts;
	all = set_join(sets, count);
	rule->hosts = all;
	for (size_t i = 0; i < count; i++)
		sets[i] = &rule[i].of[criterion];
	all = set_join(sets, count);
	rule->of[criterion] = all;
	for (size_t i = 1; i < count; i++) {
		widen(&rule->first, &rule->last, false, rule[i].first, rule[i].last);
		rule->count += rule[i].count;
		free_rule(&rule[i]);
	}
	free(sets);
}

/* Makes one rule of those that differ in this criterion only. */
static void merge(struct learned *learned, int criterion)
{
	size_t count = 0, next;

	qsort_r(learned->rule, learned->rules, sizeof(*learned->rule), compare_but, &criterion);
	for (size_t i = 0; i < learned->rules; i = next) {
		struct learned_rule *rule = &learned->rule[i];

		for (next = i + 1; next < learned->rules; next++)
			if (compare_but(rule, &learned->rule[next], &criterion))
				break;
		if (next > i + 1)
			join(rule, next - i, criterion);
		learned->rule[count++] = *rule;
	}
	learned->rules = count;
}

static bool is_number(uint32_t ports)
{
	return LEARNED_LOW(ports) && ports != LEARNED_NO_PORT;
}

/* Ports that are near each other become ranges; they are sorted by where they begin. */
static void join_ports(struct learned_set *ports, uint32_t gap)
{
	size_t count = 0;

	for (size_t i = 0; i < ports->count; i++) {
		uint32_t *before = count ? &ports->value[count - 1] : NULL, next = ports->value[i];

		if (!before || !is_number(*before) || !is_number(next) ||
		    LEARNED_LOW(next) > LEARNED_HIGH(*before) + gap)
			ports->value[count++] = next;
		else if (LEARNED_HIGH(next) > LEARNED_HIGH(*before))
			*before = LEARNED_PORTS(LEARNED_LOW(*before), LEARNED_HIGH(next));
	}
	ports->count = count;
}

/* Addresses got their numbers as they came; rules shall not depend on that. */
static void sort_addresses(struct learned *learned)
{
	struct table *addresses = &learned->addresses;
	uint32_t *rank = alloc_zeroed(addresses->count, sizeof(*rank));

	table_sort(addresses);
	for (size_t i = 0; i < addresses->count; i++)
		rank[*(uint32_t *)addresses->entry[i].value] = (uint32_t)i;
	for (size_t i = 0; i < learned->rules; i++)
		learned->rule[i].of[LEARNED_ADDRESS].value[0] =
			rank[learned->rule[i].of[LEARNED_ADDRESS].value[0]];
	free(rank);
}

void learned_finish(struct learned *learned, uint32_t gap)
{
	int none = LEARNED_CRITERIA;
	size_t before;

	learned->rules = learned->binds.count;
	learned->rule = alloc_zeroed(learned->rules, sizeof(*learned->rule));
	for (size_t i = 0; i < learned->rules; i++)
		learned->rule[i] = *(struct learned_rule *)learned->binds.entry[i].value;
	sort_addresses(learned);
	do {
		before = learned->rules;
		for (int i = 0; i < LEARNED_CRITERIA; i++)
			merge(learned, i);
	} while (learned->rules < before);
	for (size_t i = 0; gap && i < learned->rules; i++)
		join_ports(&learned->rule[i].of[LEARNED_PORT], gap);
	qsort_r(learned->rule, learned->rules, sizeof(*learned->rule), compare_but, &none);
}

void learned_free(struct learned *learned)
{
	/* What is in the table of binds belongs to the rules, once there are any. */
	if (learned->rule)
		for (size_t i = 0; i < learned->rules; i++)
			free_rule(&learned->rule[i]);
	else
		for (size_t i = 0; i < learned->binds.count; i++)
			free_rule(learned->binds.entry[i].value);
	free(learned->rule);
	table_free(&learned->binds);
	table_free(&learned->addresses);
	table_free(&learned->hosts);
	table_free(&learned->refused);
}
