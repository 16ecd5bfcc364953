/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer: any bytes as a line of a log, and who has bound by it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/logs/bindtext.h"
#include "enforcer/logs/records.h"
#include "enforcer/logs/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

/* What goes into policies and to terminals. */
static void check_bind(const struct records_line *line)
{
	char text[SUBJECT_TEXT_BYTES + 64], buffer[BINDTEXT_BYTES];
	struct subject subject;
	const char *star;

	subject_of(line, &subject);
	expect_plain(subject_print(&subject, text, sizeof(text)));
	star = strchr(subject.text, '*');
	if (star && (star[1] || subject.kind != SUBJECT_CGROUP))
		abort();
	expect_plain(bindtext_protocol(line, buffer));
	expect_plain(bindtext_address(line, buffer));
	expect_plain(bindtext_port(line, buffer));
	expect_plain(bindtext_time(line->time, buffer));
	if (line->count < 1 || line->range[0] > line->range[1])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct records_error error;
	struct records_line line;

	if (!text)
		abort();
	memcpy(text, data, size);
	if (!records_parse(text, size, &line, &error))
		expect_plain(error.text);
	else if (line.kind == RECORDS_BIND)
		check_bind(&line);
	free(text);
	return 0;
}
