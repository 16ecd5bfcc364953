/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an SMC socket has the TCP socket that it binds: SMC is a module, with BTF of its own. */
#ifndef ENFORCER_SMC_H
#define ENFORCER_SMC_H

#include <bpf/btf.h>
#include <stdint.h>

/* The offset of that pointer in bytes, with the kernel's own BTF. 0: not known. */
uint32_t smc_inner_offset(struct btf *kernel);

#endif
