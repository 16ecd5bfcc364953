/* SPDX-License-Identifier: GPL-2.0-only */
/* Results of tests as JUnit XML, which CI systems read. */
#ifndef ENFORCER_JUNIT_H
#define ENFORCER_JUNIT_H

#include <stddef.h>
#include <stdio.h>

struct junit_case {
	const char *name;
	const char *file;
	unsigned int line;
	const char *failure; /* what is wrong; NULL: nothing */
	const char *details; /* more about the failure */
};

/*
 * A whole file is junit_begin(), junit_case() for each case and junit_end(). The texts may be any
 * bytes: those that XML cannot have become \xHH.
 */
void junit_begin(FILE *out, const char *suite, size_t cases, size_t failures);
void junit_case(FILE *out, const char *suite, const struct junit_case *result);
void junit_end(FILE *out);

#endif
