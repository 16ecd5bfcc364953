/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates of --pin: what is attached to the hooks, and stays so while the programs that decide
 * are replaced, be it by those of another version. On the LSM hooks these are programs of their own
 * (bpf/gates.bpf.c), of the cgroup hook the links, whose program can be replaced.
 */
#ifndef ENFORCER_GATE_H
#define ENFORCER_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enforcer/watch/options.h"

#define GATE_HOOKS 4 /* at most */

struct gate_hook {
	const char *name; /* of the hook, and of the pinned link */
	int link; /* what is attached */
	int slot; /* the map that leads to the program; -1: the link itself does */
};

/* Descriptors that are open; the gates themselves are pinned. */
struct gate {
	enum hook kind;
	struct gate_hook hook[GATE_HOOKS];
	size_t hooks;
	int settings; /* map; -1: there are none */
};

/* The names of the hooks of that kind, in the order that all arrays here have. */
const char *const *gate_names(enum hook kind, size_t *hooks);

/*
 * Finishes what a program that was killed as it made gates has begun. To be called first, by the
 * one process that has the lock. Returns 0 or -errno.
 */
int gate_recover(void);

/*
 * Opens the gates that are pinned. Returns 0; -ENOENT if none of this kind and version are there,
 * or not all of them, whose descriptors are -1; or -errno. To be closed in any case.
 */
int gate_open(struct gate *gate, enum hook kind);

/* The same of whatever kind they are. If there are none at all, hooks is 0. */
int gate_open_any(struct gate *gate);

/*
 * Makes gates that lead to the programs (descriptors), attaches and pins them, and only then
 * removes those there were: for a moment both decide. Returns 0 or -errno, and then nothing has
 * changed.
 */
int gate_make(enum hook kind, const int *programs, bool deny);

/*
 * Leads all gates to these programs, one hook after the other; each call is decided by one program.
 * If that fails they lead to the programs before again (-1: unknown). Returns 0 or -errno.
 */
int gate_lead(const struct gate *gate, const int *programs, const int *before);

/*
 * Leads the gate of a hook to the program again, whatever was done to it; its link may be another
 * one after that, which is not pinned. Returns 0 or -errno.
 */
int gate_repair(struct gate *gate, size_t hook, int program);

/* What an empty gate does, in deny mode. Returns 0 or -errno. */
int gate_set_mode(const struct gate *gate, bool deny);

/* The id of the program that the gate leads to; 0: to none. */
uint32_t gate_program(const struct gate_hook *hook);

/* Calls visit with each pin of the gates: its folder, name and descriptor. Returns as that does. */
int gate_each_pin(const struct gate *gate,
		  int (*visit)(void *context, const char *folder, const char *name, int fd),
		  void *context);

/* Takes all gates down: nothing decides any more. Returns 0 or -errno. */
int gate_remove(void);

void gate_close(struct gate *gate);

#endif
