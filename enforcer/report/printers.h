/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats of a report. Each prints all sheets, and knows nothing else but how they look. */
#ifndef ENFORCER_REPORT_PRINTERS_H
#define ENFORCER_REPORT_PRINTERS_H

#include <stdio.h>

#include "report.h"

void astext_print(FILE *out, const struct report *report);
void asjson_print(FILE *out, const struct report *report);
void ascsv_print(FILE *out, const struct report *report);
void ashtml_print(FILE *out, const struct report *report);

/* Parts of HTML: texts with their bytes escaped, the style sheet, and charts as SVG. */
void ashtml_text(FILE *out, const char *text);
extern const char style_sheet[];
void svg_timeline(FILE *out, const struct report *report);
void svg_services(FILE *out, const struct report *report);
void svg_approved(FILE *out, const struct report *report);

#endif
