/* SPDX-License-Identifier: GPL-2.0-only */
/* A record as a line of the stream, one of the kind "bind". */
#ifndef ENFORCER_EVENTJSON_H
#define ENFORCER_EVENTJSON_H

#include "record.h"
#include "stream.h"

/*
 * The line, to be printed with stream_print(), or else to be freed. What only /proc tells is null
 * once the process has gone.
 */
struct json_object *eventjson_line(struct stream *stream, const struct record *record);

/* Prints it. */
void eventjson_print(struct stream *stream, const struct record *record);

#endif
