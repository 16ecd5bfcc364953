/* SPDX-License-Identifier: GPL-2.0-only */
#include "learnprint.h"

#include <ctype.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "bindtext.h"
#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "policy/alloc.h"
#include "policy/names.h"

#define NAME_BYTES 64 /* of a rule's name, at most; with the NUL */
#define STEM_BYTES 40
#define LINE_VALUES 12 /* of a list, on a line */
#define SHOWN_HOSTS 4

/* --- Values */

/* A string of the policy's syntax, of printable ASCII. */
static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_ports(FILE *out, uint32_t ports)
{
	if (!ports)
		fputs("\"ephemeral\"", out);
	else if (LEARNED_LOW(ports) == LEARNED_HIGH(ports))
		fprintf(out, "%u", LEARNED_LOW(ports));
	else
		fprintf(out, "\"%u-%u\"", LEARNED_LOW(ports), LEARNED_HIGH(ports));
}

static void print_protocol(FILE *out, uint32_t protocol)
{
	static const struct {
		uint32_t number;
		const char *name;
	} names[] = {
		{ IPPROTO_TCP, "tcp" },		{ IPPROTO_UDP, "udp" },
		{ IPPROTO_UDPLITE, "udplite" }, { IPPROTO_SCTP, "sctp" },
		{ IPPROTO_ICMP, "icmp" },	{ IPPROTO_ICMPV6, "icmpv6" },
		{ BIND_PROTOCOL_RAW, "raw" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == protocol) {
			print_string(out, names[i].name);
			return;
		}
	}
	fprintf(out, "%u", protocol);
}

static void print_value(FILE *out, const struct learned *learned, int criterion, uint32_t value)
{
	switch (criterion) {
	case LEARNED_ADDRESS:
		print_string(out, learned->addresses.entry[value].key);
		break;
	case LEARNED_PORT:
		print_ports(out, value);
		break;
	case LEARNED_PROTOCOL:
		print_protocol(out, value);
		break;
	default:
		fprintf(out, "%u", value);
	}
}

/* One value, or a list, since an array has values of one type only. */
static void print_criterion(FILE *out, const struct learned *learned,
			    const struct learned_rule *rule, int criterion)
{
	static const char *const settings[] = {
		[LEARNED_ADDRESS] = "address",
		[LEARNED_PORT] = "ports",
		[LEARNED_PROTOCOL] = "protocol",
		[LEARNED_UID] = "uid",
	};
	const struct learned_set *set = &rule->of[criterion];

	if (!set->count || (criterion == LEARNED_PORT && set->value[0] == LEARNED_NO_PORT))
		return;
	fprintf(out, "\t\t%s = %s", settings[criterion], set->count > 1 ? "(" : "");
	for (size_t i = 0; i < set->count; i++) {
		if (i)
			fputs(i % LINE_VALUES ? ", " : ",\n\t\t\t", out);
		print_value(out, learned, criterion, set->value[i]);
	}
	fprintf(out, "%s;\n", set->count > 1 ? ")" : "");
}

static void print_options(FILE *out, uint32_t options)
{
	bool first = true;

	if (!options)
		return;
	fputs("\t\tpermit_options = [", out);
	for (size_t i = 0; names_option_list[i]; i++) {
		if (!(options & 1u << i))
			continue;
		fputs(first ? "" : ", ", out);
		print_string(out, names_option_list[i]);
		first = false;
	}
	fputs("];\n", out);
}

/* --- Names */

/* What the rule's name begins with: its unit, or the last part of its path. */
static void make_stem(const struct learned_rule *rule, char stem[STEM_BYTES])
{
	static const char suffix[] = ".service";
	const char *text = rule->text, *slash;
	size_t length = strcspn(text, "*");

	if (rule->kind == SUBJECT_UID) {
		if (rule->of[LEARNED_UID].count == 1)
			snprintf(stem, STEM_BYTES, "uid-%u", rule->of[LEARNED_UID].value[0]);
		else
			snprintf(stem, STEM_BYTES, "users");
		return;
	}
	while (length && strchr("/-_", text[length - 1]))
		length--;
	slash = memrchr(text, '/', length);
	if (slash && rule->kind != SUBJECT_COMM) {
		length -= (size_t)(slash + 1 - text);
		text = slash + 1;
	}
	if (length > sizeof(suffix) - 1 &&
	    !strncmp(text + length - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1))
		length -= sizeof(suffix) - 1;
	if (length > STEM_BYTES - 1)
		length = STEM_BYTES - 1;
	snprintf(stem, STEM_BYTES, "%.*s", (int)length, text);
	for (char *at = stem; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._@+-", *at))
			*at = '_';
	if (!strcmp(stem, "-") || !*stem)
		strcpy(stem, "rule");
}

/* A name that no rule has, neither of these nor of the base; it is noted in the table. */
static void make_name(struct table *taken, const struct learned_rule *rule, char name[NAME_BYTES])
{
	const struct learned_set *protocols = &rule->of[LEARNED_PROTOCOL];
	char stem[STEM_BYTES];
	size_t before = taken->count;

	make_stem(rule, stem);
	snprintf(name, NAME_BYTES, "%s", stem);
	table_get(taken, name);
	for (unsigned int i = 2; taken->count == before; i++) {
		if (i == 2 && protocols->count == 1 && protocols->value[0] == IPPROTO_UDP)
			snprintf(name, NAME_BYTES, "%s-udp", stem);
		else
			snprintf(name, NAME_BYTES, "%s-%u", stem, i);
		table_get(taken, name);
	}
}

static void take_names(struct table *taken, const struct candidate *base)
{
	table_init(taken, 1, SIZE_MAX);
	for (size_t i = 0; base && i < base->load.policy->rules; i++)
		table_get(taken, base->load.policy->rule[i].name);
}

/* --- The policy */

static void print_escaped(FILE *out, const char *text)
{
	char *escaped = alloc_checked(escape_text(text));

	fputs(escaped, out);
	free(escaped);
}

static void print_hosts(FILE *out, const struct learned *learned, const struct learned_set *hosts)
{
	fputs(", on", out);
	for (size_t i = 0; i < hosts->count && i < SHOWN_HOSTS; i++) {
		fputs(i ? ", " : " ", out);
		print_escaped(out, learned->hosts.entry[hosts->value[i]].key);
	}
	if (hosts->count > SHOWN_HOSTS)
		fprintf(out, " and %zu more", hosts->count - SHOWN_HOSTS);
}

static void print_times(FILE *out, uint64_t count, int64_t first, int64_t last)
{
	char number[BINDTEXT_BYTES], from[BINDTEXT_BYTES], to[BINDTEXT_BYTES];

	fprintf(out, "%s bind%s, %s to %s", bindtext_number(count, number), count == 1 ? "" : "s",
		bindtext_time(first, from), bindtext_time(last, to));
}

static void print_rule(FILE *out, const struct learned *learned, const struct learned_rule *rule,
		       const char *name)
{
	fputs("\t# ", out);
	print_times(out, rule->count, rule->first, rule->last);
	if (learned->hosts.count > 1)
		print_hosts(out, learned, &rule->hosts);
	fprintf(out, "\n\t{\n\t\tname = \"%s\";\n", name);
	if (rule->kind != SUBJECT_UID) {
		fprintf(out, "\t\t%s = ", subject_setting(rule->kind));
		print_string(out, rule->text);
		fputs(";\n", out);
	}
	print_criterion(out, learned, rule, LEARNED_UID);
	print_criterion(out, learned, rule, LEARNED_PROTOCOL);
	print_criterion(out, learned, rule, LEARNED_ADDRESS);
	print_criterion(out, learned, rule, LEARNED_PORT);
	print_options(out, rule->options);
	fputs("\t\treason = \"\";\n\t\towner = \"\";\n\t}", out);
}

static void print_head(FILE *out, const struct learned *learned)
{
	fputs("# Learned from ", out);
	print_times(out, learned->count, learned->first, learned->last);
	fputs(".\n#\n"
	      "# A rule allows what was seen, be it right or wrong: look at each. Say in reason what\n"
	      "# it is for, and in owner whom to ask; \"bindguard check\" names the rules without.\n",
	      out);
	if (!learned->base) {
		fputs("version = 1;\ndefault = \"deny\";\n\n", out);
		return;
	}
	fputs("#\n# These rules go behind those of ", out);
	print_escaped(out, learned->base->load.path);
	fputs(", which has the default: this file belongs into\n"
	      "# the same folder, under a name that comes after its files.\n"
	      "version = 1;\n\n",
	      out);
}

void learnprint_policy(FILE *out, const struct learned *learned)
{
	struct table taken;
	char name[NAME_BYTES];

	take_names(&taken, learned->base);
	print_head(out, learned);
	fputs("rules = (", out);
	for (size_t i = 0; i < learned->rules; i++) {
		make_name(&taken, &learned->rule[i], name);
		fputs(i ? ",\n" : "\n", out);
		print_rule(out, learned, &learned->rule[i], name);
	}
	fputs("\n);\n", out);
	table_free(&taken);
}

/* --- The summary */

static void tell_left(uint64_t count, const char *why)
{
	char number[BINDTEXT_BYTES];

	if (count)
		complain("left out: %s bind%s %s", bindtext_number(count, number),
			 count == 1 ? "" : "s", why);
}

void learnprint_summary(const struct learned *learned)
{
	char number[BINDTEXT_BYTES], why[NAME_BYTES + 128];

	complain("%zu rule%s from %s bind%s", learned->rules, learned->rules == 1 ? "" : "s",
		 bindtext_number(learned->count, number), learned->count == 1 ? "" : "s");
	tell_left(learned->allowed, "that the base allows");
	for (size_t i = 0; i < learned->refused.count; i++) {
		snprintf(why, sizeof(why), "that rule %s of the base denies, or their options",
			 learned->refused.entry[i].key);
		tell_left(*(uint64_t *)learned->refused.entry[i].value, why);
	}
	tell_left(learned->left_denied, "that were denied (--include-denied)");
	tell_left(learned->left_failed, "that the kernel refused (--include-failed)");
	tell_left(learned->left_other, "that no policy decides, or could not be read");
}
