/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "addresses.h"
#include "alloc.h"
#include "dates.h"
#include "lint.h"
#include "messages.h"
#include "shadow.h"
#include "shape.h"

/* Whoever has to renew an approval needs some time for it. */
#define SOON (30 * (int64_t)DATES_DAY)

struct lint {
	const struct policy *policy;
	int64_t now;
	struct policy_messages *messages;
	struct shape *shape; /* of each rule */
	size_t *any; /* those rules that accept the address "::" */
	size_t anys;
};

#define quote_name(rule) messages_quote((rule)->name, strlen((rule)->name)).text

#define warn(lint, rule, format, ...)                                                   \
	messages_warn((lint)->messages, (rule)->file, (rule)->line, "rule %s: " format, \
		      quote_name(rule), ##__VA_ARGS__)

static void check_documentation(const struct lint *lint, const struct policy_rule *rule)
{
	if (!rule->reason && !rule->owner)
		warn(lint, rule, "no reason and no owner, say what it is for and whom to ask");
	else if (!rule->reason)
		warn(lint, rule, "no reason, say what it is for");
	else if (!rule->owner)
		warn(lint, rule, "no owner, say whom to ask");
}

static void check_expiry(const struct lint *lint, const struct policy_rule *rule)
{
	int64_t days = (rule->expires - lint->now + DATES_DAY - 1) / DATES_DAY;
	struct dates_text date;

	if (!rule->expires || rule->expires - lint->now > SOON)
		return;
	date = dates_write(rule->expires);
	if (rule->expires <= lint->now)
		warn(lint, rule, "expired on %s and matches nothing any more, renew or remove it",
		     date.text);
	else
		warn(lint, rule, "expires on %s, in %d day%s, renew it or prepare for its end",
		     date.text, (int)days, days == 1 ? "" : "s");
}

/* Whether the rule is for binds to port 0 only, which harm nobody. */
static bool is_ephemeral(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->port.count; i++)
		if (rule->port.range[i].high != BIND_PORT_EPHEMERAL)
			return false;
	return rule->port.count > 0;
}

static void check_subjects(const struct lint *lint, const struct policy_rule *rule)
{
	if (rule->verdict != BIND_ALLOW || rule->uid.count || rule->cgroup.count || rule->exe.count)
		return;
	if (rule->comm.count)
		warn(lint, rule,
		     "comm alone says who may bind, and any process can rename itself, add uid, "
		     "cgroup, unit or exe");
	else if (!rule->address.count && !rule->family && !rule->host_netns && !is_ephemeral(rule))
		warn(lint, rule, "any user may bind %s, add uid, cgroup, unit or exe",
		     rule->port.count ? "these ports" : "any port");
}

static void check_shadow(const struct lint *lint, const struct policy_rule *rule, size_t by)
{
	const struct policy_rule *first;

	if (by == SHADOW_NONE)
		return;
	first = &lint->policy->rule[by];
	warn(lint, rule,
	     "never matches, because rule %s (%s:%u) covers it, move it up or remove it",
	     quote_name(first), messages_file(first->file).text, first->line);
}

static void check_raw(const struct lint *lint, const struct policy_rule *rule,
		      const struct shape *shape)
{
	if (shape->nothing)
		warn(lint, rule, "never matches, because a raw socket has no port, remove ports");
}

/*
 * A socket that is bound to "::" takes what comes for all IPv4 addresses too, unless its program
 * says otherwise.
 */
static const uint8_t any_ipv6[SHAPE_KEY_BYTES];

static void find_anys(struct lint *lint)
{
	lint->any = alloc_zeroed(lint->policy->rules, sizeof(*lint->any));
	for (size_t i = 0; i < lint->policy->rules; i++)
		if (lint->shape[i].expires > lint->now && !lint->shape[i].nothing &&
		    shape_has(&lint->shape[i], SHAPE_ADDRESS, any_ipv6))
			lint->any[lint->anys++] = i;
}

/* The same binds, to "::", by the protocols where that works. */
static struct shape way_around(const struct policy_rule *rule)
{
	static const uint32_t protocols[] = { 6, 17, 33, 132, 136, 262 };
	struct policy_address numbers[sizeof(protocols) / sizeof(protocols[0])];
	struct policy_address address = { { 0 }, { 0 } };
	struct policy_addresses dual = { numbers, sizeof(protocols) / sizeof(protocols[0]) };
	struct policy_addresses any = { &address, 1 };
	struct policy_rule other = *rule;
	struct shape shape;

	for (size_t i = 0; i < dual.count; i++)
		numbers[i] = shape_numbers(protocols[i], protocols[i]);
	other.family = POLICY_ANY_FAMILY;
	other.address = any;
	shape = shape_of(&other);
	shape_restrict(&shape, SHAPE_PROTOCOL, &dual);
	return shape;
}

/*
 * Whether some of the shape is allowed, and by which rule; NULL is the default. Only a rule that
 * denies all of the shape is taken to stand in front of what follows.
 */
static bool find_allowing(const struct lint *lint, const struct shape *shape,
			  const struct policy_rule **allowing)
{
	size_t tries = lint->anys < SHADOW_TRIES ? lint->anys : SHADOW_TRIES;
	const struct policy_rule *rule;

	for (size_t i = 0; i < tries; i++) {
		rule = &lint->policy->rule[lint->any[i]];
		*allowing = rule;
		if (rule->verdict == BIND_ALLOW && shape_meets(&lint->shape[lint->any[i]], shape))
			return true;
		if (rule->verdict == BIND_DENY && shape_covers(&lint->shape[lint->any[i]], shape))
			return false;
	}
	*allowing = NULL;
	return lint->policy->default_verdict == BIND_ALLOW;
}

static bool is_ipv4_only(const struct policy_rule *rule)
{
	return rule->family == POLICY_IPV4 ||
	       (rule->address.count > 0 && !addresses_have(&rule->address, POLICY_IPV6));
}

static void warn_way_around(const struct lint *lint, const struct policy_rule *rule,
			    const struct policy_rule *allowing)
{
	const char *remedy = rule->address.count == 0 ? "leave out family" :
			     rule->family ? "leave out family and add \"::\" to address" :
					    "add \"::\" to address";

	if (allowing)
		warn(lint, rule,
		     "denies IPv4 only, but \"::\" takes IPv4 too and rule %s (%s:%u) allows it, "
		     "%s",
		     quote_name(allowing), messages_file(allowing->file).text, allowing->line,
		     remedy);
	else
		warn(lint, rule,
		     "denies IPv4 only, but \"::\" takes IPv4 too and the default allows it, %s",
		     remedy);
}

static void check_ipv4_only(const struct lint *lint, const struct policy_rule *rule)
{
	const struct policy_rule *allowing;
	struct shape shape;

	if (rule->verdict != BIND_DENY || !is_ipv4_only(rule))
		return;
	shape = way_around(rule);
	if (!shape.nothing && find_allowing(lint, &shape, &allowing))
		warn_way_around(lint, rule, allowing);
	shape_free(&shape);
}

static void check_rule(const struct lint *lint, size_t i, size_t shadow)
{
	const struct policy_rule *rule = &lint->policy->rule[i];

	check_shadow(lint, rule, shadow);
	check_raw(lint, rule, &lint->shape[i]);
	check_expiry(lint, rule);
	check_subjects(lint, rule);
	if (lint->shape[i].expires > lint->now && !lint->shape[i].nothing && shadow == SHADOW_NONE)
		check_ipv4_only(lint, rule);
	check_documentation(lint, rule);
}

void policy_lint(const struct policy *policy, int64_t now, struct policy_messages *messages)
{
	struct lint lint = { .policy = policy, .now = now, .messages = messages };
	size_t before = messages->count, *shadow;

	lint.shape = alloc_zeroed(policy->rules, sizeof(*lint.shape));
	for (size_t i = 0; i < policy->rules; i++)
		lint.shape[i] = shape_of(&policy->rule[i]);
	find_anys(&lint);
	shadow = shadow_find(lint.shape, policy->rules, now);
	for (size_t i = 0; i < policy->rules; i++)
		check_rule(&lint, i, shadow[i]);
	for (size_t i = 0; i < policy->rules; i++)
		shape_free(&lint.shape[i]);
	free(shadow);
	free(lint.any);
	free(lint.shape);
	messages_sort(messages, before, policy);
}
