/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PROOF_BPF_ENDIAN_H
#define PROOF_BPF_ENDIAN_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "these are for a little-endian machine"
#endif

#define bpf_ntohs(x) __builtin_bswap16(x)
#define bpf_htons(x) __builtin_bswap16(x)
#define bpf_ntohl(x) __builtin_bswap32(x)
#define bpf_htonl(x) __builtin_bswap32(x)

#endif
