/* SPDX-License-Identifier: GPL-2.0-only */
#include "configure.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/host/host.h"
#include "enforcer/host/inetflags.h"
#include "enforcer/host/libbpf.h"
#include "enforcer/host/probes.h"

#include "bindguard.skel.h"

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

static bool has_member(const struct btf *btf, const char *structure, const char *name)
{
	const struct btf_type *type;
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);

	if (id <= 0)
		return false;
	type = btf__type_by_id(btf, id);
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return true;
	return false;
}

/* Chooses the probes that fit this kernel, and learns what CO-RE cannot find. */
static int fit_kernel(struct bindguard *skeleton)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool split;

	if (!btf)
		return -errno;
	split = has_function(btf, "inet_bind_sk") && has_function(btf, "inet6_bind_sk");
	skeleton->rodata->has_cast = has_function(btf, "bpf_rdonly_cast");
	skeleton->rodata->has_port_ranges = has_member(btf, "inet_sock", "local_port_range");
	bpf_program__set_autoload(skeleton->progs.inet_listen_sk_outcome,
				  has_function(btf, "__inet_listen_sk"));
	bpf_program__set_autoload(skeleton->progs.inet_bind_outcome, !split);
	bpf_program__set_autoload(skeleton->progs.inet6_bind_outcome, !split);
	bpf_program__set_autoload(skeleton->progs.inet_bind_sk_outcome, split);
	bpf_program__set_autoload(skeleton->progs.inet6_bind_sk_outcome, split);
	if (split) {
		struct bindguard__rodata *rodata = skeleton->rodata;

		inetflags_find(btf, (uint32_t *)&rodata->inet_flag_freebind,
			       (uint32_t *)&rodata->inet_flag_transparent,
			       (uint32_t *)&rodata->inet_flag_address_no_port);
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
	rodata->show_nothing = options->quiet;
}

/* What is there only with a policy. New cgroups are noticed from the start: a later policy may be
 * the first to name any. */
static void set_policy(struct bindguard *skeleton, bool with_policy)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;

	skeleton->rodata->with_policy = with_policy;
	bpf_program__set_autoload(progs->cgroup_made, with_policy);
	bpf_program__set_autoload(progs->cgroup_removed, with_policy);
	if (!with_policy)
		bpf_map__set_max_entries(skeleton->maps.cgroups, 1);
}

/*
 * The programs on the LSM hooks. Where they do not decide a listen(), nobody asks what comes of it.
 */
static void set_lsm(struct bindguard *skeleton, bool decides)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	bool with_ranges = decides && skeleton->rodata->has_port_ranges;

	bpf_program__set_autoload(progs->bind_attempt, decides);
	bpf_program__set_autoload(progs->listen_attempt, decides);
	bpf_program__set_autoload(progs->option_attempt, decides);
	bpf_program__set_autoload(progs->bindx_attempt, decides);
	bpf_program__set_autoload(progs->bind_range, with_ranges);
	bpf_program__set_autoload(progs->listen_range, with_ranges);
	if (!decides) {
		bpf_program__set_autoload(progs->inet_listen_outcome, false);
		bpf_program__set_autoload(progs->inet_listen_sk_outcome, false);
	}
	bpf_map__set_autocreate(skeleton->maps.sockets, decides);
	/* Kernels that have no ranges may have no storage of tasks. */
	bpf_map__set_autocreate(skeleton->maps.range_works, with_ranges);
}

/* The programs on the cgroup hooks. */
static void set_cgroup(struct bindguard *skeleton, bool decides)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;
	bool with_ranges = decides && skeleton->rodata->has_port_ranges;

	bpf_program__set_autoload(progs->bind4_attempt, decides);
	bpf_program__set_autoload(progs->bind6_attempt, decides);
	bpf_program__set_autoload(progs->bind4_range, with_ranges);
	bpf_program__set_autoload(progs->bind6_range, with_ranges);
	bpf_map__set_autocreate(skeleton->maps.range_sockets, with_ranges);
}

static void set_kprobes(struct bindguard *skeleton, bool wanted)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;

	bpf_program__set_autoload(progs->bind_begins, wanted);
	bpf_program__set_autoload(progs->inet_bind_goes_on, wanted);
	bpf_program__set_autoload(progs->inet6_bind_goes_on, wanted);
	bpf_program__set_autoload(progs->bind_ends, wanted);
	bpf_map__set_autocreate(skeleton->maps.binding, wanted);
}

/* Nobody is going to look at outcomes, or others tell them. */
static void leave_fexit(struct bindguard *skeleton)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj)
		if (bpf_program__expected_attach_type(program) == BPF_TRACE_FEXIT)
			bpf_program__set_autoload(program, false);
}

/* What these probes do not see, and why it is them. */
static void tell_kprobes(bool decides)
{
	complain("kprobes watch, since this kernel cannot attach fexit probes: binds of 32-bit "
		 "programs are %s",
		 decides ? "decided, but their outcome is ?" : "not seen");
}

static void set_autobind(struct bindguard *skeleton, bool autobind)
{
	__typeof__(skeleton->progs) *progs = &skeleton->progs;

	bpf_program__set_autoload(progs->autobind_stream, autobind);
	bpf_program__set_autoload(progs->connect_begins, autobind);
	bpf_program__set_autoload(progs->autobind_connect, autobind);
	bpf_program__set_autoload(progs->autobind_datagram, autobind);
	bpf_map__set_autocreate(skeleton->maps.connecting, autobind);
}

int configure(struct bindguard *skeleton, const struct options *options)
{
	bool decides = options->mode != MODE_OBSERVE, kprobes = probes_kind() == PROBES_KPROBES;
	int err = fit_kernel(skeleton), status;

	if (err) {
		complain("cannot read the kernel's BTF: %s", strerror(-err));
		return EX_UNAVAILABLE;
	}
	if (kprobes && options->autobind) {
		complain("--autobind needs fexit probes, which this kernel cannot attach");
		return EX_UNAVAILABLE;
	}
	set_filters(skeleton->rodata, options);
	set_policy(skeleton, decides);
	set_lsm(skeleton, decides && options->hook == HOOK_LSM);
	set_cgroup(skeleton, decides && options->hook == HOOK_CGROUP);
	set_kprobes(skeleton, kprobes && !options->quiet);
	if (kprobes && !options->quiet)
		tell_kprobes(decides);
	if (kprobes || options->quiet)
		leave_fexit(skeleton);
	set_autobind(skeleton, options->autobind);
	libbpf_skip_modules(skeleton->progs.bind_attempt);
	skeleton->rodata->host_netns = host_netns();
	skeleton->rodata->wakeup_bytes = options->ring_size / 2;
	bpf_map__set_max_entries(skeleton->maps.events, options->ring_size);
	if (!options->count)
		bpf_map__set_max_entries(skeleton->maps.counts, 1);
	status = use_pinned(skeleton->maps.filter_cgroups, "--cgroupmap", options->cgroupmap);
	if (!status)
		status = use_pinned(skeleton->maps.filter_mount_namespaces, "--mntnsmap",
				    options->mntnsmap);
	return status;
}
