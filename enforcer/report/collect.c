/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of logs, as they come, in memory that does not go with how many there are. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "enforcer/escape.h"
#include "enforcer/logs/bindtext.h"
#include "enforcer/logs/subject.h"
#include "policy/alloc.h"
#include "report.h"

#define MAX_RUNS 100000
#define MAX_HOSTS 20000
#define MAX_GROUPS 100000
#define MAX_GENERATIONS 100000
#define MAX_GAPS 10000
#define KEY_BYTES (2 * SUBJECT_TEXT_BYTES)
#define PART_BYTES 256 /* of a text: one that is longer is told from no other that begins so */

void report_begin(struct report *report)
{
	report->first = report->last = RECORDS_UNKNOWN;
	table_init(&report->runs, sizeof(struct report_run), MAX_RUNS);
	table_init(&report->hosts, sizeof(struct report_host), MAX_HOSTS);
	table_init(&report->groups, sizeof(struct report_group), MAX_GROUPS);
}

char *report_text(const char *text)
{
	return text ? alloc_checked(escape_text(text)) : NULL;
}

char *report_print(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return alloc_checked(length < 0 ? NULL : text);
}

/* --- Keys */

struct key {
	char text[KEY_BYTES];
	size_t length;
};

/* No text can have the byte that ends each part, but one that was made up by hand. */
static void add_part(struct key *key, const char *text)
{
	size_t length = text ? strnlen(text, PART_BYTES) : 0;

	if (key->length + length + 2 >= sizeof(key->text))
		return;
	memcpy(key->text + key->length, text ?: "", length);
	key->length += length;
	key->text[key->length++] = text ? '\n' : '\r';
	key->text[key->length] = '\0';
}

static void add_number(struct key *key, uint64_t number)
{
	if (key->length + 20 >= sizeof(key->text))
		return;
	do
		key->text[key->length++] = (char)('!' + number % 64);
	while (number /= 64);
	key->text[key->length++] = '\n';
	key->text[key->length] = '\0';
}

/* --- Runs and hosts */

static void note_time(int64_t *first, int64_t *last, int64_t time)
{
	if (time == RECORDS_UNKNOWN)
		return;
	if (*first == RECORDS_UNKNOWN || time < *first)
		*first = time;
	if (*last == RECORDS_UNKNOWN || time > *last)
		*last = time;
}

static struct report_host *host_of(struct report *report, const char *name)
{
	struct report_host *host = table_get(&report->hosts, name ?: "?");

	if (host && !host->host) {
		host->host = report_text(name ?: "?");
		host->first = host->last = host->scanned = RECORDS_UNKNOWN;
	}
	return host;
}

static void begin_run(struct report *report, struct report_run *run,
		      const struct records_line *line)
{
	int64_t *unknown[] = {
		&run->pinned,	     &run->bound_before,    &run->denied_before, &run->first,
		&run->last,	     &run->totals_sequence, &run->attempts,	 &run->allow,
		&run->deny,	     &run->audit,	    &run->reported,	 &run->folded,
		&run->sampled,	     &run->filtered,	    &run->lost,		 &run->dropped,
		&run->outcomes_lost, &run->outcomes_missed,
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		*unknown[i] = RECORDS_UNKNOWN;
	run->of = host_of(report, line->host);
	run->host = report_text(line->host ?: "?");
	run->run = report_text(line->run);
}

/* NULL: there are too many of them, or of hosts. */
static struct report_run *run_of(struct report *report, const struct records_line *line)
{
	struct report_run *run;
	struct key key = { .length = 0 };

	add_part(&key, line->host);
	add_part(&key, line->run);
	run = table_get(&report->runs, key.text);
	if (run && !run->host)
		begin_run(report, run, line);
	return run && run->of ? run : NULL;
}

static void take_start(struct report_run *run, const struct records_line *line)
{
	if (run->started)
		return;
	run->started = true;
	run->version = report_text(line->version);
	run->kernel = report_text(line->kernel);
	run->machine = report_text(line->machine);
	free(run->mode);
	run->mode = report_text(line->mode);
	run->hook = report_text(line->hook);
	run->not_covered = line->not_covered ?
				   alloc_string(line->not_covered, strlen(line->not_covered)) :
				   NULL;
	run->pinned = line->pinned;
	run->bound_before = line->bound_before;
	run->denied_before = line->denied_before;
}

/* The last ones have it all. */
static void take_totals(struct report_run *run, const struct records_line *line)
{
	if (run->totals_sequence != RECORDS_UNKNOWN && line->sequence < run->totals_sequence)
		return;
	run->counted = true;
	run->totals_sequence = line->sequence;
	run->final |= line->final == 1;
	run->attempts = line->attempts;
	run->allow = line->allow;
	run->deny = line->deny;
	run->audit = line->audit;
	run->reported = line->reported;
	run->folded = line->folded;
	run->sampled = line->sampled;
	run->filtered = line->filtered;
	run->lost = line->lost;
	run->dropped = line->dropped;
	run->outcomes_lost = line->outcomes_lost;
	run->outcomes_missed = line->outcomes_missed;
}

static void take_policy(struct report *report, const struct report_run *run,
			const struct records_line *line)
{
	if (report->generations == MAX_GENERATIONS) {
		report->ungrouped++;
		return;
	}
	report->generation = alloc_grow(report->generation, report->generations,
					sizeof(*report->generation));
	report->generation[report->generations++] = (struct report_generation){
		.run = run,
		.generation = line->generation,
		.rules = line->rules,
		.from = line->time,
		.to = RECORDS_UNKNOWN,
		.policy = report_text(line->policy),
		.sha256 = report_text(line->policy_sha256),
		.files = line->files ? alloc_string(line->files, strlen(line->files)) : NULL,
		.verdict = report_text(line->default_verdict),
		.cause = report_text(line->cause),
	};
}

/* One that lasts has a second line when it has ended. */
static void take_gap(struct report *report, const struct report_run *run,
		     const struct records_line *line)
{
	for (size_t i = 0; i < report->gaps; i++) {
		struct report_gap *gap = &report->gap[i];

		if (gap->run != run || gap->from != line->from)
			continue;
		if (gap->to == RECORDS_UNKNOWN)
			gap->to = line->to;
		return;
	}
	if (report->gaps == MAX_GAPS) {
		report->ungrouped++;
		return;
	}
	report->gap = alloc_grow(report->gap, report->gaps, sizeof(*report->gap));
	report->gap[report->gaps++] = (struct report_gap){
		.run = run,
		.from = line->from,
		.to = line->to,
		.what = report_text(line->what),
	};
}

/* --- Binds and sockets */

/* An escaped copy of a text that is not too long to be kept for each group. */
static char *short_text(const char *text)
{
	char buffer[PART_BYTES + sizeof("...")];

	if (!text)
		return NULL;
	escape(text, strlen(text), PART_BYTES, buffer, sizeof(buffer));
	if (strlen(buffer) < PART_BYTES - 3)
		return alloc_string(buffer, strlen(buffer));
	strcat(buffer, "...");
	return alloc_string(buffer, strlen(buffer));
}

static void make_key(struct key *key, const struct records_line *line,
		     const struct subject *subject)
{
	bool socket = line->kind == RECORDS_SOCKET;

	add_number(key, line->verdict | (uint64_t)(line->rewritten == 1) << 2 |
				(uint64_t)(line->enforced == 1) << 3 | (uint64_t)socket << 4 |
				(uint64_t)line->is_raw << 5 | (uint64_t)line->is_ipv4 << 6 |
				(uint64_t)subject->has_uid << 7 | (uint64_t)subject->kind << 8);
	add_part(key, line->host);
	add_part(key, line->rule);
	add_part(key, line->cause);
	add_part(key, line->forbidden);
	add_number(key, subject->has_uid ? subject->uid : 0);
	add_part(key, subject->text);
	add_number(key, (uint64_t)line->protocol);
	if (!socket) {
		add_number(key, (uint64_t)line->requested_port);
		add_number(key, (uint64_t)line->range[0] << 16 | line->range[1]);
		for (size_t i = 0; i < sizeof(line->requested); i += sizeof(uint64_t)) {
			uint64_t half;

			memcpy(&half, line->requested + i, sizeof(half));
			add_number(key, half);
		}
	}
	if (!socket && line->rewritten != 1)
		return;
	add_part(key, line->address);
	add_part(key, line->bound_verdict);
	add_number(key, (uint64_t)line->port);
}

/* "IP_TRANSPARENT, SO_REUSEPORT" of what has a newline after each; NULL of none. */
static char *list_text(const char *lines)
{
	char *text = lines && *lines ? alloc_string(lines, strlen(lines)) : NULL, *escaped, *to;
	char *list;

	if (!text)
		return NULL;
	if (text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	list = to = alloc_zeroed(2 * strlen(text) + 1, 1);
	for (const char *from = text; *from; from++) {
		*to++ = *from == '\n' ? ',' : *from;
		if (*from == '\n')
			*to++ = ' ';
	}
	escaped = short_text(list);
	free(list);
	free(text);
	return escaped;
}

/* Addresses as policies have them, of what was bound. */
static const char *address_word(const char *address)
{
	if (!strcmp(address, "0.0.0.0") || !strcmp(address, "::"))
		return "wildcard";
	return !strcmp(address, "::1") || !strncmp(address, "127.", 4) ? "loopback" : address;
}

static void fill_socket(struct report_group *group, const struct records_line *line)
{
	bool has_port = line->port != RECORDS_UNKNOWN && !line->is_raw;

	group->is_socket = true;
	group->address = short_text(address_word(line->address));
	group->port = has_port ? report_print("%" PRId64, line->port) : short_text("");
}

static void fill_bind(struct report_group *group, const struct records_line *line)
{
	char buffer[BINDTEXT_BYTES];

	group->address = short_text(bindtext_address(line, buffer));
	group->port = short_text(bindtext_port(line, buffer));
	if (line->rewritten != 1)
		return;
	group->rewritten = true;
	group->bound_verdict = short_text(line->bound_verdict);
	group->bound = short_text(line->address ?: "?");
	if (line->port != RECORDS_UNKNOWN) {
		char *address = group->bound;

		group->bound = report_print("%s port %" PRId64, address, line->port);
		free(address);
	}
}

static void fill_group(struct report_group *group, const struct report_host *host,
		       const struct records_line *line, const struct subject *subject)
{
	char who[SUBJECT_TEXT_BYTES + 64], protocol[BINDTEXT_BYTES];

	*group = (struct report_group){
		.verdict = line->verdict,
		.enforced = line->enforced == 1,
		.of = host,
		.host = short_text(host->host),
		.rule = short_text(line->rule),
		.cause = short_text(line->cause),
		.who = short_text(subject_print(subject, who, sizeof(who))),
		.protocol = short_text(bindtext_protocol(line, protocol)),
		.options = list_text(line->forbidden),
		.first = RECORDS_UNKNOWN,
		.last = RECORDS_UNKNOWN,
	};
	if (line->kind == RECORDS_SOCKET)
		fill_socket(group, line);
	else
		fill_bind(group, line);
}

static struct report_group *group_of(struct report *report, const struct report_host *host,
				     const struct records_line *line)
{
	struct key key = { .length = 0 };
	struct report_group *group;
	struct subject subject;

	subject_of(line, &subject);
	make_key(&key, line, &subject);
	group = table_get(&report->groups, key.text);
	if (!group)
		report->ungrouped += line->kind == RECORDS_SOCKET ? 1 : (uint64_t)line->count;
	else if (!group->host)
		fill_group(group, host, line, &subject);
	return group;
}

static void count_verdict(struct report *report, struct report_run *run,
			  const struct records_line *line)
{
	uint64_t count = (uint64_t)line->count;
	int64_t second = line->time / REPORT_NS;
	/* Nothing is decided about what the kernel picks as a socket connects or sends. */
	bool picked = line->via == BIND_VIA_CONNECT || line->via == BIND_VIA_SENDTO;

	report->binds += count;
	run->binds += count;
	run->of->binds += count;
	if (line->verdict == RECORDS_ALLOW) {
		run->of->allow += count;
		timeline_add(&report->timeline, second, TIMELINE_ALLOW, count);
	} else if (line->verdict == RECORDS_DENY) {
		run->of->deny += count;
		timeline_add(&report->timeline, second, TIMELINE_DENY, count);
	} else if (line->verdict == RECORDS_AUDIT) {
		run->of->audit += count;
		timeline_add(&report->timeline, second, TIMELINE_AUDIT, count);
	} else if (!picked) {
		run->of->undecided += count;
		run->undecided += count;
	}
}

static void take_bind(struct report *report, struct report_run *run,
		      const struct records_line *line)
{
	struct report_group *group;

	count_verdict(report, run, line);
	if (!run->mode)
		run->mode = report_text(line->mode);
	if (line->cause && !strcmp(line->cause, "malformed")) {
		report->malformed += (uint64_t)line->count;
		return;
	}
	group = group_of(report, run->of, line);
	if (!group)
		return;
	group->count += (uint64_t)line->count;
	if (line->verdict != RECORDS_DENY && (line->rc == 0 || line->rc == RECORDS_UNKNOWN))
		group->done += (uint64_t)line->count;
	note_time(&group->first, &group->last, line->time);
	note_time(&group->first, &group->last, line->last_time);
}

/* Only the last scan of a host tells what is bound now. All lines of one have the same time. */
static void take_socket(struct report *report, const struct records_line *line)
{
	struct report_host *host = host_of(report, line->host);
	struct report_group *group;

	if (!host) {
		report->ungrouped++;
		return;
	}
	if (host->scanned == RECORDS_UNKNOWN || line->time > host->scanned) {
		host->scanned = line->time;
		host->sockets = host->unjudged = 0;
	}
	if (line->time != host->scanned || !strcmp(line->state, "connected"))
		return;
	host->sockets++;
	host->unjudged += line->verdict == RECORDS_UNDECIDED;
	group = group_of(report, host, line);
	if (!group)
		return;
	if (group->last != line->time)
		group->count = 0;
	group->count++;
	group->first = group->last = line->time;
}

bool report_is_old(const struct report_group *group)
{
	return group->is_socket && group->last != group->of->scanned;
}

/* --- Lines */

static bool in_period(const struct report *report, int64_t time)
{
	return time == RECORDS_UNKNOWN ||
	       ((report->from == RECORDS_UNKNOWN || time >= report->from) &&
		(report->to == RECORDS_UNKNOWN || time < report->to));
}

static void take_record(struct report *report, struct report_run *run,
			const struct records_line *line)
{
	switch (line->kind) {
	case RECORDS_START:
		take_start(run, line);
		break;
	case RECORDS_POLICY:
		take_policy(report, run, line);
		break;
	case RECORDS_GAP:
		take_gap(report, run, line);
		break;
	case RECORDS_TOTALS:
		take_totals(run, line);
		break;
	case RECORDS_RELOAD_FAILED:
		run->reload_failed += in_period(report, line->time);
		break;
	default:
		break;
	}
}

/* Returns false if the line was read before. */
static bool note_line(struct report *report, struct report_run *run,
		      const struct records_line *line)
{
	if (run->run && line->sequence >= 0 &&
	    !sequence_add(&run->sequence, (uint64_t)line->sequence)) {
		run->repeated++;
		report->repeated++;
		return false;
	}
	run->lines++;
	run->chained += !!line->chain;
	note_time(&run->first, &run->last, line->time);
	note_time(&run->of->first, &run->of->last, line->time);
	return true;
}

void report_take(struct report *report, const struct records_line *line)
{
	struct report_run *run;
	bool inside = in_period(report, line->time);

	report->lines++;
	report->outside += !inside;
	if (inside)
		note_time(&report->first, &report->last, line->time);
	if (line->kind == RECORDS_SOCKET) {
		if (inside)
			take_socket(report, line);
		return;
	}
	run = run_of(report, line);
	if (!run) {
		report->ungrouped++;
		return;
	}
	if (!note_line(report, run, line))
		return;
	if (line->kind == RECORDS_BIND && inside)
		take_bind(report, run, line);
	take_record(report, run, line);
}
