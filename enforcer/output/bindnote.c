/* SPDX-License-Identifier: GPL-2.0-only */
#include "bindnote.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "enforcer/escape.h"
#include "enforcer/host/cgroups.h"
#include "enforcer/host/process.h"
#include "messages.h"
#include "policy/names.h"
#include "printer.h"

#define COMM_TEXT (4 * BIND_COMM_LEN + 1)
#define PLACE (INET6_ADDRSTRLEN + 32)
#define OPTIONS_TEXT 128

/* "0.0.0.0:80", "[::]:80"; a raw socket has no port. */
static const char *place(const struct record *record, char text[PLACE])
{
	const struct bind_event *event = &record->event;
	bool brackets = event->family == AF_INET6 && event->type != SOCK_RAW;
	char address[INET6_ADDRSTRLEN] = "", port[16] = "";

	inet_ntop(event->family, record->address, address, sizeof(address));
	if (event->type != SOCK_RAW)
		snprintf(port, sizeof(port), ":%u", record->port);
	snprintf(text, PLACE, brackets ? "[%s]%s" : "%s%s", address, port);
	return text;
}

/* Names of processes are one word in the sentence, whatever is in them. */
static const char *word(const struct bind_event *event, char text[COMM_TEXT])
{
	char comm[BIND_COMM_LEN + 1] = "";

	snprintf(comm, sizeof(comm), "%.*s", BIND_COMM_LEN, event->comm);
	for (char *at = comm; *at; at++)
		if (*at == ' ')
			*at = '_';
	return escape(comm, sizeof(comm), COMM_TEXT, text, COMM_TEXT);
}

static const char *repeats(const struct record *record, char text[32])
{
	text[0] = '\0';
	if (record->repeats)
		snprintf(text, 32, ", %llu times", (unsigned long long)record->repeats + 1);
	return text;
}

/* What the column RULE has. */
static const char *rule_text(const struct record *record, char **text)
{
	size_t size;
	FILE *out = open_memstream(text, &size);

	if (!out)
		return "?";
	printer_rule(out, record_rule(record), &record->event.decision);
	fclose(out);
	return *text ? *text : "?";
}

static void begin(struct note *note, const struct record *record)
{
	const struct bind_event *event = &record->event;
	char where[PLACE], comm[COMM_TEXT], times[32];

	note_begin(note, MESSAGE_ALLOW, LOG_AUTHPRIV, LOG_INFO, "%s of %s %s by %s[%u], uid %u%s",
		   names_via(event->via), names_protocol(event->protocol), place(record, where),
		   word(event, comm), event->pid, event->uid, repeats(record, times));
}

static void begin_decided(struct note *note, const struct record *record)
{
	const struct bind_event *event = &record->event;
	const char *verdict = names_verdict(&event->decision), *id = MESSAGE_ALLOW;
	char where[PLACE], comm[COMM_TEXT], times[32], *rule = NULL;
	int priority = LOG_INFO;

	if (event->decision.verdict == BIND_DENY) {
		id = event->decision.enforced ? MESSAGE_DENY : MESSAGE_AUDIT;
		priority = event->decision.enforced ? LOG_WARNING : LOG_NOTICE;
	}
	note_begin(note, id, LOG_AUTHPRIV, priority, "%s %s of %s %s by %s[%u], uid %u: rule %s%s",
		   verdict, names_via(event->via), names_protocol(event->protocol),
		   place(record, where), word(event, comm), event->pid, event->uid,
		   rule_text(record, &rule), repeats(record, times));
	free(rule);
}

static void add_decision(struct note *note, const struct record *record)
{
	const struct bind_decision *decision = &record->event.decision;
	const char *rule = record_rule(record);
	char options[OPTIONS_TEXT];

	note_add(note, "VERDICT", "%s", names_verdict(decision));
	note_add(note, "RULE", "%s", rule ? rule : "-");
	note_add(note, "CAUSE", "%s", names_cause(decision->cause));
	if (decision->forbidden)
		note_add(note, "FORBIDDEN", "%s",
			 names_options(decision->forbidden, options, sizeof(options)));
	note_add_text(note, "REASON", record->rule ? record->rule->reason : NULL);
	note_add(note, "GENERATION", "%u", decision->generation);
}

static void add_socket(struct note *note, const struct record *record)
{
	const struct bind_event *event = &record->event;
	char address[INET6_ADDRSTRLEN] = "", options[OPTIONS_TEXT];

	inet_ntop(event->family, record->address, address, sizeof(address));
	note_add(note, "VIA", "%s", names_via(event->via));
	note_add(note, "PROTOCOL", "%s", names_protocol(event->protocol));
	note_add(note, "ADDRESS", "%s", address);
	if (event->type != SOCK_RAW)
		note_add(note, "PORT", "%u", record->port);
	if (event->options)
		note_add(note, "OPTIONS", "%s",
			 names_options(event->options, options, sizeof(options)));
}

static void add_process(struct note *note, uint32_t pid, uint64_t id)
{
	char *exe = process_exe(pid), *cgroup = cgroups_of_process(pid, id);

	note_object(note, pid);
	note_add_text(note, "EXE", exe);
	note_add_text(note, "CGROUP", cgroup);
	free(exe);
	free(cgroup);
}

/* The number of one that was folded may be another process's by now: nothing is read of it. */
static void add_task(struct note *note, const struct record *record)
{
	const struct bind_event *event = &record->event;

	note_add(note, "PID", "%u", event->pid);
	note_add(note, "UID", "%u", event->uid);
	note_add(note, "COMM", "%.*s", BIND_COMM_LEN, event->comm);
	if (!record->last)
		add_process(note, event->pid, event->cgroup);
}

void bindnote(struct note *note, const struct record *record)
{
	if (record->decided)
		begin_decided(note, record);
	else
		begin(note, record);
	if (record->decided)
		add_decision(note, record);
	add_socket(note, record);
	add_task(note, record);
	note_add_text(note, "REFUSED_BY", record_refused_by(record));
	if (record->known)
		note_add(note, "RC", "%d", record->rc);
	note_add(note, "COUNT", "%llu", (unsigned long long)record->repeats + 1);
}
