/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits of inet_sock.inet_flags, which CO-RE cannot find: the kernel's enum has no name. */
#ifndef ENFORCER_INETFLAGS_H
#define ENFORCER_INETFLAGS_H

#include <bpf/btf.h>
#include <stdint.h>

/* Sets each to what the kernel's BTF says; one that is not in there keeps its value. */
void inetflags_find(const struct btf *btf, uint32_t *freebind, uint32_t *transparent,
		    uint32_t *address_no_port);

#endif
