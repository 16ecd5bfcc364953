/* SPDX-License-Identifier: GPL-2.0-only */
#include "state.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"
#include "enforcer/json.h"
#include "enforcer/version.h"

#define CHUNK 4096u /* bytes of text in an entry of the map; its end is filled with NULs */
#define PIN_STATE_NEW "state_new"

/* --- The text */

static struct json_object *rules_of(const struct policy *policy)
{
	struct json_object *rules = json_object_new_array();

	for (size_t i = 0; i < policy->rules; i++)
		json_object_array_add(rules, json_text(policy->rule[i].name));
	return rules;
}

/* Seconds since 1970, or null. */
static struct json_object *time_or_null(int64_t time)
{
	return time ? json_object_new_int64(time) : NULL;
}

static void add_program(struct json_object *to, const struct state *state)
{
	json_object_object_add(to, "version", json_object_new_string(BINDGUARD_VERSION));
	json_object_object_add(to, "pid", json_object_new_int64(getpid()));
	json_object_object_add(to, "started", json_object_new_int64(state->started));
	json_object_object_add(to, "mode",
			       json_object_new_string(state->mode == MODE_DENY ? "deny" : "audit"));
	json_object_object_add(to, "hook",
			       json_object_new_string(state->options->hook == HOOK_LSM ? "lsm" :
											 "cgroup"));
}

static void add_policy(struct json_object *to, const struct state *state)
{
	json_object_object_add(to, "policy", json_text(state->options->policy));
	json_object_object_add(to, "files", json_files(state->policy));
	json_object_object_add(to, "stand_in", json_object_new_boolean(state->stand_in));
	json_object_object_add(to, "generation", json_object_new_int64(state->reload->generation));
	json_object_object_add(to, "since", json_object_new_int64(state->since));
	json_object_object_add(to, "expires", time_or_null(state->expiry));
	json_object_object_add(to, "reloads", json_object_new_uint64(state->reload->reloads));
	json_object_object_add(to, "reloads_failed",
			       json_object_new_uint64(state->reload->failures));
	json_object_object_add(to, "last_reload", time_or_null(state->reload->last));
	json_object_object_add(to, "last_reload_failed",
			       json_object_new_boolean(state->reload->failed));
}

static void add_gap(struct json_object *to, const struct state *state)
{
	struct json_object *gap = NULL;

	if (state->gap) {
		gap = json_object_new_object();
		json_object_object_add(gap, "missing", json_text(state->gap->what));
		json_object_object_add(gap, "from", json_object_new_int64(state->gap->from));
		json_object_object_add(gap, "to", time_or_null(state->gap->to));
	}
	json_object_object_add(to, "gaps", json_object_new_int64(state->gaps));
	json_object_object_add(to, "gap_seconds", json_object_new_int64(state->gap_seconds));
	json_object_object_add(to, "last_gap", gap);
}

char *state_text(const struct state *state)
{
	struct json_object *to = json_object_new_object();
	char *text;

	add_program(to, state);
	add_policy(to, state);
	json_object_object_add(to, "bound_before", json_number(state->bound_before));
	json_object_object_add(to, "denied_before", json_number(state->denied_before));
	add_gap(to, state);
	json_object_object_add(to, "rules", rules_of(state->policy));
	text = strdup(json_object_to_json_string_ext(to, JSON_C_TO_STRING_PLAIN));
	json_object_put(to);
	return text;
}

/* --- The map */

static int write_text(int map, const char *text, uint32_t chunks)
{
	for (uint32_t i = 0; i < chunks; i++, text += CHUNK) {
		char chunk[CHUNK] = "";

		memcpy(chunk, text, strnlen(text, CHUNK));
		if (bpf_map_update_elem(map, &i, chunk, BPF_ANY))
			return -errno;
	}
	return 0;
}

int state_store(const char *folder, const char *text)
{
	uint32_t chunks = strlen(text) / CHUNK + 1;
	char new[BPFFS_PATH], path[BPFFS_PATH];
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bindguard_state", sizeof(uint32_t), CHUNK,
				 chunks, NULL);
	int err = map < 0 ? -errno : write_text(map, text, chunks);

	bpffs_path(new, folder, PIN_STATE_NEW);
	bpffs_path(path, folder, PIN_STATE);
	if (!err) {
		unlink(new); /* of one that was killed here */
		err = bpffs_pin(map, folder, PIN_STATE_NEW);
	}
	if (!err && rename(new, path))
		err = -errno;
	if (!err)
		return map;
	if (map >= 0)
		close(map);
	return err;
}

/* Returns the text, allocated, or NULL. */
static char *read_text(int map)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	char *text;

	if (bpf_obj_get_info_by_fd(map, &info, &size) || info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size != CHUNK)
		return NULL;
	text = calloc(info.max_entries + 1, CHUNK);
	for (uint32_t i = 0; text && i < info.max_entries; i++)
		if (bpf_map_lookup_elem(map, &i, text + (size_t)i * CHUNK)) {
			free(text);
			text = NULL;
		}
	return text;
}

struct json_object *state_load(const char *folder)
{
	int map = bpffs_get(folder, PIN_STATE);
	char *text = map < 0 ? NULL : read_text(map);
	struct json_object *state = text ? json_tokener_parse(text) : NULL;

	free(text);
	if (map >= 0)
		close(map);
	return state;
}

static int64_t number_of(const char *folder, const char *key)
{
	struct json_object *state = state_load(folder), *value = NULL;
	int64_t number = 0;

	if (state && json_object_object_get_ex(state, key, &value))
		number = json_object_get_int64(value);
	json_object_put(state);
	return number;
}

bool state_stands_in(const char *folder)
{
	return number_of(folder, "stand_in");
}

long state_pid(const char *folder)
{
	return number_of(folder, "pid");
}

uint32_t state_generation(const char *folder)
{
	return number_of(folder, "generation");
}
