/* SPDX-License-Identifier: GPL-2.0-only */
#include <libconfig.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "record.h"
#include "sandbox.h"

/* Errors of the stream stay in its error indicator until the end. */
static void write_record(FILE *out, unsigned int type, unsigned int line, const char *name,
			 const void *value, size_t length)
{
	struct record record = {
		.type = type,
		.line = line,
		.name_length = name ? (uint32_t)strlen(name) : 0,
		.value_length = (uint32_t)length,
	};

	fwrite(&record, sizeof(record), 1, out);
	if (record.name_length)
		fwrite(name, record.name_length, 1, out);
	if (record.value_length)
		fwrite(value, record.value_length, 1, out);
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
static void write_setting(FILE *out, const config_setting_t *setting)
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

static void write_syntax_error(FILE *out, const config_t *config)
{
	const char *text = config_error_text(config);

	if (!text)
		text = "syntax error";
	write_record(out, RECORD_SYNTAX_ERROR, (unsigned int)config_error_line(config), NULL, text,
		     strlen(text));
}

static enum child_exit parse(const char *text, int fd)
{
	FILE *out = fdopen(fd, "w");
	config_t config;

	if (!out)
		return CHILD_CANNOT_WRITE;
	config_init(&config);
	if (config_read_string(&config, text) == CONFIG_TRUE)
		write_setting(out, config_root_setting(&config));
	else
		write_syntax_error(out, &config);
	if (fflush(out) != 0 || ferror(out))
		return CHILD_CANNOT_WRITE;
	return CHILD_DONE;
}

/* The memory of libconfig is not freed: it goes with the process, as does what belongs to stdio. */
void child_run(const char *text, int out)
{
	out = sandbox_descriptors(out);
	if (out < 0)
		_exit(CHILD_NO_DESCRIPTORS);
	if (!sandbox_limits())
		_exit(CHILD_NO_LIMITS);
	if (!sandbox_privileges())
		_exit(CHILD_PRIVILEGED);
	_exit(parse(text, out));
}
