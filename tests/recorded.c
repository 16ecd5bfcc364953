/* SPDX-License-Identifier: GPL-2.0-only */
#include "recorded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enforcer/json.h"

static void add_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, text && strcmp(text, "-") ? json_text(text) : NULL);
}

static void add_number(struct json_object *to, const char *key, int64_t number)
{
	json_object_object_add(to, key, json_object_new_int64(number));
}

static void add_task(struct json_object *to, const struct recorded *recorded)
{
	add_number(to, "pid", 812);
	add_number(to, "tid", recorded->process ? 813 : 812);
	add_text(to, "comm", recorded->comm ?: "nginx");
	add_text(to, "process_comm", recorded->process);
	add_text(to, "exe", recorded->exe ?: "/usr/sbin/nginx");
	add_number(to, "uid", recorded->uid);
	add_text(to, "cgroup", recorded->cgroup ?: "/system.slice/nginx.service");
}

static void add_socket(struct json_object *to, const struct recorded *recorded)
{
	const char *address = recorded->address ?: "0.0.0.0";
	struct json_object *range = NULL;
	char options[256];

	add_text(to, "via", recorded->via ?: "bind");
	add_number(to, "protocol_number", recorded->protocol ?: 6);
	add_text(to, "type", recorded->type ?: "stream");
	add_text(to, "family", strchr(address, ':') ? "ipv6" : "ipv4");
	add_text(to, "requested_address", address);
	add_number(to, "requested_port", recorded->port);
	if (recorded->range[1]) {
		range = json_object_new_array();
		json_object_array_add(range, json_object_new_int(recorded->range[0]));
		json_object_array_add(range, json_object_new_int(recorded->range[1]));
	}
	json_object_object_add(to, "port_range", range);
	snprintf(options, sizeof(options), "[%s]", recorded->options ?: "");
	json_object_object_add(to, "options", json_tokener_parse(options));
	json_object_object_add(to, "netns_host", json_object_new_boolean(1));
}

static void add_result(struct json_object *to, const struct recorded *recorded)
{
	add_text(to, "verdict", recorded->verdict);
	add_text(to, "rule", recorded->rule);
	add_text(to, "cause", recorded->cause);
	add_text(to, "mode", recorded->mode);
	json_object_object_add(to, "rc",
			       recorded->rc == 1 ? NULL : json_object_new_int(recorded->rc));
}

void recorded_print(FILE *out, const struct recorded *recorded)
{
	struct json_object *to = json_object_new_object();

	add_text(to, "record", "bind");
	json_object_object_add(to, "time",
			       json_time((INT64_C(1772366400) + recorded->second) * 1000000000));
	add_text(to, "host", recorded->host ?: "web1");
	add_number(to, "count", recorded->count ?: 1);
	add_task(to, recorded);
	add_socket(to, recorded);
	add_result(to, recorded);
	json_print(out, to);
}

void recorded_write(const char *path, const struct recorded *recorded, size_t count)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (size_t i = 0; i < count; i++)
		recorded_print(out, &recorded[i]);
	assert_int_equal(fclose(out), 0);
}
