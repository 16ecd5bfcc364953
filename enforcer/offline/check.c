/* SPDX-License-Identifier: GPL-2.0-only */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "dump.h"
#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "enforcer/json.h"
#include "enforcer/verb.h"
#include "enforcer/watch/load.h"
#include "policy/alloc.h"
#include "summary.h"

enum {
	OPTION_DUMP = 256,
	OPTION_JSON,
};

static const struct option long_options[] = {
	{ "dump", no_argument, NULL, OPTION_DUMP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "check",
	.short_options = ":Wh",
	.long_options = long_options,
	.help = "usage: bindguard check [-W] [--json] POLICY...\n"
		"       bindguard check [-W] --dump POLICY\n"
		"\n"
		"Reads each policy, a file or a folder, and prints every error and warning on\n"
		"stderr. For a policy without errors, prints what it has in it.\n"
		"\n"
		"  -W          a policy with warnings fails\n"
		"      --dump  print the policy in its normal form instead: numbers for users,\n"
		"              ranges sorted and joined, addresses as CIDR blocks\n"
		"      --json  print a JSON object for each policy, on a line of its own, with\n"
		"              its errors and warnings, and nothing on stderr\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 all is well, 1 warnings and -W, 64 usage, 78 an error.\n"
		"\n"
		"Example: bindguard check -W /etc/bindguard/policy.d\n",
};

struct options {
	bool strict; /* -W */
	bool dump;
	bool json;
};

static bool passes(const struct options *options, const struct load *load)
{
	return load->policy && !(options->strict && load->warnings);
}

/* On one line, as in "policy.conf: ok: 6 rules, 4 subjects, 12 ports, default deny". */
static void print_summary(const struct load *load)
{
	struct summary summary = summary_of(load->policy);
	char *path = escape_text(load->path);

	printf("%s: ok: %zu rule%s, %zu subject%s, %zu port%s, default %s", path ? path : "?",
	       summary.rules, summary.rules == 1 ? "" : "s", summary.subjects,
	       summary.subjects == 1 ? "" : "s", summary.ports, summary.ports == 1 ? "" : "s",
	       load->policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	if (load->warnings)
		printf(", %zu warning%s", load->warnings, load->warnings == 1 ? "" : "s");
	putchar('\n');
	free(path);
}

static struct json_object *json_messages(const struct load *load, bool warnings)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < load->messages.count; i++) {
		const struct policy_message *m = &load->messages.message[i];
		struct json_object *object;

		if (m->warning != warnings)
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "file", json_text(m->file));
		json_object_object_add(object, "line", json_object_new_int64(m->line));
		json_object_object_add(object, "text", json_text(m->text));
		json_object_array_add(array, object);
	}
	return array;
}

/* What the policy has in it is null if there is no policy. */
static void json_contents(struct json_object *object, const struct policy *policy)
{
	struct json_object *rules = NULL, *subjects = NULL, *ports = NULL, *verdict = NULL;

	if (policy) {
		struct summary summary = summary_of(policy);

		rules = json_object_new_int64(summary.rules);
		subjects = json_object_new_int64(summary.subjects);
		ports = json_object_new_int64(summary.ports);
		verdict = json_text(policy->default_verdict == BIND_ALLOW ? "allow" : "deny");
	}
	json_object_object_add(object, "rules", rules);
	json_object_object_add(object, "subjects", subjects);
	json_object_object_add(object, "ports", ports);
	json_object_object_add(object, "default", verdict);
}

static void print_json(const struct options *options, const struct load *load)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "file", json_text(load->path));
	json_object_object_add(object, "ok", json_object_new_boolean(passes(options, load)));
	json_contents(object, load->policy);
	json_object_object_add(object, "errors", json_messages(load, false));
	json_object_object_add(object, "warnings", json_messages(load, true));
	json_print(stdout, object);
}

/* How many bytes here are a control character that a terminal might obey; 0 if there is none. */
static size_t control_length(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] < 0xa0)
		return 2;
	return (bytes[0] < ' ' && bytes[0] != '\n' && bytes[0] != '\t') || bytes[0] == 0x7f;
}

/* To a file, the policy's own bytes, so that it can be read again; to a terminal, none that act. */
static void print_dump(const struct policy *policy)
{
	char *text = NULL;
	size_t length;
	FILE *dump;

	if (!isatty(STDOUT_FILENO)) {
		dump_policy(stdout, policy);
		return;
	}
	dump = alloc_checked(open_memstream(&text, &length));
	dump_policy(dump, policy);
	fclose(dump);
	for (const char *at = alloc_checked(text); *at; at += length) {
		length = control_length(at);
		for (size_t i = 0; i < length; i++)
			printf("\\x%02x", (unsigned char)at[i]);
		if (!length) {
			putchar(*at);
			length = 1;
		}
	}
	free(text);
}

static void print_text(const struct options *options, const struct load *load)
{
	load_print(load);
	if (options->dump && load->policy)
		print_dump(load->policy);
	else if (passes(options, load))
		print_summary(load);
	else if (load->policy)
		complain("%s: %zu warning%s, which -W does not let pass", load->path,
			 load->warnings, load->warnings == 1 ? "" : "s");
}

static int check_one(const struct options *options, const char *path)
{
	struct load load;
	int status = load_policy(path, true, &load);

	load_lint(&load);
	if (options->json)
		print_json(options, &load);
	else
		print_text(options, &load);
	if (!status && !passes(options, &load))
		status = 1;
	load_free(&load);
	return status;
}

static int usage(const char *what)
{
	complain("check: %s", what);
	return verb_usage(&verb);
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		options->strict |= option == 'W';
		options->dump |= option == OPTION_DUMP;
		options->json |= option == OPTION_JSON;
	}
	if (optind == argc)
		return usage("no policy given, expected POLICY...");
	if (options->dump && options->json)
		return usage("--dump and --json exclude each other");
	if (options->dump && argc - optind > 1)
		return usage("--dump takes one policy");
	return -1;
}

int check(int argc, char **argv)
{
	struct options options = { 0 };
	int status = parse_options(argc, argv, &options), one;

	if (status >= 0)
		return status;
	/* The statuses are in the order of what is worse. */
	for (status = 0; optind < argc; optind++) {
		one = check_one(&options, argv[optind]);
		fflush(stdout);
		if (one > status)
			status = one;
	}
	return verb_finish(status);
}
