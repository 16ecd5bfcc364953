/* SPDX-License-Identifier: GPL-2.0-only */
#include "typical.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_UID 1000
#define PORTS 65535

static void set_ranges(struct policy_ranges *ranges, uint32_t a, uint32_t b)
{
	ranges->count = a == b ? 1 : 2;
	ranges->range = calloc(ranges->count, sizeof(*ranges->range));
	assert_non_null(ranges->range);
	ranges->range[0] = (struct policy_range){ a, a };
	ranges->range[ranges->count - 1] = (struct policy_range){ b, b };
}

static void __attribute__((format(printf, 2, 3)))
set_string(struct policy_strings *strings, const char *format, ...)
{
	va_list arguments;

	strings->count = 1;
	strings->string = calloc(1, sizeof(*strings->string));
	assert_non_null(strings->string);
	va_start(arguments, format);
	assert_true(vasprintf(&strings->string[0], format, arguments) > 0);
	va_end(arguments);
}

static void set_address(struct policy_addresses *addresses, uint32_t number)
{
	const uint8_t bytes[16] = IPV4(10, (number >> 16) & 0xff, (number >> 8) & 0xff,
				       number & 0xff);

	addresses->count = 1;
	addresses->range = calloc(1, sizeof(*addresses->range));
	assert_non_null(addresses->range);
	memcpy(addresses->range[0].low, bytes, sizeof(bytes));
	memcpy(addresses->range[0].high, bytes, sizeof(bytes));
}

/* Two ports that are not neighbours, and not those of the next rule. */
static void set_ports(struct policy_rule *rule, uint32_t number)
{
	uint32_t port = 1 + number * 7919u % 60000;

	set_ranges(&rule->port, port, port + 5);
}

static void set_port(struct policy_rule *rule, uint32_t number)
{
	static const uint32_t protocols[] = { 6, 17, 132 };

	set_ranges(&rule->port, 1 + number % PORTS, 1 + number % PORTS);
	set_ranges(&rule->protocol, protocols[number / PORTS], protocols[number / PORTS]);
}

static void make_rule(struct policy_rule *rule, enum typical typical, uint32_t number)
{
	if (typical == TYPICAL_MIXED)
		typical = (enum typical)(number % TYPICAL_MIXED);
	if (typical == TYPICAL_PORT) {
		set_port(rule, number);
		return;
	}
	set_ports(rule, number);
	if (typical == TYPICAL_UID)
		set_ranges(&rule->uid, FIRST_UID + number, FIRST_UID + number);
	if (typical == TYPICAL_COMM)
		set_string(&rule->comm, "svc-%u", number);
	if (typical == TYPICAL_ADDRESS)
		set_address(&rule->address, number);
	if (typical != TYPICAL_CGROUP)
		return;
	set_string(&rule->cgroup, "/system.slice/service-%05u.service", number);
	set_ranges(&rule->protocol, 6, 262);
}

struct policy typical_policy(enum typical typical, size_t rules)
{
	struct policy policy = { .default_verdict = BIND_DENY, .rules = rules };

	policy.rule = calloc(rules + 1, sizeof(*policy.rule));
	assert_non_null(policy.rule);
	for (size_t i = 0; i < rules; i++)
		make_rule(&policy.rule[i], typical, (uint32_t)i);
	return policy;
}

static void free_strings(struct policy_strings *strings)
{
	if (strings->count)
		free(strings->string[0]);
	free(strings->string);
}

void typical_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->rules; i++) {
		free(policy->rule[i].uid.range);
		free(policy->rule[i].port.range);
		free(policy->rule[i].protocol.range);
		free(policy->rule[i].address.range);
		free_strings(&policy->rule[i].comm);
		free_strings(&policy->rule[i].cgroup);
	}
	free(policy->rule);
	*policy = (struct policy){ 0 };
}

void typical_request(const struct policy *policy, size_t rule, struct typical_request *request)
{
	const struct policy_rule *r = &policy->rule[rule];
	struct bind_request *bind = &request->request;

	*request = (struct typical_request){ .task.cgroup = request->cgroup };
	strcpy(request->cgroup, r->cgroup.count ? r->cgroup.string[0] : "/");
	bind->uid = r->uid.count ? r->uid.range[0].low : 0;
	bind->protocol = r->protocol.count ? r->protocol.range[0].low : 6;
	bind->port = r->port.range[r->port.count - 1].low;
	if (r->comm.count)
		memcpy(bind->comm, r->comm.string[0], strlen(r->comm.string[0]));
	if (r->address.count)
		memcpy(bind->address, r->address.range[0].low, sizeof(bind->address));
}
