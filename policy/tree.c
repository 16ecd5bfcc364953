/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "record.h"
#include "scan.h"
#include "tree.h"

struct builder {
	const char *at;
	size_t left;
	struct setting *root;
	struct setting *open; /* the innermost container that has not ended, or NULL */
	unsigned int depth;
};

/* Takes the next length bytes, or returns NULL if there are not as many. */
static const void *take(struct builder *builder, size_t length)
{
	const char *taken = builder->at;

	if (length > builder->left)
		return NULL;
	builder->at += length;
	builder->left -= length;
	return taken;
}

static bool is_container(uint32_t type)
{
	return type == SETTING_GROUP || type == SETTING_ARRAY || type == SETTING_LIST;
}

/* As in libconfig's grammar, so that a name can go into a message as it is. */
static bool is_name(const char *name, size_t length)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789*-_";

	for (size_t i = 0; i < length; i++)
		if (!memchr(bytes, name[i], sizeof(bytes) - 1))
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
	if (!builder->root)
		return record->type == SETTING_GROUP && record->name_length == 0;
	if (!builder->open || builder->depth > SCAN_DEPTH + 1)
		return false;
	if (builder->open->type == SETTING_GROUP)
		return is_name(name, record->name_length);
	return record->name_length == 0;
}

static struct setting *new_setting(const struct record *record, const char *name, const char *value)
{
	size_t text_length = record->name_length + 1 + record->value_length + 1;
	struct setting *setting = alloc_zeroed(1, sizeof(*setting) + text_length);
	int64_t integer;

	setting->type = (enum setting_type)record->type;
	setting->line = record->line;
	setting->name = memcpy(setting->text, name, record->name_length);
	if (record->type == SETTING_STRING) {
		setting->length = record->value_length;
		setting->string = memcpy(setting->text + record->name_length + 1, value,
					 record->value_length);
	} else if (record->type == SETTING_INTEGER) {
		memcpy(&integer, value, sizeof(integer));
		setting->integer = integer;
	}
	return setting;
}

static void append(struct builder *builder, struct setting *setting)
{
	struct setting *parent = builder->open;

	setting->parent = parent;
	if (!parent)
		builder->root = setting;
	else if (parent->last)
		parent->last->next = setting;
	else
		parent->first = setting;
	if (parent)
		parent->last = setting;
	if (is_container(setting->type)) {
		builder->open = setting;
		builder->depth++;
	}
}

static bool end_container(struct builder *builder)
{
	if (!builder->open)
		return false;
	builder->open = builder->open->parent;
	builder->depth--;
	return true;
}

/* Adds one record to the tree; false if it does not belong there. */
static bool build_one(struct builder *builder)
{
	const void *header = take(builder, sizeof(struct record));
	const char *name, *value;
	struct record record;

	if (!header)
		return false;
	memcpy(&record, header, sizeof(record));
	name = take(builder, record.name_length);
	value = take(builder, record.value_length);
	if (!name || !value)
		return false;
	if (record.type == RECORD_END)
		return end_container(builder);
	if (record.type >= SETTING_TYPES || !valid_value(&record, value) ||
	    !valid_place(builder, &record, name))
		return false;
	append(builder, new_setting(&record, name, value));
	return true;
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
	struct builder builder = { .at = records, .left = length };

	if (read_error(records, length, error))
		return NULL;
	while (builder.left > 0) {
		if (!build_one(&builder)) {
			setting_free(builder.root);
			return NULL;
		}
	}
	if (builder.open) { /* cut short */
		setting_free(builder.root);
		return NULL;
	}
	return builder.root;
}
