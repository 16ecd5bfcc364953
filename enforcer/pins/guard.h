/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --guard: programs (bpf/guard.bpf.c) that refuse everybody but bindguard's own executable to take
 * down or change what is pinned. They are pinned themselves; each start makes its own, and removes
 * those before. There is one guard in a process, or none: then nothing here but guard_is_on() and
 * guard_remove() does anything.
 */
#ifndef ENFORCER_GUARD_H
#define ENFORCER_GUARD_H

#include <stdbool.h>

/* Loads the programs. Our folder must be there. Returns 0 or -errno. */
int guard_open(void);

/*
 * From now on this map or link is guarded, or not any more; other descriptors do not matter.
 * Returns 0 or -errno.
 */
int guard_add(int fd);
void guard_drop(int fd);

/* Attaches and pins them, beside those before. Returns 0 or -errno. */
int guard_attach(void);

/*
 * Now they take the place of those before; calls visit with each pin: its folder, name and
 * descriptor. Returns 0, -errno, or what visit gave that was not.
 */
int guard_settle(int (*visit)(void *context, const char *folder, const char *name, int fd),
		 void *context);

/* What was not settled goes. */
void guard_close(void);

/* Is a whole guard pinned, whoever has made it? */
bool guard_is_on(void);

/* Removes what a start has left that was killed half-way. Returns 0 or -errno. */
int guard_recover(void);

/* Takes the guard down, whoever has made it. Returns 0 or -errno. */
int guard_remove(void);

#endif
