/* SPDX-License-Identifier: GPL-2.0-only */
#include "session.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "cgroups.h"
#include "complain.h"
#include "configure.h"
#include "libbpf.h"
#include "listing.h"
#include "publish.h"
#include "wait.h"

#include "bindguard.skel.h"

struct session {
	struct bindguard *skeleton;
	struct publish publish;
	struct ring_buffer *ring;
	unsigned int left; /* events that may still be taken in this go; 0: there may be more */
	void (*sink)(void *context, const struct bind_event *event);
	void *context;
};

int session_open(const struct options *options, struct session **session)
{
	struct session *s = calloc(1, sizeof(*s));
	int status = 0;

	libbpf_hush();
	*session = s;
	if (!s || !(s->skeleton = bindguard__open())) {
		complain("cannot open the BPF programs: %s", strerror(errno));
		return EX_OSERR;
	}
	publish_init(&s->publish, -1, -1, -1, -1);
	status = configure(s->skeleton, options);
	if (!status && bindguard__load(s->skeleton)) {
		complain("cannot load the BPF programs: %s: run 'bindguard doctor'",
			 strerror(errno));
		status = EX_UNAVAILABLE;
	}
	if (!status)
		publish_init(&s->publish, bpf_map__fd(s->skeleton->maps.policy),
			     bpf_map__fd(s->skeleton->maps.rule_counters),
			     bpf_map__fd(s->skeleton->maps.exes),
			     bpf_map__fd(s->skeleton->maps.cgroups));
	return status;
}

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

/* Once: from then on new cgroups get their class, if rules name any. */
static int attach_cgroups(struct bindguard *skeleton)
{
	int err = 0;

	if (!skeleton->links.cgroup_made)
		err = attach(skeleton->progs.cgroup_made, &skeleton->links.cgroup_made);
	if (!err && !skeleton->links.cgroup_removed)
		err = attach(skeleton->progs.cgroup_removed, &skeleton->links.cgroup_removed);
	return err;
}

int session_publish(struct session *session, struct image *image,
		    struct bind_rule_counters **retired)
{
	int err = attach_cgroups(session->skeleton);

	return err ? err : publish_image(&session->publish, image, retired);
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

/* The probes, then the programs that decide. */
static int attach_binds(struct bindguard *skeleton)
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
		{ progs->bindx_attempt, &links->bindx_attempt },
		{ progs->option_attempt, &links->option_attempt },
		{ progs->listen_attempt, &links->listen_attempt },
		{ progs->bind_attempt, &links->bind_attempt },
		{ progs->bind6_attempt, &links->bind6_attempt },
		{ progs->bind4_attempt, &links->bind4_attempt },
	};
	int err = set_tail_call(skeleton->maps.bind_range_program, progs->bind_range);

	if (!err)
		err = set_tail_call(skeleton->maps.listen_range_program, progs->listen_range);
	if (!err)
		err = set_tail_call(skeleton->maps.bindx_program, progs->bindx_attempt);
	if (!err)
		err = set_tail_call(skeleton->maps.bind4_range_program, progs->bind4_range);
	if (!err)
		err = set_tail_call(skeleton->maps.bind6_range_program, progs->bind6_range);
	for (size_t i = 0; !err && i < sizeof(order) / sizeof(order[0]); i++)
		err = attach(order[i].program, order[i].link);
	if (err)
		complain("cannot attach the BPF programs: %s: run 'bindguard doctor'",
			 strerror(-err));
	return err;
}

static int take_event(void *context, void *data, size_t size)
{
	struct session *session = context;

	if (size >= sizeof(struct bind_event))
		session->sink(session->context, data);
	return --session->left ? 0 : -ECANCELED;
}

/*
 * Child processes get no part of the maps: the one that parses the next policy could move the
 * ring's reader on, and copying the page tables of the ring is most of what its fork costs. libbpf
 * does not tell where it has put them.
 */
static int keep_from_children(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512];
	int err = maps ? 0 : -errno;

	while (!err && fgets(line, sizeof(line), maps))
		if (strstr(line, "anon_inode:bpf-map") &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2 &&
		    madvise((void *)start, end - start, MADV_DONTFORK))
			err = -errno;
	if (maps)
		fclose(maps);
	return err;
}

int session_attach(struct session *session,
		   void (*sink)(void *context, const struct bind_event *event), void *context)
{
	struct bindguard *skeleton = session->skeleton;
	int err;

	session->sink = sink;
	session->context = context;
	session->ring = ring_buffer__new(bpf_map__fd(skeleton->maps.events), take_event, session,
					 NULL);
	if (!session->ring || wait_for_input(bpf_map__fd(skeleton->maps.events))) {
		complain("cannot open the ring buffer: %s", strerror(errno));
		return EX_OSERR;
	}
	err = keep_from_children();
	if (err) {
		complain("cannot keep the ring buffer from child processes: %s", strerror(-err));
		return EX_OSERR;
	}
	return attach_binds(skeleton) ? EX_UNAVAILABLE : 0;
}

/*
 * Takes a limited number. Nobody is woken for what is left, since the ring was half full before: so
 * the next call does not wait.
 */
static int take_events(struct session *session)
{
	int taken;

	session->left = SESSION_EVENTS;
	taken = ring_buffer__consume(session->ring);
	return session->left ? taken : SESSION_EVENTS;
}

int session_poll(struct session *session, int milliseconds)
{
	int err = session->left ? wait_any(milliseconds) : 0;

	return err ? err : take_events(session);
}

int session_sleep(struct session *session, int milliseconds)
{
	struct bindguard__bss *shared = session->skeleton->bss;
	int taken;

	shared->reader_sleeps = true;
	/* See submit_event() in bpf/report.bpf.h: the other half of its barrier. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	taken = take_events(session);
	if (!taken)
		taken = session_poll(session, milliseconds);
	shared->reader_sleeps = false;
	return taken;
}

void session_detach_hook(struct session *session)
{
	__typeof__(session->skeleton->links) *links = &session->skeleton->links;
	struct bpf_link **deciding[] = { &links->bind_attempt,	 &links->listen_attempt,
					 &links->option_attempt, &links->bindx_attempt,
					 &links->bind4_attempt,	 &links->bind6_attempt };

	for (size_t i = 0; i < sizeof(deciding) / sizeof(deciding[0]); i++) {
		bpf_link__destroy(*deciding[i]);
		*deciding[i] = NULL;
	}
}

void session_detach_probes(struct session *session)
{
	bindguard__detach(session->skeleton);
}

int session_counters(struct session *session, struct bind_counters *sum)
{
	int cpus = libbpf_num_possible_cpus(), err = 0;
	int map = bpf_map__fd(session->skeleton->maps.counters);
	struct bind_counters *each = calloc(cpus > 0 ? cpus : 1, sizeof(*each));
	uint64_t *to = (uint64_t *)sum;
	uint32_t zero = 0;

	*sum = (struct bind_counters){ 0 };
	if (!each || cpus < 0)
		err = -ENOMEM;
	else if (bpf_map_lookup_elem(map, &zero, each))
		err = -errno;
	for (int cpu = 0; !err && cpu < cpus; cpu++)
		for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
			to[i] += ((uint64_t *)&each[cpu])[i];
	free(each);
	return err;
}

const struct image *session_image(const struct session *session)
{
	return &session->publish.image;
}

struct bind_rule_counters *session_rule_counters(struct session *session)
{
	return publish_counters(&session->publish);
}

uint64_t session_missed(struct session *session)
{
	struct bpf_program *program;
	uint64_t missed = 0;

	bpf_object__for_each_program(program, session->skeleton->obj) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd >= 0 && bpf_program__expected_attach_type(program) == BPF_TRACE_FEXIT &&
		    !bpf_obj_get_info_by_fd(fd, &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

int session_counts(struct session *session, struct printer_count **rows, size_t *count)
{
	int map = bpf_map__fd(session->skeleton->maps.counts);
	size_t space = bpf_map__max_entries(session->skeleton->maps.counts);
	struct bind_count_key *last = NULL;

	*count = 0;
	*rows = calloc(space, sizeof(**rows));
	if (!*rows)
		return -ENOMEM;
	while (*count < space && !bpf_map_get_next_key(map, last, &(*rows)[*count].key)) {
		struct printer_count *row = &(*rows)[*count];

		last = &row->key;
		if (!bpf_map_lookup_elem(map, &row->key, &row->binds))
			++*count;
	}
	return 0;
}

int session_listing(struct session *session, FILE *out)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, session->skeleton->obj)
		if (!err && bpf_program__fd(program) >= 0)
			err = listing_print(out, bpf_program__name(program),
					    bpf_program__fd(program));
	if (err)
		complain("cannot read the programs back: %s", strerror(-err));
	return err ? EX_OSERR : 0;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	ring_buffer__free(session->ring);
	publish_close(&session->publish);
	bindguard__destroy(session->skeleton);
	free(session);
}
