/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "suggest.h"
#include "value.h"

void value_complain_type(const struct reading *reading, const struct setting *value)
{
	value_complain(reading, "found %s, expected %s", setting_type_name(value),
		       reading->expected);
}

void value_complain_unknown(const struct reading *reading, const char *what, const char *word,
			    const char *const *known)
{
	struct messages_quote quote = messages_quote(word, strlen(word));
	const char *near = known ? suggest_among(word, known) : NULL;

	if (near)
		value_complain(reading, "unknown %s %s, did you mean \"%s\"?", what, quote.text,
			       near);
	else
		value_complain(reading, "unknown %s %s, expected %s", what, quote.text,
			       reading->expected);
}

/* An empty value would match nothing or anything, depending on who reads it. */
static void read_one(const struct reading *reading, const struct setting *value, value_read *read)
{
	if (value->type == SETTING_STRING && value->length == 0)
		value_complain(reading, "empty string, expected %s", reading->expected);
	else
		read(reading, value);
}

void value_each(const struct reading *reading, value_read *read)
{
	const struct setting *setting = reading->setting, *value = setting->first;

	if (setting->type != SETTING_ARRAY && setting->type != SETTING_LIST) {
		read_one(reading, setting, read);
		return;
	}
	if (!value)
		value_complain(reading, "%s without values, expected %s",
			       setting_type_name(setting), reading->expected);
	for (; value; value = value->next)
		read_one(reading, value, read);
}

void value_add_string(const struct reading *reading, const char *text, size_t length)
{
	struct policy_strings *strings = reading->into;

	if (!policy_strings_add(strings, text, length))
		messages_memory(reading->source->errors, NULL);
}

const char *value_digits(const char *text, int64_t *number)
{
	const char *at = text;

	for (*number = 0; *at >= '0' && *at <= '9'; at++)
		if (*number <= UINT32_MAX)
			*number = *number * 10 + (*at - '0');
	return at == text || (*text == '0' && at > text + 1) ? NULL : at;
}
