/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf says, which is more than users want to read, and where it looks. */
#ifndef ENFORCER_LIBBPF_H
#define ENFORCER_LIBBPF_H

struct bpf_program;

/* Its messages are printed only if BINDGUARD_DEBUG is set. */
void libbpf_hush(void);

/*
 * What the kernel itself does not have, such as a function of later ones, libbpf looks for in the
 * BTF of modules, and 1.1 fails without CAP_SYS_ADMIN, which that takes. After this, with any
 * program of an object that is not loaded yet, it does not look there.
 */
void libbpf_skip_modules(struct bpf_program *program);

#endif
