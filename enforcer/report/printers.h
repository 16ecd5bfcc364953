/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats of a report. Each prints all sheets, and knows nothing else but how they look. */
#ifndef ENFORCER_REPORT_PRINTERS_H
#define ENFORCER_REPORT_PRINTERS_H

#include <stdio.h>

#include "report.h"

void astext_print(FILE *out, const struct report *report);
void asjson_print(FILE *out, const struct report *report);
void ascsv_print(FILE *out, const struct report *report);

#endif
