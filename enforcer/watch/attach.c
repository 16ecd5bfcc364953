/* SPDX-License-Identifier: GPL-2.0-only */
#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/host/cgroups.h"
#include "enforcer/host/probes.h"

#include "bindguard.skel.h"

/* To the root cgroup, and so for all tasks: no program below it, or beside it, takes its place. */
static int attach_root(const struct bpf_program *program, struct bpf_link **link)
{
	int root = cgroups_open_root(), err;

	if (root < 0)
		return root;
	*link = bpf_program__attach_cgroup(program, root);
	err = *link ? 0 : -errno;
	close(root);
	return err;
}

/* Attaches the program, if this host and these options have it. Returns 0 or -errno. */
static int attach(const struct bpf_program *program, struct bpf_link **link)
{
	if (!bpf_program__autoload(program))
		return 0;
	if (bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
		return attach_root(program, link);
	*link = bpf_program__attach(program);
	return *link ? 0 : -errno;
}

int attach_cgroups(struct bindguard *skeleton)
{
	int err = 0;

	if (!skeleton->links.cgroup_made)
		err = attach(skeleton->progs.cgroup_made, &skeleton->links.cgroup_made);
	if (!err && !skeleton->links.cgroup_removed)
		err = attach(skeleton->progs.cgroup_removed, &skeleton->links.cgroup_removed);
	return err;
}

/* The programs that a tail call leads to, each in the only entry of its map. */
static int set_tail_call(const struct bpf_map *map, const struct bpf_program *program)
{
	int fd = bpf_program__fd(program);
	uint32_t zero = 0;

	if (!bpf_program__autoload(program))
		return 0;
	return bpf_map_update_elem(bpf_map__fd(map), &zero, &fd, BPF_ANY) ? -errno : 0;
}

static int attach_probes(struct bindguard *skeleton)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	__typeof__(skeleton->links) *links = &skeleton->links;
	const struct {
		struct bpf_program *program;
		struct bpf_link **link;
	} order[] = {
		{ progs->inet_bind_outcome, &links->inet_bind_outcome },
		{ progs->inet6_bind_outcome, &links->inet6_bind_outcome },
		{ progs->inet_bind_sk_outcome, &links->inet_bind_sk_outcome },
		{ progs->inet6_bind_sk_outcome, &links->inet6_bind_sk_outcome },
		{ progs->inet_listen_outcome, &links->inet_listen_outcome },
		{ progs->inet_listen_sk_outcome, &links->inet_listen_sk_outcome },
		{ progs->autobind_stream, &links->autobind_stream },
		{ progs->autobind_connect, &links->autobind_connect },
		{ progs->connect_begins, &links->connect_begins },
		{ progs->autobind_datagram, &links->autobind_datagram },
		/* Where it begins comes last: what has begun is going to be met again. */
		{ progs->bind_ends, &links->bind_ends },
		{ progs->inet_bind_goes_on, &links->inet_bind_goes_on },
		{ progs->inet6_bind_goes_on, &links->inet6_bind_goes_on },
		{ progs->bind_begins, &links->bind_begins },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(order) / sizeof(order[0]); i++)
		err = attach(order[i].program, order[i].link);
	return err;
}

static int set_tail_calls(struct bindguard *skeleton)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	__typeof__(skeleton->maps) *maps = &skeleton->maps;
	int err = set_tail_call(maps->bind_range_program, progs->bind_range);

	if (!err)
		err = set_tail_call(maps->listen_range_program, progs->listen_range);
	if (!err)
		err = set_tail_call(maps->bindx_program, progs->bindx_attempt);
	if (!err)
		err = set_tail_call(maps->bind4_range_program, progs->bind4_range);
	if (!err)
		err = set_tail_call(maps->bind6_range_program, progs->bind6_range);
	return err;
}

/* The programs that decide; those of the other kind of hook are not loaded. */
static int attach_deciding(struct bindguard *skeleton)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	__typeof__(skeleton->links) *links = &skeleton->links;
	int err = attach(progs->bindx_attempt, &links->bindx_attempt);

	if (!err)
		err = attach(progs->option_attempt, &links->option_attempt);
	if (!err)
		err = attach(progs->listen_attempt, &links->listen_attempt);
	if (!err)
		err = attach(progs->bind_attempt, &links->bind_attempt);
	if (!err)
		err = attach(progs->bind6_attempt, &links->bind6_attempt);
	if (!err)
		err = attach(progs->bind4_attempt, &links->bind4_attempt);
	return err;
}

static void add_map(struct pin_object *objects, size_t *count, const char *name,
		    const struct bpf_map *map)
{
	int fd = bpf_map__fd(map);

	if (fd >= 0)
		objects[(*count)++] = (struct pin_object){ name, fd };
}

static void add_link(struct pin_object *objects, size_t *count, const char *name,
		     const struct bpf_link *link)
{
	if (link)
		objects[(*count)++] = (struct pin_object){ name, bpf_link__fd(link) };
}

#define MOST_OBJECTS 16

/*
 * What has to be there for the programs to decide: a map of programs loses them with its last pin.
 * And the map that the next start goes on with.
 */
static size_t list_objects(const struct bindguard *skeleton, struct pin_object *objects)
{
	const __typeof__(skeleton->maps) *maps = &skeleton->maps;
	size_t count = 0;

	add_map(objects, &count, "bindx_program", maps->bindx_program);
	add_map(objects, &count, "bind_range_program", maps->bind_range_program);
	add_map(objects, &count, "listen_range_program", maps->listen_range_program);
	add_map(objects, &count, "bind4_range_program", maps->bind4_range_program);
	add_map(objects, &count, "bind6_range_program", maps->bind6_range_program);
	add_map(objects, &count, PIN_SOCKETS, maps->sockets);
	add_link(objects, &count, "cgroup_made", skeleton->links.cgroup_made);
	add_link(objects, &count, "cgroup_removed", skeleton->links.cgroup_removed);
	return count;
}

/* The same with --pin: behind the gates, which are attached already or will be. */
static int pin_deciding(const struct bindguard *skeleton, const struct options *options,
			struct pin *pin)
{
	const __typeof__(skeleton->progs) *progs = &skeleton->progs;
	const int lsm[] = { bpf_program__fd(progs->bind_attempt),
			    bpf_program__fd(progs->listen_attempt),
			    bpf_program__fd(progs->option_attempt),
			    bpf_program__fd(progs->bindx_attempt) };
	const int cgroup[] = { bpf_program__fd(progs->bind4_attempt),
			       bpf_program__fd(progs->bind6_attempt) };
	struct pin_object objects[MOST_OBJECTS];
	size_t count = list_objects(skeleton, objects);

	return pin_enforce(pin, options->hook, options->mode == MODE_DENY, objects, count,
			   options->hook == HOOK_LSM ? lsm : cgroup);
}

int attach_all(struct bindguard *skeleton, const struct options *options, struct pin *pin)
{
	int err = set_tail_calls(skeleton);

	if (!err)
		err = attach_probes(skeleton);
	if (!err)
		err = pin ? pin_deciding(skeleton, options, pin) : attach_deciding(skeleton);
	if (err)
		complain("cannot attach the BPF programs: %s: run 'bindguard doctor'",
			 strerror(-err));
	probes_end();
	return err;
}

#define DECIDING 6

static void list_deciding(struct bindguard *skeleton, struct bpf_link **deciding[DECIDING])
{
	__typeof__(skeleton->links) *links = &skeleton->links;
	struct bpf_link **const list[DECIDING] = {
		&links->bind_attempt,  &links->listen_attempt, &links->option_attempt,
		&links->bindx_attempt, &links->bind4_attempt,  &links->bind6_attempt,
	};

	memcpy(deciding, list, sizeof(list));
}

void attach_take_off(struct bindguard *skeleton)
{
	struct bpf_link **deciding[DECIDING];

	list_deciding(skeleton, deciding);
	for (size_t i = 0; i < DECIDING; i++) {
		bpf_link__destroy(*deciding[i]);
		*deciding[i] = NULL;
	}
}

unsigned int attach_count(struct bindguard *skeleton)
{
	struct bpf_link **deciding[DECIDING];
	unsigned int count = 0;

	list_deciding(skeleton, deciding);
	for (size_t i = 0; i < DECIDING; i++)
		count += *deciding[i] != NULL;
	return count;
}
