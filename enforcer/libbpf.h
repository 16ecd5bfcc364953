/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf says, which is more than users want to read. */
#ifndef ENFORCER_LIBBPF_H
#define ENFORCER_LIBBPF_H

/* Its messages are printed only if BINDGUARD_DEBUG is set. */
void libbpf_hush(void);

#endif
