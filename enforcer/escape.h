/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that others chose, made harmless for terminals and logs. */
#ifndef ENFORCER_ESCAPE_H
#define ENFORCER_ESCAPE_H

#include <stddef.h>

/*
 * Writes text into buffer, which holds size bytes, at least 1: printable ASCII as it is, every
 * other byte as \xHH. text ends at a NUL or after length bytes. What does not fit in max columns
 * or in the buffer is left out, an escape never in part. Returns buffer.
 */
char *escape(const char *text, size_t length, size_t max, char *buffer, size_t size);

/* The same for a string of any length, allocated; NULL when memory is out. */
char *escape_text(const char *text);

#endif
