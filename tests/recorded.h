/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines as --json prints them, for tests of what reads logs. */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H

#include <stdint.h>
#include <stdio.h>

/* What is not set is that of nginx, which binds 0.0.0.0:443 at second 0; NULL texts are null. */
struct recorded {
	int second; /* after 2026-03-01 12:00:00 */
	int count; /* 0: 1 */
	const char *host;
	const char *comm, *process;
	const char *exe, *cgroup; /* "-": null */
	uint32_t uid;
	int protocol; /* 0: TCP */
	const char *type; /* NULL: "stream" */
	const char *address;
	int port;
	int range[2];
	const char *options; /* as JSON, without the brackets */
	const char *via;
	const char *verdict, *rule, *mode, *cause;
	int rc; /* 1: null */
};

/* Prints such a line. */
void recorded_print(FILE *out, const struct recorded *recorded);

/* Writes a log of so many lines. */
void recorded_write(const char *path, const struct recorded *recorded, size_t count);

#define RECORDED(path, ...)                                            \
	recorded_write(path, (const struct recorded[]){ __VA_ARGS__ }, \
		       sizeof((const struct recorded[]){ __VA_ARGS__ }) / sizeof(struct recorded))

#endif
