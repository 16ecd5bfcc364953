/* SPDX-License-Identifier: GPL-2.0-only */
#include "probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

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

int probes_attach(enum bpf_prog_type type, enum bpf_attach_type attach, const char *target)
{
	int program = probes_load(type, attach, target), link, err;

	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	err = link < 0 ? -errno : 0;
	close(program);
	if (link >= 0)
		close(link);
	return err;
}

/* As libbpf looks for them: the calls' tracepoints, and the kernel's functions as events. */
static bool has_kprobes(void)
{
	int program;

	if (access("/sys/kernel/debug/tracing/events/syscalls/sys_exit_bind/id", R_OK) &&
	    access("/sys/kernel/tracing/events/syscalls/sys_exit_bind/id", R_OK))
		return false;
	if (access("/sys/bus/event_source/devices/kprobe/type", R_OK))
		return false;
	program = probes_load(BPF_PROG_TYPE_KPROBE, 0, NULL);
	if (program >= 0)
		close(program);
	return program >= 0;
}

enum probes probes_kind(void)
{
	static enum probes kind;

	if (kind != PROBES_NONE)
		return kind;
	if (!probes_attach(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "inet_bind"))
		kind = PROBES_FEXIT;
	else if (has_kprobes())
		kind = PROBES_KPROBES;
	return kind;
}
