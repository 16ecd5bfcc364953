/* SPDX-License-Identifier: GPL-2.0-only */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>

#include "broad.h"
#include "builder.h"
#include "filing.h"
#include "paths.h"
#include "spans.h"

static int write_rules(struct builder *b)
{
	struct bind_rule *rule = calloc(b->policy->rules + 1, sizeof(*rule));
	uint32_t page;
	int err;

	if (!rule)
		return -ENOMEM;
	for (size_t i = 0; i < b->policy->rules; i++)
		rule[i] = (struct bind_rule){
			.verdict = b->policy->rule[i].verdict,
			.audit = b->policy->rule[i].audit,
			.permit_options = b->policy->rule[i].permit_options,
			.forbid_options = b->policy->rule[i].forbid_options,
		};
	err = builder_array(b, rule, b->policy->rules * sizeof(*rule), &page);
	builder_header(b)->rule_page = page;
	free(rule);
	return err;
}

/* At which ports a rule's ranges begin, and where one is just behind their end. */
static int write_port_bounds(struct builder *b)
{
	uint64_t bits[65536 / 64] = { 0 };
	uint32_t page;
	int err;

	for (size_t i = 0; i < b->policy->rules; i++) {
		const struct policy_ranges *ports = &b->policy->rule[i].port;

		for (size_t j = 0; j < ports->count && !builder_skips(b, &b->policy->rule[i]);
		     j++) {
			uint32_t low = ports->range[j].low, behind = ports->range[j].high + 1;

			if (low < 65536)
				bits[low / 64] |= 1ULL << low % 64;
			if (behind < 65536)
				bits[behind / 64] |= 1ULL << behind % 64;
		}
	}
	err = builder_array(b, bits, sizeof(bits), &page);
	builder_header(b)->port_page = page;
	return err;
}

static int write_all(struct builder *b)
{
	struct broad broad = { 0 };
	int err = write_rules(b);

	if (!err)
		err = write_port_bounds(b);
	if (!err)
		err = paths_write(b);
	if (!err)
		err = filing_write(b, &broad);
	if (!err)
		err = broad_write(b, &broad);
	free(broad.rule);
	return err;
}

/* Which parts of a request the rules ask for. */
static uint32_t needs(const struct policy *policy)
{
	uint32_t flags = policy->forbid_options ? BIND_IMAGE_OPTIONS : 0;

	for (size_t i = 0; i < policy->rules; i++) {
		const struct policy_rule *rule = &policy->rule[i];

		flags |= rule->forbid_options ? BIND_IMAGE_OPTIONS : 0;
		for (int d = 0; d < BIND_DIMENSIONS; d++)
			flags |= spans_any(rule, d) ? 0 : BIND_IMAGE_NEEDS(d);
	}
	return flags;
}

static void fill_header(struct builder *b, const struct image_settings *settings)
{
	struct bind_image_header *header = builder_header(b);

	header->magic = BIND_IMAGE_MAGIC;
	header->generation = settings->generation;
	header->pages = b->image->pages;
	header->flags = needs(b->policy) | (settings->enforce ? BIND_IMAGE_ENFORCE : 0);
	header->rules = b->policy->rules;
	header->default_verdict = b->policy->default_verdict;
	header->forbid_options = b->policy->forbid_options;
}

int image_compile(const struct policy *policy, const struct image_settings *settings,
		  struct image *image)
{
	struct builder b = { .policy = policy, .now = settings->now, .image = image };
	uint32_t header;
	int err;

	*image = (struct image){ 0 };
	if (policy->rules > BIND_MAX_RULES)
		return -E2BIG;
	err = paths_classify(policy, image);
	if (!err)
		err = builder_page(&b, &header);
	if (!err)
		err = write_all(&b);
	if (!err)
		fill_header(&b, settings);
	else
		image_free(image);
	return err;
}

void image_free(struct image *image)
{
	free(image->exe);
	free(image->cgroup);
	free(image->path);
	free(image->page);
	*image = (struct image){ 0 };
}

int64_t image_next_expiry(const struct policy *policy, int64_t now)
{
	int64_t next = 0;

	for (size_t i = 0; i < policy->rules; i++) {
		int64_t expires = policy->rule[i].expires;

		if (expires > now && (!next || expires < next))
			next = expires;
	}
	return next;
}
