/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The values of settings. Each function reads the value of one setting, reports every error in it,
 * and adds what is right to its last argument. Where several values make sense, a value, an array
 * and a list are all accepted.
 */
#ifndef POLICY_VALUES_H
#define POLICY_VALUES_H

#include "messages.h"
#include "policy.h"
#include "setting.h"

/* User names, numbers and "lo-hi". */
void values_uid(const struct source *source, const struct setting *setting,
		struct policy_ranges *ranges);

/* Numbers, "lo-hi", "ephemeral", and several of them with commas in between. */
void values_ports(const struct source *source, const struct setting *setting,
		  struct policy_ranges *ranges);

void values_protocol(const struct source *source, const struct setting *setting,
		     struct policy_ranges *ranges);

void values_comm(const struct source *source, const struct setting *setting,
		 struct policy_strings *strings);

/* "/" is every cgroup: then there are no strings, as if the setting were absent. */
void values_cgroup(const struct source *source, const struct setting *setting,
		   struct policy_strings *strings);

/* Names of options, as BIND_OPT_* bits. */
void values_options(const struct source *source, const struct setting *setting, uint32_t *options);

/* One string that is not empty, or NULL. */
const char *values_string(const struct source *source, const struct setting *setting,
			  const char *expected);

#endif
