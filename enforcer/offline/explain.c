/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "criteria.h"
#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "enforcer/verb.h"
#include "enforcer/watch/load.h"
#include "policy/names.h"
#include "query.h"

/* Of many rules before the one that decides, the first and the last ones are shown. */
#define SHOWN_FIRST 50
#define SHOWN_LAST 10

enum {
	OPTION_UID = 256,
	OPTION_COMM,
	OPTION_CGROUP,
	OPTION_EXE,
	OPTION_NETNS,
	OPTION_OPTION,
	OPTION_VIA,
	OPTION_PROTOCOL,
	OPTION_BIND,
	OPTION_ALL,
	OPTION_NAMED, /* the protocol is the option's name */
};

static const struct option long_options[] = {
	{ "uid", required_argument, NULL, OPTION_UID },
	{ "comm", required_argument, NULL, OPTION_COMM },
	{ "cgroup", required_argument, NULL, OPTION_CGROUP },
	{ "exe", required_argument, NULL, OPTION_EXE },
	{ "netns", required_argument, NULL, OPTION_NETNS },
	{ "option", required_argument, NULL, OPTION_OPTION },
	{ "via", required_argument, NULL, OPTION_VIA },
	{ "protocol", required_argument, NULL, OPTION_PROTOCOL },
	{ "bind", required_argument, NULL, OPTION_BIND },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "help", no_argument, NULL, 'h' },
	{ "tcp", required_argument, NULL, OPTION_NAMED },
	{ "udp", required_argument, NULL, OPTION_NAMED + 1 },
	{ "sctp", required_argument, NULL, OPTION_NAMED + 2 },
	{ "mptcp", required_argument, NULL, OPTION_NAMED + 3 },
	{ "udplite", required_argument, NULL, OPTION_NAMED + 4 },
	{ "icmp", required_argument, NULL, OPTION_NAMED + 5 },
	{ "icmpv6", required_argument, NULL, OPTION_NAMED + 6 },
	{ "raw", required_argument, NULL, OPTION_NAMED + 7 },
	{ NULL, 0, NULL, 0 },
};

#define EXAMPLE "bindguard explain policy.conf --uid www-data --tcp 0.0.0.0:443"

static const struct verb verb = {
	.name = "explain",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard explain POLICY BIND [TASK] [OPTIONS]\n"
		"Which rule decides this bind, and why does no rule before it?\n"
		"\n"
		"BIND is one of these; PORT 0 or \"ephemeral\" lets the kernel pick one:\n"
		"  --tcp, --udp, --sctp, --mptcp, --udplite, --icmp, --icmpv6 ADDRESS:PORT\n"
		"                     ADDRESS is as 127.0.0.1 or [::1]\n"
		"  --raw ADDRESS      a raw socket has no port\n"
		"  --protocol NAME|NUMBER --bind ADDRESS:PORT\n"
		"\n"
		"TASK is any of these; in brackets what is taken otherwise:\n"
		"  --uid USER         name or number (65534)\n"
		"  --cgroup PATH      its cgroup (/)\n"
		"  --exe PATH         its executable (unknown)\n"
		"  --comm NAME        the name of its process (none)\n"
		"  --netns host|other is the socket in the initial network namespace? (host)\n"
		"\n"
		"  --option NAME      a socket option that is set, such as SO_REUSEPORT\n"
		"  --via HOW          bind, listen, bindx or setsockopt (bind); of a socket that\n"
		"                     has a port, the last and listen ask for its options only\n"
		"  --all              show all rules before, not the first 50 and last 10 only\n"
		"  -h, --help         this text\n"
		"\n"
		"Exit status: 0 allow, 1 deny, 64 usage, 78 an error in the policy.\n"
		"Example: " EXAMPLE "\n",
};

struct options {
	const char *policy;
	const char *protocol, *bind;
	bool all;
	struct query query;
};

/* --tcp and the like, and --protocol: there can be one. */
static bool set_protocol(struct options *options, const char *name, const char *protocol)
{
	if (options->protocol) {
		complain("--%s: there is a protocol already: %s", name, options->protocol);
		return false;
	}
	options->protocol = protocol;
	return true;
}

static bool set_bind(struct options *options, const char *name, const char *bind)
{
	if (options->bind) {
		complain("--%s: there is a bind already: %s", name, options->bind);
		return false;
	}
	options->bind = bind;
	return true;
}

/* The fields of the query that have an option each. */
static bool set_field(struct query *query, int option, const char *name, const char *value)
{
	struct query_error error;
	bool set = false;

	if (option == OPTION_UID)
		set = query_set_uid(query, value, &error);
	else if (option == OPTION_COMM)
		set = query_set_comm(query, value, &error);
	else if (option == OPTION_CGROUP)
		set = query_set_cgroup(query, value, &error);
	else if (option == OPTION_EXE)
		set = query_set_exe(query, value, &error);
	else if (option == OPTION_NETNS)
		set = query_set_netns(query, value, &error);
	else if (option == OPTION_VIA)
		set = query_set_via(query, value, &error);
	else
		set = query_add_option(query, value, &error);
	if (!set)
		complain("--%s: %s", name, error.text);
	return set;
}

static const char *option_name(int option)
{
	const struct option *known = long_options;

	while (known->val != option)
		known++;
	return known->name;
}

static bool set_option(struct options *options, int option)
{
	const char *name = option_name(option);

	if (option == OPTION_ALL)
		return options->all = true;
	if (option == OPTION_PROTOCOL)
		return set_protocol(options, name, optarg);
	if (option == OPTION_BIND)
		return set_bind(options, name, optarg);
	if (option >= OPTION_NAMED)
		return set_protocol(options, name, name) && set_bind(options, name, optarg);
	return set_field(&options->query, option, name, optarg);
}

/* What can only be told once all options are known. */
static int finish_options(int argc, char **argv, struct options *options)
{
	struct query_error error;

	if (optind == argc)
		complain("explain: no policy given, for example " EXAMPLE);
	else if (argc - optind > 1)
		complain("explain: %s: unexpected argument", argv[optind + 1]);
	else if (!options->bind || !options->protocol)
		complain("explain: no bind given, for example " EXAMPLE);
	else if (!query_set_bind(&options->query, options->protocol, options->bind, &error))
		complain("explain: %s", error.text);
	else
		return -1;
	return verb_usage(&verb);
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int option, status;

	query_init(&options->query);
	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		if (!set_option(options, option))
			return verb_usage(&verb);
	}
	status = finish_options(argc, argv, options);
	if (status < 0)
		options->policy = argv[optind];
	return status;
}

static void print_escaped(const char *text)
{
	char *escaped = escape_text(text);

	fputs(escaped ? escaped : "?", stdout);
	free(escaped);
}

static void print_verdict(const struct bind_decision *decision)
{
	char options[128];

	fputs(decision->verdict == BIND_ALLOW ? "verdict: allow" : "verdict: deny", stdout);
	if (decision->cause == BIND_CAUSE_OPTIONS)
		printf(", because of %s",
		       names_options(decision->forbidden, options, sizeof(options)));
	if (decision->cause == BIND_CAUSE_UNREADABLE)
		fputs(", because the policy cannot be read", stdout);
	if (decision->verdict == BIND_DENY && !decision->enforced)
		fputs("; audit: the rule reports it and lets it through", stdout);
	putchar('\n');
}

static void print_rule(const struct policy *policy, uint32_t index)
{
	const struct policy_rule *rule;

	if (index >= policy->rules) {
		puts("rule: -, the default");
		return;
	}
	rule = &policy->rule[index];
	fputs("rule: ", stdout);
	print_escaped(rule->name);
	fputs(" (", stdout);
	print_escaped(rule->file);
	printf(":%u)\n", rule->line);
}

/* The rules that were tried and do not match. */
static void print_before(const struct options *options, const struct load *load, size_t count)
{
	size_t left_out = 0;

	if (!options->all && count > SHOWN_FIRST + SHOWN_LAST)
		left_out = count - SHOWN_FIRST - SHOWN_LAST;
	if (count)
		printf("\nTried before, and not matched:\n");
	for (size_t i = 0; i < count; i++) {
		const struct policy_rule *rule = &load->policy->rule[i];

		if (left_out && i == SHOWN_FIRST) {
			i += left_out;
			rule = &load->policy->rule[i];
			printf("... %zu rule%s left out, --all shows all ...\n", left_out,
			       left_out == 1 ? "" : "s");
		}
		print_escaped(rule->file);
		printf(":%u: ", rule->line);
		print_escaped(rule->name);
		fputs(": ", stdout);
		criteria_print(stdout, load, &options->query, i);
		putchar('\n');
	}
}

static int explain_query(const struct options *options, const struct load *load)
{
	struct bind_decision decision;
	struct bind_request request;
	size_t before;

	query_request(&load->image, &options->query, &request);
	decide(&load->image, &request, &decision);
	before = decision.rule < load->policy->rules ? decision.rule : load->policy->rules;

	fputs("request: ", stdout);
	query_print(stdout, &options->query);
	putchar('\n');
	print_verdict(&decision);
	print_rule(load->policy, decision.rule);
	print_before(options, load, before);
	return decision.verdict == BIND_ALLOW ? 0 : 1;
}

int explain(int argc, char **argv)
{
	struct options options = { 0 };
	int status = parse_options(argc, argv, &options);
	struct load load;

	if (status >= 0)
		return status;
	status = load_policy(options.policy, true, &load);
	load_print(&load);
	if (!status)
		status = explain_query(&options, &load);
	load_free(&load);
	return verb_finish(status);
}
