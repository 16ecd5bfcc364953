/* SPDX-License-Identifier: GPL-2.0-only */
#include "ocsf.h"

#include <string.h>

#include "convert.h"
#include "enforcer/version.h"
#include "eventjson.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NS_PER_MS 1000000

static const struct convert keys[] = {
	{ "sequence", "metadata.sequence", false },
	{ "run", "metadata.correlation_uid", false },
	{ "host", "device.hostname", false },
	{ "pid", "actor.process.pid", false },
	{ "tid", "actor.process.tid", false },
	{ "process_comm", "actor.process.name", false },
	{ "euid", "actor.process.user.uid", true },
	{ "uid", "actor.user.uid", true },
	{ "exe", "actor.process.file.path", false },
	{ "address", "dst_endpoint.ip", false },
	{ "port", "dst_endpoint.port", false },
	{ "interface", "dst_endpoint.interface_name", false },
	{ "errno", "status_code", false },
	{ "refused_by", "status_detail", false },
	{ "rule", "firewall_rule.name", false },
	{ "reason", "firewall_rule.desc", false },
	{ "policy_sha256", "policy.uid", false },
	{ "generation", "policy.version", true },
	{ "enforced", "policy.is_applied", false },
	/* In a form of its own. */
	{ "record", NULL, false },
	{ "time", NULL, false },
	{ "count", NULL, false },
	{ "last_time", NULL, false },
	{ "protocol", NULL, false },
	{ "protocol_number", NULL, false },
	{ "family", NULL, false },
};

/* An enumeration: what it is called, its number, and the name of that. */
static void add_enum(struct json_object *to, const char *number, int value, const char *name,
		     const char *caption)
{
	convert_add(to, number, json_object_new_int(value));
	convert_add_text(to, name, caption);
}

static void add_class(struct json_object *to)
{
	add_enum(to, "category_uid", 4, "category_name", "Network Activity");
	add_enum(to, "class_uid", 4001, "class_name", "Network Activity");
	add_enum(to, "activity_id", 7, "activity_name", "Listen");
	add_enum(to, "type_uid", 400107, "type_name", "Network Activity: Listen");
}

static void add_metadata(struct json_object *to, const struct json_object *bind)
{
	struct json_object *profiles = json_object_new_array();

	json_object_array_add(profiles, json_object_new_string("host"));
	json_object_array_add(profiles, json_object_new_string("security_control"));
	convert_add_text(to, "metadata.version", "1.4.0");
	convert_add_text(to, "metadata.product.name", "bindguard");
	convert_add_text(to, "metadata.product.vendor_name", "bindguard");
	convert_add_text(to, "metadata.product.version", BINDGUARD_VERSION);
	convert_add(to, "metadata.profiles", profiles);
	convert_add(to, "metadata.uid", convert_id(bind));
}

/* A violation of the policy is worth a look, refused or not. */
static void add_control(struct json_object *to, const char *verdict)
{
	bool violation = verdict && strcmp(verdict, "allow") != 0;

	if (!verdict) {
		add_enum(to, "action_id", 3, "action", "Observed");
		add_enum(to, "disposition_id", 17, "disposition", "Logged");
	} else if (!strcmp(verdict, "allow")) {
		add_enum(to, "action_id", 1, "action", "Allowed");
		add_enum(to, "disposition_id", 1, "disposition", "Allowed");
	} else if (!strcmp(verdict, "deny")) {
		add_enum(to, "action_id", 2, "action", "Denied");
		add_enum(to, "disposition_id", 2, "disposition", "Blocked");
	} else {
		add_enum(to, "action_id", 3, "action", "Observed");
		add_enum(to, "disposition_id", 15, "disposition", "Detected");
	}
	convert_add(to, "is_alert", json_object_new_boolean(violation));
	add_enum(to, "severity_id", violation ? 3 : 1, "severity",
		 violation ? "Medium" : "Informational");
}

static void add_status(struct json_object *to, const struct record *record)
{
	if (record->known && !record->rc)
		add_enum(to, "status_id", 1, "status", "Success");
	else if (record->known || record_refused_by(record))
		add_enum(to, "status_id", 2, "status", "Failure");
	else
		add_enum(to, "status_id", 0, "status", "Unknown");
}

static struct json_object *milliseconds(const struct stream *stream, uint64_t monotonic)
{
	return json_object_new_int64((int64_t)(monotonic + stream->realtime) / NS_PER_MS);
}

static void add_times(struct json_object *to, const struct stream *stream,
		      const struct record *record)
{
	convert_add(to, "time", milliseconds(stream, record->event.time));
	if (!record->repeats)
		return;
	convert_add(to, "count", json_object_new_uint64(record->repeats + 1));
	convert_add(to, "start_time", milliseconds(stream, record->event.time));
	convert_add(to, "end_time", milliseconds(stream, record->last));
}

static void add_connection(struct json_object *to, const struct json_object *bind)
{
	char name[16];
	int number = convert_protocol(bind, name, sizeof(name));

	convert_add(to, "connection_info.direction_id", json_object_new_int(0));
	convert_add(to, "connection_info.protocol_num", json_object_new_int(number));
	convert_add_text(to, "connection_info.protocol_name", *name ? name : NULL);
	convert_add(to, "connection_info.protocol_ver_id",
		    json_object_new_int(strcmp(convert_text(bind, "family"), "ipv4") ? 6 : 4));
}

/* What the objects of the schema must have, where there is one. */
static void add_required(struct json_object *to, const struct json_object *bind)
{
	const char *exe = convert_text(bind, "exe"), *slash = exe ? strrchr(exe, '/') : NULL;

	add_enum(to, "device.type_id", 0, "device.type", "Unknown");
	if (!convert_text(bind, "process_comm"))
		convert_add_text(to, "actor.process.name", convert_text(bind, "comm"));
	if (exe) {
		convert_add_text(to, "actor.process.file.name", slash ? slash + 1 : exe);
		add_enum(to, "actor.process.file.type_id", 1, "actor.process.file.type",
			 "Regular File");
	}
	if (convert_text(bind, "generation"))
		convert_add_text(to, "policy.name", "bindguard");
}

void ocsf_print(struct stream *stream, const struct record *record)
{
	struct json_object *bind = eventjson_line(stream, record), *to = json_object_new_object();

	add_times(to, stream, record);
	add_class(to);
	add_control(to, convert_text(bind, "verdict"));
	add_status(to, record);
	convert_add(to, "message", convert_message(bind));
	add_metadata(to, bind);
	convert_keys(to, bind, keys, COUNT(keys));
	add_connection(to, bind);
	add_required(to, bind);
	convert_rest(to, "unmapped", bind, keys, COUNT(keys));
	stream_print(stream, to);
	json_object_put(bind);
}
