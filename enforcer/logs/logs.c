/* SPDX-License-Identifier: GPL-2.0-only */
#include "logs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zlib.h>

#include "enforcer/complain.h"
#include "progress.h"

#define READ_BYTES (1u << 18) /* at once */
#define BUFFER_BYTES (LOGS_LINE_BYTES + READ_BYTES)
#define TOLD 10 /* broken lines of which each is told */

/* All files. */
struct reading {
	struct logs *logs;
	logs_take *take; /* or: */
	logs_take_text *take_text;
	void *context;
	struct progress progress;
	uint64_t done; /* bytes of the files before */
	char *buffer; /* a byte longer than BUFFER_BYTES */
	bool stopped;
	int status;
};

/* The one that is open. */
struct file {
	const char *path;
	gzFile stream;
	uint64_t line;
	size_t held; /* bytes of the buffer that are to be taken */
	bool skipping; /* what comes belongs to a line that is too long */
};

static void note_status(struct reading *reading, int status)
{
	if (!reading->status)
		reading->status = status;
}

static void tell_broken(struct reading *reading, const struct file *file, const char *what)
{
	note_status(reading, EX_DATAERR);
	if (reading->logs->broken++ >= TOLD)
		return;
	progress_hide(&reading->progress);
	complain("%s:%" PRIu64 ": %s", file->path, file->line, what);
}

/* --- Lines */

static bool is_blank(const char *text, size_t length)
{
	return strspn(text, " \t\r") >= length;
}

/* One line, which the buffer has a byte behind. */
static void take_line(struct reading *reading, struct file *file, char *text, size_t length)
{
	struct records_error error;
	struct records_line line;

	file->line++;
	text[length] = '\0';
	if (is_blank(text, length))
		return;
	if (reading->take_text) {
		reading->logs->lines++;
		reading->take_text(reading->context, file->path, file->line, text, length);
		return;
	}
	if (!records_parse(text, length, &line, &error)) {
		tell_broken(reading, file, error.text);
		return;
	}
	reading->logs->lines++;
	reading->stopped = !reading->take(reading->context, &line);
}

/* The end of a line that is too long has come, or the end of what there is of it. */
static void drop_long(struct reading *reading, struct file *file)
{
	file->line++;
	tell_broken(reading, file, "the line is too long");
	file->skipping = false;
}

/* Takes all whole lines in the buffer, and moves what is left to its beginning. */
static void take_lines(struct reading *reading, struct file *file)
{
	char *at = reading->buffer, *end = at + file->held, *newline;

	while (!reading->stopped && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		if (file->skipping)
			drop_long(reading, file);
		else
			take_line(reading, file, at, (size_t)(newline - at));
		at = newline + 1;
	}
	file->held = (size_t)(end - at);
	if (file->skipping || file->held > LOGS_LINE_BYTES) {
		file->skipping = true;
		file->held = 0;
	}
	memmove(reading->buffer, at, file->held);
}

static void tell_cut_off(struct reading *reading, const struct file *file, const char *what)
{
	reading->logs->cut_off++;
	progress_hide(&reading->progress);
	complain("%s:%" PRIu64 ": %s", file->path, file->line + 1, what);
}

/* What is left has no newline: whole by chance, or cut off, since each line is printed with one. */
static void take_rest(struct reading *reading, struct file *file, bool cut_off)
{
	char *text = reading->buffer;
	bool is_record = text[strspn(text, " \t")] == '{', whole, is_lost;
	struct records_error error;
	struct records_line line;

	if (file->skipping) {
		drop_long(reading, file);
		return;
	}
	if (file->held && reading->take_text)
		take_line(reading, file, text, file->held);
	whole = file->held && !reading->take_text && records_parse(text, file->held, &line, &error);
	if (whole) {
		reading->logs->lines++;
		reading->stopped = !reading->take(reading->context, &line);
		file->line++;
	}
	is_lost = file->held && !whole && !reading->take_text;
	if (cut_off || (is_lost && is_record))
		tell_cut_off(reading, file, "the log is cut off here");
	else if (is_lost)
		take_line(reading, file, text, file->held);
}

/* --- Files */

/* Tells what is wrong with the file where reading has ended. Returns whether it is cut off. */
static bool ended_early(struct reading *reading, const struct file *file)
{
	const char *text;
	int err;

	text = gzerror(file->stream, &err);
	if (err == Z_OK || err == Z_STREAM_END)
		return false;
	if (err == Z_BUF_ERROR)
		return true;
	progress_hide(&reading->progress);
	complain("%s: cannot read it to its end: %s", file->path,
		 err == Z_ERRNO ? strerror(errno) : text);
	note_status(reading, err == Z_ERRNO ? EX_NOINPUT : EX_DATAERR);
	return false;
}

static void read_stream(struct reading *reading, struct file *file)
{
	bool cut_off;
	int got;

	do {
		errno = 0;
		got = gzread(file->stream, reading->buffer + file->held, READ_BYTES);
		if (got <= 0)
			break;
		file->held += (size_t)got;
		take_lines(reading, file);
		progress_show(&reading->progress, reading->done + (uint64_t)gzoffset(file->stream),
			      reading->logs->lines);
	} while (!reading->stopped);
	if (reading->stopped)
		return;
	cut_off = ended_early(reading, file);
	reading->buffer[file->held] = '\0';
	take_rest(reading, file, cut_off);
}

static uint64_t file_size(const char *path)
{
	struct stat status;

	if (strcmp(path, "-") ? stat(path, &status) : fstat(STDIN_FILENO, &status))
		return 0;
	return S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

/* Returns 0 or -errno. */
static int open_file(struct file *file)
{
	bool is_stdin = strcmp(file->path, "-") == 0;
	struct stat status;
	int fd, err;

	fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
			open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	err = !fstat(fd, &status) && S_ISDIR(status.st_mode) ? -EISDIR : -ENOMEM;
	file->stream = err == -EISDIR ? NULL : gzdopen(fd, "r");
	if (file->stream)
		return 0;
	close(fd);
	return err;
}

static void read_file(struct reading *reading, const char *path)
{
	struct file file = { .path = path };
	int err = open_file(&file);

	if (err) {
		progress_hide(&reading->progress);
		complain("%s: cannot open: %s", path, strerror(-err));
		note_status(reading, EX_NOINPUT);
		return;
	}
	gzbuffer(file.stream, READ_BYTES);
	read_stream(reading, &file);
	gzclose(file.stream);
	reading->done += file_size(path);
}

static int read_all(struct reading *reading, char *const *paths)
{
	struct logs *logs = reading->logs;
	uint64_t total = 0;

	*logs = (struct logs){ 0 };
	reading->buffer = malloc(BUFFER_BYTES + 1);
	if (!reading->buffer) {
		complain("cannot read logs: %s", strerror(ENOMEM));
		return EX_OSERR;
	}
	for (size_t i = 0; paths[i]; i++)
		total += file_size(paths[i]);
	progress_begin(&reading->progress, total);
	for (size_t i = 0; paths[i] && !reading->stopped; i++)
		read_file(reading, paths[i]);
	progress_hide(&reading->progress);
	if (logs->broken > TOLD)
		complain("%" PRIu64 " broken lines in all, of which the first %d are shown",
			 logs->broken, TOLD);
	free(reading->buffer);
	return reading->status;
}

int logs_read(struct logs *logs, char *const *paths, logs_take *take, void *context)
{
	struct reading reading = { .logs = logs, .take = take, .context = context };

	return read_all(&reading, paths);
}

int logs_read_text(struct logs *logs, char *const *paths, logs_take_text *take, void *context)
{
	struct reading reading = { .logs = logs, .take_text = take, .context = context };

	return read_all(&reading, paths);
}
