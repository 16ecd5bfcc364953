/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "enforcer/complain.h"
#include "enforcer/host/host.h"
#include "policy/names.h"
#include "verdicts.h"

#define NAMED 3 /* of the sockets that would be denied */

/* As in "955 python3 TCP 0.0.0.0:4444". */
static void name_socket(FILE *line, const struct bind_socket *record)
{
	bool ipv6 = record->family == AF_INET6;
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(record->family, record->address, address, sizeof(address));
	fprintf(line, "%u %.*s %s ", record->pid, (int)sizeof(record->comm), record->comm,
		names_protocol(record->protocol));
	if (record->type == SOCK_RAW)
		fputs(address, line);
	else
		fprintf(line, ipv6 ? "[%s]:%u" : "%s:%u", address, record->port);
}

/* The first of them, and where to find the others. */
static void name_denied(FILE *line, const char *path, const struct policy *policy,
			const struct sockets *sockets, size_t denied)
{
	size_t named = 0;

	for (size_t i = 0; i < sockets->count && named < NAMED; i++) {
		const struct sockets_owner *owner = sockets->socket[i].judged;

		if (!verdicts_denies(policy, &owner->decision))
			continue;
		fputs(named++ ? ", " : ": ", line);
		name_socket(line, &owner->record);
	}
	if (named < denied)
		fprintf(line, ", and %zu more: run 'bindguard scan %s'", denied - named, path);
}

static void tell(const char *path, const struct policy *policy, const struct sockets *sockets,
		 size_t denied)
{
	size_t length;
	char *text = NULL;
	FILE *line = open_memstream(&text, &length);

	if (!line)
		return;
	name_denied(line, path, policy, sockets, denied);
	if (!fclose(line))
		complain("%zu socket%s bound before; %zu would be denied%s", sockets->count,
			 sockets->count == 1 ? "" : "s", denied, text);
	free(text);
}

struct baseline baseline_tell(const char *path, const struct policy *policy,
			      const struct image *image)
{
	struct baseline baseline = { -1, -1 };
	struct cgroups_list cgroups = { 0 };
	struct sockets sockets = { 0 };
	int err = sockets_read(&sockets);

	if (!err && image->page[0].header.flags & BIND_IMAGE_CGROUPS) {
		err = cgroups_read(&cgroups);
		verdicts_cgroups(&sockets, &cgroups);
	}
	if (!err)
		err = verdicts_decide(&sockets, policy, image, host_netns());
	if (err) {
		complain("cannot tell which sockets are bound already: %s", strerror(-err));
	} else {
		baseline.bound = sockets.count;
		baseline.denied = verdicts_denied(policy, &sockets);
		tell(path, policy, &sockets, baseline.denied);
	}
	sockets_free(&sockets);
	cgroups_free(&cgroups);
	return baseline;
}
