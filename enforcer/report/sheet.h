/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of a report. All formats print these, so that all of them say the same. */
#ifndef ENFORCER_REPORT_SHEET_H
#define ENFORCER_REPORT_SHEET_H

#include <stddef.h>
#include <stdint.h>

enum sheet_id {
	SHEET_SCOPE, /* has one row */
	SHEET_CONTROLS,
	SHEET_EVIDENCE,
	SHEET_FINDINGS,
	SHEET_SERVICES,
	SHEET_OBSERVED,
	SHEET_COVERAGE,
	SHEET_HOSTS,
	SHEET_RUNS,
	SHEET_GENERATIONS,
	SHEET_TIMELINE,
	SHEETS,
};

enum sheet_type {
	SHEET_TEXT,
	SHEET_NAME, /* one of ours, with underscores for spaces */
	SHEET_NUMBER,
	SHEET_TIME, /* ns since 1970 */
	SHEET_DATE, /* s since 1970 */
	SHEET_BOOLEAN,
};

struct sheet_column {
	const char *key; /* in JSON and CSV */
	const char *title; /* for people */
	enum sheet_type type;
};

struct sheet_cell {
	char *text; /* printable ASCII; NULL: null */
	int64_t number; /* RECORDS_UNKNOWN: null */
};

struct sheet {
	const char *key;
	const char *title;
	const char *note; /* a sentence about it, or "" */
	const struct sheet_column *column;
	size_t columns;
	struct sheet_cell *cell; /* row after row */
	size_t cells;
};

void sheet_begin(struct sheet *sheet, const struct sheet_column *column, size_t columns);

/* Adds one cell; the text is copied. */
void sheet_text(struct sheet *sheet, const char *text);
void sheet_number(struct sheet *sheet, int64_t number);

size_t sheet_rows(const struct sheet *sheet);

const struct sheet_cell *sheet_cell(const struct sheet *sheet, size_t row, size_t column);

static inline const struct sheet_column *sheet_column(const struct sheet *sheet, size_t column)
{
	return &sheet->column[column];
}

#define SHEET_CELL_BYTES 80

/*
 * A cell as text, for people or (plain) for programs: NULL if it is null. What is no text is put
 * into the buffer.
 */
const char *sheet_print(const struct sheet *sheet, size_t row, size_t column, int plain,
			char buffer[SHEET_CELL_BYTES]);

void sheet_free(struct sheet *sheet);

#endif
