/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy/files.h"
#include "policy/include.h"
#include "policy/reader.h"

/* A file or a folder that is being read. */
struct text {
	const char *path;
	struct policy_messages *errors;
	struct policy names; /* holds the files' names, and nothing else */
	struct include include;
	text_take *take;
	void *context;
};

static void complain(const struct text *text, const char *path, const char *problem)
{
	struct source source = { .file = path, .errors = text->errors };

	messages_add(&source, 0, "%s", problem);
}

/* Takes fd over. */
static void read_file(struct text *text, const char *path, int fd, int folder)
{
	struct include_text joined = include_file(&text->include, path, fd, folder);
	struct source source = { .file = path, .errors = text->errors, .lines = &joined.lines };
	struct setting *root = joined.bytes ? reader_read(&source, joined.bytes) : NULL;

	if (root)
		text->take(text->context, &source, root);
	include_free(&joined);
}

static void read_listed(struct text *text, int folder, const char *name)
{
	char *path = messages_memory(text->errors, files_inside(text->path, name));
	struct files_problem problem = { "" };
	int fd = path ? files_open_below(folder, name, &problem) : -1;

	if (!path)
		return;
	if (fd >= 0)
		read_file(text, path, fd, folder);
	else
		complain(text, path, problem.text);
	free(path);
}

/* Takes fd over. */
static void read_folder(struct text *text, int fd)
{
	struct policy_strings names = { 0 };
	struct files_problem problem = { "" };
	int folder = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (!files_list(fd, &names, &problem))
		complain(text, text->path, problem.text);
	else if (folder < 0)
		complain(text, text->path, "cannot read: no more files can be open");
	for (size_t i = 0; folder >= 0 && i < names.count; i++)
		read_listed(text, folder, names.string[i]);
	policy_strings_free(&names);
	if (folder >= 0)
		close(folder);
}

static void free_names(struct policy *names)
{
	for (size_t i = 0; i < names->files; i++)
		free(names->file[i]);
	free(names->file);
	free(names->digest);
}

void text_each(const char *path, struct policy_messages *errors, text_take *take, void *context)
{
	struct text text = { .path = path, .errors = errors, .take = take, .context = context };
	struct files_problem problem = { "" };
	size_t before = errors->count;
	int fd = -1, folder;

	text.include = (struct include){ .policy = &text.names, .errors = errors };
	switch (files_open(path, &fd, &problem)) {
	case FILES_NONE:
		complain(&text, path, problem.text);
		break;
	case FILES_FOLDER:
		read_folder(&text, fd);
		break;
	case FILES_FILE:
		folder = files_open_parent(path, &problem);
		read_file(&text, path, fd, folder);
		if (folder >= 0)
			close(folder);
		break;
	}
	messages_sort(errors, before, &text.names);
	free_names(&text.names);
}
