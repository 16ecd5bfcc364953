/* SPDX-License-Identifier: GPL-2.0-only */
#include "records.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonread.h"
#include "policy/names.h"

#define NS 1000000000LL
#define IPV4_AT 12 /* where the IPv4 address is in its mapped one */
#define MOST_YEAR 2261 /* the last one whose ns fit */
#define MOST_COUNT (INT64_C(1) << 40) /* more would overflow, added up */

/* What is being read, and where it goes. */
struct parsing {
	struct jsonread json;
	struct jsonread_value value;
	struct records_line *line;
	const char *type, *family, *address, *via, *verdict;
};

typedef const char *read_key(struct parsing *parsing, size_t offset);

/* --- Values. Each returns NULL, or what was expected. */

#define TEXT_AT(parsing, offset) (*(const char **)((char *)(parsing)->line + (offset)))
#define NUMBER_AT(parsing, offset) (*(int64_t *)((char *)(parsing)->line + (offset)))

static const char *read_text(struct parsing *parsing, size_t offset)
{
	if (parsing->value.type != JSONREAD_TEXT && parsing->value.type != JSONREAD_NULL)
		return "a text";
	TEXT_AT(parsing, offset) = parsing->value.text;
	return NULL;
}

static int hex_digit(char character)
{
	const char *digits = "0123456789abcdef",
		   *found = character ? strchr(digits, character) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Puts back the bytes that json_text() has escaped, and only those. */
static const char *read_bytes(struct parsing *parsing, size_t offset)
{
	char *to, *from = parsing->value.text;

	if (!from)
		return read_text(parsing, offset);
	for (to = from; *from; to++) {
		int high = -1, low = -1, byte;

		if (from[0] == '\\' && from[1] == 'x')
			high = hex_digit(from[2]);
		if (high >= 0)
			low = hex_digit(from[3]);
		byte = low >= 0 ? high << 4 | low : 0;
		if (byte && (byte < ' ' || byte > '~')) {
			*to = (char)byte;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return read_text(parsing, offset);
}

static const char *read_number(struct parsing *parsing, size_t offset)
{
	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type != JSONREAD_INTEGER)
		return "a whole number";
	NUMBER_AT(parsing, offset) = parsing->value.number;
	return NULL;
}

static const char *read_boolean(struct parsing *parsing, size_t offset)
{
	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type != JSONREAD_BOOLEAN)
		return "true or false";
	NUMBER_AT(parsing, offset) = parsing->value.number;
	return NULL;
}

/* So many digits, with this character after them, or -1. Goes on behind that. */
static int take_digits(const char **text, int digits, char after)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		if ((*text)[i] < '0' || (*text)[i] > '9')
			return -1;
		number = number * 10 + (*text)[i] - '0';
	}
	if ((*text)[digits] != after)
		return -1;
	*text += digits + 1;
	return number;
}

/* Days from 1970 to a day, by the number of days before its year and month. */
static int64_t days_to(int year, int month, int day)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int y = year - (month <= 2); /* leap days up to the end of February before */
	int leaps = y / 4 - y / 100 + y / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);

	return (year - 1970) * INT64_C(365) + before[month - 1] + leaps + day - 1;
}

/* "2026-03-01T12:00:00.123456Z" in ns, or -1. */
static int64_t parse_time(const char *text)
{
	int year = take_digits(&text, 4, '-'), month, day, hour, minute, second, micro;

	if (year < 1970 || year > MOST_YEAR)
		return -1;
	month = take_digits(&text, 2, '-');
	day = month < 1 || month > 12 ? -1 : take_digits(&text, 2, 'T');
	hour = day < 1 || day > 31 ? -1 : take_digits(&text, 2, ':');
	minute = hour < 0 || hour > 23 ? -1 : take_digits(&text, 2, ':');
	second = minute < 0 || minute > 59 ? -1 : take_digits(&text, 2, '.');
	micro = second < 0 || second > 60 ? -1 : take_digits(&text, 6, 'Z');
	if (micro < 0 || *text)
		return -1;
	return (((days_to(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * NS +
	       micro * INT64_C(1000);
}

static const char *read_time(struct parsing *parsing, size_t offset)
{
	int64_t time = -1;

	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type == JSONREAD_TEXT)
		time = parse_time(parsing->value.text);
	if (time < 0)
		return "a time such as \"2026-03-01T12:00:00.000000Z\"";
	NUMBER_AT(parsing, offset) = time;
	return NULL;
}

/* Those of which this version has no name are of no rule's interest. */
static const char *read_options(struct parsing *parsing, size_t offset)
{
	struct jsonread_value item;

	(void)offset;
	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type != JSONREAD_LIST)
		return "a list of options";
	while (jsonread_item(&parsing->json, &item)) {
		if (item.type != JSONREAD_TEXT)
			return "a list of options";
		parsing->line->options |= names_option(item.text);
	}
	return NULL;
}

/* Takes a text of a list to the end of what was taken before: where it is, it only moves down. */
static void join_text(char **begin, char **end, char *text)
{
	size_t length = strlen(text);

	if (!*begin)
		*begin = *end = text;
	memmove(*end, text, length);
	*end += length;
	*(*end)++ = '\n';
}

/* Texts, or objects of texts, as one text. Its last newline takes the NUL's place for a moment. */
static const char *read_texts(struct parsing *parsing, size_t offset)
{
	struct jsonread_value item, inner;
	char *begin = NULL, *end = NULL;

	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type != JSONREAD_LIST)
		return "a list";
	while (jsonread_item(&parsing->json, &item)) {
		if (item.type == JSONREAD_TEXT)
			join_text(&begin, &end, item.text);
		else if (item.type != JSONREAD_OBJECT)
			return "a list of texts";
		while (item.type == JSONREAD_OBJECT && jsonread_key(&parsing->json) &&
		       jsonread_value(&parsing->json, &inner)) {
			if (inner.type != JSONREAD_TEXT)
				return "a list of objects of texts";
			join_text(&begin, &end, inner.text);
		}
	}
	if (end)
		*end = '\0';
	TEXT_AT(parsing, offset) = begin;
	return NULL;
}

/* Of an object only its verdict. */
static const char *read_decision(struct parsing *parsing, size_t offset)
{
	struct jsonread_value inner;
	const char *key;

	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	if (parsing->value.type != JSONREAD_OBJECT)
		return "an object";
	while ((key = jsonread_key(&parsing->json)) && jsonread_value(&parsing->json, &inner)) {
		if (!strcmp(key, "verdict") && inner.type == JSONREAD_TEXT)
			TEXT_AT(parsing, offset) = inner.text;
		else
			jsonread_skip(&parsing->json, &inner);
	}
	return NULL;
}

static const char *read_range(struct parsing *parsing, size_t offset)
{
	struct jsonread_value item;
	int64_t port[2];
	int count = 0;

	(void)offset;
	if (parsing->value.type == JSONREAD_NULL)
		return NULL;
	while (parsing->value.type == JSONREAD_LIST && jsonread_item(&parsing->json, &item)) {
		if (count == 2 || item.type != JSONREAD_INTEGER)
			return "two ports";
		port[count++] = item.number;
	}
	if (count != 2 || port[0] < 1 || port[0] > port[1] || port[1] > UINT16_MAX)
		return "two ports";
	parsing->line->range[0] = (uint16_t)port[0];
	parsing->line->range[1] = (uint16_t)port[1];
	return NULL;
}

/* A word that is looked at once the line is whole; offset is that in struct parsing. */
static const char *read_word(struct parsing *parsing, size_t offset)
{
	if (parsing->value.type != JSONREAD_TEXT && parsing->value.type != JSONREAD_NULL)
		return "a text";
	*(const char **)((char *)parsing + offset) = parsing->value.text;
	return NULL;
}

/* --- Keys */

#define KEY(key, type)                                                \
	{                                                             \
#key, read_##type, offsetof(struct records_line, key) \
	}
#define WORD(key, field)                                        \
	{                                                       \
		key, read_word, offsetof(struct parsing, field) \
	}

/* Sorted, to be searched. Also the keys' sizes are what memcmp() may read of them. */
static const struct known {
	const char *key;
	read_key *read;
	size_t offset;
} known_keys[] = {
	KEY(address, text),
	KEY(allow, number),
	KEY(attempts, number),
	KEY(audit, number),
	KEY(boot_id, text),
	KEY(bound_before, number),
	{ "bound_decision", read_decision, offsetof(struct records_line, bound_verdict) },
	KEY(cause, text),
	KEY(cgroup, text),
	KEY(chain, text),
	KEY(comm, bytes),
	KEY(count, number),
	{ "default", read_text, offsetof(struct records_line, default_verdict) },
	KEY(denied_before, number),
	KEY(deny, number),
	KEY(dropped, number),
	KEY(enforced, boolean),
	KEY(errors, number),
	KEY(exe, bytes),
	WORD("family", family),
	KEY(files, texts),
	KEY(filtered, number),
	KEY(final, boolean),
	KEY(folded, number),
	KEY(forbidden, texts),
	KEY(from, time),
	KEY(generation, number),
	KEY(hook, text),
	KEY(host, text),
	KEY(kernel, text),
	KEY(last_time, time),
	KEY(login_uid, number),
	KEY(lost, number),
	KEY(machine, text),
	KEY(mode, text),
	KEY(netns_host, boolean),
	KEY(not_covered, texts),
	KEY(options, options),
	KEY(outcomes_lost, number),
	KEY(outcomes_missed, number),
	KEY(pid, number),
	KEY(pinned, boolean),
	KEY(policy, text),
	KEY(policy_sha256, text),
	KEY(port, number),
	{ "port_range", read_range, 0 },
	KEY(process_comm, bytes),
	{ "protocol_number", read_number, offsetof(struct records_line, protocol) },
	KEY(rc, number),
	KEY(record, text),
	KEY(refused_by, text),
	KEY(reported, number),
	WORD("requested_address", address),
	KEY(requested_port, number),
	KEY(rewritten, boolean),
	KEY(rule, text),
	KEY(rules, number),
	KEY(run, text),
	KEY(sampled, number),
	KEY(sequence, number),
	KEY(state, text),
	KEY(tid, number),
	KEY(time, time),
	KEY(to, time),
	WORD("type", type),
	KEY(uid, number),
	KEY(unreadable, number),
	WORD("verdict", verdict),
	KEY(version, text),
	WORD("via", via),
	KEY(what, text),
};

static int compare_key(const void *key, const void *known)
{
	return strcmp(key, ((const struct known *)known)->key);
}

static void clear(struct records_line *line)
{
	static const struct records_line empty;

	*line = empty;
	for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++)
		if (known_keys[i].read == read_number || known_keys[i].read == read_boolean ||
		    known_keys[i].read == read_time)
			*(int64_t *)((char *)line + known_keys[i].offset) = RECORDS_UNKNOWN;
}

static bool fail(struct records_error *error, const char *key, const char *what)
{
	snprintf(error->text, sizeof(error->text), "%s: expected %s", key, what);
	return false;
}

static int find_word(const char *word, const char *const *words)
{
	for (int i = 0; word && words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

static enum records_kind kind_of(const char *record)
{
	static const char *const kinds[] = {
		[RECORDS_BIND] = "bind",
		[RECORDS_TOTALS] = "totals",
		[RECORDS_START] = "start",
		[RECORDS_POLICY] = "policy",
		[RECORDS_RELOAD_FAILED] = "reload_failed",
		[RECORDS_GAP] = "gap",
		NULL,
	};
	int kind = find_word(record, kinds);

	if (!record)
		return RECORDS_BIND;
	if (strcmp(record, "socket") == 0)
		return RECORDS_SOCKET;
	return kind < 0 ? RECORDS_OTHER : (enum records_kind)kind;
}

/* The key, if it means something: in a kind of line that is not known only the common ones do. */
static const struct known *find_key(const struct parsing *parsing, const char *key)
{
	const struct known *known = bsearch(key, known_keys,
					    sizeof(known_keys) / sizeof(known_keys[0]),
					    sizeof(known_keys[0]), compare_key);
	bool common = known && known->read != read_word &&
		      known->offset < offsetof(struct records_line, last_time);

	return common || kind_of(parsing->line->record) != RECORDS_OTHER ? known : NULL;
}

static bool read_keys(struct parsing *parsing, struct records_error *error)
{
	const struct known *known;
	const char *key, *expected;

	while ((key = jsonread_key(&parsing->json))) {
		known = find_key(parsing, key);
		if (!jsonread_value(&parsing->json, &parsing->value))
			break;
		expected = known ? known->read(parsing, known->offset) : NULL;
		if (expected)
			return fail(error, known->key, expected);
		if (!known)
			jsonread_skip(&parsing->json, &parsing->value);
	}
	if (jsonread_end(&parsing->json))
		return true;
	snprintf(error->text, sizeof(error->text), "%s", parsing->json.error);
	return false;
}

/* --- What a line needs */

static bool is_between(int64_t number, int64_t low, int64_t high)
{
	return number >= low && number <= high;
}

static bool finish_address(struct parsing *parsing, struct records_error *error)
{
	static const char mapped[IPV4_AT] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
	struct records_line *line = parsing->line;

	if (!parsing->family ||
	    (strcmp(parsing->family, "ipv4") && strcmp(parsing->family, "ipv6")))
		return fail(error, "family", "\"ipv4\" or \"ipv6\"");
	line->is_ipv4 = parsing->family[3] == '4';
	if (line->is_ipv4)
		memcpy(line->requested, mapped, sizeof(mapped));
	if (!parsing->address || inet_pton(line->is_ipv4 ? AF_INET : AF_INET6, parsing->address,
					   line->requested + (line->is_ipv4 ? IPV4_AT : 0)) != 1)
		return fail(error, "requested_address", "an address of the family");
	return true;
}

static bool finish_verdict(struct parsing *parsing, struct records_error *error)
{
	static const char *const verdicts[] = {
		[RECORDS_ALLOW - 1] = "allow",
		[RECORDS_DENY - 1] = "deny",
		[RECORDS_AUDIT - 1] = "audit",
		NULL,
	};
	int verdict = find_word(parsing->verdict, verdicts);

	if (parsing->verdict && verdict < 0)
		return fail(error, "verdict", "\"allow\", \"deny\" or \"audit\"");
	parsing->line->verdict = (enum records_verdict)(verdict + 1);
	return true;
}

static bool finish_words(struct parsing *parsing, struct records_error *error)
{
	struct records_line *line = parsing->line;
	int via = BIND_VIA_BIND;

	if (!finish_verdict(parsing, error))
		return false;
	while (via <= BIND_VIA_SENDTO && (!parsing->via || strcmp(parsing->via, names_via(via))))
		via++;
	if (via > BIND_VIA_SENDTO)
		return fail(error, "via", "\"bind\", \"listen\" or another way");
	line->via = (enum bind_via)via;
	if (!parsing->type)
		return fail(error, "type", "a socket's type");
	line->is_raw = strcmp(parsing->type, "raw") == 0;
	return true;
}

static void cut_deleted(const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t length = path ? strlen(path) : 0, cut = sizeof(deleted) - 1;

	if (length > cut && !strcmp(path + length - cut, deleted))
		((char *)path)[length - cut] = '\0';
}

/* Without these there is no bind to decide about. */
static bool finish_bind(struct parsing *parsing, struct records_error *error)
{
	struct records_line *line = parsing->line;

	if (line->count == RECORDS_UNKNOWN)
		line->count = 1;
	if (line->last_time == RECORDS_UNKNOWN)
		line->last_time = line->time;
	if (line->time == RECORDS_UNKNOWN)
		return fail(error, "time", "the time of the bind");
	if (!is_between(line->count, 1, MOST_COUNT))
		return fail(error, "count", "a number of binds");
	if (!is_between(line->uid, 0, UINT32_MAX - 1))
		return fail(error, "uid", "a user's number");
	if (!is_between(line->protocol, 0, UINT16_MAX))
		return fail(error, "protocol_number", "0 to 65535");
	if (!is_between(line->requested_port, 0, UINT16_MAX))
		return fail(error, "requested_port", "0 to 65535");
	cut_deleted(line->exe);
	cut_deleted(line->cgroup);
	return finish_words(parsing, error) && finish_address(parsing, error);
}

static bool finish_socket(struct parsing *parsing, struct records_error *error)
{
	struct records_line *line = parsing->line;

	if (!is_between(line->uid, 0, UINT32_MAX - 1))
		return fail(error, "uid", "a user's number");
	if (!is_between(line->protocol, 0, UINT16_MAX))
		return fail(error, "protocol_number", "0 to 65535");
	if (!line->address || !parsing->type || !line->state)
		return fail(error, "address", "address, type and state of a socket");
	line->is_raw = strcmp(parsing->type, "raw") == 0;
	line->process_comm = line->comm;
	return finish_verdict(parsing, error);
}

bool records_parse(char *text, size_t length, struct records_line *line,
		   struct records_error *error)
{
	struct parsing parsing = { .line = line };

	clear(line);
	jsonread_begin(&parsing.json, text, length);
	if (!read_keys(&parsing, error))
		return false;
	line->kind = kind_of(line->record);
	if (line->kind == RECORDS_SOCKET)
		return finish_socket(&parsing, error);
	return line->kind != RECORDS_BIND || finish_bind(&parsing, error);
}

/*
 * The name of the first thread is the process's. Of another thread's process /proc has told the
 * name, a moment after the bind.
 */
const char *records_process(const struct records_line *line)
{
	bool first = line->pid == line->tid && line->pid != RECORDS_UNKNOWN;

	return line->comm && first ? line->comm : line->process_comm;
}
