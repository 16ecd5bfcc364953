/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What --pin keeps in bpffs, so that binds are decided without the program: below BPFFS_HOME the
 * gates (gate.h), and a folder with a number for what is behind them, the programs and maps of one
 * start. The next start makes a folder of its own, leads the gates to it, and removes this one.
 */
#ifndef ENFORCER_PIN_H
#define ENFORCER_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpffs.h"
#include "folders.h"
#include "gate.h"

struct pin;

/* A program, map or link, and the name that it is pinned by. */
struct pin_object {
	const char *name;
	int fd;
};

/* Names of what others than the program look at. */
#define PIN_STATE "state"
#define PIN_SOCKETS "sockets"

/*
 * Prepares bpffs, takes the lock and makes the folder. Returns 0, or an exit status after telling why not: that
 * another bindguard has the lock, which is named, for instance.
 */
int pin_open(struct pin **pin);

/*
 * Takes the lock alone, and waits a moment for it; as bpffs_lock(). Who has it can be told: who is
 * the option or verb that wants it.
 */
int pin_lock(void);
void pin_complain_locked(const char *who);

/*
 * For those who decide and do not pin it: two policies that deny are not what anybody wants.
 * Returns 0, or an exit status after telling that something is pinned.
 */
int pin_require_none(void);

/* The folder of what decides at this moment, or NULL. */
const char *pin_before(const struct pin *pin);

/*
 * Pins the objects, all of which stay the caller's and open, and then leads the gates of that kind
 * to the programs (descriptors, in the order of gate_names()). What was pinned before is removed.
 * Returns 0 or -errno, and then what decided before still does.
 */
int pin_enforce(struct pin *pin, enum hook kind, bool deny, const struct pin_object *objects,
		size_t count, const int *programs);

/* Replaces the state (state.h) by this text, also before pin_enforce(). Returns 0 or -errno. */
int pin_state(struct pin *pin, const char *text);

/* From when to when something was missing, seconds since 1970; to is 0 while it still is. */
struct pin_gap {
	int64_t from, to;
	char what[BPFFS_PATH + 16]; /* the first thing that was missing */
};

/*
 * Looks whether all is there that was pinned, and repairs it from the descriptors, which tells it.
 * Returns whether there is news for the state.
 */
bool pin_check(struct pin *pin, int64_t now);

/* The last gap, or NULL, and how many there were. */
const struct pin_gap *pin_gap(const struct pin *pin, unsigned int *gaps);

/* How many seconds something was missing, up to now. */
int64_t pin_gap_seconds(const struct pin *pin, int64_t now);

/* On how many hooks the kernel has the programs that were pinned. */
unsigned int pin_hooks(const struct pin *pin);

/* What is in force stays so; what did not come into force goes. Takes NULL. */
void pin_close(struct pin *pin);

#endif
