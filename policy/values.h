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

/* "ipv4" or "ipv6"; both are any. */
void values_family(const struct source *source, const struct setting *setting,
		   enum policy_family *family);

/*
 * Addresses, "10.0.0.0/8", "wildcard" and "loopback". An IPv6 network that has the mapped IPv4
 * addresses in it is added without them: they are IPv4 addresses.
 */
void values_address(const struct source *source, const struct setting *setting,
		    struct policy_addresses *addresses);

void values_comm(const struct source *source, const struct setting *setting,
		 struct policy_strings *strings);

/* "/" is every cgroup: it is added as "", for values_cgroup_all(). */
void values_cgroup(const struct source *source, const struct setting *setting,
		   struct policy_strings *strings);

/* Units of systemd, added as their cgroups. */
void values_unit(const struct source *source, const struct setting *setting,
		 struct policy_strings *cgroups);

/* If every cgroup is among the cgroups, makes them none, as if the setting were absent. */
void values_cgroup_all(struct policy_strings *strings);

void values_exe(const struct source *source, const struct setting *setting,
		struct policy_strings *strings);

/* Names of options, as BIND_OPT_* bits. */
void values_options(const struct source *source, const struct setting *setting, uint32_t *options);

/* One day, "YYYY-MM-DD", as its first second. */
void values_date(const struct source *source, const struct setting *setting, int64_t *time);

/* The index of the value among the choices, a NULL-terminated list, or -1. */
int values_choice(const struct source *source, const struct setting *setting,
		  const char *const *choices, const char *expected);

/* One string that is not empty, or NULL. */
const char *values_string(const struct source *source, const struct setting *setting,
			  const char *expected);

#endif
