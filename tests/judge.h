/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of decisions: every decision of an image is compared with the naive matcher's, so that
 * a test only has to say what is special about its case. Also what such tests write policies with.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/compile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NONE BIND_RULE_NONE
#define GENERATION 41 /* of the images that are compared with their policies */

/* Values of a setting, in an initializer: RANGES({ 80, 80 }, { 8000, 8100 }), STRINGS("a", "b"). */
#define RANGES(...)                                                       \
	{                                                                 \
		.range = (struct policy_range[]){ __VA_ARGS__ },          \
		.count = COUNT(((struct policy_range[]){ __VA_ARGS__ })), \
	}
#define STRINGS(...)                                                \
	{                                                           \
		.string = (char **)(const char *[]){ __VA_ARGS__ }, \
		.count = COUNT(((const char *[]){ __VA_ARGS__ })),  \
	}

/* The protocols that "tcp" means in a policy. */
#define TCP RANGES({ 6, 6 }, { 262, 262 })

/* The highest of names that a policy can have: 15 bytes. */
#define HIGHEST "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

/* A rule with all five criteria, and the request that it matches in /a and below. */
#define ALL_FIVE                                                                        \
	{                                                                               \
		.uid = RANGES({ 33, 33 }), .protocol = TCP, .port = RANGES({ 80, 80 }), \
		.comm = STRINGS("web"), .cgroup = STRINGS("/a")                         \
	}
#define ALL_FIVE_REQUEST                                            \
	{                                                           \
		.uid = 33, .protocol = 6, .port = 80, .comm = "web" \
	}

/*
 * The image's decision alone, about a request of a task in the cgroup at path; request->cgroup is
 * not used. What the image leaves unset in decision is garbage.
 */
void judge_decide(const struct image *image, const struct bind_request *request, const char *path,
		  struct bind_decision *decision);

/*
 * The image's decision, which has to be the naive matcher's by policy; otherwise the test fails and
 * names the case by what says has. The image is to be compiled from policy with GENERATION and
 * enforce.
 */
struct bind_decision judge_image(const char *says, const struct policy *policy,
				 const struct image *image, const struct bind_request *request,
				 const char *path, bool enforce);

/* The same with an image that it compiles for this one request. */
struct bind_decision judge_policy(const char *says, const struct policy *policy,
				  const struct bind_request *request, const char *path,
				  bool enforce);

/* Are they the same in every field? */
bool judge_same(const struct bind_decision *a, const struct bind_decision *b);

/* Prints a decision among the messages of the test that is about to fail. */
void judge_print(const char *whose, const struct bind_decision *decision);

#endif
