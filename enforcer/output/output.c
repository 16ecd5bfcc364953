/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"

#define ENOUGH (64L << 10) /* bytes that are written without waiting for output_flush() */

static const char *reason(int err)
{
	switch (err) {
	case -ELOOP:
		return "it is a symbolic link: name the file itself";
	case -EMEDIUMTYPE:
		return "not a regular file";
	case -EWOULDBLOCK:
		return "another bindguard writes to it";
	default:
		return strerror(-err);
	}
}

int output_open(struct output *output, const struct options *options, uint64_t *dropped)
{
	const char *path = options->output;
	int err = 0;

	*output = (struct output){ .dropped = dropped };
	output->denies = options->mode == MODE_DENY;
	logfile_standard(&output->file);
	output->stream = open_memstream(&output->text, &output->size);
	if (!output->stream) {
		complain("out of memory");
		return EX_OSERR;
	}
	if (path)
		err = logfile_open(&output->file, path, options->output_size, options->output_keep);
	if (err)
		complain("--output %s: cannot open it: %s", path, reason(err));
	return err ? EX_CANTCREAT : 0;
}

void output_check(const struct output *output)
{
	if (output->file.path && !logfile_can_move(&output->file))
		complain("%s: it can be neither rotated nor opened anew: without privileges uid %u "
			 "cannot write to its folder",
			 output->file.path, geteuid());
}

static size_t count_lines(const char *text, size_t size)
{
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Forgets what is printed, but for the rest of a line of which a part was written. */
static void empty(struct output *output, size_t size, size_t whole, size_t torn)
{
	char *rest = output->text + whole + torn, *end = torn ? strchr(rest, '\n') : NULL;
	size_t length = end ? end + 1 - rest : 0;

	chain_write(&output->chain, output->text, whole + torn + length);
	*output->dropped += count_lines(rest + length, size - (whole + torn + length));
	memmove(output->text, rest, length);
	fseek(output->stream, length, SEEK_SET);
	output->whole = length;
}

/* A line that memory is out for is none. */
static void drop_line(struct output *output)
{
	clearerr(output->stream);
	fseek(output->stream, output->whole, SEEK_SET);
	chain_drop(&output->chain);
	++*output->dropped;
}

static void tell_failure(struct output *output, int err)
{
	if (output->failed)
		return;
	output->failed = true;
	if (output->file.path)
		complain("%s: cannot write: %s: going on without these lines", output->file.path,
			 strerror(-err));
	else
		complain("cannot write the output: %s%s", strerror(-err),
			 output->denies ? ": still denying" : "");
}

static void tell_success(struct output *output)
{
	if (output->failed)
		complain("%s: can be written again: lines dropped until now: %llu",
			 output->file.path ? output->file.path : "the output",
			 (unsigned long long)*output->dropped);
	output->failed = false;
}

static void tell_trouble(struct output *output)
{
	const struct logfile *file = &output->file;

	if (file->trouble && file->trouble != output->trouble)
		complain("%s: cannot rotate: %s: it grows beyond its size", file->path,
			 reason(file->trouble));
	output->trouble = file->trouble;
}

static void write_out(struct output *output)
{
	size_t size, whole, torn;
	int err;

	if (fflush(output->stream) || ferror(output->stream))
		drop_line(output);
	size = ftell(output->stream);
	if (!size)
		return;
	err = logfile_write(&output->file, output->text, size, &whole, &torn);
	empty(output, size, whole, torn);
	if (!err)
		tell_success(output);
	else if (output->file.path)
		tell_failure(output, err);
	if (err && !output->err)
		output->err = err;
	tell_trouble(output);
}

void output_line(struct output *output)
{
	if (fflush(output->stream) || ferror(output->stream)) {
		drop_line(output);
		return;
	}
	output->whole = ftell(output->stream);
	chain_keep(&output->chain);
	if (output->whole >= ENOUGH)
		write_out(output);
}

/* Has whoever reads a pipe gone? Asked without waiting for something to write. */
static bool reader_gone(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, 0) == 1 && output.revents & POLLERR;
}

int output_flush(struct output *output)
{
	int err;

	write_out(output);
	err = output->err;
	output->err = 0;
	if (output->file.path)
		return -1;
	if (!err && reader_gone())
		err = -EPIPE;
	if (!err)
		return -1;
	if (err == -EPIPE && !output->denies)
		return 0;
	tell_failure(output, err);
	return output->denies ? -1 : EX_IOERR;
}

void output_reopen(struct output *output)
{
	int err;

	write_out(output);
	err = logfile_reopen(&output->file);
	if (err)
		complain("%s: cannot open it anew: %s: going on with the file that it was",
			 output->file.path, reason(err));
}

void output_end(const struct output *output)
{
	if (*output->dropped)
		complain("lines dropped, because they could not be written: %llu",
			 (unsigned long long)*output->dropped);
}

void output_close(struct output *output)
{
	if (output->stream)
		fclose(output->stream);
	free(output->text);
	logfile_close(&output->file);
	*output = (struct output){ .stream = NULL };
}
