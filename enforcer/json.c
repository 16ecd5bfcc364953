/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "escape.h"
#include "policy/digest.h"
#include "policy/names.h"

#define MAX_BYTES 256
#define NS 1000000000LL

struct json_object *json_text(const char *text)
{
	char *escaped = text ? escape_text(text) : NULL;
	struct json_object *string = NULL;

	if (text)
		string = json_object_new_string(escaped ? escaped : "?");
	free(escaped);
	return string;
}

struct json_object *json_number(long number)
{
	return number >= 0 ? json_object_new_int64(number) : NULL;
}

struct json_object *json_netns_host(uint32_t netns, uint32_t host)
{
	return host ? json_object_new_boolean(netns == host) : NULL;
}

int64_t json_time_offset(void)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return (real.tv_sec - monotonic.tv_sec) * NS + real.tv_nsec - monotonic.tv_nsec;
}

struct json_object *json_bytes(const char *text, size_t length)
{
	char escaped[4 * MAX_BYTES + 1];

	return json_object_new_string(
		escape(text, length, sizeof(escaped), escaped, sizeof(escaped)));
}

struct json_object *json_time(int64_t realtime)
{
	time_t seconds = realtime / NS;
	char date[32], text[48];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%06lldZ", date, (long long)(realtime % NS / 1000));
	return json_object_new_string(text);
}

static struct json_object *options_list(uint32_t options)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; names_option_list[i]; i++)
		if (options & 1u << i)
			json_object_array_add(list, json_object_new_string(names_option_list[i]));
	return list;
}

static const char *type_name(uint8_t type)
{
	switch (type) {
	case SOCK_STREAM:
		return "stream";
	case SOCK_DGRAM:
		return "dgram";
	case SOCK_RAW:
		return "raw";
	case SOCK_SEQPACKET:
		return "seqpacket";
	case SOCK_DCCP:
		return "dccp";
	default:
		return "unknown";
	}
}

struct json_object *json_address(uint8_t family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, address, text, sizeof(text));
	return json_object_new_string(text);
}

void json_add_where(struct json_object *object, const struct json_where *where)
{
	json_object_object_add(object, "protocol",
			       json_object_new_string(names_protocol(where->protocol)));
	json_object_object_add(object, "protocol_number", json_object_new_int(where->protocol));
	json_object_object_add(object, "type", json_object_new_string(type_name(where->type)));
	json_object_object_add(object, "family",
			       json_object_new_string(where->family == AF_INET ? "ipv4" : "ipv6"));
	json_object_object_add(object, "address", json_address(where->family, where->address));
	json_object_object_add(object, "port",
			       where->type == SOCK_RAW ? NULL : json_object_new_int(where->port));
	json_object_object_add(object, "options", options_list(where->options));
}

void json_add_decision(struct json_object *object, const struct bind_decision *decision,
		       const char *rule)
{
	struct json_object *verdict = NULL, *name = NULL, *cause = NULL, *forbidden = NULL;

	if (decision) {
		verdict = json_object_new_string(names_verdict(decision));
		name = json_text(rule);
		cause = json_object_new_string(names_cause(decision->cause));
		forbidden = options_list(decision->forbidden);
	}
	json_object_object_add(object, "verdict", verdict);
	json_object_object_add(object, "rule", name);
	json_object_object_add(object, "cause", cause);
	json_object_object_add(object, "forbidden", forbidden);
}

struct json_object *json_files(const struct policy *policy)
{
	struct json_object *files = json_object_new_array(), *file;
	char digest[DIGEST_TEXT];

	for (size_t i = 0; i < policy->files; i++) {
		file = json_object_new_object();
		json_object_object_add(file, "path", json_text(policy->file[i]));
		json_object_object_add(file, "sha256",
				       json_object_new_string(
					       digest_hex(policy->digest[i], digest)));
		json_object_array_add(files, file);
	}
	return files;
}

const char *json_line(struct json_object *object)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	return json_object_to_json_string_ext(object, flags);
}

void json_print(FILE *out, struct json_object *object)
{
	fprintf(out, "%s\n", json_line(object));
	json_object_put(object);
}
