/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream.h"

#include <systemd/sd-id128.h>
#include <unistd.h>

#include "enforcer/host/host.h"
#include "enforcer/json.h"

/* Empty without randomness, which no kernel lacks that bindguard runs on. */
static void make_run(char run[37])
{
	sd_id128_t id;

	run[0] = '\0';
	if (!sd_id128_randomize(&id))
		snprintf(run, 37, SD_ID128_UUID_FORMAT_STR, SD_ID128_FORMAT_VAL(id));
}

void stream_open(struct stream *stream, FILE *out, enum mode mode)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*stream = (struct stream){ .out = out, .mode = mode, .host_netns = host_netns() };
	stream->realtime = json_time_offset();
	if (gethostname(stream->host, sizeof(stream->host) - 1))
		stream->host[0] = '\0';
	if (file && !fgets(stream->boot_id, sizeof(stream->boot_id), file))
		stream->boot_id[0] = '\0';
	if (file)
		fclose(file);
	make_run(stream->run);
}

struct json_object *stream_line(struct stream *stream, const char *kind, uint64_t monotonic)
{
	struct json_object *line = json_object_new_object();

	json_object_object_add(line, "record", json_object_new_string(kind));
	json_object_object_add(line, "time", json_time(monotonic + stream->realtime));
	json_object_object_add(line, "monotonic_ns", json_object_new_uint64(monotonic));
	json_object_object_add(line, "boot_id", json_text(stream->boot_id));
	json_object_object_add(line, "host", json_text(stream->host));
	json_object_object_add(line, "run", json_text(stream->run));
	json_object_object_add(line, "sequence", json_object_new_int64(stream->sequence++));
	return line;
}

void stream_print(const struct stream *stream, struct json_object *line)
{
	const char *text = stream->chain ? json_line(line) : NULL;

	if (!text) {
		json_print(stream->out, line);
		return;
	}
	chain_print(stream->chain, stream->out, text);
	json_object_put(line);
}

const char *stream_mode(enum mode mode)
{
	static const char *const names[] = { "observe", "audit", "deny" };

	return names[mode];
}
