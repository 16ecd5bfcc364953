/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving up what a program does not need any more once its hooks are attached. */
#ifndef ENFORCER_PRIVILEGE_H
#define ENFORCER_PRIVILEGE_H

#include "enforcer/watch/options.h"
#include "policy/policy.h"

/*
 * Keeps CAP_BPF, for the maps of the next generation, with --json, --journal and --syslog
 * CAP_SYS_PTRACE, and CAP_DAC_READ_SEARCH only if nothing else lets a reload read what the policy
 * consists of and names. Those that are not there are not needed. No way leads back: no new
 * privileges, no system calls but those of filter.h, no core dumps and no ptrace. policy is the one
 * in force, or NULL. Returns 0, or an exit status after telling why.
 */
int privilege_drop(const struct options *options, const struct policy *policy);

#endif
