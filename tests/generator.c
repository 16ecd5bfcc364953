/* SPDX-License-Identifier: GPL-2.0-only */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define USUAL_RULES 200
#define FEW_RULES 12

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

/* As much of text as a path has room for. */
static void append(char path[BIND_CGROUP_PATH_LEN], const char *text)
{
	size_t length = strlen(path), room = BIND_CGROUP_PATH_LEN - 1 - length;

	for (size_t i = 0; i < room && text[i]; i++) {
		path[length++] = text[i];
		path[length] = '\0';
	}
}

/* Bytes on both sides of '/', and the lowest and the highest ones. */
static void append_name(struct generator *g, char path[BIND_CGROUP_PATH_LEN])
{
	static const char *const names[] = { "/a",     "/b",	     "/ab",    "/a-b",	 "/a.b",
					     "/b1",    "/a0",	     "/a\x01", "/a\x7f", "/\xff",
					     "/a\xff", "/a\xff\xff", "/a\xfe" };

	append(path, names[below(g, COUNT(names))]);
}

static void random_cgroup(struct generator *g, char path[BIND_CGROUP_PATH_LEN])
{
	uint32_t depth = 1 + below(g, 4);

	path[0] = '\0';
	for (uint32_t i = 0; i < depth; i++)
		append_name(g, path);
	if (below(g, 24))
		return;
	while (strlen(path) < BIND_CGROUP_PATH_LEN - 6)
		append_name(g, path);
}

/* Around the IPv4 addresses, which are in the middle of the low IPv6 addresses. */
static void random_address(struct generator *g, uint8_t address[16])
{
	static const uint8_t usual[][16] = {
		{ 0 },
		{ [15] = 1 },
		{ [10] = 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff },
		{ [10] = 0xff, 0xff, 0, 0, 0, 0 },
		{ [10] = 0xff, 0xff, 10, 0, 0, 0 },
		{ [10] = 0xff, 0xff, 127, 0, 0, 1 },
		{ [10] = 0xff, 0xff, 255, 255, 255, 255 },
		{ [9] = 1 },
		{ 0x20, 0x01, 0x0d, 0xb8 },
		{ 0xfe, 0x80, [15] = 1 },
	};
	uint32_t what = below(g, COUNT(usual) + 8);

	memset(address, what == COUNT(usual) ? 0xff : 0, 16);
	if (what < COUNT(usual)) {
		memcpy(address, usual[what], 16);
		return;
	}
	for (uint32_t i = what % 2 ? 12 : 0; i < 16 && what > COUNT(usual); i++)
		address[i] = (uint8_t)next_random(g);
	if (what % 2)
		address[10] = address[11] = 0xff;
}

/* The name, or a beginning of it and "*". */
static void random_pattern(struct generator *g, const char *name, char *pattern)
{
	size_t length = strlen(name);

	memcpy(pattern, name, length + 1);
	if (below(g, 3))
		return;
	if (below(g, 2))
		length = 1 + below(g, (uint32_t)length);
	else if (length > 3)
		length -= below(g, 3);
	memcpy(pattern + length, "*", 2);
}

static void fill_numbers(struct generator *g)
{
	static const uint32_t uid[] = { 0, 1, 33, 999, 1000, 65534, 4294967294, 4294967295 };
	static const uint32_t protocol[] = {
		0, 1, 6, 17, 58, 132, 136, 255, 262, BIND_PROTOCOL_RAW
	};
	static const uint32_t port[] = { 0, 1, 22, 80, 443, 1023, 1024, 32768, 65534, 65535 };

	for (size_t i = 0; i < g->pool; i++) {
		g->uid[i] = below(g, 2) ? one_of(g, uid, COUNT(uid)) : (uint32_t)next_random(g);
		g->protocol[i] = one_of(g, protocol, COUNT(protocol));
		g->port[i] = below(g, 2) ? one_of(g, port, COUNT(port)) : below(g, 65536);
	}
}

static void fill_pools(struct generator *g, bool large)
{
	g->pool = large ? GENERATOR_POOL : 12;
	fill_numbers(g);
	for (size_t i = 0; i < g->pool; i++) {
		random_address(g, g->address[i]);
		snprintf(g->exe[i], sizeof(g->exe[i]), "/bin/%u", below(g, g->pool));
		random_comm(g, g->comm[i]);
		random_pattern(g, g->comm[i], g->comm_pattern[i]);
		random_cgroup(g, g->cgroup[i]);
		random_pattern(g, g->cgroup[i], g->cgroup_pattern[i]);
	}
	for (size_t i = 0; i < BIND_DIMENSIONS; i++)
		g->density[i] = large ? 2 + below(g, 3) : below(g, 5);
	g->breadth = below(g, 2) ? 0 : 1 + below(g, 4);
	g->expiring = below(g, 4) == 0;
}

/* One value, a short range, or one between two values of the pool. */
static struct policy_range random_range(struct generator *g, const uint32_t *pool, uint32_t highest)
{
	uint32_t a = one_of(g, pool, g->pool), b = a;

	if (g->broad || below(g, 2)) {
		b = g->broad || below(g, 2) ? one_of(g, pool, g->pool) : a + below(g, 10);
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

/* For a broad rule one with a star, unless that is hard to find. */
static char *random_string(struct generator *g, char *pool, size_t size)
{
	char *string = pool + below(g, g->pool) * size;

	for (int tries = 0; g->broad && !strchr(string, '*') && tries < 16; tries++)
		string = pool + below(g, g->pool) * size;
	return string;
}

static struct policy_strings random_strings(struct generator *g, enum bind_dimension dimension,
					    char *pool, size_t size)
{
	struct policy_strings strings = { .string = &g->string[g->strings] };

	if (below(g, 4) < g->density[dimension])
		strings.count = 1 + below(g, GENERATOR_VALUES);
	for (size_t i = 0; i < strings.count; i++)
		g->string[g->strings++] = random_string(g, pool, size);
	return strings;
}

/* A network; or what is between two addresses. */
static struct policy_address random_address_range(struct generator *g)
{
	static const uint8_t lengths[] = { 0, 1, 8, 9, 63, 64, 65, 80, 88, 95, 127, 128 };
	static const uint8_t ipv4_lengths[] = { 96, 97, 104, 112, 119, 120, 127, 128 };
	const uint8_t *a = g->address[below(g, g->pool)], *b = g->address[below(g, g->pool)];
	bool is_ipv4 = a[10] == 0xff && a[11] == 0xff;
	uint8_t length = lengths[below(g, COUNT(lengths))];
	struct policy_address range;

	if (is_ipv4 && below(g, 8))
		length = ipv4_lengths[below(g, COUNT(ipv4_lengths))];
	memcpy(range.low, a, 16);
	memcpy(range.high, a, 16);
	if (g->broad && is_ipv4 && length > 112)
		length = 112;
	if (below(g, 4) == 0) {
		memcpy(memcmp(a, b, 16) < 0 ? range.high : range.low, b, 16);
		return range;
	}
	for (uint32_t bit = length; bit < 128; bit++) {
		range.low[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		range.high[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	return range;
}

static struct policy_addresses random_addresses(struct generator *g)
{
	struct policy_addresses addresses = { .range = &g->address_range[g->address_ranges] };

	if (below(g, 4) < g->density[BIND_DIM_ADDRESS])
		addresses.count = 1 + below(g, GENERATOR_VALUES);
	for (size_t i = 0; i < addresses.count; i++)
		g->address_range[g->address_ranges++] = random_address_range(g);
	return addresses;
}

static int64_t random_expiry(struct generator *g)
{
	static const int expires[] = { -1000000, -1, 0, 0, 1, 1000000 };

	if (below(g, 3) == 0)
		return 0;
	if (!g->expiring)
		return GENERATOR_NOW + 1;
	return GENERATOR_NOW + expires[below(g, COUNT(expires))];
}

/* Statements, because the calls of an initializer are in an order of the compiler's choice. */
static struct policy_rule random_rule(struct generator *g)
{
	struct policy_rule rule = { 0 };

	g->broad = below(g, 4) < g->breadth;
	rule.verdict = below(g, 2) ? BIND_ALLOW : BIND_DENY;
	rule.audit = below(g, 4) == 0;
	rule.uid = random_ranges(g, BIND_DIM_UID, g->uid, UINT32_MAX);
	rule.protocol = random_protocols(g);
	rule.port = random_ranges(g, BIND_DIM_PORT, g->port, 65535);
	rule.comm = random_strings(g, BIND_DIM_COMM, g->comm_pattern[0], sizeof(*g->comm_pattern));
	rule.cgroup = random_strings(g, BIND_DIM_CGROUP, g->cgroup_pattern[0],
				     sizeof(*g->cgroup_pattern));
	if (!g->broad)
		rule.exe = random_strings(g, BIND_DIM_EXE, g->exe[0], sizeof(*g->exe));
	rule.host_netns = below(g, 4) < g->density[BIND_DIM_NETNS];
	rule.address = random_addresses(g);
	rule.family = below(g, 4) ? POLICY_ANY_FAMILY : below(g, 2) ? POLICY_IPV4 : POLICY_IPV6;
	rule.expires = random_expiry(g);
	rule.permit_options = below(g, 3) ? 0 : below(g, BIND_OPT_ALL + 1);
	rule.forbid_options = below(g, 3) ? 0 : below(g, BIND_OPT_ALL + 1);
	return rule;
}

static uint32_t random_count(struct generator *g)
{
	if (below(g, 32) == 0)
		return GENERATOR_RULES;
	return below(g, (below(g, 4) ? USUAL_RULES : FEW_RULES) + 1);
}

void generator_policy(struct generator *g, uint64_t seed)
{
	uint32_t rules;

	g->random = seed;
	g->ranges = g->address_ranges = g->strings = 0;
	rules = random_count(g);
	fill_pools(g, rules == GENERATOR_RULES || below(g, 2));
	for (uint32_t i = 0; i < rules; i++)
		g->rule[i] = random_rule(g);
	g->settings = (struct image_settings){ .now = GENERATOR_NOW };
	g->settings.generation = 1 + below(g, 1000);
	g->settings.enforce = below(g, 2);
	g->policy = (struct policy){ .rule = g->rule, .rules = rules };
	g->policy.default_verdict = below(g, 2) ? BIND_ALLOW : BIND_DENY;
	g->policy.forbid_options = below(g, 2) ? 0 : below(g, BIND_OPT_ALL + 1);
}

/* A value at an edge of the criterion, on either side; most are inside. */
static uint32_t edge_value(struct generator *g, const struct policy_ranges *ranges,
			   const uint32_t *pool)
{
	const struct policy_range *range;

	if (!ranges->count)
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

/* One more or one less, as a number of 16 bytes. */
static void step_address(uint8_t address[16], bool up)
{
	for (int i = 15; i >= 0; i--) {
		address[i] = (uint8_t)(address[i] + (up ? 1 : -1));
		if (address[i] != (up ? 0 : 0xff))
			return;
	}
}

static void edge_address(struct generator *g, const struct policy_addresses *addresses,
			 char result[16])
{
	uint8_t address[16];

	memcpy(address, g->address[below(g, g->pool)], 16);
	if (addresses->count) {
		const struct policy_address *range =
			&addresses->range[below(g, (uint32_t)addresses->count)];

		memcpy(address, below(g, 2) ? range->low : range->high, 16);
	}
	switch (below(g, 30)) {
	case 0:
		step_address(address, false);
		break;
	case 1:
		step_address(address, true);
		break;
	case 2:
		random_address(g, address);
		break;
	}
	memcpy(result, address, 16);
}

/* The pattern without its "*", and then any more bytes. */
static void begin_comm(struct generator *g, const char *pattern, char comm[BIND_COMM_LEN])
{
	size_t length = strlen(pattern);

	memset(comm, 0, BIND_COMM_LEN);
	if (pattern[length - 1] != '*') {
		memcpy(comm, pattern, length);
		return;
	}
	length--;
	memcpy(comm, pattern, length);
	for (uint32_t more = below(g, 3); more && length < BIND_COMM_LEN - 1; more--)
		comm[length++] = "a\x01\xff"[below(g, 3)];
}

static void edge_comm(struct generator *g, const struct policy_strings *comms,
		      char comm[BIND_COMM_LEN])
{
	size_t length;

	memcpy(comm, g->comm[below(g, g->pool)], BIND_COMM_LEN);
	if (comms->count)
		begin_comm(g, comms->string[below(g, (uint32_t)comms->count)], comm);
	length = strlen(comm);
	switch (below(g, 30)) {
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

/* The pattern without its "*", and then any more names. */
static void begin_cgroup(struct generator *g, const char *pattern, char path[BIND_CGROUP_PATH_LEN])
{
	size_t length = strlen(pattern);
	bool is_star = pattern[length - 1] == '*';

	length -= is_star;
	memcpy(path, pattern, length);
	path[length] = '\0';
	if (is_star && path[length - 1] == '/')
		append(path, "a");
	else if (is_star && below(g, 2))
		append(path, below(g, 2) ? "\x01" : "\xff");
	if (below(g, 3) == 0)
		append_name(g, path);
}

/* A byte becomes another, mostly near '/'. */
static void change_byte(struct generator *g, char path[BIND_CGROUP_PATH_LEN])
{
	uint32_t length = (uint32_t)strlen(path), at = 1 + below(g, length);

	if (at < length)
		path[at] = "/.-0\x01\x02\x7f\x80\xfe\xff"[below(g, 10)];
}

static void edge_cgroup(struct generator *g, const struct policy_strings *cgroups,
			char path[BIND_CGROUP_PATH_LEN])
{
	static const char *const ends[] = { "x", "-b", ".", "0", "\x01", "\x7f", "\xff", "/x" };

	strcpy(path, g->cgroup[below(g, g->pool)]);
	if (cgroups->count)
		begin_cgroup(g, cgroups->string[below(g, (uint32_t)cgroups->count)], path);
	switch (below(g, 40)) {
	case 0:
		strcpy(path, "/");
		break;
	case 1:
		change_byte(g, path);
		break;
	case 2:
	case 3:
		append(path, ends[below(g, COUNT(ends))]);
		break;
	case 4:
		*strrchr(path, '/') = '\0';
		if (!*path)
			strcpy(path, "/");
		break;
	case 5:
		random_cgroup(g, path);
		break;
	}
}

/* NULL, one that a rule names, or one that perhaps no rule does. */
static const char *edge_exe(struct generator *g, const struct policy_strings *exes)
{
	const char *exe = g->exe[below(g, g->pool)];

	if (exes->count)
		exe = exes->string[below(g, (uint32_t)exes->count)];
	switch (below(g, 30)) {
	case 0:
		return NULL;
	case 1:
		return "/bin/none";
	case 2:
		return g->exe[below(g, g->pool)];
	default:
		return exe;
	}
}

static const struct policy_rule no_rule;

/* Aims at one of the rules, so that late ones decide too. */
void generator_request(struct generator *g, struct bind_request *request, struct naive_task *task)
{
	const struct policy_rule *rule = &no_rule;

	if (g->policy.rules)
		rule = &g->rule[below(g, (uint32_t)g->policy.rules)];
	memset(request, 0, sizeof(*request));
	request->uid = edge_value(g, &rule->uid, g->uid);
	request->protocol = edge_value(g, &rule->protocol, g->protocol);
	if (request->protocol > BIND_PROTOCOL_RAW)
		request->protocol = BIND_PROTOCOL_RAW;
	request->port = edge_value(g, &rule->port, g->port);
	if (request->port > BIND_PORT_NONE || request->protocol == BIND_PROTOCOL_RAW)
		request->port = BIND_PORT_NONE;
	request->options = below(g, 2) ? 0 : below(g, BIND_OPT_ALL + 1);
	request->is_bound = below(g, 8) == 0;
	request->netns = below(g, 8) ? BIND_NETNS_HOST : BIND_NETNS_OTHER;
	edge_address(g, &rule->address, request->address);
	edge_comm(g, &rule->comm, request->comm);
	edge_cgroup(g, &rule->cgroup, g->path);
	*task = (struct naive_task){ .cgroup = g->path };
	task->exe = edge_exe(g, &rule->exe);
}
