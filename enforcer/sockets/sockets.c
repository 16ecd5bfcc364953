/* SPDX-License-Identifier: GPL-2.0-only */
#include "sockets.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "enforcer/host/host.h"
#include "enforcer/host/inetflags.h"
#include "enforcer/host/libbpf.h"
#include "enforcer/host/smc.h"
#include "policy/grow.h"

#include "scan.skel.h"

#define RECORDS 64 /* read at once */

static bool has_address(const struct bind_socket *record)
{
	static const uint8_t none[sizeof(record->address)];

	return memcmp(record->address, none, sizeof(none)) != 0;
}

bool sockets_is_bound(const struct bind_socket *record)
{
	if (record->type == SOCK_RAW)
		return record->state != BIND_STATE_ESTABLISHED && has_address(record);
	if (!record->port)
		return false;
	return record->state == BIND_STATE_LISTEN || record->state == BIND_STATE_CLOSE ||
	       record->locks & BIND_LOCK_PORT;
}

int sockets_add(struct sockets *sockets, const struct bind_socket *record)
{
	struct sockets_owner *owner;

	if (!sockets_is_bound(record))
		return 0;
	owner = grow(sockets->owner, sockets->owners, &sockets->space, sizeof(*owner));
	if (!owner)
		return -ENOMEM;
	sockets->owner = owner;
	owner[sockets->owners++] = (struct sockets_owner){ .record = *record };
	return 0;
}

/* By what a policy tells owners apart. */
static int compare_subjects(const struct bind_socket *a, const struct bind_socket *b)
{
	int order = memcmp(a->comm, b->comm, sizeof(a->comm));

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	if (order)
		return order;
	if (a->cgroup != b->cgroup)
		return a->cgroup < b->cgroup ? -1 : 1;
	return memcmp(&a->exe, &b->exe, sizeof(a->exe));
}

bool sockets_same_owner(const struct bind_socket *a, const struct bind_socket *b)
{
	return compare_subjects(a, b) == 0;
}

static int compare_owners(const void *a, const void *b)
{
	const struct bind_socket *x = &((const struct sockets_owner *)a)->record;
	const struct bind_socket *y = &((const struct sockets_owner *)b)->record;
	int order;

	if (x->socket != y->socket)
		return x->socket < y->socket ? -1 : 1;
	order = compare_subjects(x, y);
	if (order)
		return order;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Sorts the owners; of one that holds a socket by many descriptors or threads, one stays. */
static void sort_owners(struct sockets *sockets)
{
	size_t kept = 0;

	if (!sockets->owners)
		return;
	qsort(sockets->owner, sockets->owners, sizeof(*sockets->owner), compare_owners);
	for (size_t i = 1; i < sockets->owners; i++)
		if (compare_owners(&sockets->owner[kept], &sockets->owner[i]) != 0)
			sockets->owner[++kept] = sockets->owner[i];
	sockets->owners = kept + 1;
}

static int compare_sockets(const void *a, const void *b, void *context)
{
	const struct bind_socket *x = &((const struct sockets_socket *)a)->owner->record;
	const struct bind_socket *y = &((const struct sockets_socket *)b)->owner->record;
	uint32_t host_netns = *(const uint32_t *)context;
	int order;

	if (x->netns != y->netns) {
		if (x->netns == host_netns || y->netns == host_netns)
			return x->netns == host_netns ? -1 : 1;
		return x->netns < y->netns ? -1 : 1;
	}
	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	order = memcmp(x->address, y->address, sizeof(x->address));
	if (order)
		return order;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

int sockets_group(struct sockets *sockets, uint32_t host_netns)
{
	struct sockets_socket *last;

	sort_owners(sockets);
	sockets->socket = calloc(sockets->owners + 1, sizeof(*sockets->socket));
	if (!sockets->socket)
		return -ENOMEM;
	for (size_t i = 0; i < sockets->owners; i++) {
		struct sockets_owner *owner = &sockets->owner[i];

		if (!i || owner[-1].record.socket != owner->record.socket)
			sockets->socket[sockets->count++] =
				(struct sockets_socket){ .owner = owner, .judged = owner };
		last = &sockets->socket[sockets->count - 1];
		last->owners++;
	}
	qsort_r(sockets->socket, sockets->count, sizeof(*sockets->socket), compare_sockets,
		&host_netns);
	return 0;
}

/* Opens and loads the program. Returns 0 or -errno. */
static int load(struct scan **scan)
{
	struct btf *btf;

	libbpf_hush();
	*scan = scan__open();
	if (!*scan)
		return -errno;
	btf = btf__load_vmlinux_btf();
	if (!btf)
		return -errno;
	inetflags_find(btf, (uint32_t *)&(*scan)->rodata->inet_flag_freebind,
		       (uint32_t *)&(*scan)->rodata->inet_flag_transparent,
		       (uint32_t *)&(*scan)->rodata->inet_flag_address_no_port);
	(*scan)->rodata->smc_inner = smc_inner_offset(btf);
	btf__free(btf);
	libbpf_skip_modules((*scan)->progs.each_file);
	return scan__load(*scan);
}

/* Takes every record that the program writes. */
static int read_records(int fd, struct sockets *sockets)
{
	struct bind_socket record[RECORDS];
	char *buffer = (char *)record;
	size_t have = 0, whole;
	ssize_t length;
	int err = 0;

	while (!err) {
		length = read(fd, buffer + have, sizeof(record) - have);
		/* After very many files without a socket among them it asks to be asked again. */
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (length <= 0)
			return length ? -errno : 0;
		have += (size_t)length;
		whole = have / sizeof(*record);
		for (size_t i = 0; !err && i < whole; i++)
			err = sockets_add(sockets, &record[i]);
		have -= whole * sizeof(*record);
		memmove(record, &record[whole], have);
	}
	return err;
}

/* Runs the program over all files. */
static int iterate(const struct scan *scan, struct sockets *sockets)
{
	struct bpf_link *link = bpf_program__attach_iter(scan->progs.each_file, NULL);
	int err = 0, fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		err = -errno;
	else
		err = read_records(fd, sockets);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}

int sockets_read(struct sockets *sockets)
{
	struct scan *scan = NULL;
	int err = load(&scan);

	if (!err)
		err = iterate(scan, sockets);
	scan__destroy(scan);
	return err ? err : sockets_group(sockets, host_netns());
}

void sockets_free(struct sockets *sockets)
{
	free(sockets->owner);
	free(sockets->socket);
	*sockets = (struct sockets){ 0 };
}
