/* SPDX-License-Identifier: GPL-2.0-only */
#include "session.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cgroups.h"
#include "complain.h"
#include "exes.h"
#include "listing.h"
#include "wait.h"

#include "bindguard.skel.h"

struct session {
	struct bindguard *skeleton;
	struct ring_buffer *ring;
	void (*sink)(void *context, const struct bind_event *event);
	void *context;
};

static int __attribute__((format(printf, 2, 0)))
print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || !getenv("BINDGUARD_DEBUG"))
		return 0;
	return vfprintf(stderr, format, arguments);
}

/* The value of an enumerator, whatever enum it is in; or the default where there is none. */
static uint32_t find_enumerator(const struct btf *btf, const char *name, uint32_t otherwise)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *e = btf_enum(type);

		if (!btf_is_enum(type))
			continue;
		for (int i = 0; i < btf_vlen(type); i++)
			if (!strcmp(btf__name_by_offset(btf, e[i].name_off), name))
				return e[i].val;
	}
	return otherwise;
}

/* Chooses the probes that fit this kernel, and learns what CO-RE cannot find. */
static int fit_kernel(struct bindguard *skeleton)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool split;

	if (!btf)
		return -errno;
	split = btf__find_by_name_kind(btf, "inet_bind_sk", BTF_KIND_FUNC) > 0 &&
		btf__find_by_name_kind(btf, "inet6_bind_sk", BTF_KIND_FUNC) > 0;
	skeleton->rodata->has_cast = btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) >
				     0;
	bpf_program__set_autoload(skeleton->progs.inet_bind_outcome, !split);
	bpf_program__set_autoload(skeleton->progs.inet6_bind_outcome, !split);
	bpf_program__set_autoload(skeleton->progs.inet_bind_sk_outcome, split);
	bpf_program__set_autoload(skeleton->progs.inet6_bind_sk_outcome, split);
	if (split) {
		struct bindguard__rodata *rodata = skeleton->rodata;

		rodata->inet_flag_freebind = find_enumerator(btf, "INET_FLAGS_FREEBIND",
							     rodata->inet_flag_freebind);
		rodata->inet_flag_transparent = find_enumerator(btf, "INET_FLAGS_TRANSPARENT",
								rodata->inet_flag_transparent);
		rodata->inet_flag_address_no_port =
			find_enumerator(btf, "INET_FLAGS_BIND_ADDRESS_NO_PORT",
					rodata->inet_flag_address_no_port);
	}
	btf__free(btf);
	return 0;
}

/* Uses the map pinned at path in place of ours. Its keys count: 64 bits, a hash. */
static int use_pinned(struct bpf_map *map, const char *option, const char *path)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int status = 0, fd;

	if (!path)
		return 0;
	fd = bpf_obj_get(path);
	if (fd < 0) {
		complain("%s %s: cannot open the pinned map: %s", option, path, strerror(errno));
		return EX_NOINPUT;
	}
	if (bpf_obj_get_info_by_fd(fd, &info, &size) ||
	    (info.type != BPF_MAP_TYPE_HASH && info.type != BPF_MAP_TYPE_LRU_HASH) ||
	    info.key_size != sizeof(uint64_t)) {
		complain("%s %s: not a fitting map, expected a hash with keys of 8 bytes", option,
			 path);
		status = EX_DATAERR;
	} else if (bpf_map__reuse_fd(map, fd)) {
		complain("%s %s: cannot use the pinned map: %s", option, path, strerror(errno));
		status = EX_OSERR;
	}
	close(fd);
	return status;
}

static void set_filters(struct bindguard__rodata *rodata, const struct options *options)
{
	rodata->filter_pid = options->pid;
	rodata->filter_by_uid = options->by_uid;
	rodata->filter_uid = options->uid;
	rodata->filter_by_port = options->by_port;
	memcpy(rodata->filter_ports, options->ports, sizeof(rodata->filter_ports));
	rodata->filter_by_cgroup = options->cgroupmap;
	rodata->filter_by_mount_namespace = options->mntnsmap;
	rodata->filter_by_task = options->pid || options->by_uid || options->cgroupmap ||
				 options->mntnsmap;
	rodata->show_errors = options->errors;
	rodata->count_only = options->count;
}

/* Inode number of the initial network namespace: that of the first process. 0 if not to be had. */
static uint32_t host_netns(void)
{
	struct stat status;

	return stat("/proc/1/ns/net", &status) ? 0 : status.st_ino;
}

/* Everything that is fixed once the programs are loaded. */
static int configure(struct bindguard *skeleton, const struct options *options,
		     const struct image *image, size_t rules)
{
	uint32_t flags = image ? image->page[0].header.flags : 0;
	int err = fit_kernel(skeleton), status;

	if (err) {
		complain("cannot read the kernel's BTF: %s", strerror(-err));
		return EX_UNAVAILABLE;
	}
	set_filters(skeleton->rodata, options);
	skeleton->rodata->with_policy = image;
	skeleton->rodata->host_netns = host_netns();
	skeleton->rodata->wakeup_bytes = bpf_map__max_entries(skeleton->maps.events) / 2;
	bpf_program__set_autoload(skeleton->progs.bind_attempt, image);
	bpf_program__set_autoload(skeleton->progs.cgroup_made, flags & BIND_IMAGE_CGROUPS);
	bpf_program__set_autoload(skeleton->progs.cgroup_removed, flags & BIND_IMAGE_CGROUPS);
	bpf_map__set_max_entries(skeleton->maps.rule_counters, rules + 1);
	bpf_map__set_max_entries(skeleton->maps.exes, image && image->exes ? image->exes : 1);
	if (!(flags & BIND_IMAGE_CGROUPS))
		bpf_map__set_max_entries(skeleton->maps.cgroups, 1);
	if (!options->count)
		bpf_map__set_max_entries(skeleton->maps.counts, 1);
	status = use_pinned(skeleton->maps.filter_cgroups, "--cgroupmap", options->cgroupmap);
	if (!status)
		status = use_pinned(skeleton->maps.filter_mount_namespaces, "--mntnsmap",
				    options->mntnsmap);
	return status;
}

int session_open(const struct options *options, const struct image *image, size_t rules,
		 struct session **session)
{
	struct session *s = calloc(1, sizeof(*s));
	int status = 0;

	libbpf_set_print(print_libbpf);
	*session = s;
	if (!s || !(s->skeleton = bindguard__open())) {
		complain("cannot open the BPF programs: %s", strerror(errno));
		return EX_OSERR;
	}
	status = configure(s->skeleton, options, image, rules);
	if (!status && bindguard__load(s->skeleton)) {
		complain("cannot load the BPF programs: %s: run 'bindguard doctor'",
			 strerror(errno));
		status = EX_UNAVAILABLE;
	}
	return status;
}

/* A map with the image's pages that nothing can change any more. Returns it or -errno. */
static int image_map(const struct image *image)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP | BPF_F_RDONLY_PROG);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_image", sizeof(uint32_t),
				sizeof(union bind_page), image->pages, &opts);
	int err = 0;

	if (fd < 0)
		return -errno;
	for (uint32_t i = 0; !err && i < image->pages; i++)
		if (bpf_map_update_elem(fd, &i, &image->page[i], BPF_ANY))
			err = -errno;
	if (!err && bpf_map_freeze(fd))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int session_publish(struct session *session, const struct image *image)
{
	int policy = bpf_map__fd(session->skeleton->maps.policy), err = 0;
	int fd = image_map(image);
	uint32_t zero = 0;

	if (fd < 0)
		err = fd;
	else if (bpf_map_update_elem(policy, &zero, &fd, BPF_ANY))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		return 0;
	complain("cannot publish the policy: %s", strerror(-err));
	return EX_OSERR;
}

/* Attaches the program, if this host and these options have it. Returns 0 or -errno. */
static int attach(const struct bpf_program *program, struct bpf_link **link)
{
	if (!bpf_program__autoload(program))
		return 0;
	*link = bpf_program__attach(program);
	return *link ? 0 : -errno;
}

/* The classes of the cgroups: of new ones through the tracepoint first, then of those there are. */
static int attach_cgroups(struct bindguard *skeleton, const struct image *image)
{
	int err = attach(skeleton->progs.cgroup_made, &skeleton->links.cgroup_made);

	if (!err)
		err = attach(skeleton->progs.cgroup_removed, &skeleton->links.cgroup_removed);
	if (!err)
		err = cgroups_fill(bpf_map__fd(skeleton->maps.cgroups), image);
	if (err)
		complain("cannot find the cgroups that the policy names: %s", strerror(-err));
	return err;
}

/* What the kernel has to know about the tasks that the image's rules name. */
static int tell_subjects(struct bindguard *skeleton, const struct image *image)
{
	uint32_t flags = image->page[0].header.flags;
	int err = exes_fill(bpf_map__fd(skeleton->maps.exes), image);

	if (err)
		complain("cannot find the executables that the policy names: %s", strerror(-err));
	if (!err && flags & BIND_IMAGE_CGROUPS)
		err = attach_cgroups(skeleton, image);
	return err;
}

/* The probes, then the program that decides. */
static int attach_binds(struct bindguard *skeleton)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	int err = attach(progs->inet_bind_outcome, &skeleton->links.inet_bind_outcome);

	if (!err)
		err = attach(progs->inet6_bind_outcome, &skeleton->links.inet6_bind_outcome);
	if (!err)
		err = attach(progs->inet_bind_sk_outcome, &skeleton->links.inet_bind_sk_outcome);
	if (!err)
		err = attach(progs->inet6_bind_sk_outcome, &skeleton->links.inet6_bind_sk_outcome);
	if (!err)
		err = attach(progs->bind_attempt, &skeleton->links.bind_attempt);
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
	return 0;
}

int session_attach(struct session *session, const struct image *image,
		   void (*sink)(void *context, const struct bind_event *event), void *context)
{
	struct bindguard *skeleton = session->skeleton;

	session->sink = sink;
	session->context = context;
	session->ring = ring_buffer__new(bpf_map__fd(skeleton->maps.events), take_event, session,
					 NULL);
	if (!session->ring || wait_for_input(bpf_map__fd(skeleton->maps.events))) {
		complain("cannot open the ring buffer: %s", strerror(errno));
		return EX_OSERR;
	}
	if (image && tell_subjects(skeleton, image))
		return EX_OSERR;
	return attach_binds(skeleton) ? EX_UNAVAILABLE : 0;
}

int session_poll(struct session *session, int milliseconds)
{
	int err = wait_any(milliseconds);

	return err ? err : ring_buffer__consume(session->ring);
}

int session_sleep(struct session *session, int milliseconds)
{
	struct bindguard__bss *shared = session->skeleton->bss;
	int taken;

	shared->reader_sleeps = true;
	/* See submit_event() in bpf/report.bpf.h: the other half of its barrier. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	taken = ring_buffer__consume(session->ring);
	if (!taken)
		taken = session_poll(session, milliseconds);
	shared->reader_sleeps = false;
	return taken;
}

void session_detach_hook(struct session *session)
{
	bpf_link__destroy(session->skeleton->links.bind_attempt);
	session->skeleton->links.bind_attempt = NULL;
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
	bindguard__destroy(session->skeleton);
	free(session);
}
