/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <libconfig.h>
#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "record.h"
#include "sandbox.h"

#define HEAP_PER_TEXT 16 /* bytes that libconfig takes for a byte of text, of many short settings */
#define HEAP_LEAST (4u << 20)
#define HEAP_MOST (256u << 20)
#define MMAP_MAX 65536 /* glibc's default */

/* Writes are many and small; a pipe takes so much at once. */
struct out {
	int fd;
	bool failed;
	size_t used;
	char bytes[65536];
};

static void flush(struct out *out)
{
	size_t written = 0;
	ssize_t wrote;

	while (!out->failed && written < out->used) {
		wrote = write(out->fd, out->bytes + written, out->used - written);
		if (wrote >= 0)
			written += (size_t)wrote;
		else
			out->failed = errno != EINTR;
	}
	out->used = 0;
}

static void put(struct out *out, const void *bytes, size_t length)
{
	size_t part;

	for (const char *from = bytes; length > 0; from += part, length -= part) {
		if (out->used == sizeof(out->bytes))
			flush(out);
		part = sizeof(out->bytes) - out->used;
		part = part < length ? part : length;
		memcpy(out->bytes + out->used, from, part);
		out->used += part;
	}
}

static void write_record(struct out *out, unsigned int type, unsigned int line, const char *name,
			 const void *value, size_t length)
{
	struct record record = {
		.type = type,
		.line = line,
		.name_length = name ? (uint32_t)strlen(name) : 0,
		.value_length = (uint32_t)length,
	};

	put(out, &record, sizeof(record));
	put(out, name, record.name_length);
	put(out, value, record.value_length);
}

/* RECORD_END for a type that is not expected: the parent refuses it there. */
static unsigned int record_type(int libconfig_type)
{
	switch (libconfig_type) {
	case CONFIG_TYPE_GROUP:
		return SETTING_GROUP;
	case CONFIG_TYPE_ARRAY:
		return SETTING_ARRAY;
	case CONFIG_TYPE_LIST:
		return SETTING_LIST;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return SETTING_INTEGER;
	case CONFIG_TYPE_FLOAT:
		return SETTING_FLOAT;
	case CONFIG_TYPE_BOOL:
		return SETTING_BOOLEAN;
	case CONFIG_TYPE_STRING:
		return SETTING_STRING;
	default:
		return RECORD_END;
	}
}

/* The scanner has bounded the depth. */
static void write_setting(struct out *out, const config_setting_t *setting)
{
	unsigned int type = record_type(config_setting_type(setting));
	unsigned int line = config_setting_source_line(setting);
	const char *name = config_setting_name(setting);
	const char *string;
	int64_t integer;

	if (type == SETTING_INTEGER) {
		integer = config_setting_get_int64(setting);
		write_record(out, type, line, name, &integer, sizeof(integer));
		return;
	}
	if (type == SETTING_STRING) {
		string = config_setting_get_string(setting);
		write_record(out, type, line, name, string, string ? strlen(string) : 0);
		return;
	}
	write_record(out, type, line, name, NULL, 0);
	if (!config_setting_is_aggregate(setting))
		return;
	for (unsigned int i = 0; i < (unsigned int)config_setting_length(setting); i++)
		write_setting(out, config_setting_get_elem(setting, i));
	write_record(out, RECORD_END, line, NULL, NULL, 0);
}

static void write_syntax_error(struct out *out, const config_t *config)
{
	const char *text = config_error_text(config);

	if (!text)
		text = "syntax error";
	write_record(out, RECORD_SYNTAX_ERROR, (unsigned int)config_error_line(config), NULL, text,
		     strlen(text));
}

/*
 * libconfig makes so many small pieces out of a big policy that a fifth of the time goes into page
 * faults, unless the heap is of big pages. Fails silently: where there are none, it just takes
 * longer.
 */
static void use_big_pages(size_t text)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	size_t bytes = text < HEAP_MOST / HEAP_PER_TEXT ? text * HEAP_PER_TEXT : HEAP_MOST;
	char *heap;

	if (bytes < HEAP_LEAST)
		return;
	mallopt(M_TRIM_THRESHOLD, INT_MAX); /* it stays part of the heap */
	mallopt(M_MMAP_MAX, 0);
	heap = malloc(bytes);
	mallopt(M_MMAP_MAX, MMAP_MAX);
	if (heap)
		madvise(heap + (-(uintptr_t)heap & (page - 1)), bytes - page, MADV_HUGEPAGE);
	free(heap);
}

static enum child_exit parse(const char *text, int fd)
{
	struct out out = { .fd = fd };
	config_t config;

	use_big_pages(strlen(text));
	config_init(&config);
	if (config_read_string(&config, text) == CONFIG_TRUE)
		write_setting(&out, config_root_setting(&config));
	else
		write_syntax_error(&out, &config);
	flush(&out);
	return out.failed ? CHILD_CANNOT_WRITE : CHILD_DONE;
}

/* The memory of libconfig is not freed: it goes with the process. */
void child_run(const char *text, int out)
{
	out = sandbox_descriptors(out);
	if (out < 0)
		_exit(CHILD_NO_DESCRIPTORS);
	if (!sandbox_limits())
		_exit(CHILD_NO_LIMITS);
	if (!sandbox_privileges())
		_exit(CHILD_PRIVILEGED);
	if (!sandbox_calls())
		_exit(CHILD_UNFILTERED);
	_exit(parse(text, out));
}
