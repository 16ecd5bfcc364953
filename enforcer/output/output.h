/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where lines go: standard output, or the file of --output. They are printed into memory, and
 * written whole or not at all.
 */
#ifndef ENFORCER_OUTPUT_H
#define ENFORCER_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "chain.h"
#include "enforcer/watch/options.h"
#include "logfile.h"

struct output {
	FILE *stream; /* to print to */
	char *text; /* what is printed and not written */
	size_t size;
	long whole; /* where its last whole line ends */
	struct chain chain; /* of what is printed to stream */
	struct logfile file;
	bool denies;
	int err; /* of what was written since the last output_flush() */
	bool failed; /* and it has been told */
	int trouble; /* with rotating, that has been told */
	uint64_t *dropped; /* the caller's count of lines that could not be written */
};

/* Opens it; dropped stays the caller's. Returns 0 or an exit status, after telling why. */
int output_open(struct output *output, const struct options *options, uint64_t *dropped);

/* Once privileges are given up: says so if the file can be neither rotated nor opened anew now. */
void output_check(const struct output *output);

/* A line is printed, with its newline. */
void output_line(struct output *output);

/*
 * Writes out what is printed. Returns -1 to go on, or the exit status: that nobody reads a pipe any
 * more is a good end. Not for --deny, what it refuses does not depend on who looks on; and not for a
 * file, which can have room again: what it could not take is counted.
 */
int output_flush(struct output *output);

/* Somebody has moved the file: goes on in a new one. */
void output_reopen(struct output *output);

/* Says how many lines there was no room for, if there are any. */
void output_end(const struct output *output);

/* Takes a zeroed one too. What is not written is lost. */
void output_close(struct output *output);

#endif
