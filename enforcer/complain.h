/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors and notices, on stderr, in one form: "bindguard: what failed: why". */
#ifndef ENFORCER_COMPLAIN_H
#define ENFORCER_COMPLAIN_H

/* One line; the newline is added, and whatever is not printable ASCII is escaped. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where to read how the program is called. */
void complain_usage(void);

#endif
