/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: decide_lowest() is the index of the lowest bit set
 * Bound: every 64-bit word
 * Flags: --unwind 65
 * Mutant: policy/decide.h s/0x5555555555555555ULL/0x5555555555555551ULL/
 * Mutant: policy/decide.h s/(word & -word) - 1/(word \& -word)/
 */
#include "policy/decide.h"
#include "proof.h"

static __u32 lowest(__u64 word)
{
	__u32 i = 0;

	while (!(word >> i & 1))
		i++;
	return i;
}

int main(void)
{
	__u64 word;

	ASSUME(word);
	PROVE(decide_lowest(word) == lowest(word));
	REACH(decide_lowest(word) == 0);
	REACH(decide_lowest(word) == 63);
	return 0;
}
