/* SPDX-License-Identifier: GPL-2.0-only */
#include "summary.h"

#include <stdlib.h>
#include <string.h>

#include "policy/alloc.h"

#define PORTS 65536

static int compare_ranges(const void *a, const void *b)
{
	const struct policy_range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->high > y->high) - (x->high < y->high);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many of the elements differ from each other; sorts them. */
static size_t count_different(void *elements, size_t count, size_t size,
			      int (*compare)(const void *a, const void *b))
{
	size_t different = count > 0;
	char *at = elements;

	qsort(elements, count, size, compare);
	for (size_t i = 1; i < count; i++)
		different += compare(at + (i - 1) * size, at + i * size) != 0;
	return different;
}

static size_t count_uids(const struct policy *policy)
{
	struct policy_ranges all = { 0 };
	size_t different;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_ranges *uid = &policy->rule[i].uid;

		for (size_t j = 0; j < uid->count; j++) {
			all.range = alloc_grow(all.range, all.count, sizeof(*all.range));
			all.range[all.count++] = uid->range[j];
		}
	}
	if (!all.count)
		return 0;
	different = count_different(all.range, all.count, sizeof(*all.range), compare_ranges);
	free(all.range);
	return different;
}

/* How many different strings the rules have in the member that is so far into a rule. */
static size_t count_strings(const struct policy *policy, size_t member)
{
	struct policy_strings all = { 0 };
	size_t different;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_strings *strings =
			(const void *)((const char *)&policy->rule[i] + member);

		for (size_t j = 0; j < strings->count; j++) {
			all.string = alloc_grow(all.string, all.count, sizeof(*all.string));
			all.string[all.count++] = strings->string[j];
		}
	}
	if (!all.count)
		return 0;
	different = count_different(all.string, all.count, sizeof(*all.string), compare_strings);
	free(all.string);
	return different;
}

/* Counts the ranges that begin and end at each port, so that wide ones cost no more. */
static size_t count_ports(const struct policy *policy)
{
	long *begin = alloc_zeroed(PORTS + 1, sizeof(*begin)), open = 0;
	size_t count = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_ranges *ports = &policy->rule[i].port;

		for (size_t j = 0; j < ports->count; j++) {
			begin[ports->range[j].low]++;
			begin[ports->range[j].high + 1]--;
		}
	}
	for (size_t port = 0; port < PORTS; port++) {
		open += begin[port];
		count += port > 0 && open > 0;
	}
	free(begin);
	return count;
}

struct summary summary_of(const struct policy *policy)
{
	return (struct summary){
		.rules = policy->rules,
		.subjects = count_uids(policy) +
			    count_strings(policy, offsetof(struct policy_rule, cgroup)) +
			    count_strings(policy, offsetof(struct policy_rule, exe)) +
			    count_strings(policy, offsetof(struct policy_rule, comm)),
		.ports = count_ports(policy),
	};
}
