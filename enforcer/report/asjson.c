/* SPDX-License-Identifier: GPL-2.0-only */
/* A report as one JSON object: docs/report.schema.json says what is in it. */
#include "enforcer/json.h"
#include "printers.h"

static struct json_object *cell_object(const struct sheet *sheet, size_t row, size_t column)
{
	const struct sheet_cell *cell = sheet_cell(sheet, row, column);
	enum sheet_type type = sheet->column[column].type;
	char buffer[SHEET_CELL_BYTES];
	const char *text = sheet_print(sheet, row, column, true, buffer);

	if (!text)
		return NULL;
	if (type == SHEET_NUMBER)
		return json_object_new_int64(cell->number);
	if (type == SHEET_BOOLEAN)
		return json_object_new_boolean(cell->number != 0);
	return json_object_new_string(text);
}

/* Row by row: the whole would be many times as big in memory. */
static void print_row(FILE *out, const struct sheet *sheet, size_t row)
{
	struct json_object *object = json_object_new_object();

	for (size_t column = 0; column < sheet->columns; column++)
		json_object_object_add(object, sheet->column[column].key,
				       cell_object(sheet, row, column));
	fputs(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
	json_object_put(object);
}

static void print_list(FILE *out, const struct sheet *sheet)
{
	fputc('[', out);
	for (size_t row = 0; row < sheet_rows(sheet); row++) {
		fputs(row ? ",\n" : "\n", out);
		print_row(out, sheet, row);
	}
	fputc(']', out);
}

void asjson_print(FILE *out, const struct report *report)
{
	for (int i = 0; i < SHEETS; i++) {
		const struct sheet *sheet = &report->sheet[i];

		fprintf(out, "%s\"%s\":", i ? ",\n" : "{", sheet->key);
		if (i == SHEET_SCOPE)
			print_row(out, sheet, 0);
		else
			print_list(out, sheet);
	}
	fputs("}\n", out);
}
