/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard explain: which rule decides a bind, and why none before it does. */
#ifndef ENFORCER_EXPLAIN_H
#define ENFORCER_EXPLAIN_H

/* Returns the exit status: 0 for allow, 1 for deny, EX_CONFIG for a policy with errors. */
int explain(int argc, char **argv);

#endif
