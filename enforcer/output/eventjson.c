/* SPDX-License-Identifier: GPL-2.0-only */
#include "eventjson.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/host/cgroups.h"
#include "enforcer/host/process.h"
#include "enforcer/json.h"
#include "policy/digest.h"
#include "policy/names.h"

#define LOGIN_UNSET UINT32_MAX /* of a process that no login has led to */

static struct json_object *cgroup(uint32_t pid, uint64_t id)
{
	char *path = cgroups_of_process(pid, id);
	struct json_object *text = json_text(path);

	free(path);
	return text;
}

/* The user who logged in, whoever it became since. */
static struct json_object *login_uid(uint32_t pid)
{
	char *line = process_line(pid, "loginuid", "");
	uint32_t uid = line ? strtoul(line, NULL, 10) : LOGIN_UNSET;

	free(line);
	return uid == LOGIN_UNSET ? NULL : json_object_new_int64(uid);
}

static struct json_object *executable(uint32_t pid)
{
	char *path = process_exe(pid);
	struct json_object *text = json_text(path);

	free(path);
	return text;
}

static struct json_object *number_if(bool known, uint32_t number)
{
	return known ? json_object_new_int64(number) : NULL;
}

/* That of one that was folded may be another process's by now: nothing is read of it. */
static void add_task(struct json_object *object, const struct record *record)
{
	const struct bind_event *event = &record->event;
	uint32_t pid = record->last ? 0 : event->pid;
	struct process_status status;
	bool known = process_status(pid, &status);

	json_object_object_add(object, "pid", json_object_new_int64(event->pid));
	json_object_object_add(object, "tid", json_object_new_int64(event->tid));
	json_object_object_add(object, "ns_pid", number_if(known, status.ns_pid));
	json_object_object_add(object, "comm", json_bytes(event->comm, sizeof(event->comm)));
	json_object_object_add(object, "process_comm", known ? json_text(status.comm) : NULL);
	json_object_object_add(object, "exe", executable(pid));
	json_object_object_add(object, "uid", json_object_new_int64(event->uid));
	json_object_object_add(object, "euid", number_if(known, status.euid));
	json_object_object_add(object, "gid", number_if(known, status.gid));
	json_object_object_add(object, "login_uid", login_uid(pid));
	json_object_object_add(object, "cgroup", cgroup(pid, event->cgroup));
	json_object_object_add(object, "cgroup_id", json_object_new_uint64(event->cgroup));
}

static struct json_object *port_range(const struct bind_event *event)
{
	struct json_object *range;

	if (event->kind != BIND_EVENT_ATTEMPT || !event->range[1])
		return NULL;
	range = json_object_new_array();
	json_object_array_add(range, json_object_new_int(event->range[0]));
	json_object_array_add(range, json_object_new_int(event->range[1]));
	return range;
}

/* Names of interfaces belong to network namespaces; only those of our own are known here. */
static struct json_object *interface_name(const struct stream *s, const struct bind_event *event)
{
	char name[IF_NAMESIZE];

	if (!event->interface || event->netns != s->host_netns ||
	    !if_indextoname(event->interface, name))
		return NULL;
	return json_text(name);
}

static void add_socket(struct json_object *object, const struct stream *s,
		       const struct record *record)
{
	const struct bind_event *event = &record->event;

	json_object_object_add(object, "via", json_object_new_string(names_via(event->via)));
	json_add_where(object, &(struct json_where){
				       .protocol = event->protocol,
				       .type = event->type,
				       .family = event->family,
				       .address = record->address,
				       .port = record->port,
				       .options = event->options,
			       });
	json_object_object_add(object, "requested_address",
			       json_address(event->family, event->requested));
	json_object_object_add(object, "requested_port",
			       json_object_new_int(event->requested_port));
	json_object_object_add(object, "port_range", port_range(event));
	json_object_object_add(object, "interface", interface_name(s, event));
	json_object_object_add(object, "interface_index", json_object_new_int64(event->interface));
	json_object_object_add(object, "netns", json_object_new_int64(event->netns));
	json_object_object_add(object, "netns_host", json_netns_host(event->netns, s->host_netns));
}

/* By which policy, in which mode. */
static void add_policy(struct json_object *object, const struct stream *stream,
		       const struct record *record)
{
	char text[DIGEST_TEXT];
	const char *digest = record->policy ? digest_policy(record->policy, text) : NULL;

	json_object_object_add(object, "mode", json_object_new_string(stream_mode(stream->mode)));
	json_object_object_add(object, "policy_sha256", json_text(digest));
}

static void add_result(struct json_object *object, const struct record *record)
{
	const struct bind_decision *decision = record->decided ? &record->event.decision : NULL;
	struct json_object *bound = NULL;
	const char *error = record->known && record->rc ? strerrorname_np(-record->rc) : NULL;

	json_add_decision(object, decision, decision ? record_rule(record) : NULL);
	json_object_object_add(object, "reason",
			       json_text(record->rule ? record->rule->reason : NULL));
	json_object_object_add(object, "enforced",
			       decision ? json_object_new_boolean(decision->enforced) : NULL);
	json_object_object_add(object, "generation",
			       decision ? json_object_new_int64(decision->generation) : NULL);
	json_object_object_add(object, "rc",
			       record->known ? json_object_new_int(record->rc) : NULL);
	json_object_object_add(object, "errno", json_text(error));
	json_object_object_add(object, "refused_by", json_text(record_refused_by(record)));
	json_object_object_add(object, "rewritten", json_object_new_boolean(record->rewritten));
	if (record->judged)
		bound = json_object_new_object();
	if (bound)
		json_add_decision(bound, &record->bound, record->bound_rule);
	json_object_object_add(object, "bound_decision", bound);
}

struct json_object *eventjson_line(struct stream *stream, const struct record *record)
{
	struct json_object *line = stream_line(stream, "bind", record->event.time);

	add_task(line, record);
	add_socket(line, stream, record);
	add_result(line, record);
	add_policy(line, stream, record);
	json_object_object_add(line, "count", json_object_new_uint64(record->repeats + 1));
	json_object_object_add(line, "last_time",
			       record->repeats ? json_time(record->last + stream->realtime) : NULL);
	return line;
}

void eventjson_print(struct stream *stream, const struct record *record)
{
	stream_print(stream, eventjson_line(stream, record));
}
