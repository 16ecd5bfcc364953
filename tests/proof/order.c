/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: decide_equal() and decide_before() compare, and keys order as bytes do
 * Bound: all pairs of 64-bit words, all pairs of 16 bytes
 * Mutant: policy/search.h s/return difference >> 63/return difference >> 31 \& 1/
 * Mutant: policy/search.h s/equal = ((difference | negated) >> 63) ^ 1/equal = (negated >> 63) ^ 1/
 * Mutant: policy/search.h s/decide_part(b, i), borrow)/decide_part(b, i), 0)/
 * Mutant: policy/search.h s/part < BIND_KEY_PARTS/part <= BIND_KEY_PARTS/
 * Mutant: policy/search.h s/__builtin_bswap64(word)/word/
 */
#include "proof.h"

#include "policy/search.h"

static struct bind_key key_of(const char bytes[16])
{
	return (struct bind_key){ decide_bytes(bytes), decide_bytes(bytes + 8) };
}

/* As memcmp() has it: the sign of the first difference. */
static int compare(const char a[16], const char b[16])
{
	for (int i = 0; i < 16; i++)
		if (a[i] != b[i])
			return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
	return 0;
}

int main(void)
{
	struct bind_key x, y;
	__u64 a, b;
	char p[16], q[16];

	PROVE(decide_equal(a, b) == (a == b));
	REACH(decide_equal(a, b));

	x = key_of(p);
	y = key_of(q);
	PROVE(decide_before(&x, &y) == (compare(p, q) < 0));
	PROVE((x.high == y.high && x.low == y.low) == !compare(p, q));
	REACH(decide_before(&x, &y) && p[0] == q[0] && p[8] == q[8]);
	REACH(!compare(p, q));
	return 0;
}
