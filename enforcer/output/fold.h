/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Denials that repeat themselves are told once, and once more with their number. The first one opens
 * a window of some seconds; equal ones that come meanwhile are folded into one record, which is told
 * when the window closes. Two are equal if all that is told of them is, but for who of its kind it
 * was: thread and process.
 */
#ifndef ENFORCER_FOLD_H
#define ENFORCER_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define FOLD_WINDOWS 4096 /* open at a time, so that memory is bounded whatever is tried */

struct fold;

/*
 * Windows of window ns, at most most of them. Calls sink with the record of each that closes with
 * something in it: the first one that was folded, which stands for the others as record.repeats
 * says. It must not keep the pointer. Returns NULL when memory is out.
 */
struct fold *fold_new(uint64_t window, size_t most,
		      void (*sink)(void *context, const struct record *record), void *context);

/*
 * Takes a record at the time now (ns, CLOCK_MONOTONIC, here and below). True: it is folded into
 * another. False: it is to be told, since it is the first or none that is folded, as what is allowed.
 * When all windows are open, the oldest one closes.
 */
bool fold_take(struct fold *fold, const struct record *record, uint64_t now);

/* Closes the windows whose time is over. */
void fold_expire(struct fold *fold, uint64_t now);

/* When fold_expire() is to be called next; UINT64_MAX if no window is open. */
uint64_t fold_due(const struct fold *fold);

/* Closes the windows of older generations: before their rules, to which records point, are freed. */
void fold_retire(struct fold *fold, uint32_t generation);

/* Closes all windows. */
void fold_finish(struct fold *fold);

/* Takes NULL. What is still open is not told. */
void fold_free(struct fold *fold);

#endif
