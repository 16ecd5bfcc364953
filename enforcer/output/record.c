/* SPDX-License-Identifier: GPL-2.0-only */
#include "record.h"

#include <errno.h>

const char *record_refused_by(const struct record *record)
{
	const struct bind_decision *decision = &record->event.decision;

	if (record->decided && decision->verdict == BIND_DENY && decision->enforced)
		return "policy";
	if (!record->known || !record->rc)
		return NULL;
	switch (-record->rc) {
	case EACCES:
		return "privileged_port";
	case EPERM:
		return "cgroup_bpf";
	case EADDRINUSE:
		return "address_in_use";
	case EADDRNOTAVAIL:
		return "address_not_available";
	default:
		return "other";
	}
}

const char *record_rule(const struct record *record)
{
	if (record->event.decision.rule == BIND_RULE_NONE)
		return NULL;
	return record->rule ? record->rule->name : "?";
}
