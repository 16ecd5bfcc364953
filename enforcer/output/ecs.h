/* SPDX-License-Identifier: GPL-2.0-only */
/* Binds as events of the Elastic Common Schema, version 8.17. */
#ifndef ENFORCER_ECS_H
#define ENFORCER_ECS_H

#include "record.h"
#include "stream.h"

/* Prints it on a line of its own. */
void ecs_print(struct stream *stream, const struct record *record);

#endif
