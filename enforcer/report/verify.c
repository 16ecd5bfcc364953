/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Within a file the lines of a run come in their order. Its files may come in any: each begins a piece
 * of the run, unless it goes on with one that is there, and pieces are put together at the end. Of a
 * piece whose beginning is not known yet its first line is kept, because the hash before comes first.
 */
#include "verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/logs/logs.h"
#include "enforcer/output/chain.h"
#include "policy/alloc.h"
#include "report.h"

#define NOT_WHOLE 1
#define NOT_MEASURED 2
#define MAX_RUNS 100000
#define MAX_FAULTS 10 /* of a run that are told one by one */
#define MOST_SEQUENCE (INT64_MAX / 2)
#define MAX_KEPT (UINT64_C(64) << 20) /* bytes of first lines */

/* What the next line may follow: beside the line before, if that was wrong, what comes from it. */
enum {
	BEFORE, /* the last line that was right */
	PRINTED, /* as the line says */
	COMPUTED, /* as it should */
	HASHES,
};

/* A line, where it is and what is said about it. */
struct line {
	const char *path;
	uint64_t number;
	const char *text; /* what is hashed */
	size_t size;
	bool chained;
	char hash[CHAIN_TEXT];
	int64_t sequence;
	bool final;
};

/* Lines of a run that follow each other. */
struct piece {
	bool begins; /* with the first line of the run, for sure */
	struct line first; /* its text is ours; NULL: it was not kept */
	int64_t last; /* sequence */
	bool final; /* its last line is the last one of a run */
	bool unsure; /* the line before was wrong */
	char hash[HASHES][CHAIN_TEXT];
};

struct run {
	char *host, *name;
	uint64_t lines, chained;
	const char *path; /* of the file that the last line was in */
	struct piece *piece;
	size_t pieces, current;
	uint64_t holes; /* lines that were never written: the chain goes on without them */
	int64_t dropped; /* as the totals say */
	char *fault[MAX_FAULTS];
	uint64_t faults;
};

struct verify {
	struct table runs;
	uint64_t kept; /* bytes */
	uint64_t others; /* lines that belong to no run: those of a scan */
	uint64_t broken, too_many;
	FILE *out;
};

/* --- What is wrong */

/* The text is taken over; where is a line, or NULL. */
static void add_fault(struct run *run, const struct line *where, char *text)
{
	char *path = where ? report_text(where->path) : NULL;

	if (run->faults < MAX_FAULTS)
		run->fault[run->faults] = where ? report_print("%s:%" PRIu64 ": %s", path,
							       where->number, text) :
						  report_print("%s", text);
	run->faults++;
	free(path);
	free(text);
}

/* The line does not follow the one of that sequence. */
static void add_break(struct run *run, const struct line *line, int64_t last)
{
	if (!line->chained)
		add_fault(run, line, report_text("the line has no chain"));
	else if (line->sequence > last + 1)
		add_fault(run, line,
			  report_print("lines were removed before this one, sequence %" PRId64
				       " to %" PRId64 ", or it was changed",
				       last + 1, line->sequence - 1));
	else if (line->sequence <= last)
		add_fault(run, line,
			  report_print("the line is out of its place, sequence %" PRId64
				       " after %" PRId64 ", or it was changed",
				       line->sequence, last));
	else
		add_fault(run, line, report_text("the line was changed"));
}

/* --- Lines that follow each other */

/* Which of the hashes the line follows, or HASHES. */
static int follows(const struct piece *piece, const struct line *line)
{
	char hash[CHAIN_TEXT];

	for (int i = 0; line->chained && i < (piece->unsure ? HASHES : 1); i++) {
		chain_hash(piece->hash[i], line->text, line->size, hash);
		if (!strcmp(hash, line->hash))
			return i;
	}
	return HASHES;
}

static void go_on(struct piece *piece, const struct line *line)
{
	piece->last = line->sequence;
	piece->final = line->final;
}

/* A line that is right, or comes first. */
static void anchor(struct piece *piece, const struct line *line)
{
	piece->unsure = false;
	strcpy(piece->hash[BEFORE], line->hash);
	go_on(piece, line);
}

static void take_right(struct run *run, struct piece *piece, const struct line *line, int from)
{
	if (piece->unsure && from == BEFORE && line->sequence <= piece->last) {
		/* It was displaced, or another one came between: that goes on, too. */
		strcpy(piece->hash[BEFORE], line->hash);
		return;
	}
	if (!piece->unsure && line->sequence > piece->last + 1)
		run->holes += (uint64_t)(line->sequence - piece->last - 1);
	anchor(piece, line);
}

static void note_wrong(struct piece *piece, const struct line *line)
{
	char computed[CHAIN_TEXT];

	chain_hash(piece->hash[BEFORE], line->text, line->size, computed);
	strcpy(piece->hash[COMPUTED], computed);
	strcpy(piece->hash[PRINTED], line->chained ? line->hash : computed);
	piece->unsure = true;
	if (line->sequence > piece->last)
		go_on(piece, line);
}

static void take_wrong(struct run *run, struct piece *piece, const struct line *line)
{
	add_break(run, line, piece->last);
	note_wrong(piece, line);
}

/* --- Pieces */

/* The one that a file goes on with, as its chain says or, failing that, its numbers. */
static bool find_piece(struct run *run, const struct line *line)
{
	for (size_t i = run->pieces; i-- > 0;)
		if (follows(&run->piece[i], line) < HASHES) {
			run->current = i;
			return true;
		}
	for (size_t i = run->pieces; i-- > 0;)
		if (run->piece[i].last + 1 == line->sequence) {
			run->current = i;
			return true;
		}
	return false;
}

static void keep_first(struct verify *verify, struct piece *piece)
{
	struct line *first = &piece->first;

	if (piece->begins || verify->kept + first->size > MAX_KEPT) {
		first->text = NULL;
		return;
	}
	verify->kept += first->size;
	first->text = alloc_string(first->text, first->size);
}

static void begin_piece(struct verify *verify, struct run *run, const struct line *line)
{
	struct piece *piece;

	run->piece = alloc_grow(run->piece, run->pieces, sizeof(*run->piece));
	run->current = run->pieces++;
	piece = &run->piece[run->current];
	*piece = (struct piece){ .first = *line, .last = -1 };
	snprintf(piece->hash[BEFORE], CHAIN_TEXT, "%s", run->name);
	piece->begins = follows(piece, line) == BEFORE;
	keep_first(verify, piece);
	if (piece->begins)
		run->holes += (uint64_t)line->sequence;
	if (piece->begins || (line->chained && line->sequence > 0))
		anchor(piece, line);
	else
		note_wrong(piece, line);
}

static void take_of_run(struct verify *verify, struct run *run, const struct line *line)
{
	struct piece *piece;
	int from;

	if (run->path != line->path) {
		run->path = line->path;
		if (!find_piece(run, line)) {
			begin_piece(verify, run, line);
			return;
		}
	}
	piece = &run->piece[run->current];
	from = follows(piece, line);
	if (from < HASHES)
		take_right(run, piece, line, from);
	else
		take_wrong(run, piece, line);
}

/* What is known to be the beginning goes first, the others by their numbers. */
static int compare_pieces(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	if (one->begins != other->begins)
		return one->begins ? -1 : 1;
	return (one->first.sequence > other->first.sequence) -
	       (one->first.sequence < other->first.sequence);
}

static void look_at_beginning(struct run *run, const struct piece *piece)
{
	const struct line *first = &piece->first;

	if (piece->begins)
		return;
	if (!first->chained)
		add_fault(run, first, report_text("the line has no chain"));
	else if (first->sequence > 0)
		add_fault(run, first,
			  report_print("the beginning was cut off: the run's first line here has "
				       "sequence %" PRId64,
				       first->sequence));
	else
		add_fault(run, first, report_text("the line was changed"));
}

static void join(struct run *run, const struct piece *last, const struct piece *next)
{
	const struct line *first = &next->first;

	if (next->begins)
		add_fault(run, first, report_text("the run begins again: give each log once"));
	else if (!first->text)
		add_fault(run, first,
			  report_text("too much was kept to tell what comes before this line: "
				      "give the oldest log first"));
	else if (follows(last, first) == HASHES)
		add_break(run, first, last->last);
	else if (first->sequence > last->last + 1)
		run->holes += (uint64_t)(first->sequence - last->last - 1);
}

static void look_at_end(struct run *run, const struct piece *last)
{
	if (!last->final)
		add_fault(run, NULL,
			  report_print("the end is not there: the last line, sequence %" PRId64
				       ", has no final totals: the run goes on, was killed, or its "
				       "end was cut off",
				       last->last));
	else if (run->dropped >= 0 && run->holes > (uint64_t)run->dropped)
		add_fault(run, NULL,
			  report_print("%" PRIu64 " lines are missing by their numbers, and the "
				       "totals tell of %" PRId64
				       " dropped: the chain was made anew",
				       run->holes, run->dropped));
}

static const struct piece *put_together(struct run *run)
{
	qsort(run->piece, run->pieces, sizeof(*run->piece), compare_pieces);
	look_at_beginning(run, &run->piece[0]);
	for (size_t i = 1; i < run->pieces; i++)
		join(run, &run->piece[i - 1], &run->piece[i]);
	look_at_end(run, &run->piece[run->pieces - 1]);
	return &run->piece[run->pieces - 1];
}

/* --- Lines */

static struct run *run_of(struct verify *verify, const struct records_line *record)
{
	const char *host = record->host ?: "?", *name = record->run ?: "";
	char *key = report_print("%s\n%s", host, name);
	struct run *run = table_get(&verify->runs, key);

	free(key);
	if (run && !run->host) {
		run->host = report_text(host);
		run->name = report_text(name);
		run->dropped = -1;
	}
	return run;
}

static void take_record(struct verify *verify, struct line *line, const struct records_line *record)
{
	struct run *run = run_of(verify, record);

	if (!run) {
		verify->too_many++;
		return;
	}
	line->sequence = record->sequence;
	if (line->sequence < 0 || line->sequence > MOST_SEQUENCE)
		line->sequence = run->pieces ? run->piece[run->current].last + 1 : 0;
	line->final = record->kind == RECORDS_TOTALS && record->final == 1;
	if (record->kind == RECORDS_TOTALS && record->dropped > run->dropped)
		run->dropped = record->dropped;
	run->lines++;
	run->chained += line->chained;
	take_of_run(verify, run, line);
}

static void tell_unreadable(struct verify *verify, const struct line *line, const char *why)
{
	char *path = report_text(line->path);

	if (verify->broken++ < MAX_FAULTS)
		fprintf(verify->out, "%s:%" PRIu64 ": the line cannot be read: %s\n", path,
			line->number, why);
	free(path);
}

static void take_text(void *context, const char *path, uint64_t number, char *text, size_t length)
{
	struct line line = { .path = path, .number = number };
	struct verify *verify = context;
	struct records_line record;
	struct records_error error;
	char *whole = alloc_string(text, length);

	line.text = whole;
	line.chained = chain_split(whole, length, &line.size, line.hash);
	if (!records_parse(text, length, &record, &error))
		tell_unreadable(verify, &line, error.text);
	else if (record.kind == RECORDS_SOCKET && !line.chained)
		verify->others++;
	else
		take_record(verify, &line, &record);
	free(whole);
}

/* --- What is said */

static int tell_run(FILE *out, struct run *run)
{
	const struct piece *last;

	fprintf(out, "%s %s: ", run->host, run->name);
	if (!run->chained) {
		fprintf(out, "no chain, %" PRIu64 " lines\n", run->lines);
		return NOT_MEASURED;
	}
	last = put_together(run);
	if (run->faults) {
		fprintf(out, "NOT WHOLE, %" PRIu64 " lines\n", run->lines);
		for (size_t i = 0; i < MAX_FAULTS && i < run->faults; i++)
			fprintf(out, "  %s\n", run->fault[i]);
		if (run->faults > MAX_FAULTS)
			fprintf(out, "  and %" PRIu64 " more\n", run->faults - MAX_FAULTS);
		return NOT_WHOLE;
	}
	fprintf(out, "whole, %" PRIu64 " lines", run->lines);
	if (run->holes)
		fprintf(out, ", %" PRIu64 " that an output could not take", run->holes);
	fprintf(out, ", last %s\n", last->hash[BEFORE]);
	return 0;
}

static void free_run(struct run *run)
{
	for (size_t i = 0; i < run->pieces; i++)
		free((char *)run->piece[i].first.text);
	for (size_t i = 0; i < MAX_FAULTS; i++)
		free(run->fault[i]);
	free(run->piece);
	free(run->host);
	free(run->name);
}

/* What is not whole weighs more than what is not known. */
static int worse(int one, int other)
{
	if (one == NOT_WHOLE || other == NOT_WHOLE)
		return NOT_WHOLE;
	return one ? one : other;
}

int verify_logs(FILE *out, char *const *paths)
{
	struct verify verify = { .out = out };
	struct logs logs;
	int status = 0;

	table_init(&verify.runs, sizeof(struct run), MAX_RUNS);
	if (logs_read_text(&logs, paths, take_text, &verify))
		status = logs.broken ? NOT_WHOLE : NOT_MEASURED;
	if (verify.broken > MAX_FAULTS)
		fprintf(out, "%" PRIu64 " lines in all cannot be read\n", verify.broken);
	if (verify.too_many)
		fprintf(out, "%" PRIu64 " lines of too many runs were not looked at\n",
			verify.too_many);
	status = worse(status, verify.broken ? NOT_WHOLE : 0);
	status = worse(status, verify.too_many || !verify.runs.count ? NOT_MEASURED : 0);
	for (size_t i = 0; i < verify.runs.count; i++) {
		status = worse(status, tell_run(out, verify.runs.entry[i].value));
		free_run(verify.runs.entry[i].value);
	}
	if (!verify.runs.count)
		fputs("no run is in these logs\n", out);
	table_free(&verify.runs);
	return status;
}
