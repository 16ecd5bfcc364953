/* SPDX-License-Identifier: GPL-2.0-only */
/* Records with any bytes in them, but for what can only have a few values. */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include "enforcer/output/record.h"

/* Zeroed, it begins with the first one: they are the same each time. */
struct records {
	uint64_t random;
	unsigned int count;
	char name[40], reason[40];
	uint8_t digest[3][POLICY_DIGEST];
	char *file[3];
	char path[3][24];
	struct policy_rule rule;
	struct policy policy;
	struct record record;
};

/* The next random number. */
uint64_t records_random(struct records *records);

/* Any bytes in a text of so many bytes, its NUL included. */
void records_text(struct records *records, char *text, size_t size);

/* A policy with names, files and digests like that; it is records->policy, made anew. */
const struct policy *records_policy(struct records *records);

/* The next record; the last one's memory is used again. */
const struct record *records_next(struct records *records);

#endif
