/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "scan.h"
#include "tree.h"

#define MOST_OPEN (SCAN_DEPTH + 2) /* the scanner's brackets are all in the root */

struct builder {
	struct setting *setting; /* the next one to be made, and room for those after it */
	char *text; /* the next name or string */
	unsigned int depth; /* how many containers are open; of each, from 1 on: */
	struct setting *open[MOST_OPEN + 1];
	struct setting **place[MOST_OPEN + 1]; /* for the next one in it; [0] is the root's */
};

static bool is_container(uint32_t type)
{
	return type == SETTING_GROUP || type == SETTING_ARRAY || type == SETTING_LIST;
}

/* As in libconfig's grammar, so that a name can go into a message as it is. */
static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '*' || byte == '-' || byte == '_';
}

static bool is_name(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_name_byte(name[i]))
			return false;
	return length > 0;
}

static bool valid_value(const struct record *record, const char *value)
{
	switch (record->type) {
	case SETTING_STRING:
		return record->value_length <= SCAN_STRING_BYTES &&
		       !memchr(value, '\0', record->value_length);
	case SETTING_INTEGER:
		return record->value_length == sizeof(int64_t);
	default:
		return record->value_length == 0;
	}
}

/* The root has no place to be but the beginning, and everything else has to be in it. */
static bool valid_place(const struct builder *builder, const struct record *record,
			const char *name)
{
	if (!builder->open[1])
		return record->type == SETTING_GROUP && record->name_length == 0;
	if (builder->depth == 0 || builder->depth == MOST_OPEN)
		return false;
	if (builder->open[builder->depth]->type == SETTING_GROUP)
		return is_name(name, record->name_length);
	return record->name_length == 0;
}

/* A copy of the bytes, with a NUL. */
static const char *add_text(struct builder *builder, const char *bytes, size_t length)
{
	char *text = memcpy(builder->text, bytes, length);

	text[length] = '\0';
	builder->text += length + 1;
	return text;
}

static void add_setting(struct builder *builder, const struct record *record, const char *name,
			const char *value)
{
	struct setting *setting = builder->setting++;
	int64_t integer = 0;

	if (record->type == SETTING_INTEGER)
		memcpy(&integer, value, sizeof(integer));
	*setting = (struct setting){
		.type = (enum setting_type)record->type,
		.line = record->line,
		.name = add_text(builder, name, record->name_length),
		.integer = integer,
	};
	if (record->type == SETTING_STRING) {
		setting->string = add_text(builder, value, record->value_length);
		setting->length = record->value_length;
	}
	*builder->place[builder->depth] = setting;
	builder->place[builder->depth] = &setting->next;
	if (is_container(setting->type)) {
		builder->open[++builder->depth] = setting;
		builder->place[builder->depth] = &setting->first;
	}
}

/* The record at *at, which moves behind it; name and value are what follows the record. */
static struct record next_record(const char **at, const char **name, const char **value)
{
	struct record record;

	memcpy(&record, *at, sizeof(record));
	*name = *at + sizeof(record);
	*value = *name + record.name_length;
	*at = *value + record.value_length;
	return record;
}

/* Adds all records to the tree, down to the end of its root; false if one does not belong there. */
static bool build(struct builder *builder, const char *at, const char *end)
{
	const char *name, *value;

	while (at < end) {
		struct record record = next_record(&at, &name, &value);

		if (record.type == RECORD_END) {
			if (builder->depth-- == 0)
				return false;
		} else if (record.type >= SETTING_TYPES || !valid_value(&record, value) ||
			   !valid_place(builder, &record, name)) {
			return false;
		} else {
			add_setting(builder, &record, name, value);
		}
	}
	return builder->depth == 0;
}

/* How much memory their tree takes. Returns false if they are not whole records. */
static bool measure(const char *records, size_t length, size_t *settings, size_t *text)
{
	struct record record;
	size_t size;

	*settings = *text = 0;
	for (; length > 0; records += size, length -= size) {
		if (length < sizeof(record))
			return false;
		memcpy(&record, records, sizeof(record));
		size = sizeof(record) + (size_t)record.name_length + record.value_length;
		if (size > length)
			return false;
		*settings += record.type != RECORD_END;
		*text += (size_t)record.name_length + 1 + record.value_length + 1;
	}
	return *settings > 0;
}

static bool read_error(const char *records, size_t length, struct tree_error *error)
{
	struct record record;

	*error = (struct tree_error){ 0 };
	if (length < sizeof(record))
		return false;
	memcpy(&record, records, sizeof(record));
	if (record.type != RECORD_SYNTAX_ERROR || record.name_length != 0 ||
	    record.value_length != length - sizeof(record))
		return false;
	error->line = record.line;
	length = record.value_length < sizeof(error->text) ? record.value_length :
							     sizeof(error->text) - 1;
	memcpy(error->text, records + sizeof(record), length);
	return true;
}

struct setting *tree_build(const void *records, size_t length, struct tree_error *error)
{
	struct setting *root = NULL, *memory;
	struct builder builder = { .place = { &root } };
	size_t settings, text;

	if (read_error(records, length, error) || !measure(records, length, &settings, &text))
		return NULL;
	memory = malloc(settings * sizeof(*memory) + text);
	error->out_of_memory = !memory;
	if (!memory)
		return NULL;
	builder.setting = memory;
	builder.text = (char *)(memory + settings);
	if (build(&builder, records, (const char *)records + length))
		return root;
	free(memory);
	return NULL;
}
