/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "names.h"
#include "users.h"
#include "value.h"
#include "values.h"

/* Ranges of numbers. */

struct limits {
	uint32_t least;
	uint32_t most;
};

static void add_range(const struct reading *reading, uint32_t low, uint32_t high)
{
	struct policy_ranges *ranges = reading->into;
	struct policy_range *grown = grow_doubling(ranges->range, ranges->count, sizeof(*grown));

	if (!messages_memory(reading->source->errors, grown))
		return;
	ranges->range = grown;
	ranges->range[ranges->count++] = (struct policy_range){ low, high };
}

static void check_range(const struct reading *reading, const char *written, int64_t low,
			int64_t high, const struct limits *limits)
{
	if (low < limits->least || high < limits->least || low > limits->most ||
	    high > limits->most)
		value_complain(reading, "%.*s is out of range, expected %" PRIu32 " to %" PRIu32,
			       MESSAGES_QUOTE_BYTES, written, limits->least, limits->most);
	else if (low > high)
		value_complain(reading, "\"%s\" is reversed, expected the lower number first",
			       written);
	else
		add_range(reading, (uint32_t)low, (uint32_t)high);
}

/* Reads "80" or "80-90"; false if the text is something else. */
static bool read_span(const char *text, int64_t *low, int64_t *high)
{
	const char *rest = value_digits(text, low);

	*high = *low;
	if (rest && *rest == '-')
		rest = value_digits(rest + 1, high);
	return rest && *rest == '\0';
}

static void read_integer(const struct reading *reading, int64_t number, const struct limits *limits)
{
	char written[24];

	if (number >= limits->least && number <= limits->most) {
		add_range(reading, (uint32_t)number, (uint32_t)number);
		return;
	}
	snprintf(written, sizeof(written), "%" PRId64, number);
	check_range(reading, written, number, number, limits);
}

/* Users. */

static const struct limits uid_limits = { 0, UINT32_MAX - 1 };

static void read_user(const struct reading *reading, const char *name)
{
	struct messages_quote quote = messages_quote(name, strlen(name));
	uint32_t uid;

	switch (users_find(reading->source->users, name, &uid)) {
	case USERS_FOUND:
		add_range(reading, uid, uid);
		break;
	case USERS_UNKNOWN:
		value_complain_unknown(reading, "user", name, NULL);
		break;
	case USERS_FAILED:
		value_complain(reading, "cannot look up user %s: %s", quote.text, strerror(errno));
		break;
	}
}

static void uid_value(const struct reading *reading, const struct setting *value)
{
	int64_t low, high;

	if (value->type == SETTING_INTEGER)
		read_integer(reading, value->integer, &uid_limits);
	else if (value->type != SETTING_STRING)
		value_complain_type(reading, value);
	else if (read_span(value->string, &low, &high))
		check_range(reading, value->string, low, high, &uid_limits);
	else
		read_user(reading, value->string);
}

void values_uid(const struct source *source, const struct setting *setting,
		struct policy_ranges *ranges)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a user name, a number or \"lo-hi\"",
		.into = ranges,
	};

	value_each(&reading, uid_value);
}

/* Ports. */

static const struct limits port_limits = { 1, 65535 };
static const char *const port_words[] = { "ephemeral", NULL };

static void check_ports(const struct reading *reading, const char *written, int64_t low,
			int64_t high)
{
	if (low == 0 || high == 0)
		value_complain(reading,
			       "0 is no port, expected 1 to 65535, or \"ephemeral\" for a port "
			       "that the kernel picks");
	else
		check_range(reading, written, low, high, &port_limits);
}

static void port_item(const struct reading *reading, const char *item)
{
	int64_t low, high;

	if (strcmp(item, "ephemeral") == 0)
		add_range(reading, BIND_PORT_EPHEMERAL, BIND_PORT_EPHEMERAL);
	else if (read_span(item, &low, &high))
		check_ports(reading, item, low, high);
	else
		value_complain_unknown(reading, "port", item, port_words);
}

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\n", text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static void port_string(const struct reading *reading, const struct setting *value)
{
	char *copy = messages_memory(reading->source->errors, strdup(value->string));
	char *rest = copy, *item;

	while ((item = strsep(&rest, ","))) {
		item = trim(item);
		if (*item)
			port_item(reading, item);
		else
			value_complain(reading, "nothing between commas in %s, expected %s",
				       messages_quote(value->string, value->length).text,
				       reading->expected);
	}
	free(copy);
}

static void port_value(const struct reading *reading, const struct setting *value)
{
	if (value->type == SETTING_INTEGER && value->integer == 0)
		check_ports(reading, "0", 0, 0);
	else if (value->type == SETTING_INTEGER)
		read_integer(reading, value->integer, &port_limits);
	else if (value->type == SETTING_STRING)
		port_string(reading, value);
	else
		value_complain_type(reading, value);
}

void values_ports(const struct source *source, const struct setting *setting,
		  struct policy_ranges *ranges)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "1 to 65535, \"lo-hi\" or \"ephemeral\"",
		.into = ranges,
	};

	value_each(&reading, port_value);
}

/* Protocols. */

static const struct limits protocol_limits = { 0, 65535 };

/* MPTCP is TCP to whoever does not care: programs get it without asking for it. */
static const struct {
	const char *name;
	uint32_t number;
} protocol_names[] = {
	{ "tcp", 6 },	    { "tcp", 262 },   { "udp", 17 },
	{ "udplite", 136 }, { "sctp", 132 },  { "mptcp", 262 },
	{ "icmp", 1 },	    { "icmpv6", 58 }, { "raw", BIND_PROTOCOL_RAW },
};

static const char *const protocol_words[] = {
	"tcp", "udp", "udplite", "sctp", "mptcp", "icmp", "icmpv6", "raw", NULL,
};

static void protocol_string(const struct reading *reading, const char *text)
{
	bool known = false;
	const char *rest;
	int64_t number;

	rest = value_digits(text, &number);
	if (rest && *rest == '\0') {
		check_range(reading, text, number, number, &protocol_limits);
		return;
	}
	for (size_t i = 0; i < sizeof(protocol_names) / sizeof(protocol_names[0]); i++) {
		if (strcmp(protocol_names[i].name, text) != 0)
			continue;
		add_range(reading, protocol_names[i].number, protocol_names[i].number);
		known = true;
	}
	if (!known)
		value_complain_unknown(reading, "protocol", text, protocol_words);
}

static void protocol_value(const struct reading *reading, const struct setting *value)
{
	if (value->type == SETTING_INTEGER)
		read_integer(reading, value->integer, &protocol_limits);
	else if (value->type == SETTING_STRING)
		protocol_string(reading, value->string);
	else
		value_complain_type(reading, value);
}

void values_protocol(const struct source *source, const struct setting *setting,
		     struct policy_ranges *ranges)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, raw or a number",
		.into = ranges,
	};

	value_each(&reading, protocol_value);
}

/* Options. */

static void option_value(const struct reading *reading, const struct setting *value)
{
	uint32_t *options = reading->into, option;

	if (value->type != SETTING_STRING) {
		value_complain_type(reading, value);
		return;
	}
	option = names_option(value->string);
	if (!option)
		value_complain_unknown(reading, "option", value->string, names_option_list);
	*options |= option;
}

void values_options(const struct source *source, const struct setting *setting, uint32_t *options)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR "
			    "or SO_REUSEPORT",
		.into = options,
	};

	value_each(&reading, option_value);
}

/* One of several words. */

static const char *const family_words[] = {
	[POLICY_IPV4 - 1] = "ipv4",
	[POLICY_IPV6 - 1] = "ipv6",
	NULL,
};

static void family_value(const struct reading *reading, const struct setting *value)
{
	unsigned int *seen = reading->into;

	if (value->type != SETTING_STRING) {
		value_complain_type(reading, value);
		return;
	}
	for (unsigned int i = 0; family_words[i]; i++) {
		if (strcmp(family_words[i], value->string) == 0) {
			*seen |= 1u << i;
			return;
		}
	}
	value_complain_unknown(reading, "family", value->string, family_words);
}

void values_family(const struct source *source, const struct setting *setting,
		   enum policy_family *family)
{
	unsigned int seen = 0;
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "\"ipv4\" or \"ipv6\"",
		.into = &seen,
	};

	value_each(&reading, family_value);
	if (seen == 1)
		*family = POLICY_IPV4;
	else if (seen == 2)
		*family = POLICY_IPV6;
}

int values_choice(const struct source *source, const struct setting *setting,
		  const char *const *choices, const char *expected)
{
	const char *value = values_string(source, setting, expected);

	if (!value)
		return -1;
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], value) == 0)
			return i;
	messages_about(source, setting->name, setting->line, "unknown value %s, expected %s",
		       messages_quote(value, strlen(value)).text, expected);
	return -1;
}

const char *values_string(const struct source *source, const struct setting *setting,
			  const char *expected)
{
	struct reading reading = { .source = source, .setting = setting, .expected = expected };

	if (setting->type != SETTING_STRING)
		value_complain_type(&reading, setting);
	else if (setting->length == 0)
		value_complain(&reading, "empty string, expected %s", expected);
	else
		return setting->string;
	return NULL;
}
