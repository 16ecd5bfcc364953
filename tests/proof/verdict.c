/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves: the decision follows from the rule, the default and the options; what is unreadable denies
 * Bound: every header, request and rule, found or not; the item that leads to it has no criterion
 * Flags: --unwind 17
 * Mutant: policy/decide.h s/(\*forbidden | r->forbid_options) & ~/(*forbidden) \& ~/
 * Mutant: policy/decide.h s/decision->enforced &= !r->audit/decision->enforced |= !r->audit/
 * Mutant: policy/decide.h s/decision->verdict = BIND_DENY;/decision->verdict = BIND_ALLOW;/
 * Mutant: policy/decide.h s/decision->verdict == BIND_ALLOW && //
 * Mutant: policy/decide.h s/keys->narrow\[BIND_DIM_CGROUP\] == BIND_CGROUP_UNKNOWN/false/
 * Mutant: policy/decide.h s/if (keys->is_bound)/if (!keys->is_bound)/
 */
#include "proof.h"

#include "policy/decide.h"

#define ITEM_PAGE 1u

/* No more of the pages than is to be read. */
static struct bind_item items[2];
static struct bind_rule rules[BIND_RULES_PER_PAGE];
static bool items_missing, rules_missing, rules_asked;
static __u32 rules_number;

static __always_inline const union bind_page *image_page(const struct image *image, __u32 number)
{
	(void)image;
	if (number == ITEM_PAGE)
		return items_missing ? NULL : (const union bind_page *)items;
	rules_asked = true;
	rules_number = number;
	return rules_missing ? NULL : (const union bind_page *)rules;
}

/* As the documentation of the decision has it. */
static void check_rule(const struct bind_image_header *header, const struct bind_request *request,
		       const struct bind_decision *decision)
{
	const struct bind_rule *rule = NULL;
	__u32 forbidden = header->forbid_options, carried;
	__u8 verdict = header->default_verdict;

	if (decision->rule != BIND_RULE_NONE) {
		PROVE(rules_number == header->rule_page + decision->rule / BIND_RULES_PER_PAGE);
		rule = &rules[decision->rule % BIND_RULES_PER_PAGE];
		forbidden = (forbidden | rule->forbid_options) & ~(__u32)rule->permit_options;
		verdict = rule->verdict;
	}
	if (request->is_bound) /* whether it may be was decided before */
		verdict = BIND_ALLOW;
	carried = verdict == BIND_ALLOW ? request->options & forbidden : 0;
	PROVE(decision->verdict == (carried ? BIND_DENY : verdict));
	PROVE(decision->forbidden == carried);
	PROVE(decision->cause == (carried ? BIND_CAUSE_OPTIONS :
				  rule	  ? BIND_CAUSE_RULE :
					    BIND_CAUSE_DEFAULT));
	PROVE(decision->enforced ==
	      ((header->flags & BIND_IMAGE_ENFORCE) && !(rule && rule->audit)));
}

static void check_unreadable(const struct bind_image_header *header,
			     const struct bind_decision *decision)
{
	PROVE(decision->verdict == BIND_DENY);
	PROVE(decision->cause == BIND_CAUSE_UNREADABLE);
	PROVE(decision->rule == BIND_RULE_NONE);
	PROVE(decision->enforced == (header->flags & BIND_IMAGE_ENFORCE));
}

/* common is the bucket of the rule, or 0 if there is none. */
static void check_decision(__u32 common)
{
	struct bind_image_header header;
	struct bind_decision decision;
	struct bind_request request;
	bool is_missing, is_unknown;

	header.item_page = ITEM_PAGE;
	header.common = common;
	header.broad_rules = 0;
	for (int d = 0; d < BIND_DIMENSIONS; d++)
		header.tables[d].pilots = 0;
	ASSUME(header.rule_page > ITEM_PAGE && header.rule_page < 1u << 20);
	ASSUME(request.options <= BIND_OPT_ALL);
	decide_unreadable(&header, &decision);
	decide_by(NULL, &header, &request, &decision);

	is_missing = (common && items_missing) || (rules_asked && rules_missing);
	is_unknown = (header.flags & BIND_IMAGE_CGROUPS) && request.cgroup == BIND_CGROUP_UNKNOWN;
	PROVE(decision.generation == header.generation);
	PROVE(is_missing || is_unknown || !common == (decision.rule == BIND_RULE_NONE));
	if (is_missing || is_unknown)
		check_unreadable(&header, &decision);
	else
		check_rule(&header, &request, &decision);
	REACH(is_unknown && !is_missing);
	REACH(is_missing && rules_asked);
	REACH(is_missing && !rules_asked);
	REACH(decision.cause == BIND_CAUSE_RULE && decision.verdict == BIND_ALLOW);
	REACH(decision.cause == BIND_CAUSE_RULE && decision.verdict == BIND_DENY &&
	      decision.enforced);
	REACH(decision.cause == BIND_CAUSE_OPTIONS && decision.rule == BIND_RULE_NONE);
	REACH(decision.cause == BIND_CAUSE_OPTIONS && decision.rule == 7 && !decision.enforced);
	REACH(decision.cause == BIND_CAUSE_DEFAULT && decision.verdict == BIND_ALLOW);
}

int main(void)
{
	__CPROVER_havoc_object(rules);
	items_missing = nondet_bool();
	rules_missing = nondet_bool();
	items[1] = (struct bind_item){
		.rule = nondet_u32() >> 8,
		.last = 1,
		.any_port = 1,
		.any_protocol = 1,
	};
	if (nondet_bool())
		check_decision(1);
	else
		check_decision(0);
	return 0;
}
