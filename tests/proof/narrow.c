/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the search in a narrow node finds the last key that is not above the one looked for
 * Bound: every sorted node, of 256 entries, every key below 2^63
 * Flags: --unwind 257
 * Mutant: policy/search.h s/__u64 step = BIND_NARROW_FANOUT \/ 2/__u64 step = BIND_NARROW_FANOUT \/ 4/
 * Mutant: policy/search.h s/__u64 beyond = (key - there) >> 63/__u64 beyond = (there - key) >> 63/
 */
#include "proof.h"

#include "policy/search.h"

/*
 * A node is sorted if no key is above a later one. Of all those pairs two are enough here: i is any
 * index, and so the proof is about all of them.
 */
int main(void)
{
	struct bind_narrow_node node;
	__u32 at, i;
	__u64 key;

	for (__u32 n = 0; n < BIND_NARROW_FANOUT; n++)
		node.value[n] = n;
	ASSUME(key < 1ULL << 63 && node.key[0] == 0);
	for (__u32 n = 0; n < BIND_NARROW_FANOUT; n++)
		node.key[n] &= ~(1ULL << 63);
	at = decide_narrow(&node, key);
	PROVE(at < BIND_NARROW_FANOUT);

	ASSUME(i < BIND_NARROW_FANOUT);
	if (i <= at) {
		ASSUME(node.key[i] <= node.key[at]);
		PROVE(node.key[i] <= key);
	} else {
		ASSUME(node.key[at + 1] <= node.key[i]);
		PROVE(node.key[i] > key);
	}
	REACH(at == 0 && i == 5);
	REACH(at == BIND_NARROW_FANOUT - 1 && i == at);
	REACH(at == BIND_NARROW_FANOUT / 2 - 1 && node.key[at] == key);
	return 0;
}
