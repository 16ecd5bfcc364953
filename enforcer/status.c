/* SPDX-License-Identifier: GPL-2.0-only */
#include "status.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "bpffs.h"
#include "complain.h"
#include "counters.h"
#include "policy/image.h"
#include "state.h"
#include "statusprint.h"
#include "verb.h"

#define OPTION_JSON 256

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "status",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard status [--json]\n"
		"\n"
		"Shows what 'bindguard --pin' has put into force, whether or not it still runs:\n"
		"mode, policy, hooks, and what each rule has decided since it came into force.\n"
		"\n"
		"      --json  all of it as one JSON object\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 enforcing, 1 auditing, 2 degraded, 3 nothing is pinned,\n"
		"             64 usage, 77 no privileges.\n"
		"Example: sudo bindguard status\n",
};

static void add_problem(struct status *status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_problem(struct status *status, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (status->problems == STATUS_PROBLEMS)
		return;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) >= 0)
		status->problem[status->problems++] = text;
	va_end(arguments);
}

/* The state's value of that key, or NULL. */
static struct json_object *known(const struct status *status, const char *key)
{
	struct json_object *value = NULL;

	if (status->state)
		json_object_object_get_ex(status->state, key, &value);
	return value;
}

/* The gates there are, even if they are not complete. Returns whether there are any. */
static bool open_gates(struct status *status)
{
	static const enum hook kinds[] = { HOOK_LSM, HOOK_CGROUP };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		gate_open(&status->gate, kinds[i]);
		for (size_t k = 0; k < status->gate.hooks; k++)
			if (status->gate.hook[k].link >= 0)
				return true;
		gate_close(&status->gate);
	}
	return false;
}

/* Does the gate lead to what is pinned in the folder? */
static void look_at_hook(struct status *status, const char *folder, size_t i)
{
	const struct gate_hook *hook = &status->gate.hook[i];

	status->program[i] = gate_program(hook);
	if (!status->program[i])
		add_problem(status, "hook %s: nothing decides there", hook->name);
	else if (!pin_holds(folder, hook))
		add_problem(status, "hook %s: another generation of programs decides there",
			    hook->name);
}

/* A map in a map of maps, open, or -1. */
static int inner_map(const char *folder, const char *name, uint32_t entry)
{
	int map = bpffs_get(folder, name), inner = -1;
	uint32_t id;

	if (map < 0)
		return -1;
	if (!bpf_map_lookup_elem(map, &entry, &id))
		inner = bpf_map_get_fd_by_id(id);
	close(map);
	return inner;
}

static void read_image(struct status *status, const char *folder)
{
	int map = inner_map(folder, PIN_POLICY, BIND_SLOT_IN_FORCE);
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info), zero = 0;
	union bind_page page;

	if (map >= 0 && !bpf_obj_get_info_by_fd(map, &info, &size) &&
	    info.value_size == sizeof(page) && !bpf_map_lookup_elem(map, &zero, &page) &&
	    page.header.magic == BIND_IMAGE_MAGIC) {
		status->generation = page.header.generation;
		status->denies = page.header.flags & BIND_IMAGE_ENFORCE;
	} else {
		add_problem(status, "the policy in force cannot be read");
	}
	if (map >= 0)
		close(map);
}

static void read_counters(struct status *status, const char *folder)
{
	int map = bpffs_get(folder, PIN_COUNTERS);
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (map < 0)
		return;
	status->counted = !bpf_obj_get_info_by_fd(map, &info, &size) &&
			  info.value_size == sizeof(status->counters) &&
			  !counters_read(map, &status->counters);
	close(map);
}

static void read_rules(struct status *status, const char *folder)
{
	int map = inner_map(folder, PIN_RULE_COUNTERS, BIND_PARITY(status->generation));
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (map < 0)
		return;
	if (!bpf_obj_get_info_by_fd(map, &info, &size) &&
	    info.value_size == sizeof(*status->rules)) {
		status->entries = info.max_entries;
		status->rules = counters_read_rules(map, status->entries);
	}
	close(map);
}

/* What does not get better without the program. */
static void look_at_state(struct status *status)
{
	struct json_object *expires = known(status, "expires"), *gap = known(status, "last_gap");
	struct json_object *to = NULL;

	if (!status->state)
		add_problem(status, "what the program said about it cannot be read");
	if (expires && json_object_get_int64(expires) <= time(NULL))
		add_problem(status, "rules have expired and still match: start bindguard again");
	if (gap && status->running && json_object_object_get_ex(gap, "to", &to) && !to)
		add_problem(status,
			    "something that was pinned is gone, and cannot be pinned again");
}

static void look(struct status *status)
{
	char folder[PIN_FOLDER];

	status->standing = STANDING_NOTHING;
	status->running = bpffs_locked();
	if (!open_gates(status)) {
		if (!status->running)
			return;
		add_problem(status, "bindguard runs, and nothing is pinned");
	} else if (!pin_find(&status->gate, folder)) {
		add_problem(status, "the programs that decide are not among those pinned");
	} else {
		for (size_t i = 0; i < status->gate.hooks; i++)
			look_at_hook(status, folder, i);
		status->state = state_load(folder);
		read_image(status, folder);
		read_counters(status, folder);
		read_rules(status, folder);
		look_at_state(status);
	}
	status->standing = status->problems ? STANDING_DEGRADED :
			   status->denies   ? STANDING_ENFORCING :
					      STANDING_AUDITING;
}

static void free_status(struct status *status)
{
	for (size_t i = 0; i < status->problems; i++)
		free(status->problem[i]);
	gate_close(&status->gate);
	json_object_put(status->state);
	free(status->rules);
}

int status_show(int argc, char **argv)
{
	struct status found = { .gate.settings = -1 };
	bool json = false;
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		json = true;
	}
	if (optind < argc) {
		complain("status: %s: unexpected argument", argv[optind]);
		return verb_usage(&verb);
	}
	if (access(BPFFS_HOME, R_OK | X_OK) && errno == EACCES) {
		complain("status: cannot look into %s: run it as root", BPFFS_HOME);
		return EX_NOPERM;
	}
	look(&found);
	if (json)
		statusprint_json(stdout, &found);
	else
		statusprint_text(stdout, &found);
	status = found.standing;
	free_status(&found);
	return verb_finish(status);
}
