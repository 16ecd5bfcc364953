/* SPDX-License-Identifier: GPL-2.0-only */
#include "policytest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cases.h"
#include "enforcer/complain.h"
#include "enforcer/escape.h"
#include "enforcer/verb.h"
#include "enforcer/watch/load.h"
#include "junit.h"
#include "policy/alloc.h"
#include "policy/names.h"
#include "policy/users.h"

#define OPTION_JUNIT 256
#define OPTION_LIST 257
#define OPTION_FILES 258
#define OPTION_USERS 259

static const struct option long_options[] = {
	{ "junit", required_argument, NULL, OPTION_JUNIT },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "files", no_argument, NULL, OPTION_FILES },
	{ "users", required_argument, NULL, OPTION_USERS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "test",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard test POLICY [CASES...] [--junit FILE] [--users FILE]\n"
		"\n"
		"Does the policy decide as expected? The cases are in the files CASES or, if\n"
		"there are none, in the policy itself:\n"
		"  tests = (\n"
		"    { name = \"nginx serves HTTPS\"; uid = \"www-data\";\n"
		"      bind = \"tcp 0.0.0.0:443\"; expect = \"allow\"; rule = \"web\"; },\n"
		"    { name = \"nobody else does\"; bind = \"tcp [::]:443\"; expect = \"deny\"; }\n"
		"  );\n"
		"  expect    \"allow\", \"deny\", or \"audit\": denied by a rule in audit mode\n"
		"  rule      the rule that has to decide, \"-\" for the default; any if absent\n"
		"  uid, cgroup, exe, comm, netns, options, via\n"
		"            who binds and how, as in the options of \"bindguard explain\"\n"
		"\n"
		"Prints TAP, and which rules no case has reached. 'bindguard vmtest' binds.\n"
		"      --junit FILE  write the results as JUnit XML too\n"
		"      --list        instead, print what each case binds and what is decided,\n"
		"                    with tabs between, for programs that make the binds\n"
		"      --files       instead, print the policy's files, a line each\n"
		"      --users FILE  make up users that this host lacks, and write them there\n"
		"  -h, --help        this text\n"
		"Exit status: 0 all passed, 1 some failed, 64 usage, 74 cannot write,\n"
		"             78 an error in the policy or in the cases.\n"
		"Example: bindguard test policy.conf web.test.conf --junit results.xml\n",
};

/* What the policy makes of a case. */
struct result {
	enum cases_verdict verdict;
	uint32_t rule;
	bool passed;
};

struct run {
	const char *junit; /* path, or NULL */
	const char *users; /* path, or NULL */
	bool list;
	bool files;
	struct load load;
	struct cases cases;
	struct result *result; /* for each case */
	size_t failed;
};

static void judge(const struct image *image, const struct cases_case *item, struct result *result)
{
	struct bind_decision decision;
	struct bind_request request;

	query_request(image, &item->query, &request);
	decide(image, &request, &decision);
	result->rule = decision.rule;
	result->verdict = decision.verdict == BIND_ALLOW ? CASES_ALLOW :
			  decision.enforced		 ? CASES_DENY :
							   CASES_AUDIT;
	result->passed = result->verdict == item->verdict &&
			 (!item->by_rule || result->rule == item->rule);
}

static const char *rule_name(const struct policy *policy, uint32_t rule)
{
	return rule < policy->rules ? policy->rule[rule].name : "-";
}

/* A test's name on a TAP line, where '#' begins a directive and '\' escapes. */
static void print_name(const char *name)
{
	char *escaped = escape_text(name);

	for (const char *at = escaped ? escaped : "?"; *at; at++) {
		if (*at == '#' || (*at == '\\' && at[1] != 'x'))
			putchar('\\');
		putchar(*at);
	}
	free(escaped);
}

/* A YAML string in double quotes, where \xHH means something too. */
static void print_yaml(const char *key, const char *value)
{
	printf("  %s: \"", key);
	for (; *value; value++) {
		unsigned char byte = *value;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < ' ' || byte > '~')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
	puts("\"");
}

/* The query on a line, to be freed. */
static char *query_text(const struct query *query)
{
	char *text = NULL;
	size_t length;
	FILE *line = alloc_checked(open_memstream(&text, &length));

	query_print(line, query);
	fclose(line);
	return alloc_checked(text);
}

/* What is expected and what came instead, between the lines that make it a YAML block. */
static void print_difference(const struct run *run, size_t index)
{
	const struct cases_case *item = &run->cases.item[index];
	const struct result *result = &run->result[index];
	const struct policy *policy = run->load.policy;
	char *query = query_text(&item->query);

	puts("  ---");
	print_yaml("file", item->file);
	printf("  line: %u\n", item->line);
	print_yaml("request", query);
	printf("  expected: %s\n", cases_verdict_name(item->verdict));
	printf("  got: %s\n", cases_verdict_name(result->verdict));
	if (item->by_rule)
		print_yaml("expected_rule", rule_name(policy, item->rule));
	print_yaml("got_rule", rule_name(policy, result->rule));
	puts("  ...");
	free(query);
}

static void print_point(const struct run *run, size_t index)
{
	bool passed = run->result[index].passed;

	printf("%sok %zu - ", passed ? "" : "not ", index + 1);
	print_name(run->cases.item[index].name);
	putchar('\n');
	if (!passed)
		print_difference(run, index);
}

/* The rules that decided nothing. */
static void print_coverage(const struct run *run)
{
	const struct policy *policy = run->load.policy;
	bool *reached = alloc_zeroed(policy->rules, sizeof(*reached));
	size_t count = 0;

	for (size_t i = 0; i < run->cases.count; i++)
		if (run->result[i].rule < policy->rules)
			reached[run->result[i].rule] = true;
	for (size_t i = 0; i < policy->rules; i++) {
		char *file = reached[i] ? NULL : escape_text(policy->rule[i].file);

		if (!reached[i])
			printf("# not reached: %s (%s:%u)\n", policy->rule[i].name,
			       file ? file : "?", policy->rule[i].line);
		count += reached[i];
		free(file);
	}
	printf("# %zu of %zu rules reached\n", count, policy->rules);
	free(reached);
}

static void print_tap(const struct run *run)
{
	printf("TAP version 13\n1..%zu\n", run->cases.count);
	for (size_t i = 0; i < run->cases.count; i++)
		print_point(run, i);
	print_coverage(run);
}

/* The rest of the line: what is expected, "*" being any rule, and where that is written. */
static void print_expected(const struct run *run, const struct cases_case *item)
{
	char *file = alloc_checked(escape_text(item->file));

	printf("\t%s\t%s\t%s:%u\n", cases_verdict_name(item->verdict),
	       item->by_rule ? rule_name(run->load.policy, item->rule) : "*", file, item->line);
	free(file);
}

/* One case as fields with tabs between, "-" for what is not set. */
static void print_fields(const struct run *run, size_t index)
{
	const struct cases_case *item = &run->cases.item[index];
	const struct query *query = &item->query;
	char comm[4 * BIND_COMM_LEN + 1], options[128];
	char *cgroup = escape_text(query->cgroup), *exe = escape_text(query->exe ?: "-");

	escape(query->comm, sizeof(query->comm), sizeof(comm), comm, sizeof(comm));
	printf("%u\t%s\t%s\t%s\t%s\t", query->uid, *comm ? comm : "-", cgroup ?: "?", exe ?: "?",
	       query->other_netns ? "other" : "host");
	query_print_protocol(stdout, query);
	putchar('\t');
	query_print_address(stdout, query);
	printf("\t%u\t", query->port % BIND_PORT_NONE);
	names_options(query->options, options, sizeof(options));
	printf("%s\t%s\t%s\t%s\t", *options ? options : "-", names_via(query->via),
	       cases_verdict_name(run->result[index].verdict),
	       rule_name(run->load.policy, run->result[index].rule));
	print_name(item->name);
	print_expected(run, item);
	free(cgroup);
	free(exe);
}

static void print_files(const struct policy *policy)
{
	for (size_t i = 0; i < policy->files; i++) {
		char *file = escape_text(policy->file[i]);

		puts(alloc_checked(file));
		free(file);
	}
}

/* "expected allow by web, got deny by -", to be freed. */
static char *difference(const struct run *run, size_t index)
{
	const struct cases_case *item = &run->cases.item[index];
	const struct result *result = &run->result[index];
	const struct policy *policy = run->load.policy;
	char *text;
	int length;

	length = asprintf(&text, "expected %s%s%s, got %s by %s", cases_verdict_name(item->verdict),
			  item->by_rule ? " by " : "",
			  item->by_rule ? rule_name(policy, item->rule) : "",
			  cases_verdict_name(result->verdict), rule_name(policy, result->rule));
	return alloc_checked(length < 0 ? NULL : text);
}

static void write_case(FILE *out, const struct run *run, size_t index)
{
	const struct cases_case *item = &run->cases.item[index];
	bool passed = run->result[index].passed;
	char *failure = difference(run, index), *details = query_text(&item->query);

	junit_case(out, run->load.path,
		   &(struct junit_case){
			   .name = item->name,
			   .file = item->file,
			   .line = item->line,
			   .failure = passed ? NULL : failure,
			   .details = details,
		   });
	free(failure);
	free(details);
}

static int write_junit(const struct run *run)
{
	FILE *out = fopen(run->junit, "we");
	bool written;

	if (out) {
		junit_begin(out, run->load.path, run->cases.count, run->failed);
		for (size_t i = 0; i < run->cases.count; i++)
			write_case(out, run, i);
		junit_end(out);
		written = !ferror(out);
		if (!fclose(out) && written)
			return 0;
	}
	complain("%s: cannot write: %s", run->junit, strerror(errno));
	return EX_IOERR;
}

/* Reads the cases at these paths, or the policy's own. Returns 0, or EX_CONFIG with its errors. */
static int read_cases(struct run *run, char **paths)
{
	struct policy_messages errors = { 0 };
	int status;

	if (*paths)
		for (; *paths; paths++)
			cases_read(*paths, run->load.policy, &errors, &run->cases);
	else
		cases_read_own(run->load.path, run->load.policy, &errors, &run->cases);
	alloc_checked(errors.out_of_memory ? NULL : run); /* cases are missing */
	load_print_messages(&errors);
	if (!errors.count && !run->cases.count)
		complain("%s: no cases, expected tests = ( { ... } ) in it, or CASES",
			 run->load.path);
	status = errors.count || !run->cases.count ? EX_CONFIG : 0;
	policy_messages_free(&errors);
	return status;
}

/* The users that were made up; they can do nothing but bind. */
static int write_users(const char *path)
{
	FILE *out = fopen(path, "we");
	const char *name;
	bool written;
	uint32_t uid;

	if (out) {
		for (size_t i = 0; (name = users_invented(i, &uid)); i++)
			fprintf(out, "%s:x:%u:%u::/:/bin/false\n", name, uid, uid);
		written = !ferror(out);
		if (!fclose(out) && written)
			return 0;
	}
	complain("%s: cannot write: %s", path, strerror(errno));
	return EX_IOERR;
}

static int run_cases(struct run *run)
{
	int status;

	run->result = alloc_zeroed(run->cases.count, sizeof(*run->result));
	for (size_t i = 0; i < run->cases.count; i++) {
		judge(&run->load.image, &run->cases.item[i], &run->result[i]);
		run->failed += !run->result[i].passed;
	}
	for (size_t i = 0; run->list && i < run->cases.count; i++)
		print_fields(run, i);
	if (run->list)
		return 0;
	print_tap(run);
	status = run->junit ? write_junit(run) : 0;
	return status ? status : run->failed ? 1 : 0;
}

static void parse_option(struct run *run, int option)
{
	if (option == OPTION_LIST)
		run->list = true;
	else if (option == OPTION_FILES)
		run->files = true;
	else if (option == OPTION_USERS)
		run->users = optarg;
	else
		run->junit = optarg;
}

/* paths: the policy's, then those of the cases. */
static int test_policy(struct run *run, char **paths)
{
	int status = load_policy(paths[0], true, &run->load);

	load_print(&run->load);
	if (!status && run->files) {
		print_files(run->load.policy);
		return 0;
	}
	if (!status)
		status = read_cases(run, paths + 1);
	if (status && !run->list && !run->files)
		puts("TAP version 13\nBail out! The policy or the cases cannot be read.");
	if (!status && run->users)
		status = write_users(run->users);
	return status ? status : run_cases(run);
}

int policytest(int argc, char **argv)
{
	struct run run = { 0 };
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		parse_option(&run, option);
	}
	if (optind == argc) {
		complain("test: no policy given, expected POLICY");
		return verb_usage(&verb);
	}
	if (run.users)
		users_invent();
	status = test_policy(&run, argv + optind);
	cases_free(&run.cases);
	load_free(&run.load);
	free(run.result);
	return verb_finish(status);
}
