/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdicts.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer/watch/exes.h"
#include "policy/range.h"

#define PROTOCOL_L2TP 115
#define PROTOCOL_SMC 256

/* What all decisions need. */
struct judge {
	const struct image *image;
	struct class_of {
		struct bind_exe exe;
		uint32_t class;
	} * exes; /* sorted; those that are found on disk */
	size_t count;
	uint32_t host_netns;
};

void verdicts_cgroups(struct sockets *sockets, const struct cgroups_list *list)
{
	for (size_t i = 0; i < sockets->owners; i++)
		sockets->owner[i].cgroup = cgroups_find(list, sockets->owner[i].record.cgroup);
}

static int compare_exes(const void *a, const void *b)
{
	return memcmp(&((const struct class_of *)a)->exe, &((const struct class_of *)b)->exe,
		      sizeof(struct bind_exe));
}

/* The same table that the kernel gets. */
static int learn_exes(struct judge *judge)
{
	const struct image *image = judge->image;

	judge->exes = calloc(image->exes + 1, sizeof(*judge->exes));
	if (!judge->exes)
		return -ENOMEM;
	for (size_t i = 0; i < image->exes; i++) {
		struct class_of *entry = &judge->exes[judge->count];

		entry->class = i + 1;
		judge->count += !exes_key(image->exe[i], &entry->exe);
	}
	qsort(judge->exes, judge->count, sizeof(*judge->exes), compare_exes);
	return 0;
}

static uint32_t exe_class(const struct judge *judge, const struct bind_exe *exe)
{
	struct class_of key = { .exe = *exe }, *found;

	found = bsearch(&key, judge->exes, judge->count, sizeof(key), compare_exes);
	return found ? found->class : 0;
}

/* Does the kernel say whether address and port were asked for? */
static bool tells_locks(const struct bind_socket *record)
{
	return record->type != SOCK_RAW && record->protocol != IPPROTO_SCTP;
}

/* As asked for: a port that the kernel has picked was asked for as port 0. */
static uint32_t asked_port(const struct bind_socket *record)
{
	if (record->type == SOCK_RAW || record->protocol == PROTOCOL_L2TP)
		return BIND_PORT_NONE;
	if (tells_locks(record) && !(record->locks & BIND_LOCK_PORT))
		return BIND_PORT_EPHEMERAL;
	return record->port;
}

/* As asked for: connect() replaces the wildcard, and only that. */
static void asked_address(const struct bind_socket *record, char address[16])
{
	bool wildcard = tells_locks(record) && !(record->locks & BIND_LOCK_ADDRESS);

	if (record->family == AF_INET6) {
		if (!wildcard)
			memcpy(address, record->address, 16);
		return;
	}
	address[10] = address[11] = (char)0xff;
	if (!wildcard)
		memcpy(address + 12, record->address, 4);
}

static uint32_t rule_protocol(const struct bind_socket *record)
{
	if (record->type == SOCK_RAW)
		return BIND_PROTOCOL_RAW;
	return record->protocol == PROTOCOL_SMC ? IPPROTO_TCP : record->protocol;
}

/* The request that read_request() of bpf/request.bpf.h would make of it. */
static void make_request(const struct judge *judge, const struct sockets_owner *owner,
			 struct bind_request *request)
{
	const struct bind_image_header *header = &judge->image->page[0].header;
	const struct bind_socket *record = &owner->record;

	*request = (struct bind_request){
		.uid = record->uid,
		.netns = record->netns == judge->host_netns ? BIND_NETNS_HOST : BIND_NETNS_OTHER,
		.protocol = rule_protocol(record),
		.port = asked_port(record),
		.options = record->options,
	};
	if (header->flags & BIND_IMAGE_CGROUPS)
		request->cgroup = owner->cgroup ? image_cgroup_class(judge->image, owner->cgroup) :
						  BIND_CGROUP_UNKNOWN;
	if (header->flags & BIND_IMAGE_EXES)
		request->exe = exe_class(judge, &record->exe);
	memcpy(request->comm, record->comm, sizeof(request->comm));
	asked_address(record, request->address);
}

/* As the hook does: port 0 of a socket that says where to pick is every port of there. */
static void decide_asked(const struct image *image, const struct bind_socket *record,
			 struct bind_request *request, struct bind_decision *decision)
{
	struct decide_range range;

	if (request->port != BIND_PORT_EPHEMERAL || !record->range) {
		decide(image, request, decision);
		return;
	}
	decide_range_begin(&range, record->range & 0xffff, record->range >> 16);
	while (!decide_range_step(image, &image->page[0].header, request, &range))
		;
	*decision = range.worst;
}

bool verdicts_denies(const struct policy *policy, const struct bind_decision *decision)
{
	if (decision->verdict == BIND_ALLOW)
		return false;
	return decision->rule >= policy->rules || !policy->rule[decision->rule].audit;
}

static int severity(const struct policy *policy, const struct bind_decision *decision)
{
	return decision->verdict == BIND_ALLOW ? 0 : 1 + verdicts_denies(policy, decision);
}

static void judge_socket(const struct judge *judge, const struct policy *policy,
			 struct sockets_socket *socket)
{
	struct bind_request request;

	for (size_t i = 0; i < socket->owners; i++) {
		struct sockets_owner *owner = &socket->owner[i];

		make_request(judge, owner, &request);
		decide_asked(judge->image, &owner->record, &request, &owner->decision);
		if (severity(policy, &owner->decision) >
		    severity(policy, &socket->judged->decision))
			socket->judged = owner;
	}
}

int verdicts_decide(struct sockets *sockets, const struct policy *policy, const struct image *image,
		    uint32_t host_netns)
{
	struct judge judge = { .image = image, .host_netns = host_netns };
	int err = learn_exes(&judge);

	for (size_t i = 0; !err && i < sockets->count; i++)
		judge_socket(&judge, policy, &sockets->socket[i]);
	free(judge.exes);
	return err;
}

size_t verdicts_denied(const struct policy *policy, const struct sockets *sockets)
{
	size_t denied = 0;

	for (size_t i = 0; i < sockets->count; i++)
		denied += verdicts_denies(policy, &sockets->socket[i].judged->decision);
	return denied;
}
