/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report as one HTML page, for screens of any width and for paper: no script, and nothing from
 * elsewhere. Each value is in an element with the key of its column, each row in one of class "row".
 */
#include <stdbool.h>
#include <string.h>

#include "printers.h"

/* Columns that share one on the page. */
struct group {
	const char *title;
	size_t columns;
	enum {
		LINES, /* one below the other, all but the first one with their titles */
		WORDS, /* beside each other */
		NUMBER,
	} as;
};

#define MOST_GROUPS 9
#define WORD 20 /* one that is longer is broken anywhere, rather than widen its column */

static const struct group groups[SHEETS][MOST_GROUPS] = {
	[SHEET_FINDINGS] = { { "Finding", 1, LINES },
			     { "Host", 1, LINES },
			     { "Rule", 1, LINES },
			     { "Who", 1, LINES },
			     { "Where", 3, WORDS },
			     { "Times", 3, LINES },
			     { "What", 1, LINES } },
	[SHEET_SERVICES] = { { "Service", 3, LINES },
			     { "For whom", 3, LINES },
			     { "Business need", 1, LINES },
			     { "Responsible", 3, LINES },
			     { "Approval", 3, LINES },
			     { "Uses", 3, LINES },
			     { "Hosts", 2, LINES } },
	[SHEET_OBSERVED] = { { "Host", 1, LINES },
			     { "Seen as", 2, WORDS },
			     { "Rule", 1, LINES },
			     { "Who", 1, LINES },
			     { "Where", 3, WORDS },
			     { "Count", 2, LINES },
			     { "When", 2, LINES } },
	[SHEET_COVERAGE] = { { "Kind", 2, LINES },
			     { "Host", 1, LINES },
			     { "When", 2, LINES },
			     { "Count", 1, NUMBER },
			     { "What", 1, LINES } },
	[SHEET_HOSTS] = { { "Host", 1, LINES },
			  { "Records", 2, LINES },
			  { "Binds", 5, LINES },
			  { "Lost", 2, LINES },
			  { "Scan", 2, LINES },
			  { "Has this policy", 1, LINES } },
	[SHEET_RUNS] = { { "Host", 2, LINES },
			 { "Mode", 3, LINES },
			 { "When", 3, LINES },
			 { "Software", 3, LINES },
			 { "Records", 2, LINES },
			 { "Attempts", 4, LINES },
			 { "Of those", 5, LINES },
			 { "Before", 2, LINES } },
	[SHEET_GENERATIONS] = { { "Host", 2, LINES },
				{ "Generation", 1, NUMBER },
				{ "When", 2, LINES },
				{ "Cause", 1, LINES },
				{ "Policy", 2, LINES },
				{ "Rules", 2, LINES },
				{ "Files", 1, LINES } },
	[SHEET_TIMELINE] = { { "From", 1, LINES },
			     { "Allow", 1, NUMBER },
			     { "Deny", 1, NUMBER },
			     { "Audit", 1, NUMBER } },
};

void ashtml_text(FILE *out, const char *text)
{
	static const struct {
		char byte;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};

	for (; *text; text++) {
		size_t i = 0;

		while (i < sizeof(entities) / sizeof(entities[0]) && entities[i].byte != *text)
			i++;
		if (i < sizeof(entities) / sizeof(entities[0]))
			fputs(entities[i].entity, out);
		else
			fputc(*text, out);
	}
}

/* --- Values */

/* How a word looks that says how bad something is; "" if it says nothing of that kind. */
static const char *look_of(const char *key, const char *text)
{
	static const struct {
		const char *key, *text, *look;
	} looks[] = {
		{ "status", "pass", "good" },
		{ "status", "compliant", "good" },
		{ "status", "fail", "bad" },
		{ "status", "findings", "bad" },
		{ "status", NULL, "open" },
		{ "verdict", "allow", "good" },
		{ "verdict", "deny", "warn" },
		{ "verdict", "audit", "bad" },
		{ "kind", "audit only violation", "bad" },
		{ "kind", "unapproved listener", "bad" },
		{ "kind", "rewritten address", "bad" },
		{ "kind", "default allows", "bad" },
		{ "kind", "denied attempt", "warn" },
		{ "kind", "forbidden options", "warn" },
		{ "kind", "expired rule", "warn" },
		{ "kind", "unjustified rule", "warn" },
		{ "kind", "self approved rule", "warn" },
		{ "kind", "review overdue", "warn" },
		{ "kind", NULL, "open" },
	};

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (!strcmp(looks[i].key, key) && (!looks[i].text || !strcmp(looks[i].text, text)))
			return looks[i].look;
	return "";
}

static bool has_long_word(const char *text)
{
	size_t length = 0;

	while (length <= WORD && *text)
		length = *text++ == ' ' ? 0 : length + 1;
	return length > WORD;
}

/* A cell that is not null. */
static void print_value(FILE *out, const struct sheet *sheet, size_t row, size_t column)
{
	char buffer[SHEET_CELL_BYTES];
	const char *text = sheet_print(sheet, row, column, false, buffer);
	const char *look = look_of(sheet->column[column].key, text);

	fprintf(out, "<span data-key=\"%s\"", sheet->column[column].key);
	if (*look)
		fprintf(out, " class=\"pill %s\"", look);
	else if (has_long_word(text))
		fputs(" class=\"long\"", out);
	fputc('>', out);
	ashtml_text(out, text);
	fputs("</span>", out);
}

static bool is_null(const struct sheet *sheet, size_t row, size_t column)
{
	char buffer[SHEET_CELL_BYTES];

	return !sheet_print(sheet, row, column, false, buffer);
}

/* --- Tables */

static bool is_time(const struct sheet *sheet, size_t column)
{
	return sheet->column[column].type == SHEET_TIME || sheet->column[column].type == SHEET_DATE;
}

static void print_words(FILE *out, const struct sheet *sheet, size_t row, size_t first,
			const struct group *group)
{
	fputs("<div>", out);
	for (size_t column = first; column < first + group->columns; column++) {
		if (is_null(sheet, row, column))
			continue;
		print_value(out, sheet, row, column);
		fputc(' ', out);
	}
	fputs("</div>", out);
}

static void print_lines(FILE *out, const struct sheet *sheet, size_t row, size_t first,
			const struct group *group)
{
	for (size_t column = first; column < first + group->columns; column++) {
		if (is_null(sheet, row, column))
			continue;
		fputs(is_time(sheet, column) ? "<div class=\"time\">" : "<div>", out);
		if (column > first) {
			fputs("<small>", out);
			ashtml_text(out, sheet->column[column].title);
			fputs("</small> ", out);
		}
		print_value(out, sheet, row, column);
		fputs("</div>", out);
	}
}

static bool has_value(const struct sheet *sheet, size_t row, size_t first,
		      const struct group *group)
{
	for (size_t column = first; column < first + group->columns; column++)
		if (!is_null(sheet, row, column))
			return true;
	return false;
}

static void print_row(FILE *out, const struct sheet *sheet, size_t row, const struct group *group)
{
	size_t column = 0;

	fputs("<tr class=\"row\">", out);
	for (; column < sheet->columns; group++) {
		bool empty = !has_value(sheet, row, column, group);

		fprintf(out, "<td data-title=\"%s\"%s%s>", group->title,
			group->as == NUMBER ? " class=\"number\"" : "",
			empty ? " class=\"empty\"" : "");
		if (empty)
			fputs("&#8211;", out);
		else if (group->as == LINES)
			print_lines(out, sheet, row, column, group);
		else
			print_words(out, sheet, row, column, group);
		fputs("</td>", out);
		column += group->columns;
	}
	fputs("</tr>\n", out);
}

static void print_table(FILE *out, const struct sheet *sheet, const struct group *group)
{
	size_t column = 0;

	fprintf(out, "<table data-sheet=\"%s\"><thead><tr>", sheet->key);
	for (const struct group *at = group; column < sheet->columns; at++) {
		fprintf(out, "<th scope=\"col\"%s>%s</th>",
			at->as == NUMBER ? " class=\"number\"" : "", at->title);
		column += at->columns;
	}
	fputs("</tr></thead><tbody>\n", out);
	for (size_t row = 0; row < sheet_rows(sheet); row++)
		print_row(out, sheet, row, group);
	fputs("</tbody></table>\n", out);
}

static void print_heading(FILE *out, const struct sheet *sheet)
{
	fprintf(out, "<section id=\"%s\"><h2>%s</h2>", sheet->key, sheet->title);
	if (*sheet->note)
		fprintf(out, "<p class=\"note\">%s</p>", sheet->note);
	fputc('\n', out);
}

static void print_section(FILE *out, const struct report *report, enum sheet_id id)
{
	const struct sheet *sheet = &report->sheet[id];

	print_heading(out, sheet);
	if (id == SHEET_TIMELINE)
		fputs("<details><summary>The numbers of the chart</summary>\n", out);
	if (sheet_rows(sheet))
		print_table(out, sheet, groups[id]);
	else
		fputs("<p class=\"none\">None.</p>\n", out);
	if (id == SHEET_TIMELINE)
		fputs("</details>\n", out);
	fputs("</section>\n", out);
}

/* --- Controls, each with its evidence */

static bool same_text(const struct sheet *a, size_t row_a, const struct sheet *b, size_t row_b,
		      size_t column)
{
	return !strcmp(sheet_cell(a, row_a, column)->text, sheet_cell(b, row_b, column)->text);
}

/* Framework and requirement are the first two columns of both. */
static void print_evidence(FILE *out, const struct sheet *controls, size_t control,
			   const struct sheet *evidence)
{
	fputs("<ul data-sheet=\"evidence\">\n", out);
	for (size_t row = 0; row < sheet_rows(evidence); row++) {
		if (!same_text(controls, control, evidence, row, 0) ||
		    !same_text(controls, control, evidence, row, 1))
			continue;
		fprintf(out, "<li class=\"row%s\"><b>",
			sheet_cell(evidence, row, 2)->number ? "" : " zero");
		if (is_null(evidence, row, 2))
			fputs("&#8211;", out);
		else
			print_value(out, evidence, row, 2);
		fputs("</b> ", out);
		print_value(out, evidence, row, 3);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void print_controls(FILE *out, const struct report *report)
{
	const struct sheet *sheet = &report->sheet[SHEET_CONTROLS];

	print_heading(out, sheet);
	fputs("<div class=\"controls\">\n", out);
	for (size_t row = 0; row < sheet_rows(sheet); row++) {
		fputs("<article><header data-sheet=\"controls\"><div class=\"row\"><h3>", out);
		print_value(out, sheet, row, 0);
		fputc(' ', out);
		print_value(out, sheet, row, 1);
		fputs("</h3>", out);
		print_value(out, sheet, row, 2);
		fputs("<p>", out);
		print_value(out, sheet, row, 3);
		fputs("</p><p class=\"why\">", out);
		print_value(out, sheet, row, 4);
		fputs("</p></div></header>\n", out);
		print_evidence(out, sheet, row, &report->sheet[SHEET_EVIDENCE]);
		fputs("</article>\n", out);
	}
	fputs("</div></section>\n", out);
}

/* --- The page */

static void print_scope(FILE *out, const struct sheet *sheet)
{
	fprintf(out, "<section id=\"scope\"><h2>%s</h2>\n", sheet->title);
	fputs("<ul data-sheet=\"scope\" class=\"row facts\">\n", out);
	for (size_t column = 0; column < sheet->columns; column++) {
		fprintf(out, "<li><small>%s</small><br>", sheet->column[column].title);
		if (is_null(sheet, 0, column))
			fputs("&#8211;", out);
		else
			print_value(out, sheet, 0, column);
		fputs("</li>\n", out);
	}
	fputs("</ul></section>\n", out);
}

static void print_tile(FILE *out, const char *look, size_t number, const char *text,
		       const char *anchor)
{
	fprintf(out, "<a class=\"tile %s\" href=\"#%s\"><b>%zu</b> %s</a>\n", number ? look : "",
		anchor, number, text);
}

static void print_tiles(FILE *out, const struct report *report)
{
	size_t holes = 0;

	for (size_t i = 0; i < report->coverages; i++)
		holes += report->coverage[i].bounds;
	fputs("<div class=\"tiles\">\n", out);
	print_tile(out, "bad", report_count(report, REPORT_FAIL), "controls failed", "controls");
	print_tile(out, "open", report_count(report, REPORT_NOT_MEASURED), "controls not measured",
		   "controls");
	print_tile(out, "good", report_count(report, REPORT_PASS), "controls passed", "controls");
	print_tile(out, "warn", report->findings, "findings", "findings");
	print_tile(out, "open", holes, "holes in coverage", "coverage");
	fputs("</div>\n", out);
}

static void print_head(FILE *out, const struct report *report)
{
	const struct sheet *scope = &report->sheet[SHEET_SCOPE];
	char from[SHEET_CELL_BYTES], to[SHEET_CELL_BYTES];

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<title>bindguard report</title>\n<style>\n",
	      out);
	fputs(style_sheet, out);
	fputs("</style></head><body>\n<header class=\"page\"><p>bindguard report</p>\n"
	      "<h1>Which services may listen, and what really happened</h1>\n",
	      out);
	fprintf(out, "<p>%.10s to %.10s, %zu host%s, judged by ",
		sheet_print(scope, 0, 1, false, from) ?: "?",
		sheet_print(scope, 0, 2, false, to) ?: "?", report->hosts.count,
		report->hosts.count == 1 ? "" : "s");
	ashtml_text(out, report->policy_path);
	fputs("</p>\n", out);
	print_tiles(out, report);
	fputs("</header>\n<main>\n", out);
}

static void print_charts(FILE *out, const struct report *report)
{
	fputs("<section id=\"charts\"><h2>At a glance</h2><div class=\"charts\"><div>\n", out);
	svg_timeline(out, report);
	svg_approved(out, report);
	fputs("</div><div>\n", out);
	svg_services(out, report);
	fputs("</div></div></section>\n", out);
}

void ashtml_print(FILE *out, const struct report *report)
{
	print_head(out, report);
	print_charts(out, report);
	print_controls(out, report);
	print_section(out, report, SHEET_FINDINGS);
	print_section(out, report, SHEET_SERVICES);
	print_section(out, report, SHEET_OBSERVED);
	print_section(out, report, SHEET_COVERAGE);
	print_section(out, report, SHEET_HOSTS);
	print_section(out, report, SHEET_RUNS);
	print_section(out, report, SHEET_GENERATIONS);
	print_section(out, report, SHEET_TIMELINE);
	print_scope(out, &report->sheet[SHEET_SCOPE]);
	fputs("</main></body></html>\n", out);
}
