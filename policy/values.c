/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>

#include "alloc.h"
#include "names.h"
#include "suggest.h"
#include "values.h"

/* A setting whose values are being read. */
struct reading {
	const struct source *source;
	const struct setting *setting;
	const char *expected; /* for messages */
	struct policy_ranges *ranges; /* where the values go: one of these */
	struct policy_strings *strings;
	uint32_t *options;
};

#define complain(reading, ...)                                                                \
	messages_about((reading)->source, (reading)->setting->name, (reading)->setting->line, \
		       __VA_ARGS__)

static void complain_type(const struct reading *reading, const struct setting *value)
{
	complain(reading, "found %s, expected %s", setting_type_name(value), reading->expected);
}

static void complain_unknown(const struct reading *reading, const char *what, const char *word,
			     const char *const *known)
{
	struct messages_quote quote = messages_quote(word, strlen(word));
	const char *near = known ? suggest_among(word, known) : NULL;

	if (near)
		complain(reading, "unknown %s %s, did you mean \"%s\"?", what, quote.text, near);
	else
		complain(reading, "unknown %s %s, expected %s", what, quote.text,
			 reading->expected);
}

typedef void read_value(const struct reading *reading, const struct setting *value);

/* An empty value would match nothing or anything, depending on who reads it. */
static void read_one(const struct reading *reading, const struct setting *value, read_value *read)
{
	if (value->type == SETTING_STRING && value->length == 0)
		complain(reading, "empty string, expected %s", reading->expected);
	else
		read(reading, value);
}

static void read_each(const struct reading *reading, read_value *read)
{
	const struct setting *setting = reading->setting, *value = setting->first;

	if (setting->type != SETTING_ARRAY && setting->type != SETTING_LIST) {
		read_one(reading, setting, read);
		return;
	}
	if (!value)
		complain(reading, "%s without values, expected %s", setting_type_name(setting),
			 reading->expected);
	for (; value; value = value->next)
		read_one(reading, value, read);
}

/* Ranges of numbers. */

struct limits {
	uint32_t least;
	uint32_t most;
};

static void add_range(const struct reading *reading, uint32_t low, uint32_t high)
{
	struct policy_ranges *ranges = reading->ranges;

	ranges->range = alloc_grow(ranges->range, ranges->count, sizeof(*ranges->range));
	ranges->range[ranges->count++] = (struct policy_range){ low, high };
}

static void check_range(const struct reading *reading, const char *written, int64_t low,
			int64_t high, const struct limits *limits)
{
	if (low < limits->least || high < limits->least || low > limits->most ||
	    high > limits->most)
		complain(reading, "%.*s is out of range, expected %" PRIu32 " to %" PRIu32,
			 MESSAGES_QUOTE_BYTES, written, limits->least, limits->most);
	else if (low > high)
		complain(reading, "\"%s\" is reversed, expected the lower number first", written);
	else
		add_range(reading, (uint32_t)low, (uint32_t)high);
}

/*
 * Reads decimal digits, and returns what follows them, or NULL if there are none. A number beyond
 * all limits stays beyond them. A leading zero is refused: it may be meant as octal.
 */
static const char *read_digits(const char *text, int64_t *number)
{
	const char *at = text;

	for (*number = 0; *at >= '0' && *at <= '9'; at++)
		if (*number <= UINT32_MAX)
			*number = *number * 10 + (*at - '0');
	return at == text || (*text == '0' && at > text + 1) ? NULL : at;
}

/* Reads "80" or "80-90"; false if the text is something else. */
static bool read_span(const char *text, int64_t *low, int64_t *high)
{
	const char *rest = read_digits(text, low);

	*high = *low;
	if (rest && *rest == '-')
		rest = read_digits(rest + 1, high);
	return rest && *rest == '\0';
}

static void read_integer(const struct reading *reading, int64_t number, const struct limits *limits)
{
	char written[24];

	snprintf(written, sizeof(written), "%" PRId64, number);
	check_range(reading, written, number, number, limits);
}

/* Users. */

static const struct limits uid_limits = { 0, UINT32_MAX - 1 };

static void read_user(const struct reading *reading, const char *name)
{
	struct messages_quote quote = messages_quote(name, strlen(name));
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (user)
		add_range(reading, user->pw_uid, user->pw_uid);
	else if (errno == EIO || errno == EINTR || errno == ENOMEM || errno == EMFILE ||
		 errno == ENFILE)
		/* The other errors are ways of saying that there is no such user. */
		complain(reading, "cannot look up user %s: %s", quote.text, strerror(errno));
	else
		complain_unknown(reading, "user", name, NULL);
}

static void uid_value(const struct reading *reading, const struct setting *value)
{
	int64_t low, high;

	if (value->type == SETTING_INTEGER)
		read_integer(reading, value->integer, &uid_limits);
	else if (value->type != SETTING_STRING)
		complain_type(reading, value);
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
		.ranges = ranges,
	};

	read_each(&reading, uid_value);
}

/* Ports. */

static const struct limits port_limits = { 1, 65535 };
static const char *const port_words[] = { "ephemeral", NULL };

static void check_ports(const struct reading *reading, const char *written, int64_t low,
			int64_t high)
{
	if (low == 0 || high == 0)
		complain(reading, "0 is no port, expected 1 to 65535, or \"ephemeral\" for a port "
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
		complain_unknown(reading, "port", item, port_words);
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
	char *copy = alloc_string(value->string, value->length), *rest = copy, *item;

	while ((item = strsep(&rest, ","))) {
		item = trim(item);
		if (*item)
			port_item(reading, item);
		else
			complain(reading, "nothing between commas in %s, expected %s",
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
		complain_type(reading, value);
}

void values_ports(const struct source *source, const struct setting *setting,
		  struct policy_ranges *ranges)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "1 to 65535, \"lo-hi\" or \"ephemeral\"",
		.ranges = ranges,
	};

	read_each(&reading, port_value);
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

	rest = read_digits(text, &number);
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
		complain_unknown(reading, "protocol", text, protocol_words);
}

static void protocol_value(const struct reading *reading, const struct setting *value)
{
	if (value->type == SETTING_INTEGER)
		read_integer(reading, value->integer, &protocol_limits);
	else if (value->type == SETTING_STRING)
		protocol_string(reading, value->string);
	else
		complain_type(reading, value);
}

void values_protocol(const struct source *source, const struct setting *setting,
		     struct policy_ranges *ranges)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "tcp, udp, udplite, sctp, mptcp, icmp, icmpv6, raw or a number",
		.ranges = ranges,
	};

	read_each(&reading, protocol_value);
}

/* Strings. */

static void add_string(const struct reading *reading, const char *text, size_t length)
{
	struct policy_strings *strings = reading->strings;

	strings->string = alloc_grow(strings->string, strings->count, sizeof(*strings->string));
	strings->string[strings->count++] = alloc_string(text, length);
}

static void comm_value(const struct reading *reading, const struct setting *value)
{
	struct messages_quote quote;

	if (value->type != SETTING_STRING) {
		complain_type(reading, value);
		return;
	}
	quote = messages_quote(value->string, value->length);
	if (strchr(value->string, '*'))
		complain(reading, "%s has a \"*\", expected a whole name", quote.text);
	else if (value->length >= BIND_COMM_LEN)
		complain(reading, "%s has %zu bytes, expected at most %d, where the kernel cuts",
			 quote.text, value->length, BIND_COMM_LEN - 1);
	else
		add_string(reading, value->string, value->length);
}

void values_comm(const struct source *source, const struct setting *setting,
		 struct policy_strings *strings)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a process name",
		.strings = strings,
	};

	read_each(&reading, comm_value);
}

/* Whether a part of the path is the word. */
static bool has_part(const char *path, const char *word)
{
	size_t length;

	for (; *path == '/'; path += length) {
		length = strcspn(++path, "/");
		if (length == strlen(word) && strncmp(path, word, length) == 0)
			return true;
	}
	return false;
}

static void cgroup_value(const struct reading *reading, const struct setting *value)
{
	struct messages_quote quote;
	size_t length = value->length;
	char *path;

	if (value->type != SETTING_STRING) {
		complain_type(reading, value);
		return;
	}
	quote = messages_quote(value->string, length);
	if (value->string[0] != '/') {
		complain(reading, "%s is not absolute, expected %s", quote.text, reading->expected);
		return;
	}
	if (value->string[length - 1] == '/')
		length--;
	path = alloc_string(value->string, length);
	if (length > BIND_CGROUP_PATH_LEN - 1)
		complain(reading, "%s is too long, expected a path of at most %d bytes", quote.text,
			 BIND_CGROUP_PATH_LEN - 1);
	else if (strchr(path, '*'))
		complain(reading, "%s has a \"*\", expected a whole path", quote.text);
	else if (has_part(path, "") || has_part(path, ".") || has_part(path, ".."))
		complain(reading, "%s has \"//\", \".\" or \"..\", expected %s", quote.text,
			 reading->expected);
	else
		add_string(reading, path, length);
	free(path);
}

static void free_strings(struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
	*strings = (struct policy_strings){ 0 };
}

void values_cgroup(const struct source *source, const struct setting *setting,
		   struct policy_strings *strings)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "a path such as \"/system.slice/nginx.service\"",
		.strings = strings,
	};

	read_each(&reading, cgroup_value);
	for (size_t i = 0; i < strings->count; i++) {
		if (strings->string[i][0] == '\0') { /* "/" without its slash */
			free_strings(strings);
			return;
		}
	}
}

/* Options. */

static void option_value(const struct reading *reading, const struct setting *value)
{
	uint32_t option;

	if (value->type != SETTING_STRING) {
		complain_type(reading, value);
		return;
	}
	option = names_option(value->string);
	if (!option)
		complain_unknown(reading, "option", value->string, names_option_list);
	*reading->options |= option;
}

void values_options(const struct source *source, const struct setting *setting, uint32_t *options)
{
	struct reading reading = {
		.source = source,
		.setting = setting,
		.expected = "IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR "
			    "or SO_REUSEPORT",
		.options = options,
	};

	read_each(&reading, option_value);
}

const char *values_string(const struct source *source, const struct setting *setting,
			  const char *expected)
{
	struct reading reading = { .source = source, .setting = setting, .expected = expected };

	if (setting->type != SETTING_STRING)
		complain_type(&reading, setting);
	else if (setting->length == 0)
		complain(&reading, "empty string, expected %s", expected);
	else
		return setting->string;
	return NULL;
}
