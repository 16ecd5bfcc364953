/* SPDX-License-Identifier: GPL-2.0-only */
#include "dump.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "policy/alloc.h"
#include "policy/dates.h"
#include "policy/names.h"
#include "policy/scan.h"

#define PORTS_IN_STRING 64

/* A setting's values on their way out: one stands alone, more are an array. */
struct values {
	FILE *out;
	size_t count; /* to come, in all */
	size_t at;
};

/* How a byte is written: the letter after a backslash, or 0 as it is. */
static char escape_letter(char byte)
{
	static const char bytes[] = "\"\\\n\r\t\f", letters[] = "\"\\nrtf";
	const char *found = strchr(bytes, byte);

	return found ? letters[found - bytes] : '\0';
}

static size_t escaped_length(const char *text)
{
	size_t length = 2;

	for (; *text; text++)
		length += escape_letter(*text) ? 2 : 1;
	return length;
}

/*
 * A string that libconfig reads as it was. If it is so long that it could not be read with all its
 * escapes, it has only those that it must have.
 */
static void write_string(FILE *out, const char *text)
{
	bool few = escaped_length(text) > SCAN_STRING_BYTES;

	fputc('"', out);
	for (; *text; text++) {
		bool must = *text == '"' || *text == '\\' || (*text == '\r' && text[1] != '\n');
		char letter = escape_letter(*text);

		if (letter && (must || !few))
			fprintf(out, "\\%c", letter);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void write_value(struct values *values, const char *text)
{
	if (values->at == 0 && values->count > 1)
		fputc('[', values->out);
	write_string(values->out, text);
	if (++values->at < values->count)
		fputs(", ", values->out);
	else if (values->count > 1)
		fputc(']', values->out);
}

static void write_text(FILE *out, const char *text)
{
	write_value(&(struct values){ .out = out, .count = 1 }, text);
}

/* Ranges of numbers. */

static int compare_ranges(const void *a, const void *b)
{
	const struct policy_range *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Sorted and joined where they touch; to be freed. */
static struct policy_ranges join_ranges(const struct policy_ranges *ranges)
{
	struct policy_ranges joined = { alloc_zeroed(ranges->count, sizeof(struct policy_range)),
					0 };

	for (size_t i = 0; i < ranges->count; i++)
		joined.range[i] = ranges->range[i];
	qsort(joined.range, ranges->count, sizeof(*joined.range), compare_ranges);
	for (size_t i = 0; i < ranges->count; i++) {
		struct policy_range *last = &joined.range[joined.count - !!joined.count];
		struct policy_range next = joined.range[i];

		if (joined.count && (next.low <= last->high || next.low - 1 == last->high))
			last->high = next.high > last->high ? next.high : last->high;
		else
			joined.range[joined.count++] = next;
	}
	return joined;
}

static void write_range(struct values *values, uint32_t low, uint32_t high)
{
	char text[32];

	snprintf(text, sizeof(text), low == high ? "%u" : "%u-%u", low, high);
	write_value(values, text);
}

static bool write_uid(FILE *out, const struct policy_rule *rule)
{
	struct policy_ranges ranges = join_ranges(&rule->uid);
	struct values values = { .out = out, .count = ranges.count };

	for (size_t i = 0; i < ranges.count; i++)
		write_range(&values, ranges.range[i].low, ranges.range[i].high);
	free(ranges.range);
	return values.count;
}

/* Port 0 has a word of its own, and is not part of a range. */
static void print_ports(FILE *out, struct policy_range range)
{
	if (range.low == BIND_PORT_EPHEMERAL)
		fputs(range.high > BIND_PORT_EPHEMERAL ? "ephemeral, " : "ephemeral", out);
	if (range.low == BIND_PORT_EPHEMERAL && range.high > BIND_PORT_EPHEMERAL)
		range.low++;
	if (range.high > BIND_PORT_EPHEMERAL)
		fprintf(out, range.low == range.high ? "%u" : "%u-%u", range.low, range.high);
}

/* With commas between them, so many in a string. */
static bool write_ports(FILE *out, const struct policy_rule *rule)
{
	struct policy_ranges ranges = join_ranges(&rule->port);
	struct values values = { .out = out };

	values.count = (ranges.count + PORTS_IN_STRING - 1) / PORTS_IN_STRING;
	for (size_t i = 0; i < ranges.count;) {
		char text[PORTS_IN_STRING * sizeof("65535-65535, ") + sizeof("ephemeral, ")] = "";
		FILE *string = alloc_checked(fmemopen(text, sizeof(text), "w"));

		do {
			print_ports(string, ranges.range[i]);
			if (++i % PORTS_IN_STRING && i < ranges.count)
				fputs(", ", string);
		} while (i % PORTS_IN_STRING && i < ranges.count);
		fclose(string);
		write_value(&values, text);
	}
	free(ranges.range);
	return values.count;
}

/* Protocols. */

static bool has_number(const struct policy_ranges *ranges, uint32_t number)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->range[i].low <= number && number <= ranges->range[i].high)
			return true;
	return false;
}

/* The word that means this protocol; 262 is part of "tcp" if 6 is there too. */
static const char *protocol_word(const struct policy_ranges *ranges, uint32_t number)
{
	switch (number) {
	case 1:
		return "icmp";
	case 6:
		return has_number(ranges, 262) ? "tcp" : NULL;
	case 17:
		return "udp";
	case 58:
		return "icmpv6";
	case 132:
		return "sctp";
	case 136:
		return "udplite";
	case 262:
		return has_number(ranges, 6) ? "" : "mptcp";
	case BIND_PROTOCOL_RAW:
		return "raw";
	default:
		return NULL;
	}
}

/* Each on its own: the language has no ranges of protocols. */
static bool write_protocol(FILE *out, const struct policy_rule *rule)
{
	struct policy_ranges ranges = join_ranges(&rule->protocol);
	struct values values = { .out = out };

	for (size_t i = 0; i < ranges.count; i++)
		values.count += ranges.range[i].high - ranges.range[i].low + 1;
	if (has_number(&ranges, 6) && has_number(&ranges, 262))
		values.count--;
	for (size_t i = 0; i < ranges.count; i++) {
		for (uint32_t n = ranges.range[i].low; n <= ranges.range[i].high; n++) {
			const char *word = protocol_word(&ranges, n);

			if (!word)
				write_range(&values, n, n);
			else if (*word)
				write_value(&values, word);
		}
	}
	free(ranges.range);
	return values.count;
}

/* Strings. */

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. */
static bool write_strings(FILE *out, const struct policy_strings *strings)
{
	char **sorted = alloc_zeroed(strings->count, sizeof(*sorted));
	struct values values = { .out = out };

	for (size_t i = 0; i < strings->count; i++)
		sorted[i] = strings->string[i];
	qsort(sorted, strings->count, sizeof(*sorted), compare_strings);
	for (size_t i = 0; i < strings->count; i++)
		if (!values.count || strcmp(sorted[values.count - 1], sorted[i]) != 0)
			sorted[values.count++] = sorted[i];
	for (size_t i = 0; i < values.count; i++)
		write_value(&values, sorted[i]);
	free(sorted);
	return values.count;
}

static bool write_comm(FILE *out, const struct policy_rule *rule)
{
	return write_strings(out, &rule->comm);
}

static bool write_cgroup(FILE *out, const struct policy_rule *rule)
{
	return write_strings(out, &rule->cgroup);
}

static bool write_exe(FILE *out, const struct policy_rule *rule)
{
	return write_strings(out, &rule->exe);
}

/* Addresses. */

static void write_block(void *context, const struct block *block)
{
	char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + sizeof("/128")];

	inet_ntop(block->family, block->address, address, sizeof(address));
	if (block->prefix == (block->family == AF_INET ? 32 : 128))
		snprintf(text, sizeof(text), "%s", address);
	else
		snprintf(text, sizeof(text), "%s/%u", address, block->prefix);
	write_value(context, text);
}

static void count_block(void *context, const struct block *block)
{
	(void)block;
	++*(size_t *)context;
}

static bool write_address(FILE *out, const struct policy_rule *rule)
{
	struct values values = { .out = out };

	blocks_each(&rule->address, count_block, &values.count);
	blocks_each(&rule->address, write_block, &values);
	return values.count;
}

static bool write_family(FILE *out, const struct policy_rule *rule)
{
	if (rule->family == POLICY_ANY_FAMILY)
		return false;
	write_text(out, rule->family == POLICY_IPV4 ? "ipv4" : "ipv6");
	return true;
}

/* Everything else. */

static bool write_options(FILE *out, uint32_t options)
{
	struct values values = { .out = out, .count = __builtin_popcount(options) };

	for (size_t i = 0; names_option_list[i]; i++)
		if (options & 1u << i)
			write_value(&values, names_option_list[i]);
	return values.count;
}

static bool write_permit_options(FILE *out, const struct policy_rule *rule)
{
	return write_options(out, rule->permit_options);
}

static bool write_forbid_options(FILE *out, const struct policy_rule *rule)
{
	return write_options(out, rule->forbid_options);
}

static bool write_optional(FILE *out, const char *text)
{
	if (text)
		write_text(out, text);
	return text;
}

static bool write_name(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->name);
}

static bool write_verdict(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->verdict == BIND_DENY ? "deny" : NULL);
}

static bool write_mode(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->audit ? "audit" : NULL);
}

static bool write_netns(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->host_netns ? "host" : NULL);
}

static bool write_reason(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->reason);
}

static bool write_owner(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->owner);
}

static bool write_approver(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->approver);
}

static bool write_ticket(FILE *out, const struct policy_rule *rule)
{
	return write_optional(out, rule->ticket);
}

static bool write_day(FILE *out, int64_t day)
{
	return write_optional(out, day ? dates_write(day).text : NULL);
}

static bool write_approved(FILE *out, const struct policy_rule *rule)
{
	return write_day(out, rule->approved);
}

static bool write_expires(FILE *out, const struct policy_rule *rule)
{
	return write_day(out, rule->expires);
}

/* In the order in which they are written. Each writes a value, or nothing and returns false. */
static const struct {
	const char *name;
	bool (*write)(FILE *out, const struct policy_rule *rule);
} settings[] = {
	{ "name", write_name },
	{ "verdict", write_verdict },
	{ "mode", write_mode },
	{ "uid", write_uid },
	{ "cgroup", write_cgroup },
	{ "exe", write_exe },
	{ "comm", write_comm },
	{ "netns", write_netns },
	{ "family", write_family },
	{ "protocol", write_protocol },
	{ "address", write_address },
	{ "ports", write_ports },
	{ "permit_options", write_permit_options },
	{ "forbid_options", write_forbid_options },
	{ "reason", write_reason },
	{ "owner", write_owner },
	{ "approver", write_approver },
	{ "ticket", write_ticket },
	{ "approved", write_approved },
	{ "expires", write_expires },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

bool dump_setting(FILE *out, const struct policy_rule *rule, const char *name)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].write(out, rule);
	return false;
}

static void write_rule(FILE *out, const struct policy_rule *rule)
{
	char *value = NULL;
	size_t size;
	FILE *text;

	for (size_t i = 0; i < SETTINGS; i++) {
		text = alloc_checked(open_memstream(&value, &size));
		if (settings[i].write(text, rule)) {
			fflush(text);
			fprintf(out, "\t\t%s = %s;\n", settings[i].name, value);
		}
		fclose(text);
		free(value);
	}
}

void dump_policy(FILE *out, const struct policy *policy)
{
	fputs("version = 1;\n", out);
	fprintf(out, "default = \"%s\";\n",
		policy->default_verdict == BIND_DENY ? "deny" : "allow");
	if (policy->forbid_options) {
		fputs("forbid_options = ", out);
		write_options(out, policy->forbid_options);
		fputs(";\n", out);
	}
	fputs("rules = (", out);
	for (size_t i = 0; i < policy->rules; i++) {
		fputs(i ? ",\n\t{\n" : "\n\t{\n", out);
		write_rule(out, &policy->rule[i]);
		fputs("\t}", out);
	}
	fputs("\n);\n", out);
}
