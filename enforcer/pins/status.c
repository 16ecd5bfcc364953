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
#include "enforcer/complain.h"
#include "enforcer/verb.h"
#include "enforcer/watch/counters.h"
#include "guard.h"
#include "policy/image.h"
#include "state.h"
#include "statusprint.h"

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
		"Shows what is in force, of 'bindguard --pin' also if that has ended already:\n"
		"mode, policy, hooks, and what each rule has decided since it came into force.\n"
		"\n"
		"      --json  all of it as one JSON object\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 enforcing, 1 auditing, 2 degraded, 3 nothing is in force,\n"
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

/* Does the gate lead to what is pinned in the folder? */
static void look_at_hook(struct status *status, const char *folder, size_t i)
{
	const struct gate_hook *hook = &status->gate.hook[i];

	status->program[i] = gate_program(hook);
	if (!status->program[i])
		add_problem(status, "hook %s: nothing decides there", hook->name);
	else if (!folders_hold(folder, hook))
		add_problem(status, "hook %s: another generation of programs decides there",
			    hook->name);
}

/* The map in that entry of a map of maps, open, or -1. */
static int inner_map(int map, uint32_t entry)
{
	uint32_t id;

	if (map < 0 || bpf_map_lookup_elem(map, &entry, &id))
		return -1;
	return bpf_map_get_fd_by_id(id);
}

static void read_image(struct status *status, int policy)
{
	int map = inner_map(policy, BIND_SLOT_IN_FORCE);
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

static void read_counters(struct status *status, int map)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	status->counted = map >= 0 && !bpf_obj_get_info_by_fd(map, &info, &size) &&
			  info.value_size == sizeof(status->counters) &&
			  !counters_read(map, &status->counters);
}

static void read_rules(struct status *status, int rule_counters)
{
	int map = inner_map(rule_counters, BIND_PARITY(status->generation));
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

#define MOST_MAPS 64 /* of a program */

/* The map of the program that has this name, open, or -1. */
static int map_of(int program, const char *name)
{
	uint32_t ids[MOST_MAPS], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = MOST_MAPS, .map_ids = (uintptr_t)ids };

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return -1;
	for (uint32_t i = 0; i < info.nr_map_ids && i < MOST_MAPS; i++) {
		struct bpf_map_info map_info = { 0 };
		int map = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map_info);
		if (map >= 0 && !bpf_obj_get_info_by_fd(map, &map_info, &size) &&
		    !strcmp(map_info.name, name))
			return map;
		if (map >= 0)
			close(map);
	}
	return -1;
}

/* What the program decides by, and what it has counted. */
static void read_program(struct status *status, int program)
{
	int policy = map_of(program, "policy"), counters = map_of(program, "counters");
	int rule_counters = map_of(program, "rule_counters");

	read_image(status, policy);
	read_counters(status, counters);
	read_rules(status, rule_counters);
	if (policy >= 0)
		close(policy);
	if (counters >= 0)
		close(counters);
	if (rule_counters >= 0)
		close(rule_counters);
}

/* Does it decide binds, and belong to no gate? */
static bool is_unpinned(const struct status *status, int program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size) ||
	    !((info.type == BPF_PROG_TYPE_LSM && !strcmp(info.name, "bind_attempt")) ||
	      (info.type == BPF_PROG_TYPE_CGROUP_SOCK_ADDR && !strcmp(info.name, "bind4_attempt"))))
		return false;
	for (size_t i = 0; i < status->gate.hooks; i++)
		if (status->program[i] == info.id)
			return false;
	return true;
}

/* Those of bindguards without --pin. The first one is what there is to show if nothing is pinned. */
static void look_beside(struct status *status)
{
	uint32_t id = 0;
	int program;

	while (!bpf_prog_get_next_id(id, &id)) {
		program = bpf_prog_get_fd_by_id(id);
		if (program < 0)
			continue;
		if (is_unpinned(status, program) && !status->unpinned++ && !status->pinned)
			read_program(status, program);
		close(program);
	}
}

/* What does not get better without the program. */
static void look_at_state(struct status *status)
{
	struct json_object *expires = known(status, "expires"), *gap = known(status, "last_gap");
	struct json_object *stand_in = known(status, "stand_in"), *to = NULL;

	if (!status->state)
		add_problem(status, "what the program said about it cannot be read");
	if (stand_in && json_object_get_boolean(stand_in))
		add_problem(status, "the policy could not be loaded: every bind is %s until it is",
			    status->denies ? "denied" : "audited");
	if (expires && json_object_get_int64(expires) <= time(NULL))
		add_problem(status, "rules have expired and still match: start bindguard again");
	if (gap && status->running && json_object_object_get_ex(gap, "to", &to) && !to)
		add_problem(status,
			    "something that was pinned is gone, and cannot be pinned again");
}

static void look_at_pins(struct status *status, const char *folder, int program)
{
	for (size_t i = 0; i < status->gate.hooks; i++)
		look_at_hook(status, folder, i);
	status->state = state_load(folder);
	read_program(status, program);
	look_at_state(status);
	close(program);
}

static void look(struct status *status)
{
	char folder[PIN_FOLDER];
	int program;

	status->running = bpffs_locked();
	status->guarded = guard_is_on();
	gate_open_any(&status->gate);
	status->pinned = status->gate.hooks;
	program = folders_find_first(&status->gate, folder);
	if (program >= 0)
		look_at_pins(status, folder, program);
	else if (status->pinned)
		add_problem(status, "the programs that decide are not among those pinned");
	else if (status->running)
		add_problem(status, "bindguard --pin runs, and nothing is pinned");
	look_beside(status);
	if (status->problems)
		status->standing = STANDING_DEGRADED;
	else if (!status->pinned && !status->unpinned)
		status->standing = STANDING_NOTHING;
	else
		status->standing = status->denies ? STANDING_ENFORCING : STANDING_AUDITING;
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
	uint32_t id;

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
	if (bpf_prog_get_next_id(0, &id) && errno == EPERM) {
		complain("status: CAP_SYS_ADMIN is missing: run it as root");
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
