// SPDX-License-Identifier: GPL-2.0-only
/*
 * emptyhook - what does it cost that there is a program on the hook at all?
 *
 * Puts a BPF program that does nothing on lsm/socket_bind, says so, and stays until it is ended.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* return 0; */
static const struct bpf_insn program[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

int main(void)
{
	int id = libbpf_find_vmlinux_btf_id("socket_bind", BPF_LSM_MAC), fd = -1, link = -1;

	if (id > 0) {
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .attach_btf_id = id,
			    .expected_attach_type = BPF_LSM_MAC);
		fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "empty", "GPL", program,
				   sizeof(program) / sizeof(program[0]), &opts);
	}
	if (fd >= 0)
		link = bpf_raw_tracepoint_open(NULL, fd);
	if (link < 0) {
		fprintf(stderr, "emptyhook: cannot attach: %s\n", strerror(errno));
		return 1;
	}
	printf("attached\n");
	fflush(stdout);
	pause();
	return 0;
}
