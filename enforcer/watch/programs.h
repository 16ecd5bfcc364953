/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF programs that fit this kernel. */
#ifndef ENFORCER_PROGRAMS_H
#define ENFORCER_PROGRAMS_H

struct bindguard;

/*
 * Opens them. There are two objects of the same source: a verifier follows loops round by round,
 * those of bpf_loop() (Linux 5.17) only once, but a kernel that does not know it refuses them.
 *
 * Returns the skeleton, for bindguard__destroy(), or NULL with errno set.
 */
struct bindguard *programs_open(void);

#endif
