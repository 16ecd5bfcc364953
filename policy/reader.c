/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "grow.h"
#include "reader.h"
#include "record.h"
#include "sandbox.h"
#include "scan.h"
#include "tree.h"

/* More than the child's processor time, for a machine that is busy. */
#define WALL_SECONDS 60

/* The names and strings of the text, and at most two records for each token of it. */
#define STREAM_BYTES (SCAN_TEXT_BYTES + (SCAN_TOKENS + 2) * 2 * sizeof(struct record))

#define READ_BYTES 65536 /* at least, at once */

struct stream {
	char *bytes;
	size_t length;
	size_t room;
};

static int64_t now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void complain_time(const struct source *source)
{
	messages_add(source, 0, "cannot read: parsing takes longer than %d seconds", WALL_SECONDS);
}

/* Waits for something to read, or the end. */
static bool wait_readable(const struct source *source, int fd, int64_t deadline)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int64_t left;
	int ready;

	do {
		left = deadline - now_milliseconds();
		ready = left > 0 ? poll(&pollfd, 1, (int)left) : 0;
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		complain_time(source);
	else if (ready < 0)
		messages_add(source, 0, "cannot read: poll: %s", strerror(errno));
	return ready > 0;
}

static bool make_room(const struct source *source, struct stream *stream)
{
	char *grown = stream->bytes;

	if (stream->length == stream->room)
		grown = grow_to(stream->bytes, stream->length + READ_BYTES, &stream->room, 1);
	if (messages_memory(source->errors, grown))
		stream->bytes = grown;
	return grown;
}

/* Reads all that the child writes. */
static bool collect(const struct source *source, int fd, int64_t deadline, struct stream *stream)
{
	ssize_t got;

	while (stream->length <= STREAM_BYTES) {
		if (!wait_readable(source, fd, deadline))
			return false;
		if (!make_room(source, stream))
			return false;
		got = read(fd, stream->bytes + stream->length, stream->room - stream->length);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR) {
			messages_add(source, 0, "cannot read: pipe: %s", strerror(errno));
			return false;
		}
		if (got > 0)
			stream->length += (size_t)got;
	}
	messages_add(source, 0, "cannot read: the parser's result is too long");
	return false;
}

static void complain_exit(const struct source *source, int code)
{
	const char *reason = NULL;

	if (code == CHILD_NO_DESCRIPTORS)
		reason = "close its descriptors";
	else if (code == CHILD_NO_LIMITS)
		reason = "limit itself";
	else if (code == CHILD_PRIVILEGED)
		reason = "give up its privileges";
	else if (code == CHILD_UNFILTERED)
		reason = "filter its system calls";
	else if (code == CHILD_CANNOT_WRITE)
		reason = "write its result";
	if (reason)
		messages_add(source, 0, "cannot read: the parser cannot %s", reason);
	else
		messages_add(source, 0, "cannot read: the parser failed with exit code %d", code);
}

static bool check_status(const struct source *source, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		messages_add(source, 0, "cannot read: parsing takes more than %u seconds",
			     SANDBOX_CPU_SECONDS);
	else if (WIFSIGNALED(status))
		messages_add(source, 0, "cannot read: the parser was killed by signal %d (%s)",
			     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != CHILD_DONE)
		complain_exit(source, WEXITSTATUS(status));
	else
		return true;
	return false;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Waits for the child's end, which a child that has closed its pipe may not be near. */
static bool wait_end(const struct source *source, pid_t child, int64_t deadline)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };
	pid_t ended;
	int status;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0 && now_milliseconds() < deadline)
		nanosleep(&millisecond, NULL);
	if (ended == child)
		return check_status(source, status);
	if (ended < 0) {
		messages_add(source, 0, "cannot read: waitpid: %s", strerror(errno));
		return false;
	}
	complain_time(source);
	end_child(child);
	return false;
}

/* Takes in what the child writes, until it ends; true if it says that it has done its work. */
static bool attend(const struct source *source, pid_t child, int fd, struct stream *stream)
{
	int64_t deadline = now_milliseconds() + INT64_C(1000) * WALL_SECONDS;

	if (collect(source, fd, deadline, stream))
		return wait_end(source, child, deadline);
	end_child(child);
	return false;
}

/* Runs the child, and returns whether stream is all that it had to say. */
static bool run_child(const struct source *source, const char *text, struct stream *stream)
{
	bool done = false;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		messages_add(source, 0, "cannot read: pipe: %s", strerror(errno));
		return false;
	}
	child = fork();
	if (child == 0)
		child_run(text, ends[1]);
	if (child < 0)
		messages_add(source, 0, "cannot read: fork: %s", strerror(errno));
	close(ends[1]);
	if (child > 0)
		done = attend(source, child, ends[0], stream);
	close(ends[0]);
	return done;
}

/* The line'th line of the text without the white space around it, for a message. */
static struct messages_quote quote_line(const char *text, unsigned int line)
{
	size_t length;

	while (--line > 0 && strchr(text, '\n'))
		text = strchr(text, '\n') + 1;
	text += strspn(text, " \t");
	length = strcspn(text, "\n");
	while (length > 0 && strchr(" \t\r", text[length - 1]))
		length--;
	return messages_quote(text, length);
}

/* libconfig knows no other errors in a text that has passed the scanner. */
static void complain_syntax(const struct source *source, const char *text,
			    const struct tree_error *error)
{
	struct messages_quote quote = quote_line(text, error->line);

	if (strcmp(error->text, "duplicate setting name") == 0)
		messages_add(source, error->line,
			     "duplicate setting in %s, expected each name once", quote.text);
	else if (strcmp(error->text, "mismatched element type in array") == 0)
		messages_add(source, error->line,
			     "mixed types in %s, expected one type in [ ], or a list ( )",
			     quote.text);
	else
		messages_add(source, error->line,
			     "syntax error in %s, expected settings such as name = value;",
			     quote.text);
}

struct setting *reader_read(const struct source *source, const char *text)
{
	struct stream stream = { 0 };
	struct setting *root = NULL;
	struct tree_error error;

	if (run_child(source, text, &stream)) {
		root = tree_build(stream.bytes, stream.length, &error);
		if (!root && error.out_of_memory)
			messages_memory(source->errors, NULL);
		else if (!root && error.text[0])
			complain_syntax(source, text, &error);
		else if (!root)
			messages_add(source, 0, "cannot read: the parser's result is not valid");
	}
	free(stream.bytes);
	return root;
}
