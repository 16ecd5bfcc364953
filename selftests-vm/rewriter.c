/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rewriter port PORT CGROUP
 * rewriter refuse CGROUP
 *
 * Attaches a program to cgroup/bind4 of the cgroup with this folder: one that changes the port of
 * every bind, or one that refuses every bind, with EPERM. It stays until the cgroup goes.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Stores the port, if it is not 0, and returns the result. */
static int load(uint16_t port, int result)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(port) },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_2, .off = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_W,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2,
		  .off = offsetof(struct bpf_sock_addr, user_port) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = result },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
	attr.expected_attach_type = BPF_CGROUP_INET4_BIND;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = sizeof(code) / sizeof(code[0]);
	attr.license = (uintptr_t) "GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

static void attach(int program, const char *cgroup)
{
	union bpf_attr attr = { 0 };
	int folder = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		err(1, "%s", cgroup);
	attr.target_fd = folder;
	attr.attach_bpf_fd = program;
	attr.attach_type = BPF_CGROUP_INET4_BIND;
	if (bpf(BPF_PROG_ATTACH, &attr))
		err(1, "cannot attach");
}

int main(int argc, char **argv)
{
	int program = -1;

	if (argc == 4 && !strcmp(argv[1], "port"))
		program = load(atoi(argv[2]), 1);
	else if (argc == 3 && !strcmp(argv[1], "refuse"))
		program = load(0, 0);
	else
		errx(2, "usage: rewriter port PORT CGROUP | rewriter refuse CGROUP");
	if (program < 0)
		err(1, "cannot load");
	attach(program, argv[argc - 1]);
	return 0;
}
