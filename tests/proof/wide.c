/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the search in a wide node finds the last key that is not above the one looked for
 * Bound: every sorted node of 16 entries, every key
 * Flags: --unwind 129 -DBIND_WIDE_FANOUT=16u
 * Mutant: policy/search.h s/__u64 step = BIND_WIDE_FANOUT \/ 2/__u64 step = BIND_WIDE_FANOUT \/ 4/
 * Mutant: policy/search.h s/__u64 beyond = decide_before(key, there)/__u64 beyond = decide_before(there, key)/
 */
#include "proof.h"

#include "policy/search.h"

static struct bind_key key_at(const struct bind_wide_node *node, __u32 i)
{
	return (struct bind_key){ node->high[i], node->low[i] };
}

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
	ASSUME(!node.high[0] && !node.low[0]);
	at = decide_wide(&node, key);
	PROVE(at < BIND_WIDE_FANOUT);

	ASSUME(i < BIND_WIDE_FANOUT);
	if (i <= at) {
		ASSUME(!is_above(key_at(&node, i), key_at(&node, at)));
		PROVE(!is_above(key_at(&node, i), key));
	} else {
		ASSUME(!is_above(key_at(&node, at + 1), key_at(&node, i)));
		PROVE(is_above(key_at(&node, i), key));
	}
	REACH(at == 0 && i == 5);
	REACH(at == BIND_WIDE_FANOUT - 1);
	REACH(at == BIND_WIDE_FANOUT / 2 && node.high[at] == node.high[at - 1]);
	return 0;
}
