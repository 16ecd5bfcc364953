/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer: any request, decided by an image as the naive matcher does. The first byte is the seed
 * of the generator's policy. Then come requests as in struct input: the generator's, at the edges
 * of the policy, but for the fields that a bit of mask takes from the bytes as they are.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "naive.h"
#include "policy/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Only bytes, so that it has no padding and any alignment will do. */
struct input {
	uint8_t mask; /* 1 << enum bind_dimension */
	uint8_t random; /* for the fields that the generator makes */
	uint8_t uid[4], protocol[4], port[4], options[4];
	uint8_t netns;
	uint8_t exe; /* one of the generator's */
	char comm[BIND_COMM_LEN];
	char address[16];
	char cgroup[32]; /* what follows the path that the generator made */
};

/* The policy of the last seed: most inputs have the same as the one before. */
static struct {
	struct generator generator;
	struct image image;
	bool made;
	uint8_t seed;
} last;

static void make(uint8_t seed)
{
	if (last.made && last.seed == seed)
		return;
	image_free(&last.image);
	generator_policy(&last.generator, seed);
	if (image_compile(&last.generator.policy, &last.generator.settings, &last.image))
		abort();
	last.made = true;
	last.seed = seed;
}

static bool takes(const struct input *input, enum bind_dimension dimension)
{
	return input->mask & (1u << dimension);
}

static uint32_t number(const uint8_t bytes[4])
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Up to its first NUL, and at most 15 bytes: it is never longer, and has NULs behind it. */
static void take_comm(struct bind_request *request, const char comm[BIND_COMM_LEN])
{
	size_t length = strnlen(comm, BIND_COMM_LEN - 1);

	memset(request->comm, 0, sizeof(request->comm));
	memcpy(request->comm, comm, length);
}

static void take_cgroup(struct generator *g, const struct input *input)
{
	size_t length = strlen(g->path);

	snprintf(g->path + length, sizeof(g->path) - length, "%.*s", (int)sizeof(input->cgroup),
		 input->cgroup);
}

static void make_request(const struct input *input, struct bind_request *request,
			 struct naive_task *task)
{
	struct generator *g = &last.generator;

	g->random = input->random;
	generator_request(g, request, task);
	if (takes(input, BIND_DIM_UID))
		request->uid = number(input->uid);
	if (takes(input, BIND_DIM_CGROUP))
		take_cgroup(g, input);
	if (takes(input, BIND_DIM_EXE))
		task->exe = input->exe < g->pool ? g->exe[input->exe] : NULL;
	if (takes(input, BIND_DIM_NETNS))
		request->netns = input->netns;
	if (takes(input, BIND_DIM_PROTOCOL))
		request->protocol = number(input->protocol);
	if (takes(input, BIND_DIM_PORT)) {
		request->port = number(input->port);
		request->options = number(input->options);
	}
	if (takes(input, BIND_DIM_COMM))
		take_comm(request, input->comm);
	if (takes(input, BIND_DIM_ADDRESS))
		memcpy(request->address, input->address, sizeof(request->address));
}

static void check(const struct input *input)
{
	const struct generator *g = &last.generator;
	struct bind_decision fast, naive;
	struct bind_request request;
	struct naive_task task;

	make_request(input, &request, &task);
	request.cgroup = image_cgroup_class(&last.image, task.cgroup);
	request.exe = task.exe ? image_exe_class(&last.image, task.exe) : 0;
	decide(&last.image, &request, &fast);
	naive_decide(&g->policy, &g->settings, &request, &task, &naive);
	if (memcmp(&fast, &naive, sizeof(fast)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;

	if (!size)
		return 0;
	make(data[0]);
	for (size_t at = 1; at < size; at += sizeof(input)) {
		size_t length = size - at < sizeof(input) ? size - at : sizeof(input);

		memset(&input, 0, sizeof(input));
		memcpy(&input, data + at, length);
		check(&input);
	}
	return 0;
}
