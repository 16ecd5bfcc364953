/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of verbs: calls one as main() would, and keeps what it prints. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

/* What a verb did; to be freed with capture_free(). */
struct capture {
	int status;
	char *out, *err;
};

/* Runs the verb with these arguments, of which the first is its name and the last NULL. */
struct capture capture_run(int (*verb)(int argc, char **argv), const char *const *arguments);

#define CAPTURE(verb, ...) capture_run(verb, (const char *const[]){ __VA_ARGS__, NULL })

/* The same with that descriptor for standard output: out is NULL. */
struct capture capture_on(int out, int (*verb)(int argc, char **argv),
			  const char *const *arguments);

void capture_free(struct capture *capture);

/* Runs the verb, and fails if status, standard output or standard error are not these. */
void capture_expect(int (*verb)(int argc, char **argv), const char *const *arguments, int status,
		    const char *out, const char *err);

#define CAPTURE_EXPECT(verb, status, out, err, ...) \
	capture_expect(verb, (const char *const[]){ __VA_ARGS__, NULL }, status, out, err)

/* Writes a file. */
void capture_write(const char *path, const char *text);

/* The contents of a file; to be freed. */
char *capture_read(const char *path);

/*
 * For a group's setup and teardown: makes a folder and goes there, so that paths in messages are
 * short; removes it with all that is in it.
 */
int capture_begin(void **state);
int capture_end(void **state);

#endif
