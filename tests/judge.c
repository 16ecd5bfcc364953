/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void judge_decide(const struct image *image, const struct bind_request *request,
		  const struct naive_task *task, struct bind_decision *decision)
{
	struct bind_request classified = *request;

	classified.cgroup = image_cgroup_class(image, task->cgroup);
	classified.exe = task->exe ? image_exe_class(image, task->exe) : 0;
	memset(decision, 0xaa, sizeof(*decision));
	decide(image, &classified, decision);
}

struct image judge_compile(const struct policy *policy)
{
	struct image image;

	assert_int_equal(image_compile(policy, SETTINGS(true), &image), 0);
	return image;
}

const struct bind_image_header *judge_header(const struct image *image)
{
	return &image->page[0].header;
}

uint32_t judge_rule(const struct image *image, const struct bind_request *request,
		    const struct naive_task *task)
{
	struct bind_decision decision;

	judge_decide(image, request, task, &decision);
	assert_int_not_equal(decision.cause, BIND_CAUSE_UNREADABLE);
	return decision.rule;
}

bool judge_same(const struct bind_decision *a, const struct bind_decision *b)
{
	return a->generation == b->generation && a->rule == b->rule && a->verdict == b->verdict &&
	       a->enforced == b->enforced && a->cause == b->cause && a->forbidden == b->forbidden;
}

void judge_print(const char *whose, const struct bind_decision *decision)
{
	print_error("%s: generation %u rule %d verdict %u enforced %u cause %u forbidden %#x\n",
		    whose, decision->generation, (int)decision->rule, decision->verdict,
		    decision->enforced, decision->cause, decision->forbidden);
}

static void print_bytes(const char *name, const char *bytes, size_t count)
{
	print_error(" %s", name);
	for (size_t i = 0; i < count; i++)
		print_error(" %02x", (unsigned char)bytes[i]);
}

static void print_request(const struct bind_request *r, const struct naive_task *task)
{
	print_error("request: uid %u protocol %u port %u options %#x netns %u exe %s cgroup %s",
		    r->uid, r->protocol, r->port, r->options, r->netns,
		    task->exe ? task->exe : "unknown", task->cgroup);
	print_bytes("comm", r->comm, sizeof(r->comm));
	print_bytes("address", r->address, sizeof(r->address));
	print_error("\n");
}

struct bind_decision judge_image(const char *says, const struct policy *policy,
				 const struct image *image, const struct bind_request *request,
				 const struct naive_task *task,
				 const struct image_settings *settings)
{
	struct bind_decision fast, naive;

	judge_decide(image, request, task, &fast);
	naive_decide(policy, settings, request, task, &naive);
	if (!judge_same(&fast, &naive)) {
		print_request(request, task);
		judge_print("image", &fast);
		judge_print("naive", &naive);
		fail_msg("%s", says);
	}
	return fast;
}

struct bind_decision judge_policy(const char *says, const struct policy *policy,
				  const struct bind_request *request, const struct naive_task *task,
				  const struct image_settings *settings)
{
	struct bind_decision decision;
	struct image image;

	assert_int_equal(image_compile(policy, settings, &image), 0);
	decision = judge_image(says, policy, &image, request, task, settings);
	image_free(&image);
	return decision;
}
