/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command lines of all verbs have in common. */
#ifndef ENFORCER_VERB_H
#define ENFORCER_VERB_H

#include <getopt.h>

/* How a verb reads its command line. All of long_options have 'h' for "help". */
struct verb {
	const char *name;
	const char *short_options; /* begins with ':' */
	const struct option *long_options;
	const char *help; /* the whole text */
};

/*
 * The next option, as getopt_long() gives it; -1 after the last one. After --help, which it prints,
 * and after a mistake, which it tells, it is VERB_END, and *status is the status to end with.
 */
#define VERB_END (-2)
int verb_option(const struct verb *verb, int argc, char **argv, int *status);

/* Tells where to read how the verb is called. Returns EX_USAGE. */
int verb_usage(const struct verb *verb);

/* Writes out what is printed. Returns status or, after telling that this failed, EX_IOERR. */
int verb_finish(int status);

#endif
