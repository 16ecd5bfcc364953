/* SPDX-License-Identifier: GPL-2.0-only */
/* Charts of a report, as SVG in its HTML. Their colours are the page's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/logs/bindtext.h"
#include "policy/alloc.h"
#include "policy/dates.h"
#include "printers.h"

#define WIDTH 480
#define ROW 30 /* of a bar with its name */
#define BAR 9
#define PANEL 78 /* height of a part of the timeline */
#define MOST_SERVICES 10
#define NAME 40 /* bytes of a service's, as much as there is room for */

static void begin(FILE *out, const char *title, int height)
{
	fprintf(out,
		"<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"%s\">\n",
		title, WIDTH, height, title);
}

static void end(FILE *out)
{
	fputs("</svg></figure>\n", out);
}

static void bar(FILE *out, const char *look, double x, double y, double width, double height)
{
	fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
		look, x, y, width, height);
}

/* anchor: "start" or "end". */
static void text_at(FILE *out, const char *look, const char *anchor, int x, int y, const char *text)
{
	fprintf(out, "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">", look, anchor, x,
		y);
	ashtml_text(out, text);
	fputs("</text>\n", out);
}

static void number_at(FILE *out, int x, int y, uint64_t number)
{
	char text[BINDTEXT_BYTES];

	text_at(out, "number", "end", x, y, bindtext_number(number, text));
}

/* --- Decisions over time: what was allowed above, and on a scale of its own what was not below. */

static uint64_t refused(const struct timeline *timeline, size_t at)
{
	return timeline->number[at][TIMELINE_DENY] + timeline->number[at][TIMELINE_AUDIT];
}

static void draw_interval(FILE *out, const struct timeline *timeline, size_t at,
			  const uint64_t most[2])
{
	double step = (double)WIDTH / (double)timeline->count, x = step * (double)at;
	double width = step > 3 ? step - 1 : step;
	const uint64_t *number = timeline->number[at];
	double deny = 0, audit, below = 2.0 * PANEL + 40;

	if (number[TIMELINE_ALLOW]) {
		double allow = PANEL * (double)number[TIMELINE_ALLOW] / (double)most[0];

		bar(out, "allow", x, PANEL + 20 - allow, width, allow);
	}
	if (number[TIMELINE_DENY]) {
		deny = PANEL * (double)number[TIMELINE_DENY] / (double)most[1];
		bar(out, "deny", x, below - deny, width, deny);
	}
	if (number[TIMELINE_AUDIT]) {
		audit = PANEL * (double)number[TIMELINE_AUDIT] / (double)most[1];
		bar(out, "audit", x, below - deny - audit, width, audit);
	}
}

/* A day or, of intervals that are shorter than that, a time. */
static void print_time(FILE *out, const struct timeline *timeline, size_t at, const char *anchor,
		       int x)
{
	int64_t time = (timeline->first + (int64_t)at) * timeline_width(timeline);
	char text[BINDTEXT_BYTES];

	bindtext_time(time * REPORT_NS, text);
	if (timeline_width(timeline) >= DATES_DAY)
		text[strcspn(text, "T")] = '\0';
	text_at(out, "number", anchor, x, 2 * PANEL + 58, text);
}

void svg_timeline(FILE *out, const struct report *report)
{
	const struct timeline *timeline = &report->timeline;
	uint64_t most[2] = { 0, 0 };

	for (size_t i = 0; i < timeline->count; i++) {
		if (timeline->number[i][TIMELINE_ALLOW] > most[0])
			most[0] = timeline->number[i][TIMELINE_ALLOW];
		if (refused(timeline, i) > most[1])
			most[1] = refused(timeline, i);
	}
	begin(out, "Decisions over time", 2 * PANEL + 66);
	text_at(out, "name", "start", 0, 13, "allow");
	number_at(out, WIDTH, 13, most[0]);
	text_at(out, "name", "start", 0, PANEL + 36, "deny, and audit on top");
	number_at(out, WIDTH, PANEL + 36, most[1]);
	for (size_t i = 0; i < timeline->count; i++)
		draw_interval(out, timeline, i, most);
	for (int panel = 1; panel <= 2; panel++)
		fprintf(out, "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", WIDTH,
			panel * (PANEL + 20), panel * (PANEL + 20));
	if (timeline->count)
		print_time(out, timeline, 0, "start", 0);
	if (timeline->count > 1)
		print_time(out, timeline, timeline->count - 1, "end", WIDTH);
	end(out);
}

/* --- Bars with names */

static void draw_row(FILE *out, int row, const char *name, const char *look, uint64_t number,
		     uint64_t most)
{
	double width = most ? WIDTH * (double)number / (double)most : 0;

	text_at(out, "name", "start", 0, row * ROW + 13, name);
	number_at(out, WIDTH, row * ROW + 13, number);
	bar(out, "unused", 0, row * ROW + 18, WIDTH, BAR / 2.0);
	if (number)
		bar(out, look, 0, row * ROW + 18, width < 2 ? 2 : width, BAR / 2.0);
}

void svg_approved(FILE *out, const struct report *report)
{
	uint64_t used = 0, most = report->services, seen;
	const int64_t *m = report->measure;

	for (size_t i = 0; i < report->services; i++)
		used += report->service[i].uses > 0;
	seen = (uint64_t)(m[5] > m[6] ? m[5] : m[6]);
	most = seen > most ? seen : most;
	begin(out, "Approved and observed", 4 * ROW);
	draw_row(out, 0, "rules that were used", "allow", used, most);
	draw_row(out, 1, "rules that were not used", "allow", report->services - used, most);
	draw_row(out, 2, "services that no rule allows: refused", "deny", (uint64_t)m[5], most);
	draw_row(out, 3, "services that no rule allows: let through or bound", "audit",
		 (uint64_t)m[6], most);
	end(out);
}

static int compare_uses(const void *a, const void *b)
{
	const struct report_service *one = *(struct report_service *const *)a;
	const struct report_service *other = *(struct report_service *const *)b;

	if (one->uses != other->uses)
		return one->uses < other->uses ? 1 : -1;
	return (one > other) - (one < other);
}

/* "web: tcp 80, 443", not longer than there is room for. */
static void name_service(const struct report_service *service, char name[NAME])
{
	int length = snprintf(name, NAME, "%s: %s %s", service->name, service->protocol,
			      service->ports);

	if (length >= NAME)
		strcpy(name + NAME - sizeof("..."), "...");
}

void svg_services(FILE *out, const struct report *report)
{
	struct report_service **sorted = alloc_zeroed(report->services, sizeof(*sorted));
	size_t count = report->services < MOST_SERVICES ? report->services : MOST_SERVICES;

	for (size_t i = 0; i < report->services; i++)
		sorted[i] = &report->service[i];
	qsort(sorted, report->services, sizeof(*sorted), compare_uses);
	begin(out, "Ports by service: binds of the most used", count ? (int)count * ROW : ROW);
	for (size_t i = 0; i < count; i++) {
		char name[NAME];

		name_service(sorted[i], name);
		draw_row(out, (int)i, name, "allow", sorted[i]->uses, sorted[0]->uses);
	}
	if (!count)
		text_at(out, "name", "start", 0, 13, "no rule allows anything");
	end(out);
	free(sorted);
}
