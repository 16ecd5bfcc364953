/* SPDX-License-Identifier: GPL-2.0-only */
/* A record as a line of the stream, one of the kind "bind". */
#ifndef ENFORCER_EVENTJSON_H
#define ENFORCER_EVENTJSON_H

#include "record.h"
#include "stream.h"

/* Prints it. What only /proc tells is null once the process has gone. */
void eventjson_print(struct stream *stream, const struct record *record);

#endif
