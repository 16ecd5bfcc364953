/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chain of the JSON lines of a run: the last key of each, "chain", is the SHA-256, in hexadecimal,
 * of the one of the line before, or of the run's UUID for the first line, and of this line as it is
 * without that key and without a newline. A line that an output could not take is no part of it: what
 * is missing while the chain holds was never written, what is missing where it breaks was removed.
 */
#ifndef ENFORCER_CHAIN_H
#define ENFORCER_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "policy/digest.h"

#define CHAIN_TEXT DIGEST_TEXT

/* How far it has come. What is printed is not written yet, and may never be. */
struct chain {
	bool on;
	char printed[CHAIN_TEXT]; /* of the last line printed */
	char kept[CHAIN_TEXT]; /* of the last one that chain_keep() was told of */
	char written[CHAIN_TEXT]; /* of the last one written */
};

/* Begins the chain of this run. */
void chain_begin(struct chain *chain, const char *run);

/* Prints a JSON object, of one key at least, with the chain's key and a newline. */
void chain_print(struct chain *chain, FILE *out, const char *object);

/* What was printed until now is in memory, whole. */
void chain_keep(struct chain *chain);

/* What was printed after that is not: it was no part of the chain. */
void chain_drop(struct chain *chain);

/*
 * Of all that was printed since the last call only the first size bytes of text are written, or will
 * be: they end with a line, or are none.
 */
void chain_write(struct chain *chain, const char *text, size_t size);

/* The hash of a line, of which text are the bytes before its last brace. */
void chain_hash(const char *before, const char *text, size_t size, char hash[CHAIN_TEXT]);

/*
 * Takes a line without its newline apart: *size is that of what comes before its chain and its last
 * brace. Returns false if it has no chain, and then the hash is empty.
 */
bool chain_split(const char *text, size_t length, size_t *size, char hash[CHAIN_TEXT]);

#endif
