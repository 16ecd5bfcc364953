/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the spans of a criterion are sorted, apart, and have just what the naive matcher accepts
 * Bound: 3 ranges, 2 addresses, families alone and with 1 address, all values; every request
 * Flags: --unwind 5 --unwindset is_ipv4.0:13,memcmp.0:17
 * Mutant: policy/spans.c s/s->span\[i\].low > into->high + 1/s->span[i].low > into->high/
 * Mutant: policy/spans.c s/if (into->high != HIGHEST \&\& /if (/
 * Mutant: policy/spans.c s/else if (s->span\[i\].high > into->high)/else/
 * Mutant: policy/spans.c s/low < MAPPED_IPV4 ? MAPPED_IPV4 : low/low/
 * Mutant: policy/spans.c s/high < MAPPED_IPV4 ? high : MAPPED_IPV4 - 1/high/
 * Mutant: policy/spans.c s/if (low < MAPPED_IPV4)$/if (low < MAPPED_IPV4_LAST)/
 * Mutant: policy/spans.c s/ranges->range\[i\].high/ranges->range[i].low/
 */
#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

#define POLICY_GROW_H
#define RANGES 3
#define SPANS 4 /* that anything here makes */

/* There is memory, for so many. */
#define grow(array, used, space, size)                   \
	({                                               \
		static __typeof__(*(array)) room[SPANS]; \
		(void)(space);                           \
		PROVE((used) < SPANS);                   \
		room;                                    \
	})
#define free(memory) ((void)(memory))

/* Sorts, and leaves what is equal in any order. */
#define qsort(array, count, size, compare)                                      \
	for (size_t end_ = (count); end_ > 1; end_--)                           \
		for (size_t at_ = 0; at_ + 1 < end_; at_++) {                   \
			int order_ = compare(&(array)[at_], &(array)[at_ + 1]); \
			__typeof__(*(array)) first_ = (array)[at_];             \
                                                                                \
			if (order_ > 0 || (!order_ && nondet_bool())) {         \
				(array)[at_] = (array)[at_ + 1];                \
				(array)[at_ + 1] = first_;                      \
			}                                                       \
		}

#include "policy/spans.c"
#include "tests/naive.c"

/* No rule here names any. */
uint32_t image_exe_class(const struct image *image, const char *path)
{
	(void)image, (void)path;
	PROVE(!"an executable");
	return 0;
}

void paths_cgroup_classes(const struct image *image, const char *value, uint32_t *low,
			  uint32_t *high)
{
	(void)image, (void)value, (void)low, (void)high;
	PROVE(!"a cgroup");
}

static struct policy_range range[RANGES];
static struct policy_address address[2];

static wide key_of(const struct bind_request *request, enum bind_dimension dimension)
{
	struct decide_keys keys;

	decide_make_keys(request, 0, &keys);
	return spans_key(decide_key(&keys, dimension), dimension);
}

static void check_spans(const struct policy_rule *rule, enum bind_dimension dimension,
			const struct bind_request *request, bool wanted)
{
	struct spans spans = { 0 };

	if (spans_any(rule, dimension)) {
		PROVE(wanted);
		return;
	}
	PROVE(!spans_of(NULL, rule, dimension, &spans));
	PROVE(spans_have(&spans, key_of(request, dimension)) == wanted);
	for (size_t i = 0; i < spans.count; i++) {
		PROVE(spans.span[i].low <= spans.span[i].high);
		PROVE(!i || (spans.span[i].low > spans.span[i - 1].high &&
			     spans.span[i].low - spans.span[i - 1].high > 1));
	}
	REACH(spans.count == 1 && dimension == BIND_DIM_ADDRESS && wanted);
	REACH(spans.count == 2 && dimension == BIND_DIM_ADDRESS && wanted);
	REACH(spans.count == 1 && dimension == BIND_DIM_UID && wanted && rule->uid.count == 3);
	REACH(spans.count == 3 && dimension == BIND_DIM_UID && wanted);
}

/* uid, port and protocol are ranges alike. */
static void check_ranges(size_t count)
{
	struct policy_rule rule = { .uid = { range, count } };
	struct bind_request request;

	for (size_t i = 0; i < count; i++) {
		range[i].low = nondet_u32();
		range[i].high = nondet_u32();
		ASSUME(range[i].low <= range[i].high);
	}
	check_spans(&rule, BIND_DIM_UID, &request, matches_uid(&rule, &request));
}

static void make_addresses(size_t count)
{
	__CPROVER_havoc_object(address);
	for (size_t i = 0; i < count; i++)
		ASSUME(key_of_bytes((const char *)address[i].low) <=
		       key_of_bytes((const char *)address[i].high));
}

static void check_addresses(size_t count, enum policy_family family)
{
	struct policy_rule rule = { .address = { address, count }, .family = family };
	struct bind_request request;

	make_addresses(count);
	check_spans(&rule, BIND_DIM_ADDRESS, &request,
		    matches_address(&rule, &request) && matches_family(&rule, &request));
}

/* One address of a family, before spans are sorted and merged. */
static void check_family(enum policy_family family)
{
	struct policy_rule rule = { .address = { address, 1 }, .family = family };
	struct bind_request request;
	struct spans spans = { 0 };
	wide key = key_of(&request, BIND_DIM_ADDRESS);

	make_addresses(1);
	PROVE(!add_addresses(&spans, &rule.address, family));
	PROVE(spans_have(&spans, key) ==
	      (matches_address(&rule, &request) && matches_family(&rule, &request)));
	REACH(spans.count == 0);
	REACH(spans.count == 1 && family == POLICY_IPV4 && spans_have(&spans, key));
	REACH(spans.count == 2 && spans_have(&spans, key));
}

int main(void)
{
	if (nondet_bool())
		check_ranges(RANGES);
	else if (nondet_bool())
		check_addresses(0, POLICY_ANY_FAMILY);
	else if (nondet_bool())
		check_addresses(0, POLICY_IPV4);
	else if (nondet_bool())
		check_addresses(0, POLICY_IPV6);
	else if (nondet_bool())
		check_addresses(2, POLICY_ANY_FAMILY);
	else if (nondet_bool())
		check_family(POLICY_IPV4);
	else
		check_family(POLICY_IPV6);
	return 0;
}
