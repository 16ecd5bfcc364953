/* SPDX-License-Identifier: GPL-2.0-only */
#include "eventjson.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "json.h"
#include "policy/names.h"
#include "process.h"

#define NS 1000000000LL

static int64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

void eventjson_init(struct eventjson *eventjson)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*eventjson = (struct eventjson){ .host_netns = host_netns() };
	eventjson->realtime = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
	if (gethostname(eventjson->host, sizeof(eventjson->host) - 1))
		eventjson->host[0] = '\0';
	if (file && !fgets(eventjson->boot_id, sizeof(eventjson->boot_id), file))
		eventjson->boot_id[0] = '\0';
	if (file)
		fclose(file);
}

static struct json_object *proc_text(uint32_t pid, const char *name, const char *begin)
{
	char *line = process_line(pid, name, begin);
	struct json_object *text = line ? json_text(line) : NULL;

	free(line);
	return text;
}

/* The process's number in its own pid namespace: the last of "NSpid:	812	7	1". */
static struct json_object *namespace_pid(uint32_t pid)
{
	char *line = process_line(pid, "status", "NSpid:"),
	     *last = line ? strrchr(line, '\t') : NULL;
	struct json_object *number = last ? json_object_new_int64(atoll(last + 1)) : NULL;

	free(line);
	return number;
}

static struct json_object *executable(uint32_t pid)
{
	char *path = process_exe(pid);
	struct json_object *text = path ? json_text(path) : NULL;

	free(path);
	return text;
}

static void add_time(struct json_object *object, struct eventjson *e, const struct record *record)
{
	json_object_object_add(object, "time", json_time(record->event.time + e->realtime));
	json_object_object_add(object, "monotonic_ns", json_object_new_int64(record->event.time));
	json_object_object_add(object, "boot_id", json_text(e->boot_id));
	json_object_object_add(object, "host", json_text(e->host));
	json_object_object_add(object, "sequence", json_object_new_int64(e->sequence++));
}

static void add_task(struct json_object *object, const struct bind_event *event)
{
	json_object_object_add(object, "pid", json_object_new_int64(event->pid));
	json_object_object_add(object, "tid", json_object_new_int64(event->tid));
	json_object_object_add(object, "ns_pid", namespace_pid(event->pid));
	json_object_object_add(object, "comm", json_bytes(event->comm, sizeof(event->comm)));
	json_object_object_add(object, "process_comm", proc_text(event->pid, "comm", ""));
	json_object_object_add(object, "exe", executable(event->pid));
	json_object_object_add(object, "uid", json_object_new_int64(event->uid));
	json_object_object_add(object, "cgroup", proc_text(event->pid, "cgroup", "0::"));
	json_object_object_add(object, "cgroup_id", json_object_new_int64(event->cgroup));
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
static struct json_object *interface_name(const struct eventjson *e, const struct bind_event *event)
{
	char name[IF_NAMESIZE];

	if (!event->interface || event->netns != e->host_netns ||
	    !if_indextoname(event->interface, name))
		return NULL;
	return json_text(name);
}

static void add_socket(struct json_object *object, const struct eventjson *e,
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
	json_object_object_add(object, "interface", interface_name(e, event));
	json_object_object_add(object, "interface_index", json_object_new_int64(event->interface));
	json_object_object_add(object, "netns", json_object_new_int64(event->netns));
	json_object_object_add(object, "netns_host",
			       json_object_new_boolean(event->netns == e->host_netns));
}

static struct json_object *text_or_null(const char *text)
{
	return text ? json_text(text) : NULL;
}

static void add_result(struct json_object *object, const struct record *record)
{
	const struct bind_decision *decision = record->decided ? &record->event.decision : NULL;
	struct json_object *bound = NULL;
	const char *error = record->known && record->rc ? strerrorname_np(-record->rc) : NULL;

	json_add_decision(object, decision, decision ? record_rule(record) : NULL);
	json_object_object_add(object, "reason",
			       text_or_null(record->rule ? record->rule->reason : NULL));
	json_object_object_add(object, "enforced",
			       decision ? json_object_new_boolean(decision->enforced) : NULL);
	json_object_object_add(object, "generation",
			       decision ? json_object_new_int64(decision->generation) : NULL);
	json_object_object_add(object, "rc",
			       record->known ? json_object_new_int(record->rc) : NULL);
	json_object_object_add(object, "errno", text_or_null(error));
	json_object_object_add(object, "refused_by", text_or_null(record_refused_by(record)));
	json_object_object_add(object, "rewritten", json_object_new_boolean(record->rewritten));
	if (record->judged)
		bound = json_object_new_object();
	if (bound)
		json_add_decision(bound, &record->bound, record->bound_rule);
	json_object_object_add(object, "bound_decision", bound);
}

void eventjson_print(struct eventjson *eventjson, FILE *out, const struct record *record)
{
	struct json_object *object = json_object_new_object();

	add_time(object, eventjson, record);
	add_task(object, &record->event);
	add_socket(object, eventjson, record);
	add_result(object, record);
	json_print(out, object);
}
