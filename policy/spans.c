/* SPDX-License-Identifier: GPL-2.0-only */
#include "spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "paths.h"

#define MAPPED_IPV4 ((wide)0xffff << 32) /* ::ffff:0.0.0.0 */
#define MAPPED_IPV4_LAST (MAPPED_IPV4 | UINT32_MAX)
#define HIGHEST (~(wide)0)

static int add(struct spans *s, wide low, wide high)
{
	void *grown = grow(s->span, s->count, &s->space, sizeof(*s->span));

	if (!grown)
		return -ENOMEM;
	s->span = grown;
	s->span[s->count++] = (struct span){ low, high };
	return 0;
}

static int add_ranges(struct spans *s, const struct policy_ranges *ranges)
{
	int err = 0;

	for (size_t i = 0; !err && i < ranges->count; i++)
		err = add(s, ranges->range[i].low, ranges->range[i].high);
	return err;
}

static wide key_of_bytes(const char bytes[16])
{
	return (wide)decide_bytes(bytes) << 64 | decide_bytes(bytes + 8);
}

/* The names that begin with the pattern's bytes, or the one name. NULs follow a name. */
static int add_comm(struct spans *s, const char *pattern)
{
	char low[BIND_COMM_LEN] = "", high[BIND_COMM_LEN] = "";
	size_t length = strlen(pattern);

	if (pattern[length - 1] == '*') {
		length--;
		memset(high, 0xff, sizeof(high));
	}
	memcpy(low, pattern, length);
	memcpy(high, pattern, length);
	return add(s, key_of_bytes(low), key_of_bytes(high));
}

static int add_comms(struct spans *s, const struct policy_strings *comms)
{
	int err = 0;

	for (size_t i = 0; !err && i < comms->count; i++)
		err = add_comm(s, comms->string[i]);
	return err;
}

static int add_cgroups(struct spans *s, const struct image *image,
		       const struct policy_strings *cgroups)
{
	uint32_t low, high;
	int err = 0;

	for (size_t i = 0; !err && i < cgroups->count; i++) {
		paths_cgroup_classes(image, cgroups->string[i], &low, &high);
		err = add(s, low, high);
	}
	return err;
}

static int add_exes(struct spans *s, const struct image *image, const struct policy_strings *exes)
{
	int err = 0;

	for (size_t i = 0; !err && i < exes->count; i++) {
		uint32_t class = image_exe_class(image, exes->string[i]);

		err = add(s, class, class);
	}
	return err;
}

/* The part of low to high that is of the family: IPv4 is one span within IPv6. */
static int add_family(struct spans *s, enum policy_family family, wide low, wide high)
{
	int err = 0;

	if (family == POLICY_ANY_FAMILY)
		return add(s, low, high);
	if (family == POLICY_IPV4) {
		low = low < MAPPED_IPV4 ? MAPPED_IPV4 : low;
		high = high > MAPPED_IPV4_LAST ? MAPPED_IPV4_LAST : high;
		return low <= high ? add(s, low, high) : 0;
	}
	if (low < MAPPED_IPV4)
		err = add(s, low, high < MAPPED_IPV4 ? high : MAPPED_IPV4 - 1);
	if (!err && high > MAPPED_IPV4_LAST)
		err = add(s, low > MAPPED_IPV4_LAST ? low : MAPPED_IPV4_LAST + 1, high);
	return err;
}

static int add_addresses(struct spans *s, const struct policy_addresses *addresses,
			 enum policy_family family)
{
	int err = 0;

	if (!addresses->count)
		return add_family(s, family, 0, HIGHEST);
	for (size_t i = 0; !err && i < addresses->count; i++)
		err = add_family(s, family, key_of_bytes((const char *)addresses->range[i].low),
				 key_of_bytes((const char *)addresses->range[i].high));
	return err;
}

bool spans_any(const struct policy_rule *rule, enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return !rule->uid.count;
	case BIND_DIM_CGROUP:
		return !rule->cgroup.count;
	case BIND_DIM_EXE:
		return !rule->exe.count;
	case BIND_DIM_NETNS:
		return !rule->host_netns;
	case BIND_DIM_PROTOCOL:
		return !rule->protocol.count;
	case BIND_DIM_PORT:
		return !rule->port.count;
	case BIND_DIM_COMM:
		return !rule->comm.count;
	case BIND_DIM_ADDRESS:
		return !rule->address.count && rule->family == POLICY_ANY_FAMILY;
	default:
		return false;
	}
}

static int add_criterion(struct spans *s, const struct image *image, const struct policy_rule *rule,
			 enum bind_dimension dimension)
{
	switch (dimension) {
	case BIND_DIM_UID:
		return add_ranges(s, &rule->uid);
	case BIND_DIM_CGROUP:
		return add_cgroups(s, image, &rule->cgroup);
	case BIND_DIM_EXE:
		return add_exes(s, image, &rule->exe);
	case BIND_DIM_NETNS:
		return add(s, BIND_NETNS_HOST, BIND_NETNS_HOST);
	case BIND_DIM_PROTOCOL:
		return add_ranges(s, &rule->protocol);
	case BIND_DIM_PORT:
		return add_ranges(s, &rule->port);
	case BIND_DIM_COMM:
		return add_comms(s, &rule->comm);
	case BIND_DIM_ADDRESS:
		return add_addresses(s, &rule->address, rule->family);
	default:
		return -EINVAL;
	}
}

static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Sorts, and makes one of those that overlap or touch. */
static void merge(struct spans *s)
{
	size_t last = 0;

	if (s->count < 2)
		return;
	qsort(s->span, s->count, sizeof(*s->span), compare);
	for (size_t i = 1; i < s->count; i++) {
		struct span *into = &s->span[last];

		if (into->high != HIGHEST && s->span[i].low > into->high + 1)
			s->span[++last] = s->span[i];
		else if (s->span[i].high > into->high)
			into->high = s->span[i].high;
	}
	s->count = last + 1;
}

int spans_of(const struct image *image, const struct policy_rule *rule,
	     enum bind_dimension dimension, struct spans *spans)
{
	int err;

	spans->count = 0;
	err = add_criterion(spans, image, rule, dimension);
	if (!err)
		merge(spans);
	return err;
}

bool spans_have(const struct spans *spans, wide value)
{
	for (size_t i = 0; i < spans->count; i++)
		if (spans->span[i].low <= value && value <= spans->span[i].high)
			return true;
	return false;
}

void spans_free(struct spans *spans)
{
	free(spans->span);
	*spans = (struct spans){ 0 };
}
