/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "grow.h"
#include "include.h"
#include "messages.h"
#include "parse.h"
#include "policy.h"
#include "reader.h"

/* A policy that is being read. */
struct work {
	struct source whole; /* the file or the folder */
	struct policy *policy;
	struct parse *parse;
	struct include include;
	size_t errors_before;
	bool complete; /* every file became a tree of settings */
};

/* Returns false when memory is out. */
static bool begin(struct work *work, const char *path, struct policy_messages *errors)
{
	*work = (struct work){
		.whole = { .file = path, .errors = errors },
		.policy = messages_memory(errors, calloc(1, sizeof(*work->policy))),
		.errors_before = errors->count,
		.complete = true,
	};
	work->include = (struct include){ .policy = work->policy, .errors = errors };
	if (work->policy)
		work->parse = messages_memory(errors, parse_new(work->policy));
	return work->parse;
}

static struct policy *end(struct work *work)
{
	struct policy_messages *errors = work->whole.errors;
	struct policy *policy = work->policy;

	if (work->parse)
		parse_end(work->parse, &work->whole, work->complete);
	parse_free(work->parse);
	if (errors->count == work->errors_before && !errors->out_of_memory)
		return policy;
	if (policy)
		messages_sort(errors, work->errors_before, policy);
	policy_free(policy);
	return NULL;
}

/* Parses a text if there was nothing in its way, and frees it. */
static void read_text(struct work *work, const char *path, struct include_text *text)
{
	struct source source = {
		.file = path,
		.errors = work->whole.errors,
		.lines = &text->lines,
	};
	struct setting *root = text->bytes ? reader_read(&source, text->bytes) : NULL;

	if (root)
		parse_tree(work->parse, &source, root);
	else
		work->complete = false;
	setting_free(root);
	include_free(text);
}

/* Takes fd over. */
static void read_file(struct work *work, const char *path, int fd, int folder)
{
	struct include_text text = include_file(&work->include, path, fd, folder);

	read_text(work, path, &text);
}

static void complain(struct work *work, const char *path, const char *text)
{
	struct source source = { .file = path, .errors = work->whole.errors };

	messages_add(&source, 0, "%s", text);
	work->complete = false;
}

static void read_listed(struct work *work, int folder, const char *name)
{
	char *path = messages_memory(work->whole.errors, files_inside(work->whole.file, name));
	struct files_problem problem;
	int fd = path ? files_open_below(folder, name, &problem) : -1;

	if (!path)
		return;
	if (fd >= 0)
		read_file(work, path, fd, folder);
	else
		complain(work, path, problem.text);
	free(path);
}

/* Takes fd over. */
static void read_folder(struct work *work, int fd)
{
	struct policy_strings names = { 0 };
	struct files_problem problem;
	int folder = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (!files_list(fd, &names, &problem))
		complain(work, work->whole.file, problem.text);
	else if (folder < 0)
		complain(work, work->whole.file, "cannot read: no more files can be open");
	else if (names.count == 0)
		complain(work, work->whole.file, "has no *.conf, expected at least one");
	else if (names.count > INCLUDE_FILES)
		complain(work, work->whole.file, "has too many *.conf, expected at most 256");
	else
		for (size_t i = 0; i < names.count; i++)
			read_listed(work, folder, names.string[i]);
	policy_strings_free(&names);
	if (folder >= 0)
		close(folder);
}

_Static_assert(INCLUDE_FILES == 256, "a message says so");

struct policy *policy_read(const char *path, struct policy_messages *errors)
{
	struct files_problem problem = { "" };
	struct work work;
	int fd, folder;

	if (!begin(&work, path, errors))
		return end(&work);
	switch (files_open(path, &fd, &problem)) {
	case FILES_NONE:
		complain(&work, path, problem.text);
		break;
	case FILES_FOLDER:
		read_folder(&work, fd);
		break;
	case FILES_FILE:
		folder = files_open_parent(path, &problem);
		read_file(&work, path, fd, folder);
		if (folder >= 0)
			close(folder);
		break;
	}
	return end(&work);
}

struct policy *policy_read_text(const char *path, const char *text, size_t length,
				struct policy_messages *errors)
{
	struct include_text joined;
	struct work work;

	if (!begin(&work, path, errors))
		return end(&work);
	joined = include_bytes(&work.include, path, text, length);
	read_text(&work, path, &joined);
	return end(&work);
}

bool policy_strings_add(struct policy_strings *strings, const char *text, size_t length)
{
	char **grown = grow_doubling(strings->string, strings->count, sizeof(*grown));

	if (!grown)
		return false;
	strings->string = grown;
	strings->string[strings->count] = strndup(text, length);
	return strings->string[strings->count] && ++strings->count;
}

void policy_strings_free(const struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
}

static void free_rule(const struct policy_rule *rule)
{
	free(rule->name);
	free(rule->uid.range);
	free(rule->protocol.range);
	free(rule->port.range);
	policy_strings_free(&rule->comm);
	policy_strings_free(&rule->cgroup);
	policy_strings_free(&rule->exe);
	free(rule->address.range);
	free(rule->reason);
	free(rule->owner);
	free(rule->approver);
	free(rule->ticket);
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->rules; i++)
		free_rule(&policy->rule[i]);
	free(policy->rule);
	for (size_t i = 0; i < policy->files; i++)
		free(policy->file[i]);
	free(policy->file);
	free(policy->digest);
	free(policy);
}

void policy_messages_free(struct policy_messages *messages)
{
	if (!messages)
		return;
	for (size_t i = 0; i < messages->count; i++) {
		free(messages->message[i].file);
		free(messages->message[i].text);
	}
	free(messages->message);
	*messages = (struct policy_messages){ 0 };
}
