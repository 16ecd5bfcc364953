/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request for every port of a range: the kernel is to choose one of them, and the socket can say
 * of which (IP_LOCAL_PORT_RANGE), down to a single one. It is allowed only if each of them is.
 *
 * Ports that no rule tells apart have one decision, so it takes one for each bound of a rule that
 * is within the range.
 */
#ifndef POLICY_RANGE_H
#define POLICY_RANGE_H

#include "decide.h"

struct decide_range {
	__u32 next; /* port to look at */
	__u32 high; /* the last one */
	__u32 begun; /* 1: worst is a decision */
	struct bind_decision worst;
	struct bind_decision latest;
};

/* More steps than any range takes: each moves on to another word of bounds, or to another bound. */
#define DECIDE_RANGE_STEPS (65536u + 65536u / 64)

/* 0 for allow, 1 for a denial that is not enforced, 2 for one that is. */
static __always_inline __u32 decide_severity(const struct bind_decision *decision)
{
	return decision->verdict == BIND_ALLOW ? 0 : decision->enforced ? 2 : 1;
}

/* From the range's lowest port to its highest, both included. */
static __always_inline void decide_range_begin(struct decide_range *range, __u32 low, __u32 high)
{
	range->next = low;
	range->high = high;
	range->begun = 0;
}

/*
 * Takes the next step, in which the request gets its port. Returns 1 when that was the last one:
 * worst is then the first of the decisions that are as bad as any.
 */
static __always_inline int decide_range_step(const struct image *image,
					     const struct bind_image_header *header,
					     struct bind_request *request,
					     struct decide_range *range)
{
	__u32 port = range->next;
	const union bind_page *page;
	__u64 bounds;

	if (port > range->high)
		return 1;
	decide_unreadable(header, &range->latest);
	page = image_page(image, header->port_page + port / 64 / BIND_WORDS_PER_PAGE);
	if (page && range->begun) {
		bounds = page->word[port / 64 % BIND_WORDS_PER_PAGE] >> port % 64;
		range->next = (port | 63) + 1;
		if (!bounds)
			return 0;
		port += decide_lowest(bounds);
		if (port > range->high)
			return 1;
	}
	range->next = port + 1;
	if (page) {
		request->port = port;
		decide_by(image, header, request, &range->latest);
	}
	if (!range->begun || decide_severity(&range->latest) > decide_severity(&range->worst))
		range->worst = range->latest;
	range->begun = 1;
	return decide_severity(&range->worst) == 2;
}

#endif
