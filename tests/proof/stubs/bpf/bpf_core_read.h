/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of libbpf's header: fields are where the compiler has them, and a chain of reads may
 * fail at any of its links, which gives 0.
 */
#ifndef PROOF_BPF_CORE_READ_H
#define PROOF_BPF_CORE_READ_H

#include "bpf_helpers.h"

#define PROOF_FIELD(pointer, field)                       \
	({                                                \
		typeof((pointer)->field) proof_value = 0; \
		if (!proof_fails(pointer))                \
			proof_value = (pointer)->field;   \
		proof_value;                              \
	})
#define PROOF_1(p, a) PROOF_FIELD(p, a)
#define PROOF_2(p, a, b)                                    \
	({                                                  \
		typeof((p)->a) proof_2 = PROOF_FIELD(p, a); \
		PROOF_FIELD(proof_2, b);                    \
	})
#define PROOF_3(p, a, b, c)                                 \
	({                                                  \
		typeof((p)->a) proof_3 = PROOF_FIELD(p, a); \
		PROOF_2(proof_3, b, c);                     \
	})
#define PROOF_4(p, a, b, c, d)                              \
	({                                                  \
		typeof((p)->a) proof_4 = PROOF_FIELD(p, a); \
		PROOF_3(proof_4, b, c, d);                  \
	})
#define PROOF_COUNT(_1, _2, _3, _4, name, ...) name
#define BPF_CORE_READ(p, ...) \
	PROOF_COUNT(__VA_ARGS__, PROOF_4, PROOF_3, PROOF_2, PROOF_1)(p, __VA_ARGS__)

#define BPF_CORE_READ_BITFIELD(p, field) ((p)->field)
#define BPF_CORE_READ_BITFIELD_PROBED(p, field) (proof_fails(p) ? 0 : (p)->field)
#define bpf_core_read(to, size, from) bpf_probe_read_kernel(to, size, from)
#define bpf_core_read_str(to, size, from) bpf_probe_read_kernel_str(to, size, from)

/* A bitfield of one bit: where it is, the proof says. */
#define __CORE_RELO(p, field, what) PROOF_RELO_##what(proof_bit_##field)
#define PROOF_RELO_BYTE_OFFSET(bit) (BITFIELDS_OFFSET + (bit) / 8)
#define PROOF_RELO_LSHIFT_U64(bit) (63 - (bit) % 8)
#define PROOF_RELO_RSHIFT_U64(bit) 63

/* Whether the kernel has the field, the proof says. */
static bool proof_field_exists(const char *field);
#define bpf_core_field_exists(...) proof_field_exists(#__VA_ARGS__)

#define bpf_core_enum_value_exists(type, value) proof_has_task
#define bpf_core_type_id_kernel(type) 0

extern const volatile bool has_cast;

/* Loads through it do not fail. */
static void *bpf_rdonly_cast(const void *pointer, __u32 type)
{
	PROVE(has_cast);
	(void)type;
	return (void *)pointer;
}

#endif
