/* SPDX-License-Identifier: GPL-2.0-only */
#include "sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "enforcer/logs/bindtext.h"
#include "enforcer/logs/records.h"
#include "policy/alloc.h"
#include "policy/dates.h"

#define NS INT64_C(1000000000)

void sheet_begin(struct sheet *sheet, const struct sheet_column *column, size_t columns)
{
	sheet->column = column;
	sheet->columns = columns;
}

static void add(struct sheet *sheet, struct sheet_cell cell)
{
	sheet->cell = alloc_grow(sheet->cell, sheet->cells, sizeof(*sheet->cell));
	sheet->cell[sheet->cells++] = cell;
}

void sheet_text(struct sheet *sheet, const char *text)
{
	add(sheet, (struct sheet_cell){
			   .text = text ? alloc_string(text, strlen(text)) : NULL,
			   .number = RECORDS_UNKNOWN,
		   });
}

void sheet_number(struct sheet *sheet, int64_t number)
{
	add(sheet, (struct sheet_cell){ .number = number });
}

size_t sheet_rows(const struct sheet *sheet)
{
	return sheet->cells / sheet->columns;
}

const struct sheet_cell *sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
	return &sheet->cell[row * sheet->columns + column];
}

static const char *print_time(int64_t time, char buffer[SHEET_CELL_BYTES])
{
	time_t seconds = time / NS;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(buffer, SHEET_CELL_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buffer + strlen(buffer), 16, ".%06dZ", (int)(time % NS / 1000));
	return buffer;
}

static const char *print_name(const char *name, char buffer[SHEET_CELL_BYTES])
{
	snprintf(buffer, SHEET_CELL_BYTES, "%s", name);
	for (char *at = buffer; *at; at++)
		if (*at == '_')
			*at = ' ';
	return buffer;
}

const char *sheet_print(const struct sheet *sheet, size_t row, size_t column, int plain,
			char buffer[SHEET_CELL_BYTES])
{
	const struct sheet_cell *cell = sheet_cell(sheet, row, column);
	enum sheet_type type = sheet->column[column].type;

	if (type == SHEET_TEXT || (type == SHEET_NAME && plain))
		return cell->text;
	if (type == SHEET_NAME)
		return print_name(cell->text, buffer);
	if (cell->number == RECORDS_UNKNOWN)
		return NULL;
	if (type == SHEET_TIME)
		return plain ? print_time(cell->number, buffer) :
			       bindtext_time(cell->number, buffer);
	if (type == SHEET_DATE)
		snprintf(buffer, SHEET_CELL_BYTES, "%s", dates_write(cell->number).text);
	else if (type == SHEET_BOOLEAN)
		snprintf(buffer, SHEET_CELL_BYTES, "%s",
			 plain ? (cell->number ? "true" : "false") : (cell->number ? "yes" : "no"));
	else if (plain || cell->number < 0)
		snprintf(buffer, SHEET_CELL_BYTES, "%" PRId64, cell->number);
	else
		return bindtext_number((uint64_t)cell->number, buffer);
	return buffer;
}

void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->cells; i++)
		free(sheet->cell[i].text);
	free(sheet->cell);
	*sheet = (struct sheet){ 0 };
}
