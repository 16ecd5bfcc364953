/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: of a whole policy the first rule that matches decides, or the default, and what it says is decided
 * Bound: up to 3 rules, each with any interval or none in each dimension, or two protocols, any verdict and options; every request; rules in the common bucket
 * Flags: --unwind 10 --object-bits 12 -DBIND_PAGE_SIZE=512u -DBIND_NARROW_FANOUT=16u -DBIND_WIDE_FANOUT=16u
 * Mutant: policy/decide.h s/if (other < \*rule)/if (other > *rule)/
 * Mutant: policy/decide.h s/request->exe ^ zero/request->netns ^ zero/
 * Mutant: policy/decide.h s/decide_bytes(request->comm + 8)/decide_bytes(request->comm)/
 * Mutant: policy/decide.h s/if (item->last)/if (i == 1)/
 * Mutant: policy/decide.h s/decision->verdict = r->verdict/decision->verdict = header->default_verdict/
 */
#include "proof.h"

#include "policy/decide.h"

#define RULES 3

enum { ITEM_PAGE = 1, BOX_PAGE, RULE_PAGE };

/*
 * What a rule of the policy says. Bytes are numbers here: that they are in one order says "order".
 */
struct criteria {
	bool any_port, any_protocol;
	__u16 port_low, port_high;
	__u16 protocol[2];
	bool is_boxed; /* it has an interval in each dimension */
	__u32 low[BIND_NARROW_DIMENSIONS], high[BIND_NARROW_DIMENSIONS];
	unsigned __int128 wide_low[BIND_WIDE_DIMENSIONS], wide_high[BIND_WIDE_DIMENSIONS];
};

static struct criteria criteria[RULES];
static struct bind_item items[1 + RULES];
static struct bind_box boxes[1 + RULES];
static struct bind_rule rule_page[RULES];

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	PROVE(number >= ITEM_PAGE && number <= RULE_PAGE);
	if (number == ITEM_PAGE)
		return (const union bind_page *)items;
	if (number == BOX_PAGE)
		return (const union bind_page *)boxes;
	return (const union bind_page *)rule_page;
}

static unsigned __int128 bytes_number(const char bytes[16])
{
	return (unsigned __int128)decide_bytes(bytes) << 64 | decide_bytes(bytes + 8);
}

static bool is_in_intervals(const struct criteria *c, const struct bind_request *request)
{
	const __u32 narrow[BIND_NARROW_DIMENSIONS] = {
		[BIND_DIM_NETNS] = request->netns, [BIND_DIM_PROTOCOL] = request->protocol,
		[BIND_DIM_UID] = request->uid,	   [BIND_DIM_CGROUP] = request->cgroup,
		[BIND_DIM_EXE] = request->exe,	   [BIND_DIM_PORT] = request->port,
	};
	const unsigned __int128 wide[BIND_WIDE_DIMENSIONS] = { bytes_number(request->comm),
							       bytes_number(request->address) };
	bool is_in = true;

	for (int d = 0; d < BIND_NARROW_DIMENSIONS; d++)
		is_in &= c->low[d] <= narrow[d] && narrow[d] <= c->high[d];
	for (int d = 0; d < BIND_WIDE_DIMENSIONS; d++)
		is_in &= c->wide_low[d] <= wide[d] && wide[d] <= c->wide_high[d];
	return is_in;
}

/* The naive matcher's part. */
static bool matches(const struct criteria *c, const struct bind_request *request)
{
	if (!c->any_port && (request->port < c->port_low || request->port > c->port_high))
		return false;
	if (!c->any_protocol && request->protocol != c->protocol[0] &&
	    request->protocol != c->protocol[1])
		return false;
	return !c->is_boxed || is_in_intervals(c, request);
}

static __u32 first_match(__u32 rules, const struct bind_request *request)
{
	for (__u32 i = 0; i < rules; i++)
		if (matches(&criteria[i], request))
			return i;
	return BIND_RULE_NONE;
}

static struct bind_key key_of(unsigned __int128 number)
{
	return (struct bind_key){ number >> 64, number };
}

static void make_box(const struct criteria *c, struct bind_box *box)
{
	for (int d = 0; d < BIND_NARROW_DIMENSIONS; d++) {
		box->low[d] = c->low[d];
		box->high[d] = c->high[d];
	}
	for (int d = 0; d < BIND_WIDE_DIMENSIONS; d++) {
		box->wide_low[d] = key_of(c->wide_low[d]);
		box->wide_high[d] = key_of(c->wide_high[d]);
	}
}

/* The image of so many of the rules. */
static void make_image(__u32 rules, struct bind_image_header *header)
{
	*header = (struct bind_image_header){ 0 };
	header->generation = nondet_u32();
	header->flags = nondet_u32();
	header->default_verdict = nondet_bool() ? BIND_DENY : BIND_ALLOW;
	header->forbid_options = nondet_u32() & BIND_OPT_ALL;
	header->item_page = ITEM_PAGE;
	header->box_page = BOX_PAGE;
	header->rule_page = RULE_PAGE;
	header->common = rules ? 1 : 0;
	for (__u32 i = 0; i < rules; i++) {
		const struct criteria *c = &criteria[i];

		items[1 + i] = (struct bind_item){
			.rule = i,
			.last = i + 1 == rules,
			.any_port = c->any_port,
			.any_protocol = c->any_protocol,
			.box = c->is_boxed ? 1 + i : 0,
			.port_low = c->port_low,
			.port_high = c->port_high,
			.protocol = { c->protocol[0], c->protocol[1] },
		};
		make_box(c, &boxes[1 + i]);
		rule_page[i] = (struct bind_rule){
			.verdict = nondet_bool() ? BIND_DENY : BIND_ALLOW,
			.audit = nondet_bool(),
			.permit_options = nondet_u8() & BIND_OPT_ALL,
			.forbid_options = nondet_u8() & BIND_OPT_ALL,
		};
	}
}

/* The rule in the documentation of the decision. */
static void check_decision(const struct bind_image_header *header, __u32 rule,
			   const struct bind_request *request, const struct bind_decision *decision)
{
	__u32 verdict = header->default_verdict, forbidden = header->forbid_options;
	bool enforced = header->flags & BIND_IMAGE_ENFORCE;

	if (rule != BIND_RULE_NONE) {
		const struct bind_rule *r = &rule_page[rule];

		verdict = r->verdict;
		forbidden = (forbidden | r->forbid_options) & ~(__u32)r->permit_options;
		enforced &= !r->audit;
	}
	if (verdict == BIND_ALLOW && (request->options & forbidden))
		verdict = BIND_DENY;
	PROVE(decision->rule == rule);
	PROVE(decision->verdict == verdict);
	PROVE(decision->enforced == enforced);
}

static void check(__u32 rules)
{
	struct bind_image_header header;
	struct bind_request request;
	struct bind_decision decision;
	__u32 rule;

	request.is_bound = 0;
	ASSUME(request.options <= BIND_OPT_ALL);
	/* A cgroup that is not known is denied: the proof "verdict". */
	ASSUME(request.cgroup != BIND_CGROUP_UNKNOWN);
	make_image(rules, &header);
	decide_unreadable(&header, &decision);
	decide_by(NULL, &header, &request, &decision);
	rule = first_match(rules, &request);
	check_decision(&header, rule, &request, &decision);
	REACH(rule == 0 && rules == 1);
	REACH(rule == 2 && criteria[0].is_boxed && criteria[1].is_boxed && criteria[2].is_boxed);
	REACH(rule == BIND_RULE_NONE && rules == RULES);
	REACH(rule == BIND_RULE_NONE && rules == 0);
	REACH(decision.cause == BIND_CAUSE_OPTIONS && rule == 1);
}

int main(void)
{
	__CPROVER_havoc_object(criteria);
	for (int i = 0; i < RULES; i++) {
		criteria[i].any_port = nondet_bool();
		criteria[i].any_protocol = nondet_bool();
		criteria[i].is_boxed = nondet_bool();
	}
	if (nondet_bool())
		check(0);
	else if (nondet_bool())
		check(1);
	else if (nondet_bool())
		check(2);
	else
		check(RULES);
	return 0;
}
