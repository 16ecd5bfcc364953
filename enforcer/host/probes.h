/* SPDX-License-Identifier: GPL-2.0-only */
/* What kinds of programs this kernel loads and attaches. */
#ifndef ENFORCER_PROBES_H
#define ENFORCER_PROBES_H

#include <linux/bpf.h>

/* What bpf(2) says where a kernel has no such thing; no errno of user space. */
#define ENOTSUPP 524

/*
 * Loads a program that does nothing, for this attach point; target is the kernel's function, or NULL
 * if it has none. Returns its descriptor or -errno.
 */
int probes_load(enum bpf_prog_type type, enum bpf_attach_type attach, const char *target);

/* The same, and attaches it until probes_end(). Returns 0 or -errno. */
int probes_attach(enum bpf_prog_type type, enum bpf_attach_type attach, const char *target);

/*
 * Detaches them. Where a function has no other program the kernel waits for all tasks to leave it,
 * for some tenths of a second: so this is for when what they were tried for is attached.
 */
void probes_end(void);

/*
 * Can kprobes and the tracepoints of calls be attached? Returns 0 or -errno: ENOENT if tracefs is not
 * mounted, EACCES if some privilege is missing.
 */
int probes_kprobes(void);

/* What tells the outcomes of binds. */
enum probes {
	PROBES_NONE,
	PROBES_FEXIT,
	PROBES_KPROBES, /* where there are no fexit probes: bpf/kprobes.bpf.h */
};

/* The best that there are here. It is looked for once. */
enum probes probes_kind(void);

#endif
