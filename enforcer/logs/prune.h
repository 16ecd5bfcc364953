/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard learn --prune: which rules of a policy has nobody needed? */
#ifndef ENFORCER_PRUNE_H
#define ENFORCER_PRUNE_H

/*
 * Decides the recorded binds of the logs by the policy, and prints its rules: those that decide none,
 * then the others, with their last one. Returns 0 if each decides some, or may; 1 if not, or the
 * status of an error.
 */
int prune_logs(const char *policy, char *const *paths);

#endif
