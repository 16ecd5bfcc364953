/* SPDX-License-Identifier: GPL-2.0-only */
#include "probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENT "events/syscalls/sys_exit_bind/id"

int probes_load(enum bpf_prog_type type, enum bpf_attach_type attach, const char *target)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	int fd, id = target ? libbpf_find_vmlinux_btf_id(target, attach) : 0;

	if (id < 0)
		return id;
	opts.attach_btf_id = id;
	fd = bpf_prog_load(type, "bindguard_probe", "GPL", code, sizeof(code) / sizeof(code[0]),
			   &opts);
	return fd < 0 ? -errno : fd;
}

/* Links of what is attached. */
static int held[4];
static size_t held_count;

static void hold(int link)
{
	if (held_count < sizeof(held) / sizeof(held[0]))
		held[held_count++] = link;
	else
		close(link);
}

void probes_end(void)
{
	while (held_count)
		close(held[--held_count]);
}

int probes_attach(enum bpf_prog_type type, enum bpf_attach_type attach, const char *target)
{
	int program = probes_load(type, attach, target), link, err;

	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	err = link < 0 ? -errno : 0;
	close(program);
	if (link >= 0)
		hold(link);
	return err;
}

/* The number of the event that bind(2) ends, where libbpf looks for it. Returns it or -errno. */
static int read_event(void)
{
	FILE *file = fopen("/sys/kernel/debug/tracing/" EVENT, "re");
	int number;

	if (!file)
		file = fopen("/sys/kernel/tracing/" EVENT, "re");
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &number) != 1)
		number = -ENODATA;
	fclose(file);
	return number;
}

int probes_kprobes(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int number = read_event(), fd;

	if (number < 0)
		return number;
	if (access("/sys/bus/event_source/devices/kprobe/type", R_OK))
		return -EOPNOTSUPP;
	attr.config = number;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

enum probes probes_kind(void)
{
	static enum probes kind;

	if (kind != PROBES_NONE)
		return kind;
	if (!probes_attach(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "inet_bind"))
		kind = PROBES_FEXIT;
	else if (!probes_kprobes())
		kind = PROBES_KPROBES;
	return kind;
}
