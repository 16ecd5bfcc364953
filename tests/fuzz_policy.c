/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer: any bytes as a policy. What loads is linted and compiled, and for each rule a request
 * that fits it is decided as the naive matcher does.
 *
 * The reader runs libconfig in a child, and a fork for each input that passes the scanner is slow.
 * So there is a second kind of input: 0xff, with which no text begins, and then what a child might
 * have written, which goes to the tree and the parser without one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "naive.h"
#include "policy/compile.h"
#include "policy/lint.h"
#include "policy/messages.h"
#include "policy/parse.h"
#include "policy/policy.h"
#include "policy/tree.h"

#define NOW 1700000000
#define RECORDS 0xff
#define RULES 64 /* that a request is made for */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The message has to be what its header promises. */
static void check_messages(const struct policy_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		for (const char *at = messages->message[i].text; *at; at++)
			if (*at < ' ' || *at > '~')
				abort();
}

/* Parses records as policy_read_text() does with those of its child. */
static struct policy *read_records(const uint8_t *data, size_t size, struct policy_messages *errors)
{
	struct policy *policy = calloc(1, sizeof(*policy));
	struct source source = { .file = "records", .errors = errors };
	struct tree_error error;
	struct setting *root = tree_build(data, size, &error);
	struct parse *parse;

	if (!policy)
		abort();
	parse = parse_new(policy);
	if (root)
		parse_tree(parse, &source, root);
	else
		messages_add(&source, 0, "not the records of a tree");
	parse_end(parse, &source, root);
	parse_free(parse);
	setting_free(root);
	if (root && !errors->count)
		return policy;
	messages_sort(errors, 0, policy);
	policy_free(policy);
	return NULL;
}

static uint32_t first(const struct policy_ranges *ranges, uint32_t otherwise)
{
	return ranges->count ? ranges->range[0].low : otherwise;
}

/* The first value of each setting, a pattern without its star. */
static void aim(const struct policy_rule *rule, struct bind_request *request,
		char cgroup[BIND_CGROUP_PATH_LEN])
{
	*request = (struct bind_request){
		.uid = first(&rule->uid, 0),
		.netns = BIND_NETNS_HOST,
		.protocol = first(&rule->protocol, 6),
		.port = first(&rule->port, 80),
		.options = rule->forbid_options | BIND_OPT_REUSEADDR,
	};
	if (rule->comm.count)
		memcpy(request->comm, rule->comm.string[0],
		       strcspn(rule->comm.string[0], "*") % BIND_COMM_LEN);
	if (rule->address.count)
		memcpy(request->address, rule->address.range[0].low, sizeof(request->address));
	snprintf(cgroup, BIND_CGROUP_PATH_LEN, "%s",
		 rule->cgroup.count ? rule->cgroup.string[0] : "/");
	cgroup[strcspn(cgroup, "*")] = '\0';
}

static void check_decision(const struct policy *policy, const struct image_settings *settings,
			   const struct image *image, const struct policy_rule *rule)
{
	char cgroup[BIND_CGROUP_PATH_LEN];
	struct naive_task task = { .cgroup = cgroup };
	struct bind_decision fast, naive;
	struct bind_request request;

	aim(rule, &request, cgroup);
	task.exe = rule->exe.count ? rule->exe.string[0] : NULL;
	request.cgroup = image_cgroup_class(image, cgroup);
	request.exe = task.exe ? image_exe_class(image, task.exe) : 0;
	decide(image, &request, &fast);
	naive_decide(policy, settings, &request, &task, &naive);
	if (memcmp(&fast, &naive, sizeof(fast)) != 0)
		abort();
}

static void use(const struct policy *policy)
{
	static const struct policy_rule any;
	const struct image_settings settings = { .generation = 1, .enforce = true, .now = NOW };
	struct policy_messages warnings = { 0 };
	struct image image;

	policy_lint(policy, NOW, &warnings);
	check_messages(&warnings);
	policy_messages_free(&warnings);
	image_next_expiry(policy, NOW);
	if (image_compile(policy, &settings, &image))
		return;
	check_decision(policy, &settings, &image, &any);
	for (size_t i = 0; i < policy->rules && i < RULES; i++)
		check_decision(policy, &settings, &image, &policy->rule[i]);
	image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;

	if (size && data[0] == RECORDS)
		policy = read_records(data + 1, size - 1, &errors);
	else
		policy = policy_read_text("fuzz.conf", (const char *)data, size, &errors);
	if (!policy == !errors.count)
		abort();
	check_messages(&errors);
	if (policy)
		use(policy);
	policy_free(policy);
	policy_messages_free(&errors);
	return 0;
}
