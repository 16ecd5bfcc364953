/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Binds as events of the Open Cybersecurity Schema Framework, version 1.4.0: class Network Activity
 * (4001), activity Listen, with the profiles host and security_control.
 */
#ifndef ENFORCER_OCSF_H
#define ENFORCER_OCSF_H

#include "record.h"
#include "stream.h"

/* Prints it on a line of its own. */
void ocsf_print(struct stream *stream, const struct record *record);

#endif
