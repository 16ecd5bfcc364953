/* SPDX-License-Identifier: GPL-2.0-only */
/* The same programs for kernels before 5.17, which have no bpf_loop(). */
#define BIND_NO_LOOP
#include "bindguard.bpf.c"
