/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: of all buckets that the request's keys lead to, and the common one, the lowest rule is taken
 * Bound: every request, found in any tables or none; buckets of one item that matches
 * Flags: --unwind 17 -DBIND_BUCKET_ITEMS=1
 * Mutant: policy/decide.h s/if (other < \*rule)/if (true)/
 */
#include "proof.h"

#define decide_find proof_real_find
#include "policy/search.h"
#undef decide_find
static int decide_find(const struct image *image, const struct bind_table *table, bool is_wide,
		       struct bind_key key, __u32 *value);
#include "policy/decide.h"

#define ITEM_PAGE 3u
#define COMMON (BIND_DIMENSIONS + 1) /* its bucket; that of a dimension is its number + 1 */

static struct bind_image_header header;
static struct bind_request request;
static struct bind_item items[COMMON + 1];
static bool is_found[BIND_DIMENSIONS], is_failing;

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	PROVE(number == ITEM_PAGE);
	return (const union bind_page *)items;
}

/* The first eight of 16 bytes, or the other ones, as a number that orders as they do. */
static __u64 bytes(const char *first)
{
	__u64 number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | (unsigned char)first[i];
	return number;
}

static struct bind_key key_of(int dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return (struct bind_key){ request.uid, 0 };
	case BIND_DIM_CGROUP:
		return (struct bind_key){ request.cgroup, 0 };
	case BIND_DIM_EXE:
		return (struct bind_key){ request.exe, 0 };
	case BIND_DIM_NETNS:
		return (struct bind_key){ request.netns, 0 };
	case BIND_DIM_PROTOCOL:
		return (struct bind_key){ request.protocol, 0 };
	case BIND_DIM_PORT:
		return (struct bind_key){ request.port, 0 };
	case BIND_DIM_COMM:
		return (struct bind_key){ bytes(request.comm), bytes(request.comm + 8) };
	default:
		return (struct bind_key){ bytes(request.address), bytes(request.address + 8) };
	}
}

static int decide_find(const struct image *image, const struct bind_table *table, bool is_wide,
		       struct bind_key key, __u32 *value)
{
	int d = table - header.tables;
	struct bind_key wanted = key_of(d);

	(void)image;
	PROVE(table->pilots);
	PROVE(is_wide == (d == BIND_DIM_COMM || d == BIND_DIM_ADDRESS));
	PROVE(key.high == wanted.high && key.low == wanted.low);
	*value = is_found[d] ? d + 1 : 0;
	return is_failing && d == BIND_DIM_PORT ? -1 : 0;
}

/* Is this one of the buckets that are looked into? */
static bool is_asked(int bucket)
{
	if (bucket == COMMON)
		return header.common;
	if (bucket - 1 < BIND_KEYLESS_DIMENSIONS)
		return false;
	return header.tables[bucket - 1].pilots && is_found[bucket - 1];
}

/* None of them has a lower one, and one of them has it; or there is none. */
static void check_rule(__u32 rule)
{
	bool is_there = rule == BIND_RULE_NONE;

	for (int i = 1; i <= COMMON; i++) {
		if (!is_asked(i))
			continue;
		PROVE(rule <= items[i].rule);
		is_there |= rule == items[i].rule;
	}
	PROVE(is_there);
}

int main(void)
{
	struct bind_image_header any_header;
	struct bind_request any_request;
	struct decide_keys keys;
	__u32 rule;
	int err;

	header = any_header;
	request = any_request;
	header.item_page = ITEM_PAGE;
	header.common = nondet_bool() ? COMMON : 0;
	header.broad_rules = 0;
	is_failing = nondet_bool();
	for (int i = 1; i <= COMMON; i++)
		items[i] = (struct bind_item){
			.rule = nondet_u32() >> 8,
			.last = 1,
			.any_port = 1,
			.any_protocol = 1,
		};
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		is_found[d] = nondet_bool();
	decide_make_keys(&request, 0, &keys);
	err = decide_rule(NULL, &header, &keys, &rule);
	PROVE(!err == !(is_failing && header.tables[BIND_DIM_PORT].pilots));
	if (err)
		return 0;
	check_rule(rule);
	REACH(rule == BIND_RULE_NONE);
	REACH(rule == items[BIND_DIM_COMM + 1].rule && rule < items[COMMON].rule);
	REACH(rule == items[COMMON].rule && is_found[BIND_DIM_UID]);
	return 0;
}
