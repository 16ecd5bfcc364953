/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluator in this kernel against the same one in user space: the compiler for BPF, the
 * verifier and the kernel's own compiler are between them. Without the privilege to load programs
 * this is skipped.
 *
 * BINDGUARD_SEED and BINDGUARD_ROUNDS set the first seed and how many policies it makes.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "evaluate.h"
#include "generator.h"
#include "judge.h"

#include "evaluate.skel.h"

#define SEED 20250301
#define ROUNDS 1000
#define REQUESTS 128 /* of each policy */

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static int __attribute__((format(printf, 2, 0)))
print_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

/* May this process load programs at all? */
static bool may_load(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_SLEEPABLE);
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	libbpf_set_print(print_nothing);
	fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "may_load", "GPL", insns, COUNT(insns), &opts);
	libbpf_set_print(print_warnings);
	if (fd < 0) {
		print_message("# cannot load a BPF_PROG_TYPE_SYSCALL program: %s\n", strerror(-fd));
		return false;
	}
	close(fd);
	return true;
}

/* What session_publish() does. */
static void publish(const struct evaluate *skeleton, const struct image *image)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP | BPF_F_RDONLY_PROG);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_image", sizeof(uint32_t),
				sizeof(union bind_page), image->pages, &opts);
	uint32_t zero = 0;

	assert_true(fd >= 0);
	for (uint32_t i = 0; i < image->pages; i++)
		assert_int_equal(bpf_map_update_elem(fd, &i, &image->page[i], BPF_ANY), 0);
	assert_int_equal(bpf_map_freeze(fd), 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skeleton->maps.policy), &zero, &fd,
					     BPF_ANY),
			 0);
	close(fd);
}

static void run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	assert_int_equal(opts.retval, 0);
}

/* Returns false, and says so, if the kernel differs. */
static bool compare(struct evaluate *skeleton, const struct image *image,
		    const struct bind_request *request, const struct naive_task *task)
{
	struct evaluation *evaluation = &skeleton->bss->evaluation;
	uint32_t class = image_cgroup_class(image, task->cgroup);
	struct bind_decision decision;

	memset(evaluation, 0xaa, sizeof(*evaluation));
	memset(&evaluation->path, 0, sizeof(evaluation->path));
	memcpy(evaluation->path.text, task->cgroup, strlen(task->cgroup));
	run(skeleton->progs.evaluate_cgroup);
	evaluation->request = *request;
	evaluation->request.cgroup = evaluation->class;
	evaluation->request.exe = task->exe ? image_exe_class(image, task->exe) : 0;
	run(skeleton->progs.evaluate_request);

	judge_decide(image, request, task, &decision);
	if (evaluation->class == class && judge_same(&evaluation->decision, &decision))
		return true;
	print_error("kernel: class %u of %s, expected %u\n", evaluation->class, task->cgroup,
		    class);
	judge_print("kernel", &evaluation->decision);
	judge_print("user space", &decision);
	return false;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void check_policy(struct evaluate *skeleton, struct generator *g, uint64_t seed)
{
	struct naive_task task;
	struct bind_request request;
	struct image image;

	generator_policy(g, seed);
	assert_int_equal(image_compile(&g->policy, &g->settings, &image), 0);
	publish(skeleton, &image);
	for (int i = 0; i < REQUESTS; i++) {
		generator_request(g, &request, &task);
		if (!compare(skeleton, &image, &request, &task))
			fail_msg("to see it again: BINDGUARD_SEED=%" PRIu64 " BINDGUARD_ROUNDS=1",
				 seed);
	}
	image_free(&image);
}

static void test_the_kernel_decides_as_user_space_does(void **state)
{
	uint64_t seed = setting("BINDGUARD_SEED", SEED);
	uint64_t rounds = setting("BINDGUARD_ROUNDS", ROUNDS);
	struct evaluate *skeleton;
	struct generator *g;

	(void)state;
	if (!may_load())
		skip();
	g = calloc(1, sizeof(*g));
	skeleton = evaluate__open_and_load();
	assert_non_null(g);
	assert_non_null(skeleton);
	for (uint64_t round = 0; round < rounds; round++)
		check_policy(skeleton, g, seed + round);
	print_message("# %" PRIu64 " pairs compared\n", rounds * REQUESTS);
	evaluate__destroy(skeleton);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_kernel_decides_as_user_space_does),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
