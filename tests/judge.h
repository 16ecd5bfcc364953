/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of decisions: every decision of an image is compared with the naive matcher's, so that
 * a test only has to say what is special about its case. Also what such tests write policies with.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "naive.h"
#include "policy/compile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NONE BIND_RULE_NONE
#define GENERATION 41 /* of the images that are compared with their policies */
#define NOW 1700000000

/* The settings of such an image; the task in a cgroup. Both are pointers. */
#define SETTINGS_AT(on, moment)          \
	(&(const struct image_settings){ \
		.generation = GENERATION, .enforce = (on), .now = (moment) })
#define SETTINGS(on) SETTINGS_AT(on, NOW)
#define IN(path) (&(const struct naive_task){ .cgroup = (path) })

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

/* An IPv4 address as its mapped one; of char, for requests, where cast is (char). */
#define IPV4_OF(cast, a, b, c, d)                                               \
	{                                                                       \
		[10] = cast 0xff, cast 0xff, cast(a), cast(b), cast(c), cast(d) \
	}
#define IPV4(a, b, c, d) IPV4_OF(, a, b, c, d)
#define REQUESTED_IPV4(a, b, c, d) IPV4_OF((char), a, b, c, d)

#define ADDRESSES(...)                                                      \
	{                                                                   \
		.range = (struct policy_address[]){ __VA_ARGS__ },          \
		.count = COUNT(((struct policy_address[]){ __VA_ARGS__ })), \
	}

/* A rule with every criterion, the request that it matches, and the task. */
#define EVERY_CRITERION                                                                      \
	{                                                                                    \
		.uid = RANGES({ 33, 33 }), .protocol = TCP, .port = RANGES({ 80, 80 }),      \
		.comm = STRINGS("web"), .cgroup = STRINGS("/a"), .exe = STRINGS("/bin/web"), \
		.host_netns = true, .family = POLICY_IPV4,                                   \
		.address = ADDRESSES({ IPV4(10, 0, 0, 0), IPV4(10, 255, 255, 255) })         \
	}
#define EVERY_REQUEST                                                                          \
	{                                                                                      \
		.uid = 33, .protocol = 6, .port = 80, .comm = "web", .netns = BIND_NETNS_HOST, \
		.address = REQUESTED_IPV4(10, 1, 2, 3)                                         \
	}
#define EVERY_TASK (&(const struct naive_task){ .cgroup = "/a", .exe = "/bin/web" })

/*
 * The image's decision alone, about a request of a task; request->cgroup and request->exe are not
 * used. What the image leaves unset in decision is garbage.
 */
void judge_decide(const struct image *image, const struct bind_request *request,
		  const struct naive_task *task, struct bind_decision *decision);

/*
 * The image's decision, which has to be the naive matcher's by policy; otherwise the test fails and
 * names the case by what says has. The image is to be compiled from policy with settings.
 */
struct bind_decision judge_image(const char *says, const struct policy *policy,
				 const struct image *image, const struct bind_request *request,
				 const struct naive_task *task,
				 const struct image_settings *settings);

/* The same with an image that it compiles for this one request. */
struct bind_decision judge_policy(const char *says, const struct policy *policy,
				  const struct bind_request *request, const struct naive_task *task,
				  const struct image_settings *settings);

/* The policy's image, to be freed. */
struct image judge_compile(const struct policy *policy);

const struct bind_image_header *judge_header(const struct image *image);

/* The rule by which the image decides, or NONE; it can be read. As judge_decide(). */
uint32_t judge_rule(const struct image *image, const struct bind_request *request,
		    const struct naive_task *task);

/* Are they the same in every field? */
bool judge_same(const struct bind_decision *a, const struct bind_decision *b);

/* Prints a decision among the messages of the test that is about to fail. */
void judge_print(const char *whose, const struct bind_decision *decision);

#endif
