/* SPDX-License-Identifier: GPL-2.0-only */
#include "tally.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static void add(struct bind_rule_counters *to, const struct bind_rule_counters *counters)
{
	to->allowed += counters->allowed;
	to->denied += counters->denied;
	to->audited += counters->audited;
	if (to->last < counters->last)
		to->last = counters->last;
}

static int compare(const void *a, const void *b)
{
	const struct tally_rule *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct tally_rule *new_rule(const char *name)
{
	size_t size = strlen(name) + 1;
	struct tally_rule *rule = calloc(1, sizeof(*rule) + size);

	if (rule)
		memcpy(rule->name, name, size);
	return rule;
}

/* Returns the rule of that name, a new one if need be, or NULL. */
static struct tally_rule *rule_of(struct tally *tally, const char *name)
{
	struct tally_rule *rule = new_rule(name), **found;

	if (!rule)
		return NULL;
	found = tsearch(rule, &tally->rules, compare);
	if (!found || *found != rule)
		free(rule);
	return found ? *found : NULL;
}

int tally_add(struct tally *tally, const struct policy *policy,
	      const struct bind_rule_counters *counters)
{
	int err = 0;

	add(&tally->fallback, &counters[0]);
	for (size_t i = 0; i < policy->rules; i++) {
		const struct bind_rule_counters *c = &counters[i + 1];
		struct tally_rule *rule;

		if (!c->allowed && !c->denied && !c->audited)
			continue;
		rule = rule_of(tally, policy->rule[i].name);
		if (rule)
			add(&rule->counters, c);
		else
			err = -ENOMEM;
	}
	return err;
}

struct visitor {
	void (*visit)(void *context, const struct tally_rule *rule);
	void *context;
};

static void visit_node(const void *node, VISIT when, void *closure)
{
	const struct visitor *visitor = closure;

	if (when == postorder || when == leaf)
		visitor->visit(visitor->context, *(struct tally_rule *const *)node);
}

void tally_visit(const struct tally *tally,
		 void (*visit)(void *context, const struct tally_rule *rule), void *context)
{
	struct visitor visitor = { visit, context };

	twalk_r(tally->rules, visit_node, &visitor);
}

void tally_free(struct tally *tally)
{
	tdestroy(tally->rules, free);
	*tally = (struct tally){ 0 };
}
