/* SPDX-License-Identifier: GPL-2.0-only */
/* A report for a terminal. */
#include <stdbool.h>
#include <string.h>

#include "printers.h"

#define GAP 2 /* between columns */
#define MOST 48 /* to which a column is padded */

static const char *cell_text(const struct sheet *sheet, size_t row, size_t column,
			     char buffer[SHEET_CELL_BYTES])
{
	return sheet_print(sheet, row, column, false, buffer) ?: "-";
}

static bool is_empty(const struct sheet *sheet, size_t column)
{
	char buffer[SHEET_CELL_BYTES];

	for (size_t row = 0; row < sheet_rows(sheet); row++)
		if (sheet_print(sheet, row, column, false, buffer))
			return false;
	return true;
}

/* Long texts are not cut: the row is longer, then. */
static int width_of(const struct sheet *sheet, size_t column)
{
	size_t width = strlen(sheet->column[column].title);
	char buffer[SHEET_CELL_BYTES];

	for (size_t row = 0; row < sheet_rows(sheet); row++) {
		size_t length = strlen(cell_text(sheet, row, column, buffer));

		if (length > width && length <= MOST)
			width = length;
	}
	return (int)width;
}

/* One row as lines of a name and a value. */
static void print_single(FILE *out, const struct sheet *sheet)
{
	char buffer[SHEET_CELL_BYTES];

	for (size_t column = 0; column < sheet->columns; column++)
		fprintf(out, "%-28s%s\n", sheet->column[column].title,
			cell_text(sheet, 0, column, buffer));
}

static void print_cell(FILE *out, const char *text, enum sheet_type type, int width, bool last)
{
	if (type == SHEET_NUMBER)
		fprintf(out, "%*s", width, text);
	else
		fprintf(out, "%-*s", last ? 0 : width, text);
	fprintf(out, "%*s", last ? 0 : GAP, "");
}

/* Columns in which nothing is are left out. */
static void print_table(FILE *out, const struct sheet *sheet)
{
	size_t shown[32], count = 0;
	char buffer[SHEET_CELL_BYTES];
	int width[32];

	for (size_t i = 0; i < sheet->columns && i < 32; i++) {
		if (is_empty(sheet, i))
			continue;
		width[count] = width_of(sheet, i);
		shown[count++] = i;
	}
	for (size_t i = 0; i < count; i++)
		print_cell(out, sheet->column[shown[i]].title, sheet->column[shown[i]].type,
			   width[i], i + 1 == count);
	fputc('\n', out);
	for (size_t row = 0; row < sheet_rows(sheet); row++) {
		for (size_t i = 0; i < count; i++)
			print_cell(out, cell_text(sheet, row, shown[i], buffer),
				   sheet->column[shown[i]].type, width[i], i + 1 == count);
		fputc('\n', out);
	}
}

void astext_print(FILE *out, const struct report *report)
{
	for (int i = 0; i < SHEETS; i++) {
		const struct sheet *sheet = &report->sheet[i];

		fprintf(out, "%s%s\n", i ? "\n== " : "== ", sheet->title);
		if (*sheet->note)
			fprintf(out, "%s\n", sheet->note);
		if (!sheet_rows(sheet))
			fputs("none\n", out);
		else if (i == SHEET_SCOPE)
			print_single(out, sheet);
		else
			print_table(out, sheet);
	}
}
