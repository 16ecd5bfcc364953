/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the proofs are written with. A variable that is not initialized, and what a nondet_ function
 * returns, is any value: CBMC looks at all of them at once.
 */
#ifndef TESTS_PROOF_H
#define TESTS_PROOF_H

#include <linux/types.h>
#include <stdbool.h>
#include <string.h>

/* CBMC has a body for the one name only. */
#define __builtin_memcpy memcpy

/* Only executions in which this holds are looked at. */
#define ASSUME(condition) __CPROVER_assume(condition)

/* Holds in all of them. */
#define PROVE(condition) __CPROVER_assert(condition, #condition)

/* Holds in at least one: an assertion to the contrary, which tests/prove wants to see fail. */
#define REACH(condition) __CPROVER_assert(!(condition), "reach: " #condition)

bool nondet_bool(void);
__u8 nondet_u8(void);
__u16 nondet_u16(void);
__u32 nondet_u32(void);
__u64 nondet_u64(void);
int nondet_int(void);

#endif
