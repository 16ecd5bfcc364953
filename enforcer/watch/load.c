/* SPDX-License-Identifier: GPL-2.0-only */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "exes.h"
#include "policy/lint.h"
#include "policy/messages.h"

static void count_messages(struct load *load)
{
	load->errors = load->messages.out_of_memory;
	load->warnings = 0;
	for (size_t i = 0; i < load->messages.count; i++)
		if (load->messages.message[i].warning)
			load->warnings++;
		else
			load->errors++;
}

const char load_no_memory[] = "cannot read the policy: out of memory";

const char *load_compile_error(const struct policy *policy, int err, char *text, size_t size)
{
	/* More than BIND_MAX_RULES have not been read. */
	if (err == -E2BIG)
		snprintf(text, size,
			 "rules: too many of %zu rules have only long lists and wide ranges, "
			 "expected at most %u such rules",
			 policy->rules, BIND_MAX_BROAD);
	else
		snprintf(text, size, "cannot compile the policy: %s",
			 err == -ENOMEM ? "out of memory" : strerror(-err));
	return text;
}

/* It is about all of the policy's files. */
static void add_compile_error(struct load *load, int err)
{
	struct source source = { .file = load->path, .errors = &load->messages };
	char text[256];

	messages_add(&source, 0, "%s", load_compile_error(load->policy, err, text, sizeof(text)));
}

static int read_and_compile(const char *path, bool enforce, bool here, struct load *load)
{
	struct image_settings settings = { .generation = 1, .enforce = enforce, .now = time(NULL) };
	int err;

	*load = (struct load){ .path = path, .now = settings.now };
	load->policy = policy_read(path, &load->messages);
	count_messages(load);
	if (!load->policy)
		return load->messages.out_of_memory ? EX_OSERR : EX_CONFIG;
	err = here ? exes_resolve(load->policy) : 0;
	if (!err || err == -EACCES)
		err = image_compile(load->policy, &settings, &load->image);
	if (!err)
		return 0;
	add_compile_error(load, err);
	count_messages(load);
	policy_free(load->policy);
	load->policy = NULL;
	return err == -E2BIG ? EX_CONFIG : EX_OSERR;
}

int load_policy(const char *path, bool enforce, struct load *load)
{
	return read_and_compile(path, enforce, false, load);
}

int load_policy_here(const char *path, bool enforce, struct load *load)
{
	return read_and_compile(path, enforce, true, load);
}

void load_lint(struct load *load)
{
	if (load->policy)
		policy_lint(load->policy, load->now, &load->messages);
	count_messages(load);
}

void load_print_messages(const struct policy_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++) {
		const struct policy_message *m = &messages->message[i];
		char *file = escape_text(m->file);

		fprintf(stderr, "%s:", file ? file : "?");
		if (m->line)
			fprintf(stderr, "%u:", m->line);
		fprintf(stderr, "%s %s\n", m->warning ? " warning:" : "", m->text);
		free(file);
	}
}

void load_print(const struct load *load)
{
	load_print_messages(&load->messages);
	if (load->messages.out_of_memory)
		complain("%s: %s", load->path, load_no_memory);
	if (load->errors)
		complain("%s: %zu error%s, policy not loaded", load->path, load->errors,
			 load->errors == 1 ? "" : "s");
}

void load_free(struct load *load)
{
	image_free(&load->image);
	policy_free(load->policy);
	policy_messages_free(&load->messages);
	*load = (struct load){ 0 };
}
