/* SPDX-License-Identifier: GPL-2.0-only */
#include "tally.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
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

static int add_rule(struct tally *tally, const char *name,
		    const struct bind_rule_counters *counters)
{
	struct tally_rule *rule = rule_of(tally, name);

	if (!rule)
		return -ENOMEM;
	add(&rule->counters, counters);
	return 0;
}

static bool has_decided(const struct bind_rule_counters *c)
{
	return c->allowed || c->denied || c->audited;
}

static int add_rules(struct tally *tally, const struct policy *policy,
		     const struct bind_rule_counters *counters, bool all)
{
	int err = 0;

	add(&tally->fallback, &counters[0]);
	for (size_t i = 0; i < policy->rules; i++)
		if ((all || has_decided(&counters[i + 1])) &&
		    add_rule(tally, policy->rule[i].name, &counters[i + 1]))
			err = -ENOMEM;
	return err;
}

int tally_add(struct tally *tally, const struct policy *policy,
	      const struct bind_rule_counters *counters)
{
	return add_rules(tally, policy, counters, false);
}

int tally_add_all(struct tally *tally, const struct policy *policy,
		  const struct bind_rule_counters *counters)
{
	return add_rules(tally, policy, counters, true);
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

struct copying {
	struct tally *to;
	int err;
};

static void copy_rule(void *context, const struct tally_rule *rule)
{
	struct copying *copying = context;
	int err = add_rule(copying->to, rule->name, &rule->counters);

	if (err)
		copying->err = err;
}

int tally_copy(struct tally *tally, const struct tally *other)
{
	struct copying copying = { .to = tally };

	tally->fallback = other->fallback;
	tally_visit(other, copy_rule, &copying);
	return copying.err;
}

void tally_free(struct tally *tally)
{
	tdestroy(tally->rules, free);
	*tally = (struct tally){ 0 };
}
