/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel made of a BPF program, for those who want to see. */
#ifndef ENFORCER_LISTING_H
#define ENFORCER_LISTING_H

#include <stdio.h>

/*
 * Prints the instructions of the loaded program with this descriptor, under its name, as the
 * verifier left them: number, code, registers, offset and immediate, under the source lines that
 * they come from. Returns 0 or -errno.
 */
int listing_print(FILE *out, const char *name, int program);

#endif
