/* SPDX-License-Identifier: GPL-2.0-only */
#include "listing.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

struct listing {
	struct bpf_prog_info info;
	struct bpf_insn *code;
	struct bpf_line_info *lines;
	struct btf *btf;
};

/* Asks twice: for the sizes, then for the contents. */
static int read_program(int program, struct listing *l)
{
	uint32_t size = sizeof(l->info), code_size, lines;

	if (bpf_obj_get_info_by_fd(program, &l->info, &size))
		return -errno;
	code_size = l->info.xlated_prog_len;
	lines = l->info.nr_line_info;
	l->code = calloc(1, code_size + 1);
	l->lines = calloc(lines + 1, sizeof(*l->lines));
	if (!l->code || !l->lines)
		return -ENOMEM;
	l->info = (struct bpf_prog_info){
		.xlated_prog_len = code_size,
		.xlated_prog_insns = (uintptr_t)l->code,
		.nr_line_info = lines,
		.line_info_rec_size = sizeof(*l->lines),
		.line_info = (uintptr_t)l->lines,
	};
	if (bpf_obj_get_info_by_fd(program, &l->info, &size))
		return -errno;
	l->btf = btf__load_from_kernel_by_id(l->info.btf_id);
	return 0;
}

static void print_code(FILE *out, const struct listing *l)
{
	uint32_t count = l->info.xlated_prog_len / sizeof(*l->code), line = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct bpf_insn *in = &l->code[i];

		for (; line < l->info.nr_line_info && l->lines[line].insn_off <= i; line++)
			if (l->btf)
				fprintf(out, "; %s\n",
					btf__name_by_offset(l->btf, l->lines[line].line_off));
		fprintf(out, "%5u: %02x dst r%-2u src r%-2u off %-6d imm %d\n", i, in->code,
			in->dst_reg, in->src_reg, in->off, in->imm);
	}
}

int listing_print(FILE *out, const char *name, int program)
{
	struct listing l = { 0 };
	int err = read_program(program, &l);

	if (!err) {
		fprintf(out, "program %s: id %u, %zu instructions\n", name, l.info.id,
			l.info.xlated_prog_len / sizeof(*l.code));
		print_code(out, &l);
		fputc('\n', out);
	}
	btf__free(l.btf);
	free(l.code);
	free(l.lines);
	return err;
}
