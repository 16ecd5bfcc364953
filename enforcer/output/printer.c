/* SPDX-License-Identifier: GPL-2.0-only */
#include "printer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/escape.h"
#include "policy/names.h"

void printer_banner(struct printer *printer)
{
	fputs("Tracing binds ... Hit Ctrl-C to end\n", printer->out);
}

/* VIA is there when it can be anything but a bind. */
static bool shows_via(const struct printer *printer)
{
	return printer->options->wide && (printer->decides || printer->options->autobind);
}

void printer_header(struct printer *printer)
{
	const struct options *o = printer->options;
	bool via = shows_via(printer);
	FILE *out = printer->out;

	if (o->timestamp)
		fprintf(out, "%-9s ", "TIME(s)");
	if (o->print_uid)
		fprintf(out, "%6s ", "UID");
	if (o->errors)
		fprintf(out, o->wide ? "%-25s " : "%3s ", "RC");
	fprintf(out,
		o->wide ? "%10s %-12.12s %-4s %-39s %-5s %5s %2s" :
			  "%8s %-12.12s %-4s %-15s %-5s %5s %2s",
		"PID", "COMM", "PROT", "ADDR", "PORT", "OPTS", "IF");
	if (o->wide && o->errors)
		fprintf(out, via ? " %-21s" : " %s", "REFUSED_BY");
	if (via)
		fprintf(out, printer->decides ? " %-10s" : " %s", "VIA");
	if (printer->decides)
		fprintf(out, " %-7s %s", "VERDICT", "RULE");
	fputc('\n', out);
}

/* The RC column: the code or, in wide output, its text; "?" when the outcome never came. */
static void print_rc(struct printer *printer, const struct record *record)
{
	char code[16];

	snprintf(code, sizeof(code), "%d", record->rc);
	if (printer->options->wide)
		fprintf(printer->out, "%-25s ", record->known ? strerror(-record->rc) : "?");
	else
		fprintf(printer->out, "%3s ", record->known ? code : "?");
}

const char *printer_letters(uint32_t options, char letters[PRINTER_LETTERS + 1])
{
	strcpy(letters, "FTNRr");
	for (int i = 0; i < PRINTER_LETTERS; i++)
		if (!(options & 1u << i))
			letters[i] = '.';
	return letters;
}

int printer_rule(FILE *out, const char *rule, const struct bind_decision *decision)
{
	const char *colon = "", *more = "";
	char options[128];

	if (decision->cause == BIND_CAUSE_OPTIONS) {
		colon = ":";
		more = names_options(decision->forbidden, options, sizeof(options));
	} else if (decision->cause == BIND_CAUSE_UNREADABLE) {
		more = ":unreadable";
	}
	if (out)
		fprintf(out, "%s%s%s", rule ? rule : "-", colon, more);
	return strlen(rule ? rule : "-") + strlen(colon) + strlen(more);
}

/* VERDICT and RULE. */
static void print_decision(struct printer *printer, const struct record *record)
{
	const struct bind_decision *decision = &record->event.decision;

	if (!record->decided) {
		fprintf(printer->out, " %-7s -", "-");
		return;
	}
	fprintf(printer->out, " %-7s ", names_verdict(decision));
	printer_rule(printer->out, record_rule(record), decision);
	if (decision->verdict == BIND_DENY && record->event.range[1])
		fprintf(printer->out, ":%u-%u", record->event.range[0], record->event.range[1]);
	if (record->rewritten)
		fputs(":rewritten", printer->out);
	if (record->judged) {
		fprintf(printer->out, ":%s:", names_verdict(&record->bound));
		printer_rule(printer->out, record->bound_rule, &record->bound);
	}
}

static void print_time(struct printer *printer, uint64_t time)
{
	/* The original counts in whole microseconds since boot. */
	uint64_t us = time / 1000;

	if (!printer->first)
		printer->first = us;
	fprintf(printer->out, "%-9.6f ", ((double)us - (double)printer->first) / 1000000);
}

void printer_record(struct printer *printer, const struct record *record)
{
	const struct options *o = printer->options;
	const struct bind_event *event = &record->event;
	char comm[PRINTER_COMM_COLUMN + 1], address[INET6_ADDRSTRLEN];
	const char *refused_by = record_refused_by(record);
	char letters[PRINTER_LETTERS + 1];
	bool via = shows_via(printer);

	if (o->timestamp)
		print_time(printer, event->time);
	if (o->print_uid)
		fprintf(printer->out, "%6u ", event->uid);
	if (o->errors)
		print_rc(printer, record);
	inet_ntop(event->family, record->address, address, sizeof(address));
	fprintf(printer->out,
		o->wide ? "%10u %-12s %-4s %-39s %5u %-5s %2u" :
			  "%8u %-12s %-4.4s %-15.15s %5u %-5s %2u",
		event->pid,
		escape(event->comm, sizeof(event->comm), PRINTER_COMM_COLUMN, comm, sizeof(comm)),
		names_protocol(event->protocol), address, record->port,
		printer_letters(event->options, letters), event->interface);
	if (o->wide && o->errors)
		fprintf(printer->out, via ? " %-21s" : " %s", refused_by ? refused_by : "-");
	if (via)
		fprintf(printer->out, printer->decides ? " %-10s" : " %s", names_via(event->via));
	if (printer->decides)
		print_decision(printer, record);
	if (record->repeats)
		fprintf(printer->out, " (%llu times)", (unsigned long long)record->repeats + 1);
	fputc('\n', printer->out);
}

/* IPv4 first, then the most binds first; equal ones by address and port, to be predictable. */
static int compare_counts(const void *a, const void *b)
{
	const struct printer_count *x = a, *y = b;
	int order;

	if (x->key.family != y->key.family)
		return x->key.family < y->key.family ? -1 : 1;
	if (x->binds != y->binds)
		return x->binds > y->binds ? -1 : 1;
	order = memcmp(x->key.address, y->key.address, sizeof(x->key.address));
	return order ? order : x->key.port - y->key.port;
}

void printer_counts(struct printer *printer, struct printer_count *rows, size_t count)
{
	char address[INET6_ADDRSTRLEN];

	if (count)
		qsort(rows, count, sizeof(*rows), compare_counts);
	fprintf(printer->out, "\n%-32s %20s     %-10s\n", "LADDR", "LPORT", "BINDS");
	for (size_t i = 0; i < count; i++) {
		const struct bind_count_key *key = &rows[i].key;

		inet_ntop(key->family, key->address, address, sizeof(address));
		fprintf(printer->out, "%-32s %20u     %-10llu\n", address, key->port,
			(unsigned long long)rows[i].binds);
	}
}

static void print_rule(void *context, const struct tally_rule *rule)
{
	struct printer *printer = context;

	fprintf(printer->out, "%-32s %12llu %12llu %12llu\n", rule->name,
		(unsigned long long)rule->counters.allowed,
		(unsigned long long)rule->counters.denied,
		(unsigned long long)rule->counters.audited);
}

void printer_tally(struct printer *printer, const struct tally *tally)
{
	fprintf(printer->out, "\n%-32s %12s %12s %12s\n", "RULE", "ALLOW", "DENY", "AUDIT");
	tally_visit(tally, print_rule, printer);
	fprintf(printer->out, "%-32s %12llu %12llu %12llu\n", "-",
		(unsigned long long)tally->fallback.allowed,
		(unsigned long long)tally->fallback.denied,
		(unsigned long long)tally->fallback.audited);
}
