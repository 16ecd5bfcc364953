/* SPDX-License-Identifier: GPL-2.0-only */
#include "generator.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define USUAL_RULES 200

/* Splitmix64. */
static uint64_t next_random(struct generator *g)
{
	uint64_t x = g->random += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint32_t below(struct generator *g, uint32_t limit)
{
	return (uint32_t)(next_random(g) >> 32) % limit;
}

static uint32_t one_of(struct generator *g, const uint32_t *values, size_t count)
{
	return values[below(g, (uint32_t)count)];
}

/* Of the characters, each of which may come again: names that are prefixes of each other. */
static void random_comm(struct generator *g, char comm[BIND_COMM_LEN])
{
	uint32_t length = below(g, 3) ? 1 + below(g, 3) : 1 + below(g, 15);

	memset(comm, 0, BIND_COMM_LEN);
	for (uint32_t i = 0; i < length; i++)
		comm[i] = "aab\x01\xff"[below(g, i < 8 ? 3 : 5)];
}

static void random_cgroup(struct generator *g, char path[GENERATOR_PATH_LEN])
{
	static const char *const names[] = { "/a", "/b", "/ab", "/a-b", "/a.b", "/b1" };
	uint32_t depth = 1 + below(g, 4);

	path[0] = '\0';
	for (uint32_t i = 0; i < depth; i++)
		strcat(path, names[below(g, COUNT(names))]);
}

static void fill_pools(struct generator *g, bool large)
{
	static const uint32_t uid[] = { 0, 1, 33, 999, 1000, 65534, 4294967294, 4294967295 };
	static const uint32_t protocol[] = {
		0, 1, 6, 17, 58, 132, 136, 255, 262, BIND_PROTOCOL_RAW
	};
	static const uint32_t port[] = { 0, 1, 22, 80, 443, 1023, 1024, 32768, 65534, 65535 };

	g->pool = large ? GENERATOR_POOL : 12;
	for (size_t i = 0; i < g->pool; i++) {
		g->uid[i] = below(g, 2) ? one_of(g, uid, COUNT(uid)) : (uint32_t)next_random(g);
		g->protocol[i] = one_of(g, protocol, COUNT(protocol));
		g->port[i] = below(g, 2) ? one_of(g, port, COUNT(port)) : below(g, 65536);
		random_comm(g, g->comm[i]);
		random_cgroup(g, g->cgroup[i]);
	}
	for (size_t i = 0; i < BIND_DIMENSIONS; i++)
		g->density[i] = large ? 3 + below(g, 2) : below(g, 5);
}

/* One value, a short range, or one between two values of the pool. */
static struct policy_range random_range(struct generator *g, const uint32_t *pool, uint32_t highest)
{
	uint32_t a = one_of(g, pool, g->pool), b = a;

	if (below(g, 2)) {
		b = below(g, 2) ? one_of(g, pool, g->pool) : a + below(g, 10);
		if (b > highest || (b < a && b - a < 10))
			b = highest;
	}
	return a < b ? (struct policy_range){ a, b } : (struct policy_range){ b, a };
}

static struct policy_ranges random_ranges(struct generator *g, enum bind_dimension dimension,
					  const uint32_t *pool, uint32_t highest)
{
	struct policy_ranges ranges = { .range = &g->range[g->ranges] };

	if (below(g, 4) < g->density[dimension])
		ranges.count = 1 + below(g, GENERATOR_VALUES);
	for (size_t i = 0; i < ranges.count; i++)
		g->range[g->ranges++] = random_range(g, pool, highest);
	return ranges;
}

/* Numbers and names, never ranges of them; "tcp" is two. */
static struct policy_ranges random_protocols(struct generator *g)
{
	struct policy_ranges ranges = { .range = &g->range[g->ranges] };
	uint32_t values = 1 + below(g, GENERATOR_VALUES - 1);

	if (below(g, 4) >= g->density[BIND_DIM_PROTOCOL])
		return ranges;
	for (uint32_t i = 0; i < values && ranges.count < GENERATOR_VALUES; i++) {
		uint32_t protocol = one_of(g, g->protocol, g->pool);

		g->range[g->ranges++] = (struct policy_range){ protocol, protocol };
		ranges.count++;
		if (protocol != 6 || ranges.count == GENERATOR_VALUES)
			continue;
		g->range[g->ranges++] = (struct policy_range){ 262, 262 };
		ranges.count++;
	}
	return ranges;
}

static struct policy_strings random_strings(struct generator *g, enum bind_dimension dimension,
					    char *pool, size_t size)
{
	struct policy_strings strings = { .string = &g->string[g->strings] };

	if (below(g, 4) < g->density[dimension])
		strings.count = 1 + below(g, GENERATOR_VALUES);
	for (size_t i = 0; i < strings.count; i++)
		g->string[g->strings++] = pool + below(g, g->pool) * size;
	return strings;
}

/* Statements, because the calls of an initializer are in an order of the compiler's choice. */
static struct policy_rule random_rule(struct generator *g)
{
	struct policy_rule rule = { 0 };

	rule.verdict = below(g, 2) ? BIND_ALLOW : BIND_DENY;
	rule.audit = below(g, 4) == 0;
	rule.uid = random_ranges(g, BIND_DIM_UID, g->uid, UINT32_MAX);
	rule.protocol = random_protocols(g);
	rule.port = random_ranges(g, BIND_DIM_PORT, g->port, 65535);
	rule.comm = random_strings(g, BIND_DIM_COMM, g->comm[0], sizeof(g->comm[0]));
	rule.cgroup = random_strings(g, BIND_DIM_CGROUP, g->cgroup[0], sizeof(g->cgroup[0]));
	rule.permit_options = below(g, 3) ? 0 : below(g, BIND_OPT_ALL + 1);
	rule.forbid_options = below(g, 3) ? 0 : below(g, BIND_OPT_ALL + 1);
	return rule;
}

void generator_policy(struct generator *g, uint64_t seed)
{
	uint32_t rules;

	g->random = seed;
	g->ranges = g->strings = 0;
	rules = below(g, 64) ? below(g, USUAL_RULES + 1) : BIND_MAX_RULES;
	fill_pools(g, rules == BIND_MAX_RULES || below(g, 2));
	for (uint32_t i = 0; i < rules; i++)
		g->rule[i] = random_rule(g);
	g->enforce = below(g, 2);
	g->policy = (struct policy){ .rule = g->rule, .rules = rules };
	g->policy.default_verdict = below(g, 2) ? BIND_ALLOW : BIND_DENY;
	g->policy.forbid_options = below(g, 2) ? 0 : below(g, BIND_OPT_ALL + 1);
}

/* A value at an edge of the criterion, on either side; most are inside. */
static uint32_t edge_value(struct generator *g, const struct policy_ranges *ranges,
			   const uint32_t *pool)
{
	const struct policy_range *range;

	if (!ranges || !ranges->count)
		return one_of(g, pool, g->pool);
	range = &ranges->range[below(g, (uint32_t)ranges->count)];
	switch (below(g, 20)) {
	case 0:
		return range->low - 1;
	case 1:
		return range->high + 1;
	case 2:
		return one_of(g, pool, g->pool);
	default:
		return below(g, 2) ? range->low : range->high;
	}
}

static void edge_comm(struct generator *g, const struct policy_strings *comms,
		      char comm[BIND_COMM_LEN])
{
	size_t length;

	memcpy(comm, g->comm[below(g, g->pool)], BIND_COMM_LEN);
	if (comms && comms->count)
		memcpy(comm, comms->string[below(g, (uint32_t)comms->count)], BIND_COMM_LEN);
	length = strlen(comm);
	switch (below(g, 25)) {
	case 0:
		comm[length - 1]--; /* \x01 becomes the end */
		break;
	case 1:
		comm[length - 1]++; /* so does \xff */
		break;
	case 2:
		comm[length - 1] = '\0';
		break;
	case 3:
		memset(comm + length, below(g, 2) ? '\xff' : '\x01', BIND_COMM_LEN - length);
		break;
	case 4:
		if (length < BIND_COMM_LEN - 1)
			comm[length] = '\x01';
		break;
	}
}

static void edge_cgroup(struct generator *g, const struct policy_strings *cgroups,
			char path[GENERATOR_PATH_LEN])
{
	strcpy(path, g->cgroup[below(g, g->pool)]);
	if (cgroups && cgroups->count)
		strcpy(path, cgroups->string[below(g, (uint32_t)cgroups->count)]);
	switch (below(g, 30)) {
	case 0:
		strcpy(path, "/");
		break;
	case 1:
		path[strlen(path) - 1] = 'x';
		break;
	case 2:
		strcat(path, "x");
		break;
	case 3:
		*strrchr(path, '/') = '\0';
		if (!*path)
			strcpy(path, "/");
		break;
	case 4:
		strcat(path, "-b");
		break;
	case 5:
		random_cgroup(g, path + strlen(path) * below(g, 2));
		break;
	}
}

/* Aims at one of the rules, so that late ones decide too. */
void generator_request(struct generator *g, struct bind_request *request,
		       char path[GENERATOR_PATH_LEN])
{
	const struct policy_rule *rule = NULL;

	if (g->policy.rules)
		rule = &g->rule[below(g, (uint32_t)g->policy.rules)];
	memset(request, 0, sizeof(*request));
	request->uid = edge_value(g, rule ? &rule->uid : NULL, g->uid);
	request->protocol = edge_value(g, rule ? &rule->protocol : NULL, g->protocol);
	if (request->protocol > BIND_PROTOCOL_RAW)
		request->protocol = BIND_PROTOCOL_RAW;
	request->port = edge_value(g, rule ? &rule->port : NULL, g->port);
	if (request->port > BIND_PORT_NONE || request->protocol == BIND_PROTOCOL_RAW)
		request->port = BIND_PORT_NONE;
	request->options = below(g, 2) ? 0 : below(g, BIND_OPT_ALL + 1);
	edge_comm(g, rule ? &rule->comm : NULL, request->comm);
	edge_cgroup(g, rule ? &rule->cgroup : NULL, path);
}
