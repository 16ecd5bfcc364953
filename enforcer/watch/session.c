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

#include "attach.h"
#include "configure.h"
#include "counters.h"
#include "enforcer/complain.h"
#include "enforcer/host/libbpf.h"
#include "enforcer/host/wait.h"
#include "enforcer/pins/guard.h"
#include "enforcer/pins/pin.h"
#include "listing.h"
#include "programs.h"
#include "publish.h"

#include "bindguard.skel.h"

struct session {
	struct bindguard *skeleton;
	struct publish publish;
	struct pin *pin; /* the caller's; NULL: nothing is pinned */
	const struct options *options; /* the caller's */
	struct ring_buffer *ring;
	unsigned int left; /* events that may still be taken in this go; 0: there may be more */
	void (*sink)(void *context, const struct bind_event *event);
	void *context;
};

/*
 * What sockets are remembered for is still true when other programs decide. Of another version it
 * may not fit, and then it is lost.
 */
static void share_sockets(struct bindguard *skeleton, const struct pin *pin)
{
	const char *before = pin ? pin_before(pin) : NULL;
	struct bpf_map *map = skeleton->maps.sockets;
	int fd = before && bpf_map__autocreate(map) ? bpffs_get(before, PIN_SOCKETS) : -1;
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == bpf_map__type(map) &&
	    info.value_size == bpf_map__value_size(map))
		bpf_map__reuse_fd(map, fd);
	close(fd);
}

/* All maps: those that are not pinned take part in what is decided, too. */
static int guard_maps(const struct bindguard *skeleton)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, skeleton->obj)
		if (!err)
			err = guard_add(bpf_map__fd(map));
	if (err)
		complain("--guard: cannot guard the maps: %s", strerror(-err));
	return err ? EX_OSERR : 0;
}

int session_open(const struct options *options, struct pin *pin, struct session **session)
{
	struct session *s = calloc(1, sizeof(*s));
	int status = 0;

	libbpf_hush();
	*session = s;
	if (!s || !(s->skeleton = programs_open())) {
		complain("cannot open the BPF programs: %s", strerror(errno));
		return EX_OSERR;
	}
	s->options = options;
	s->pin = pin;
	publish_init(&s->publish, -1, -1, -1, -1);
	status = configure(s->skeleton, options);
	if (!status)
		share_sockets(s->skeleton, pin);
	if (!status && bindguard__load(s->skeleton)) {
		complain("cannot load the BPF programs: %s: run 'bindguard doctor'",
			 strerror(errno));
		status = EX_UNAVAILABLE;
	}
	if (!status)
		status = guard_maps(s->skeleton);
	if (!status)
		publish_init(&s->publish, bpf_map__fd(s->skeleton->maps.policy),
			     bpf_map__fd(s->skeleton->maps.rule_counters),
			     bpf_map__fd(s->skeleton->maps.exes),
			     bpf_map__fd(s->skeleton->maps.cgroups));
	return status;
}

int session_publish(struct session *session, struct image *image,
		    struct bind_rule_counters **retired)
{
	int err = attach_cgroups(session->skeleton);

	return err ? err : publish_image(&session->publish, image, retired);
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
	return attach_all(skeleton, session->options, session->pin) ? EX_UNAVAILABLE : 0;
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
	attach_take_off(session->skeleton);
}

void session_detach_probes(struct session *session)
{
	bindguard__detach(session->skeleton);
}

unsigned int session_hooks(struct session *session)
{
	return session->pin ? pin_hooks(session->pin) : attach_count(session->skeleton);
}

int session_counters(struct session *session, struct bind_counters *sum)
{
	return counters_read(bpf_map__fd(session->skeleton->maps.counters), sum);
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
