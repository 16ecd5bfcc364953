/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "naive.h"

void judge_decide(const struct image *image, const struct bind_request *request, const char *path,
		  struct bind_decision *decision)
{
	struct bind_request classified = *request;

	classified.cgroup = image_cgroup_class(image, path);
	memset(decision, 0xaa, sizeof(*decision));
	decide(image, &classified, decision);
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

static void print_request(const struct bind_request *r, const char *path)
{
	print_error("request: uid %u protocol %u port %u options %#x cgroup %s comm", r->uid,
		    r->protocol, r->port, r->options, path);
	for (size_t i = 0; i < sizeof(r->comm); i++)
		print_error(" %02x", (unsigned char)r->comm[i]);
	print_error("\n");
}

struct bind_decision judge_image(const char *says, const struct policy *policy,
				 const struct image *image, const struct bind_request *request,
				 const char *path, bool enforce)
{
	struct bind_decision fast, naive = { .generation = GENERATION };

	judge_decide(image, request, path, &fast);
	naive_decide(policy, request, path, enforce, &naive);
	if (!judge_same(&fast, &naive)) {
		print_request(request, path);
		judge_print("image", &fast);
		judge_print("naive", &naive);
		fail_msg("%s", says);
	}
	return fast;
}

struct bind_decision judge_policy(const char *says, const struct policy *policy,
				  const struct bind_request *request, const char *path,
				  bool enforce)
{
	struct bind_decision decision;
	struct image image;

	assert_int_equal(image_compile(policy, GENERATION, enforce, &image), 0);
	decision = judge_image(says, policy, &image, request, path, enforce);
	image_free(&image);
	return decision;
}
