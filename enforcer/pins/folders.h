/* SPDX-License-Identifier: GPL-2.0-only */
/* The folders with numbers, of which each start has one, and which of them the gates lead to. */
#ifndef ENFORCER_FOLDERS_H
#define ENFORCER_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"

#define PIN_FOLDER 16 /* bytes that the name of such a folder fits in */

/* The name that the program for the hook is pinned by. Returns name. */
const char *folders_program_name(const char *hook, char *name, size_t size);

/* The kernel's number of the program; 0: unknown. */
uint32_t folders_program_id(int program);

/* Finds the program that the gate leads to. Returns it, open, and its folder; or -1. */
int folders_find_program(const struct gate_hook *hook, char folder[PIN_FOLDER]);

/* The same of the first gate that leads to one that is pinned. */
int folders_find_first(const struct gate *gate, char folder[PIN_FOLDER]);

/* Finds the folder with what the gates lead to. Returns whether there is one. */
bool folders_find(const struct gate *gate, char folder[PIN_FOLDER]);

/* Does the gate lead to the program that this folder has for it? */
bool folders_hold(const char *folder, const struct gate_hook *hook);

/* The name of the next one. Returns 0 or -errno. */
int folders_next(char folder[PIN_FOLDER]);

/* Removes all of them but this one; NULL: all. Returns 0 or -errno. */
int folders_remove_others(const char *folder);

#endif
