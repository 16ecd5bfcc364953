/* SPDX-License-Identifier: GPL-2.0-only */
#include "ecs.h"

#include <string.h>

#include "convert.h"
#include "enforcer/version.h"
#include "eventjson.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct convert keys[] = {
	{ "sequence", "event.sequence", false },
	{ "via", "event.action", false },
	{ "refused_by", "event.reason", false },
	{ "errno", "error.code", false },
	{ "host", "host.hostname", false },
	{ "host", "host.name", false },
	{ "boot_id", "host.boot.id", false },
	{ "pid", "process.pid", false },
	{ "ns_pid", "process.vpid", false },
	{ "tid", "process.thread.id", false },
	{ "comm", "process.thread.name", false },
	{ "process_comm", "process.name", false },
	{ "exe", "process.executable", false },
	{ "uid", "process.real_user.id", true },
	{ "euid", "process.user.id", true },
	{ "gid", "process.real_group.id", true },
	{ "uid", "user.id", true },
	{ "address", "server.address", false },
	{ "address", "server.ip", false },
	{ "port", "server.port", false },
	{ "family", "network.type", false },
	{ "rule", "rule.name", false },
	{ "reason", "rule.description", false },
	/* In a form of its own. */
	{ "record", NULL, false },
	{ "time", NULL, false },
	{ "protocol", NULL, false },
	{ "protocol_number", NULL, false },
	{ "last_time", NULL, false },
};

static void add_list(struct json_object *to, const char *place, const char *value)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(value));
	convert_add(to, place, list);
}

static const char *outcome(const struct record *record)
{
	if (record->known && !record->rc)
		return "success";
	return record->known || record_refused_by(record) ? "failure" : "unknown";
}

/* What a verdict is to the schema. What is let through is allowed, and may be an alert. */
static void add_verdict(struct json_object *to, const char *verdict)
{
	bool violation = verdict && strcmp(verdict, "allow") != 0;

	convert_add_text(to, "event.kind", violation ? "alert" : "event");
	add_list(to, "event.category", "network");
	if (!verdict)
		add_list(to, "event.type", "info");
	else
		add_list(to, "event.type", strcmp(verdict, "deny") ? "allowed" : "denied");
}

static void add_network(struct json_object *to, const struct json_object *bind)
{
	char name[16], number[16];

	snprintf(number, sizeof(number), "%d", convert_protocol(bind, name, sizeof(name)));
	convert_add_text(to, "network.iana_number", number);
	convert_add_text(to, "network.transport", *name ? name : NULL);
}

static void add_event(struct json_object *to, const struct json_object *bind,
		      const struct record *record)
{
	add_verdict(to, convert_text(bind, "verdict"));
	convert_add_text(to, "event.outcome", outcome(record));
	convert_add_text(to, "event.module", "bindguard");
	convert_add_text(to, "event.dataset", "bindguard.bind");
	convert_add(to, "event.id", convert_id(bind));
	if (!record->repeats)
		return;
	convert_add_text(to, "event.start", convert_text(bind, "time"));
	convert_add_text(to, "event.end", convert_text(bind, "last_time"));
}

void ecs_print(struct stream *stream, const struct record *record)
{
	struct json_object *bind = eventjson_line(stream, record), *to = json_object_new_object();

	convert_add_text(to, "@timestamp", convert_text(bind, "time"));
	convert_add_text(to, "ecs.version", "8.17.0");
	convert_add(to, "message", convert_message(bind));
	add_event(to, bind, record);
	convert_keys(to, bind, keys, COUNT(keys));
	if (!convert_text(bind, "process_comm"))
		convert_add_text(to, "process.name", convert_text(bind, "comm"));
	add_network(to, bind);
	convert_add_text(to, "observer.vendor", "bindguard");
	convert_add_text(to, "observer.product", "bindguard");
	convert_add_text(to, "observer.version", BINDGUARD_VERSION);
	convert_rest(to, "bindguard", bind, keys, COUNT(keys));
	stream_print(stream, to);
	json_object_put(bind);
}
