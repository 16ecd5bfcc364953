/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard report: which services may listen, who approved them, and what really happened? */
#ifndef ENFORCER_REPORT_COMMAND_H
#define ENFORCER_REPORT_COMMAND_H

/* Returns the exit status: 0 compliant, 1 findings, 2 could not be measured, EX_USAGE. */
int report_command(int argc, char **argv);

#endif
