/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's objects, for proofs about what the BPF programs make of them. CO-RE finds each field
 * where the running kernel has it; here the views of one socket get different places by padding.
 */
#ifndef TESTS_PROOF_KERNEL_H
#define TESTS_PROOF_KERNEL_H

#include "proof.h"

/* Which of the fields and helpers that kernels differ in this one has. */
static bool proof_has_flags, proof_has_mptcp, proof_has_task;

/* Where the bitfields are: bits after the start of this byte. */
#define BITFIELDS_OFFSET 384
static __u32 proof_bit_freebind, proof_bit_transparent, proof_bit_bind_address_no_port;

#define inet_flags        \
	inet_padding[32]; \
	unsigned long inet_flags
#define is_mptcp            \
	mptcp_padding[512]; \
	__u8 is_mptcp
#include "bpf/vmlinux.h"
#undef inet_flags
#undef is_mptcp

#include "policy/search.h"

#include "bpf/request.bpf.h"

/* A socket, whatever view of it a program takes. */
union proof_sock {
	__u8 bytes[1024];
	struct sock sk;
	struct inet_sock___flags flags;
	struct tcp_sock tcp;
};

_Static_assert(sizeof(struct sock) <= 256 && sizeof(struct inet_sock___flags) <= BITFIELDS_OFFSET,
	       "the views do not overlap");

/* Any kernel, and what the loader says about it. */
static void make_version(void)
{
	__CPROVER_havoc_object((void *)&has_cast);
	__CPROVER_havoc_object((void *)&host_netns);
	__CPROVER_havoc_object((void *)&inet_flag_freebind);
	__CPROVER_havoc_object((void *)&inet_flag_transparent);
	__CPROVER_havoc_object((void *)&inet_flag_address_no_port);
	ASSUME(inet_flag_freebind < 64 && inet_flag_transparent < 64);
	ASSUME(inet_flag_address_no_port < 64);
	proof_bit_freebind = nondet_u32() % 8;
	proof_bit_transparent = nondet_u32() % 16;
	proof_bit_bind_address_no_port = nondet_u32() % 16;
	proof_has_flags = nondet_bool();
	proof_has_mptcp = nondet_bool();
	proof_has_task = nondet_bool();
}

static bool proof_ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

static bool proof_field_exists(const char *field)
{
	if (proof_ends_with(field, "inet_flags"))
		return proof_has_flags;
	if (proof_ends_with(field, "is_mptcp"))
		return proof_has_mptcp;
	PROVE(!"a field that this file does not know");
	return false;
}

#endif
