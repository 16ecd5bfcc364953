/* SPDX-License-Identifier: GPL-2.0-only */
/* From what is asked to what the hook returns: the decision, and the report of it. */
#ifndef BPF_JUDGE_BPF_H
#define BPF_JUDGE_BPF_H

#include "image.bpf.h"
#include "report.bpf.h"
#include "request.bpf.h"

/*
 * Begins a decision: denied, until it is known better. Returns the header of the image in force if
 * the request is to be decided by it, or NULL: whatever cannot be read is denied, and what the
 * kernel is going to refuse by itself is passed on, so that programs see the errno they know.
 */
static __always_inline const struct bind_image_header *
judge_begin(struct image *image, enum asked_state state, struct bind_decision *decision)
{
	const struct bind_image_header *header = image_open(image, BIND_SLOT_IN_FORCE);

	decide_unreadable(header, decision);
	/* Without a header: cannot happen, the policy is published before the hook is attached. */
	if (!header || state == ASKED_UNREADABLE)
		return 0;
	if (state == ASKED_WELL)
		return header;
	decision->verdict = BIND_ALLOW;
	decision->cause = BIND_CAUSE_MALFORMED;
	decision->enforced = 0;
	return 0;
}

/* The request as the evaluator wants it: what else it is made of does not stay on the stack. */
static __always_inline void judge_keys(struct sock *sk, const struct asked *asked,
				       const struct bind_image_header *header,
				       struct decide_keys *keys)
{
	struct bind_request request;

	read_request(sk, asked, header, &request);
	decide_make_keys(&request, decide_zero(header->generation), keys);
	DECIDE_KEEP(*keys);
}

static __always_inline void judge_decide(struct sock *sk, struct asked *asked,
					 enum asked_state state, struct bind_decision *decision)
{
	const struct bind_image_header *header;
	struct decide_keys keys;
	struct image image;

	header = judge_begin(&image, state, decision);
	if (!header)
		return;
	forget_asked(asked, header->generation);
	judge_keys(sk, asked, header, &keys);
	decide_keyed(&image, header, &keys, decision);
}

/* Like forget_asked(): what follows is the same for all decisions, and a report is long. */
static __always_inline void forget_decision(struct bind_decision *decision)
{
	/* The four bytes in which it is told. */
	*(__u32_alias *)&decision->verdict ^= (__u32)decide_zero(decision->generation);
	DECIDE_KEEP(*decision);
}

static __always_inline bool judge_refuses(const struct bind_decision *decision)
{
	return decision->verdict == BIND_DENY && decision->enforced;
}

/*
 * Decides and reports an attempt; that a socket which is bound may keep its options is not worth a
 * report. Returns whether it is refused.
 */
static __always_inline bool judge(struct sock *sk, struct asked *asked, enum asked_state state)
{
	struct bind_decision decision;

	judge_decide(sk, asked, state, &decision);
	forget_decision(&decision);
	if (!asked->is_bound || decision.verdict == BIND_DENY)
		report_attempt(sk, asked, &decision);
	return judge_refuses(&decision);
}

/*
 * What the hook returns. Two constants, on two paths: out of anything shorter clang 14 makes a
 * negation, whose range the verifier of 6.12 does not follow.
 */
static __always_inline int judge_return(int refused)
{
	barrier_var(refused);
	if (!refused)
		return 0;
	asm volatile("" ::: "memory");
	return -EACCES;
}

#endif
