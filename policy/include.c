/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "grow.h"
#include "include.h"
#include "scan.h"

/* The text that is being put together. */
struct joining {
	struct include *include;
	struct scan scan;
	struct include_text text;
	size_t length; /* of text.bytes */
	size_t room;
	unsigned int line; /* of what comes next */
};

/* A file that is being read, and those that include it. */
struct opened {
	const struct opened *by; /* NULL: none */
	unsigned int depth;
	struct source source;
	int folder; /* -1: there is none */
	struct stat status;
	char *text;
	size_t length;
};

#define complain(opened, include, ...) \
	messages_about(&(opened)->source, "@include", (include)->line, __VA_ARGS__)

/* Adds the name to the policy's files unless it is there. Returns the policy's string, or NULL. */
static const char *add_file(struct include *include, const char *path)
{
	struct policy *policy = include->policy;
	uint8_t(*digest)[POLICY_DIGEST];
	char **grown, *copy;

	for (size_t i = 0; i < policy->files; i++)
		if (strcmp(policy->file[i], path) == 0)
			return policy->file[i];
	digest = grow_doubling(policy->digest, policy->files, sizeof(*digest));
	if (!messages_memory(include->errors, digest))
		return NULL;
	policy->digest = digest;
	grown = grow_doubling(policy->file, policy->files, sizeof(*grown));
	if (!messages_memory(include->errors, grown))
		return NULL;
	policy->file = grown;
	copy = messages_memory(include->errors, strdup(path));
	if (copy)
		policy->file[policy->files++] = copy;
	return copy;
}

/* What the file, a string of add_file(), had in it when it was read. */
static void note_digest(struct include *include, const struct opened *opened)
{
	struct policy *policy = include->policy;
	SHA2_CTX sha;

	for (size_t i = 0; i < policy->files; i++)
		if (policy->file[i] == opened->source.file) {
			SHA256Init(&sha);
			SHA256Update(&sha, (const uint8_t *)opened->text, opened->length);
			SHA256Final(policy->digest[i], &sha);
		}
}

/* From here on nothing is put together any more. */
static void give_up(struct joining *joining)
{
	messages_memory(joining->include->errors, NULL);
	joining->scan.readable = false;
}

static void append(struct joining *joining, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	char *grown = grow_to(joining->text.bytes, joining->length + length + 1, &joining->room, 1);

	if (!grown) {
		give_up(joining);
		return;
	}
	joining->text.bytes = grown;
	memcpy(joining->text.bytes + joining->length, bytes, length);
	joining->length += length;
	joining->text.bytes[joining->length] = '\0';
	while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
		joining->line++;
		bytes++;
	}
}

static void begin_lines(struct joining *joining, const struct opened *opened, unsigned int line)
{
	if (!lines_add(&joining->text.lines, joining->line, opened->source.file, line))
		give_up(joining);
}

static bool is_open(const struct opened *opened, const struct stat *status)
{
	for (; opened; opened = opened->by)
		if (opened->folder >= 0 && opened->status.st_dev == status->st_dev &&
		    opened->status.st_ino == status->st_ino)
			return true;
	return false;
}

static void complain_size(const struct source *source)
{
	messages_add(source, 0, "is too big, expected at most %u MB in all", SCAN_TEXT_BYTES >> 20);
}

/* Takes fd over. Returns false after a message. */
static bool read_opened(struct include *include, struct opened *opened, int fd)
{
	const struct source *source = &opened->source;
	struct files_problem problem = { "" };

	/* Told once: without an end to it, files that include each other many times make a bomb. */
	if (!source->file || include->files > INCLUDE_FILES) {
		close(fd);
		return false;
	}
	if (include->files == INCLUDE_FILES) {
		messages_add(source, 0, "is one file too many, expected at most %u in all",
			     INCLUDE_FILES);
	} else if (fstat(fd, &opened->status) < 0) {
		messages_add(source, 0, "cannot read: %s", strerror(errno));
	} else {
		opened->text = files_read(fd, SCAN_TEXT_BYTES - include->bytes, &opened->length,
					  &problem);
		if (!opened->text && problem.text[0])
			messages_add(source, 0, "%s", problem.text);
		else if (!opened->text)
			complain_size(source);
	}
	close(fd);
	include->files++;
	include->bytes += opened->length;
	if (opened->text)
		note_digest(include, opened);
	return opened->text;
}

/* Only names that lead down from the folder, whatever links there are. */
static bool valid_path(const char *path)
{
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, "/");

		if (length == 0 || (length == 1 && part[0] == '.') ||
		    (length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		part += length;
		if (*part == '\0')
			return true;
	}
}

static void join(struct joining *joining, struct opened *opened);

/* Opens and joins what is included. */
static void join_included(struct joining *joining, const struct opened *by,
			  const struct scan_include *directive, const char *name)
{
	struct messages_quote quote = messages_quote(name, directive->length);
	struct opened opened = { .by = by, .depth = by->depth + 1, .folder = -1 };
	struct include *include = joining->include;
	struct files_problem problem = { "" };
	int fd = files_open_below(by->folder, name, &problem);
	struct stat status;
	char *path;

	if (fd >= 0)
		opened.folder = files_open_parent_below(by->folder, name, &problem);
	if (fd < 0 || opened.folder < 0 || fstat(fd, &status) < 0) {
		complain(by, directive, "%s %s", quote.text, problem.text);
	} else if (is_open(by, &status)) {
		complain(by, directive, "%s includes itself in the end, expected no loop",
			 quote.text);
	} else {
		path = messages_memory(include->errors, files_beside(by->source.file, name));
		opened.source = (struct source){ .errors = include->errors };
		opened.source.file = path ? add_file(include, path) : NULL;
		free(path);
		if (read_opened(include, &opened, fd))
			join(joining, &opened);
		else
			joining->scan.readable = false;
		free(opened.text);
		close(opened.folder);
		return;
	}
	joining->scan.readable = false;
	if (fd >= 0)
		close(fd);
	if (opened.folder >= 0)
		close(opened.folder);
}

static void join_directive(struct joining *joining, const struct opened *by,
			   const struct scan_include *directive)
{
	char *name = strndup(directive->name, directive->length);
	struct messages_quote quote = messages_quote(directive->name, directive->length);
	struct scan_text outer = joining->scan.text;

	if (!name) {
		give_up(joining);
		return;
	}
	joining->scan.readable &= by->folder >= 0 && valid_path(name) && by->depth < INCLUDE_DEPTH;
	if (by->folder < 0)
		complain(by, directive,
			 "there is no folder, expected the whole policy in one text");
	else if (!valid_path(name))
		complain(by, directive,
			 "%s is not below the folder, expected a file in the folder of this one, "
			 "or below",
			 quote.text);
	else if (by->depth == INCLUDE_DEPTH)
		complain(by, directive,
			 "%s is nested too deep, expected at most %u files in each "
			 "other",
			 quote.text, INCLUDE_DEPTH);
	else
		join_included(joining, by, directive, name);
	joining->scan.text = outer;
	free(name);
}

/* Scans the text, and adds it, line by line, with what it includes in between. */
static void join(struct joining *joining, struct opened *opened)
{
	struct scan *scan = &joining->scan;
	struct scan_include directive;
	const char *from = opened->text;

	/* Some versions of libconfig do not see a comment in a last line without its end. */
	opened->text[opened->length++] = '\n';
	opened->text[opened->length] = '\0';
	if (!scan_start(scan, &opened->source, opened->text, opened->length))
		return;
	begin_lines(joining, opened, 1);
	while (scan_next(scan, &directive)) {
		append(joining, from, (size_t)(directive.start - from));
		join_directive(joining, opened, &directive);
		from = scan->text.at;
		begin_lines(joining, opened, directive.line);
	}
	append(joining, from, (size_t)(opened->text + opened->length - from));
}

static struct include_text join_all(struct include *include, struct opened *opened)
{
	struct joining joining = { .include = include, .line = 1 };

	if (opened->length == 0) {
		messages_add(&opened->source, 0, "is empty, expected a policy");
		return joining.text;
	}
	scan_init(&joining.scan);
	join(&joining, opened);
	if (!joining.scan.readable) {
		free(joining.text.bytes);
		joining.text.bytes = NULL;
	}
	return joining.text;
}

struct include_text include_file(struct include *include, const char *path, int fd, int folder)
{
	struct opened opened = {
		.source = { .file = add_file(include, path), .errors = include->errors },
		.folder = folder,
	};
	struct include_text text = { 0 };

	if (read_opened(include, &opened, fd))
		text = join_all(include, &opened);
	free(opened.text);
	return text;
}

struct include_text include_bytes(struct include *include, const char *path, const char *bytes,
				  size_t length)
{
	struct opened opened = {
		.source = { .file = add_file(include, path), .errors = include->errors },
		.folder = -1,
		.length = length,
	};
	struct include_text text = { 0 };

	if (length > SCAN_TEXT_BYTES) {
		complain_size(&opened.source);
		return text;
	}
	opened.text = messages_memory(include->errors, malloc(length + 2));
	if (!opened.text || !opened.source.file) {
		free(opened.text);
		return text;
	}
	memcpy(opened.text, bytes, length);
	note_digest(include, &opened);
	text = join_all(include, &opened);
	free(opened.text);
	return text;
}

void include_free(struct include_text *text)
{
	free(text->bytes);
	lines_free(&text->lines);
	*text = (struct include_text){ 0 };
}
