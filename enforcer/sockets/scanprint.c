/* SPDX-License-Identifier: GPL-2.0-only */
#include "scanprint.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enforcer/escape.h"
#include "enforcer/json.h"
#include "enforcer/output/printer.h"
#include "policy/names.h"

#define STATE_COLUMN 9
#define DELETED " (deleted)" /* behind the path of an executable that is gone */

static const char *state_name(const struct bind_socket *record)
{
	switch (record->state) {
	case BIND_STATE_LISTEN:
		return "listen";
	case BIND_STATE_CLOSE:
		return "bound";
	default:
		return "connected";
	}
}

/* The name of the rule that decided; NULL: the default did, or there is no policy. */
static const char *rule_name(const struct scanprint *print, const struct sockets_owner *owner)
{
	uint32_t rule = owner->decision.rule;

	return print->policy && rule < print->policy->rules ? print->policy->rule[rule].name : NULL;
}

/* How wide the RULE column must be, for another one to follow. */
static int rule_width(const struct scanprint *print, const struct sockets *sockets)
{
	int width = strlen("RULE");

	for (size_t i = 0; print->policy && i < sockets->owners; i++) {
		const struct sockets_owner *owner = &sockets->owner[i];
		int length = printer_rule(NULL, rule_name(print, owner), &owner->decision);

		if (length > width)
			width = length;
	}
	return width;
}

static void print_header(const struct scanprint *print, int width)
{
	fprintf(print->out,
		print->wide ? "%10s %-12s %-8s %-39s %5s %-5s %2s %6s %-10s %-*s" :
			      "%8s %-12s %-4s %-15s %5s %-5s %2s %6s %-10s %-*s",
		"PID", "COMM", "PROT", "ADDR", "PORT", "OPTS", "IF", "UID", "NETNS",
		print->policy || print->wide ? STATE_COLUMN : 0, "STATE");
	if (print->policy)
		fprintf(print->out, " %-7s %-*s", "VERDICT", print->wide ? width : 0, "RULE");
	if (print->wide)
		fputs(" CGROUP", print->out);
	fputc('\n', print->out);
}

/*
 * The columns that need no policy. others: how many processes the line is about, but for this one.
 */
static void print_socket(const struct scanprint *print, const struct bind_socket *record,
			 size_t others)
{
	char comm[PRINTER_COMM_COLUMN + 1], address[INET6_ADDRSTRLEN] = "", pid[32], netns[16];
	char letters[PRINTER_LETTERS + 1];

	snprintf(pid, sizeof(pid), others ? "%u+%zu" : "%u", record->pid, others);
	snprintf(netns, sizeof(netns), record->netns == print->host_netns ? "host" : "%u",
		 record->netns);
	inet_ntop(record->family, record->address, address, sizeof(address));
	fprintf(print->out,
		print->wide ? "%10s %-12s %-8s %-39s %5u %-5s %2u %6u %-10s %-*s" :
			      "%8s %-12s %-4.4s %-15.15s %5u %-5s %2u %6u %-10s %-*s",
		pid,
		escape(record->comm, sizeof(record->comm), PRINTER_COMM_COLUMN, comm, sizeof(comm)),
		names_protocol(record->protocol), address, record->port,
		printer_letters(record->options, letters), record->interface, record->uid, netns,
		print->policy || print->wide ? STATE_COLUMN : 0, state_name(record));
}

static void print_owner(const struct scanprint *print, const struct sockets_owner *owner,
			size_t others, int width)
{
	int length;

	print_socket(print, &owner->record, others);
	if (print->policy) {
		fprintf(print->out, " %-7s ", names_verdict(&owner->decision));
		length = printer_rule(print->out, rule_name(print, owner), &owner->decision);
		if (print->wide)
			fprintf(print->out, "%*s", width - length, "");
	}
	if (print->wide) {
		char *cgroup = owner->cgroup ? escape_text(owner->cgroup) : NULL;

		fprintf(print->out, " %s", cgroup ? cgroup : "?");
		free(cgroup);
	}
	fputc('\n', print->out);
}

void scanprint_table(const struct scanprint *print, const struct sockets *sockets)
{
	int width = rule_width(print, sockets);

	print_header(print, width);
	for (size_t i = 0; i < sockets->count; i++) {
		const struct sockets_owner *owner = sockets->socket[i].owner;
		const struct sockets_owner *end = owner + sockets->socket[i].owners, *next;

		for (; owner < end; owner = next) {
			for (next = owner + 1; next < end; next++)
				if (!sockets_same_owner(&owner->record, &next->record))
					break;
			print_owner(print, owner, (size_t)(next - owner) - 1, width);
		}
	}
}

/*
 * The path of the process's executable, allocated; NULL if it cannot be had. The name must be the
 * one that the kernel has told: by now another process may have the number.
 */
static char *exe_path(const struct bind_socket *record)
{
	char link[64], path[PATH_MAX], *name;
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%u/exe", record->pid);
	length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return NULL;
	path[length] = '\0';
	name = strrchr(path, '/');
	if (!name || strncmp(name + 1, record->exe.name, strlen(record->exe.name)) != 0)
		return NULL;
	name += 1 + strlen(record->exe.name);
	return !*name || !strcmp(name, DELETED) ? strdup(path) : NULL;
}

static struct json_object *owner_object(const struct scanprint *print,
					const struct sockets_owner *owner)
{
	const struct bind_socket *record = &owner->record;
	struct json_object *object = json_object_new_object();
	char *exe = exe_path(record);

	json_object_object_add(object, "pid", json_object_new_int64(record->pid));
	json_object_object_add(object, "comm", json_bytes(record->comm, sizeof(record->comm)));
	json_object_object_add(object, "uid", json_object_new_int64(record->uid));
	json_object_object_add(object, "cgroup", json_text(owner->cgroup));
	json_object_object_add(object, "exe", json_text(exe));
	json_add_decision(object, print->policy ? &owner->decision : NULL, rule_name(print, owner));
	free(exe);
	return object;
}

/* The interface's name, if it has one for us. */
static struct json_object *interface_name(const struct scanprint *print,
					  const struct bind_socket *record)
{
	char name[IF_NAMESIZE];

	if (!record->interface || record->netns != print->own_netns ||
	    !if_indextoname(record->interface, name))
		return NULL;
	return json_text(name);
}

static struct json_object *socket_object(const struct scanprint *print,
					 const struct sockets_socket *socket)
{
	const struct bind_socket *record = &socket->judged->record;
	struct json_object *object = json_object_new_object();
	struct json_object *owners = json_object_new_array();

	json_object_object_add(object, "record", json_object_new_string("socket"));
	json_object_object_add(object, "time", json_time(print->time));
	json_object_object_add(object, "boot_id", json_text(print->boot_id));
	json_object_object_add(object, "host", json_text(print->host));
	json_add_where(object, &(struct json_where){
				       .protocol = record->protocol,
				       .type = record->type,
				       .family = record->family,
				       .address = record->address,
				       .port = record->port,
				       .options = record->options,
			       });
	json_object_object_add(object, "interface", interface_name(print, record));
	json_object_object_add(object, "interface_index", json_object_new_int64(record->interface));
	json_object_object_add(object, "netns", json_object_new_int64(record->netns));
	json_object_object_add(object, "netns_host",
			       json_netns_host(record->netns, print->host_netns));
	json_object_object_add(object, "state", json_object_new_string(state_name(record)));
	json_object_object_add(object, "inode", json_object_new_int64(record->inode));
	json_object_object_add(object, "pid", json_object_new_int64(record->pid));
	json_object_object_add(object, "comm", json_bytes(record->comm, sizeof(record->comm)));
	json_object_object_add(object, "uid", json_object_new_int64(record->uid));
	json_add_decision(object, print->policy ? &socket->judged->decision : NULL,
			  rule_name(print, socket->judged));
	for (size_t i = 0; i < socket->owners; i++)
		json_object_array_add(owners, owner_object(print, &socket->owner[i]));
	json_object_object_add(object, "owners", owners);
	return object;
}

void scanprint_json(const struct scanprint *print, const struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		json_print(print->out, socket_object(print, &sockets->socket[i]));
}
