/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the search in a wide node finds the last key that is not above the one looked for
 * Bound: every sorted node of 16 entries, every key
 * Flags: --unwind 129 -DBIND_WIDE_FANOUT=16u
 * Mutant: policy/search.h s/__u64 step = BIND_WIDE_FANOUT \/ 2/__u64 step = BIND_WIDE_FANOUT \/ 4/
 * Mutant: policy/search.h s/decide_before(\&key, \&node->key\[next\])/decide_before(\&node->key[next], \&key)/
 */
#include "proof.h"

#include "policy/search.h"

static bool is_above(struct bind_key a, struct bind_key b)
{
	return a.high > b.high || (a.high == b.high && a.low > b.low);
}

/* As in narrow.c: two pairs of a sorted node are enough, because i is any index. */
int main(void)
{
	struct bind_wide_node node;
	struct bind_key key;
	__u32 at, i;

	for (__u32 n = 0; n < BIND_WIDE_FANOUT; n++)
		node.value[n] = n;
	ASSUME(!node.key[0].high && !node.key[0].low);
	at = decide_wide(&node, key);
	PROVE(at < BIND_WIDE_FANOUT);

	ASSUME(i < BIND_WIDE_FANOUT);
	if (i <= at) {
		ASSUME(!is_above(node.key[i], node.key[at]));
		PROVE(!is_above(node.key[i], key));
	} else {
		ASSUME(!is_above(node.key[at + 1], node.key[i]));
		PROVE(is_above(node.key[i], key));
	}
	REACH(at == 0 && i == 5);
	REACH(at == BIND_WIDE_FANOUT - 1);
	REACH(at == BIND_WIDE_FANOUT / 2 && node.key[at].high == node.key[at - 1].high);
	return 0;
}
