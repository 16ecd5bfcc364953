/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the span of a name, or of names that begin alike, has just those that the naive matcher accepts
 * Bound: patterns of 1, 2, 8 and 15 bytes, any bytes, with and without "*"; every request
 * Flags: --unwind 18
 * Mutant: policy/spans.c s/memset(high, 0xff, sizeof(high))/memset(high, 0xfe, sizeof(high))/
 * Mutant: policy/spans.c s/memcpy(high, pattern, length)/memcpy(high, pattern, length - 1)/
 * Mutant: policy/spans.c s/length--;/;/
 */
#include "proof.h"

#include <stdint.h>
#include <stdlib.h>

#define POLICY_GROW_H
#define SPANS 1

/* There is memory, for so many. */
#define grow(array, used, space, size)                   \
	({                                               \
		static __typeof__(*(array)) room[SPANS]; \
		(void)(space);                           \
		PROVE((used) < SPANS);                   \
		room;                                    \
	})
#define free(memory) ((void)(memory))

#define qsort(array, count, size, compare) PROVE(!"one span is sorted")

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

/* NULs follow a name. */
static void make_request(struct bind_request *request)
{
	ASSUME(!request->comm[BIND_COMM_LEN - 1]);
	for (int i = 1; i < BIND_COMM_LEN; i++)
		ASSUME(request->comm[i - 1] || !request->comm[i]);
}

static void check(size_t length)
{
	char text[BIND_COMM_LEN] = "", *string = text;
	struct policy_rule rule = { .comm = { &string, 1 } };
	struct bind_request request;
	struct spans spans = { 0 };
	struct decide_keys keys;
	wide key;

	for (size_t i = 0; i < length; i++) {
		text[i] = nondet_u8();
		ASSUME(text[i]);
	}
	make_request(&request);
	decide_make_keys(&request, 0, &keys);
	key = spans_key(decide_key(&keys, BIND_DIM_COMM), BIND_DIM_COMM);
	PROVE(!spans_of(NULL, &rule, BIND_DIM_COMM, &spans));
	PROVE(spans_have(&spans, key) == matches_comm(&rule, &request));
	REACH(spans_have(&spans, key) && text[length - 1] == '*' && length == 8);
	REACH(spans_have(&spans, key) && text[length - 1] != '*' && length == 15);
	REACH(spans_have(&spans, key) && text[length - 1] == '*' && length == 1);
	REACH(!spans_have(&spans, key) && request.comm[0] == text[0]);
}

int main(void)
{
	if (nondet_bool())
		check(1);
	else if (nondet_bool())
		check(2);
	else if (nondet_bool())
		check(8);
	else
		check(15);
	return 0;
}
