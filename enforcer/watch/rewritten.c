/* SPDX-License-Identifier: GPL-2.0-only */
#include "rewritten.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "enforcer/host/cgroups.h"
#include "enforcer/host/process.h"
#include "enforcer/offline/query.h"

#define IPV4_AT 12 /* where an IPv4 address is in its mapped one */

static void take_address(const struct record *record, char address[16])
{
	static const char mapped[IPV4_AT] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";

	if (record->event.family == AF_INET6) {
		memcpy(address, record->address, 16);
		return;
	}
	memcpy(address, mapped, IPV4_AT);
	memcpy(address + IPV4_AT, record->address, 4);
}

static bool names_exes(const struct image *image)
{
	return image->page[0].header.flags & BIND_IMAGE_EXES;
}

void rewritten_judge(struct record *record, const struct policy *policy, const struct image *image,
		     uint32_t host_netns)
{
	const struct bind_event *event = &record->event;
	char *comm = process_line(event->pid, "comm", "");
	char *cgroup = cgroups_of_process(event->pid, event->cgroup);
	char *exe = process_exe(event->pid);
	struct query query = {
		.uid = event->uid,
		.cgroup = cgroup,
		.exe = exe,
		.other_netns = event->netns != host_netns,
		.protocol = event->protocol,
		.port = record->port,
		.options = event->options,
	};
	struct bind_request request;

	if (comm && cgroup && cgroup[0] == '/' && image->pages && (exe || !names_exes(image))) {
		strncpy(query.comm, comm, sizeof(query.comm) - 1);
		take_address(record, query.address);
		query_request(image, &query, &request);
		decide(image, &request, &record->bound);
		record->judged = true;
		if (record->bound.rule < policy->rules)
			record->bound_rule = policy->rule[record->bound.rule].name;
	}
	free(comm);
	free(cgroup);
	free(exe);
}
