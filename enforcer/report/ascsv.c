/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report as CSV (RFC 4180): all tables in one file. The first field of a row is the table's key,
 * that of the row with the names of the columns has "#" before it.
 */
#include <stdbool.h>
#include <string.h>

#include "printers.h"

/* Spreadsheets take what begins so for a formula, and would do what it says. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

static void print_field(FILE *out, const char *text)
{
	fputc('"', out);
	if (is_formula(text))
		fputc('\'', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_header(FILE *out, const struct sheet *sheet)
{
	fprintf(out, "#%s", sheet->key);
	for (size_t column = 0; column < sheet->columns; column++)
		fprintf(out, ",%s", sheet->column[column].key);
	fputs("\r\n", out);
}

/* A number is no text, also a negative one. What is null is empty, without quotes. */
static void print_row(FILE *out, const struct sheet *sheet, size_t row)
{
	char buffer[SHEET_CELL_BYTES];

	fputs(sheet->key, out);
	for (size_t column = 0; column < sheet->columns; column++) {
		const char *text = sheet_print(sheet, row, column, true, buffer);

		fputc(',', out);
		if (text && sheet->column[column].type <= SHEET_NAME)
			print_field(out, text);
		else if (text)
			fputs(text, out);
	}
	fputs("\r\n", out);
}

void ascsv_print(FILE *out, const struct report *report)
{
	for (int i = 0; i < SHEETS; i++) {
		const struct sheet *sheet = &report->sheet[i];

		print_header(out, sheet);
		for (size_t row = 0; row < sheet_rows(sheet); row++)
			print_row(out, sheet, row);
	}
}
