/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers on the command line, as options have them. */
#ifndef ENFORCER_VALUES_H
#define ENFORCER_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#define VALUES_SIZE_MOST (1ull << 40)

/* A whole decimal number from low to high; digits only. Returns whether it is one. */
bool values_number(const char *text, unsigned long low, unsigned long high, unsigned long *number);

/* Bytes, or with K, M or G behind it 1024 of them, or of that, or of that. 0: it is not that. */
uint64_t values_size(const char *text);

#endif
