/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies in files: what is read, in which order, and where its errors are said to be. */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "outcome.h"
#include "policy/policy.h"

#define HEAD "version = 1; default = \"deny\";\n"
#define RULES(rules) "version = 1; rules = (" rules ");\n"
#define A_NAME ", expected a unique name"

static char folder[] = "/tmp/test_files.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	strcpy(strrchr(folder, '.'), ".XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder; good until the next call but one. */
static const char *place(const char *name)
{
	static char paths[2][512];
	static unsigned int turn;
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(paths[0]), "%s%s%s", folder, *name ? "/" : "", name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(place(name), "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void make_folder(const char *name)
{
	assert_int_equal(mkdir(place(name), 0700), 0);
}

static void make_link(const char *target, const char *name)
{
	assert_int_equal(symlink(target, place(name)), 0);
}

/* The files are named without the folder. */
static void assert_read(const char *name, const char *expected)
{
	struct policy_messages errors = { 0 };
	struct policy *policy = policy_read(place(name), &errors);
	char *result = outcome_text(policy, &errors, folder);

	assert_string_equal(result, expected);
	free(result);
}

static void test_file(void **state)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;

	(void)state;
	write_file("policy", HEAD "rules = ({ name = \"a\"; ports = 80; });");
	policy = policy_read(place("policy"), &errors);
	assert_non_null(policy);
	assert_int_equal(errors.count, 0);
	assert_int_equal(policy->files, 1);
	assert_string_equal(policy->file[0], place("policy"));
	assert_ptr_equal(policy->rule[0].file, policy->file[0]);
	policy_free(policy);
}

static void test_no_file(void **state)
{
	(void)state;
	assert_read("policy", "policy:0: cannot read: No such file or directory");
	write_file("policy", "");
	assert_read("policy", "policy:0: is empty, expected a policy");
	assert_int_equal(truncate(place("policy"), (64 << 20) + 1), 0);
	assert_read("policy", "policy:0: is too big, expected at most 64 MB in all");
	assert_int_equal(chmod(place("policy"), 0), 0);
	if (geteuid() != 0)
		assert_read("policy", "policy:0: cannot read: Permission denied");
	assert_int_equal(unlink(place("policy")), 0);
	assert_int_equal(mkfifo(place("policy"), 0600), 0);
	assert_read("policy", "policy:0: is a FIFO, expected a file");
	make_link("/dev/null", "null");
	assert_read("null", "null:0: is a device, expected a file");
}

/* Folders. */

static void test_folder(void **state)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;

	(void)state;
	write_file(
		"20.conf",
		RULES("{ name = \"c\"; },\n{ name = \"d\"; }") "forbid_options = \"SO_REUSEPORT\";");
	write_file("10-b.conf", HEAD);
	write_file("100.conf", RULES("\n{ name = \"b\"; }"));
	write_file("10.conf", RULES("{ name = \"a\"; }"));
	write_file("Z.conf", RULES(""));
	write_file(".hidden.conf", "wrong");
	write_file("20.conf~", "wrong");
	write_file("20.conf.bak", "wrong");
	write_file("README", "wrong");
	write_file(".conf", "wrong");
	make_folder("sub");
	write_file("sub/30.conf", "wrong");
	assert_read("", "deny forbid=SO_REUSEPORT; a@10.conf:1 allow; b@100.conf:2 allow; "
			"c@20.conf:1 allow; d@20.conf:2 allow;");
	policy = policy_read(place(""), &errors);
	assert_non_null(policy);
	assert_int_equal(policy->files, 5);
	assert_string_equal(policy->file[0], place("10-b.conf"));
	assert_string_equal(policy->file[4], place("Z.conf"));
	assert_ptr_equal(policy->rule[3].file, policy->file[3]);
	policy_free(policy);
}

static void test_folder_without_policy(void **state)
{
	(void)state;
	write_file("README", "");
	assert_read("", "0: has no *.conf, expected at least one");
	write_file("a.conf", "version = 1;");
	assert_read("", "0: default: missing, expected \"allow\" or \"deny\"");
	write_file("b.conf", "");
	assert_read("", "b.conf:0: is empty, expected a policy");
}

/* A "@" in what is expected is the temporary folder: messages name the first place in full. */
static void assert_read_at(const char *name, const char *format)
{
	char expected[2048];
	size_t used = 0;

	for (; *format; format++) {
		assert_true(used + sizeof(folder) < sizeof(expected));
		if (*format == '@')
			used += (size_t)sprintf(expected + used, "%s", folder);
		else
			expected[used++] = *format;
	}
	expected[used] = '\0';
	assert_read(name, expected);
}

static void test_folder_given_once(void **state)
{
	(void)state;
	write_file("a.conf", "version = 1;\ndefault = \"deny\"; forbid_options = \"IP_FREEBIND\";");
	write_file("b.conf", "version = 1;\n\nforbid_options = \"SO_REUSEPORT\";");
	write_file("c.conf", "version = 1; default = \"deny\";");
	write_file("d.conf", "default = \"allow\"; version = 2; \n rule = ();");
	assert_read_at("", "b.conf:3: forbid_options: given twice (first in @/a.conf:2), expected "
			   "once\n"
			   "c.conf:1: default: given twice (first in @/a.conf:2), expected once\n"
			   "d.conf:1: default: given twice (first in @/a.conf:2), expected once\n"
			   "d.conf:1: version: 2 is unknown, expected 1\n"
			   "d.conf:2: rule: unknown setting, did you mean \"rules\"?");
}

static void test_folder_errors(void **state)
{
	(void)state;
	write_file("a.conf", HEAD "rules = ({ name = \"web\"; },\n{ name = \"x\"; });");
	write_file("b.conf", "rules = ({ name = \"x\"; }, { name = \"web\"; ports = 0x; });");
	write_file("c.conf", RULES("\n{ name = \"web\"; prots = 1; },\n{ name = \"c\"; },\n"
				   "{ name = \"c\"; }"));
	write_file("d.conf", "version = 1; rules = (\n\"\\q\");");
	assert_read_at("", "b.conf:1: syntax error in \"rules = ({ name = \\\"x\\\"; }, { name = "
			   "\\\"web\\\"; ports = 0x; });\", expected settings such as name = value;"
			   "\n"
			   "c.conf:2: prots: unknown setting, did you mean \"ports\"?\n"
			   "c.conf:2: name: \"web\" is used twice (first in @/a.conf:2)" A_NAME "\n"
			   "c.conf:4: name: \"c\" is used twice (first on line 3)" A_NAME "\n"
			   "d.conf:2: rules: unknown escape \"\\\\q\" in a string, expected \\\\, "
			   "\\\", \\n, \\r, \\t or \\f");
}

/* A rule that is left out could be the one that denies. */
static void test_folder_what_is_no_file(void **state)
{
	(void)state;
	write_file("a.conf", HEAD);
	make_folder("b.conf");
	make_folder("sub");
	write_file("sub/real", RULES("{ name = \"c\"; }"));
	make_link("sub/real", "c.conf");
	make_link("/etc/passwd", "d.conf");
	make_link("../x", "e.conf");
	make_link("nowhere", "f.conf");
	assert_int_equal(mkfifo(place("g.conf"), 0600), 0);
	assert_read("", "b.conf:0: is a directory, expected a file\n"
			"d.conf:0: is a link that leads out of the folder\n"
			"e.conf:0: is a link that leads out of the folder\n"
			"f.conf:0: cannot read: No such file or directory\n"
			"g.conf:0: is a FIFO, expected a file");
	for (const char *name = "defg"; *name; name++) {
		char file[] = "x.conf";

		file[0] = *name;
		assert_int_equal(unlink(place(file)), 0);
	}
	assert_int_equal(rmdir(place("b.conf")), 0);
	assert_read("", "deny; c@c.conf:1 allow;");
}

static void test_folder_limits(void **state)
{
	char name[32];

	(void)state;
	write_file("000.conf", HEAD);
	for (int i = 1; i < 256; i++) {
		snprintf(name, sizeof(name), "%03d.conf", i);
		write_file(name, RULES(""));
	}
	assert_read("", "deny;");
	write_file("256.conf", RULES(""));
	assert_read("", "0: has too many *.conf, expected at most 256");
	assert_int_equal(unlink(place("256.conf")), 0);
	write_file("255.conf", "@include \"more\"\n" RULES(""));
	write_file("more", "");
	assert_read("", "more:0: is one file too many, expected at most 256 in all");
}

static void test_folder_size(void **state)
{
	(void)state;
	write_file("a.conf", HEAD);
	write_file("b.conf", "version = 1; @include \"more\"");
	assert_int_equal(truncate(place("b.conf"), (64 << 20) - (int)strlen(HEAD) + 1), 0);
	write_file("c.conf", RULES("{ }"));
	assert_read("", "b.conf:0: is too big, expected at most 64 MB in all\n"
			"c.conf:1: name: missing, expected a unique name for the rule");
}

static void write_rules(const char *name, const char *prefix, unsigned int count)
{
	FILE *out = fopen(place(name), "w");

	assert_non_null(out);
	fprintf(out, "version = 1; rules = (");
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s\n{ name = \"%s%u\"; }", i ? "," : "", prefix, i);
	fprintf(out, ");");
	assert_int_equal(fclose(out), 0);
}

static void test_folder_rules(void **state)
{
	(void)state;
	write_file("a.conf", HEAD);
	write_rules("b.conf", "b", 131071);
	write_rules("c.conf", "c", 2);
	assert_read("", "c.conf:1: rules: 131073 rules, expected at most 131072");
}

/* What is included. */

static void test_include(void **state)
{
	struct policy_messages errors = { 0 };
	struct policy *policy;

	(void)state;
	make_folder("sub");
	write_file("main.conf", "# @include \"not\"\n/*\n@include \"not\"\n*/\n"
				" \t@include \t\"head.inc\" # and the rules:\nrules = (\n"
				"@include \"sub/web\"\n@include \"sub/empty\"\n,\n"
				"{ name = \"c\"; reason = \"\n@include\"; }\n);");
	write_file("head.inc", "version = 1;\ndefault = \"allow\";");
	write_file("sub/web", "\n{ name = \"a\";\n@include \"ports\"\n},\n{ name = \"b\"; }");
	write_file("sub/ports", "ports\n = \n80;");
	write_file("sub/empty", "");
	assert_read("main.conf", "allow; a@sub/web:2 allow port=80; b@sub/web:5 allow; "
				 "c@main.conf:10 allow reason=\n@include;");
	policy = policy_read(place("main.conf"), &errors);
	assert_non_null(policy);
	assert_int_equal(policy->files, 5);
	assert_string_equal(policy->file[0], place("main.conf"));
	assert_string_equal(policy->file[1], place("head.inc"));
	assert_string_equal(policy->file[2], place("sub/web"));
	assert_string_equal(policy->file[3], place("sub/ports"));
	assert_string_equal(policy->file[4], place("sub/empty"));
	policy_free(policy);
}

/* Several in one run: what the scanner finds, and what only the parser does. */
static void test_include_errors(void **state)
{
	(void)state;
	write_file("main.conf",
		   "version = 1;\n@include \"head\"\nrules = (\n{ name = \"a\"; uid = "
		   "true; },\n@include \"rule\"\n,\n{ name = \"a\";\nports = 0; }\n);");
	write_file("head", "\ndefault = \"maybe\";\n@include \"global\"\n\nwrong = 1;\n");
	write_file("global", "\n\nforbid_options = \"SO_REUSE\";");
	write_file("rule", "{\nname = \"a\"; ports = 99999999999;\n\nuid = \"nosuchuser\"; }");
	assert_read_at("main.conf",
		       "main.conf:4: uid: found a boolean, expected a user name, a number or "
		       "\"lo-hi\"\n"
		       "main.conf:7: name: \"a\" is used twice (first on line 4)" A_NAME "\n"
		       "main.conf:8: ports: 0 is no port, expected 1 to 65535, or \"ephemeral\" "
		       "for a port that the kernel picks\n"
		       "head:2: default: unknown value \"maybe\", expected \"allow\" or "
		       "\"deny\"\n"
		       "head:5: wrong: unknown setting, expected one of version, default, "
		       "forbid_options, rules, tests\n"
		       "global:3: forbid_options: unknown option \"SO_REUSE\", expected "
		       "IP_FREEBIND, IP_TRANSPARENT, IP_BIND_ADDRESS_NO_PORT, SO_REUSEADDR or "
		       "SO_REUSEPORT\n"
		       "rule:2: ports: 99999999999 is out of range, expected -2147483648 to "
		       "2147483647, or a number in quotes\n"
		       "rule:2: name: \"a\" is used twice (first in @/main.conf:4)" A_NAME "\n"
		       "rule:4: uid: unknown user \"nosuchuser\", expected a user name, a "
		       "number or \"lo-hi\"");
}

static void test_include_syntax_error(void **state)
{
	(void)state;
	write_file("main.conf", HEAD "@include \"rules\"\nrules = ();");
	write_file("rules", "\n\nrules = (;\n");
	assert_read("main.conf", "rules:3: syntax error in \"rules = (;\", expected settings such "
				 "as name = value;");
	write_file("rules", "\ndefault = 1;");
	assert_read("main.conf", "rules:2: duplicate setting in \"default = 1;\", expected each "
				 "name once");
	write_file("rules", "rules = (\n{ ports = 0; ports = \"99999");
	assert_read("main.conf", "rules:2: text: string without an end, expected a closing quote");
	write_file("rules", "rules = /*\n");
	assert_read("main.conf", "rules:1: text: comment without an end, expected */");
	write_file("rules", "\n\xff\n");
	assert_read("main.conf", "rules:2: text: byte 0xff is not UTF-8, expected UTF-8 text");
	write_file("rules", "rules = ();");
	assert_read("main.conf", "main.conf:3: duplicate setting in \"rules = ();\", expected each "
				 "name once");
}

#define NOT_BELOW " is not below the folder, expected a file in the folder of this one, or below"

static void test_include_wrong(void **state)
{
	(void)state;
	make_folder("sub");
	write_file("main.conf",
		   "@include \"/etc/passwd\"\n@include \"../x\"\n@include \"sub/../x\""
		   "\n@include \"./x\"\n@include \"sub//x\"\n@include \"sub/\"\n"
		   "@include \"nowhere\"\n@include \"sub\"\n@include \"sub/nowhere/x\"");
	assert_read("main.conf",
		    "main.conf:1: @include: \"/etc/passwd\"" NOT_BELOW "\n"
		    "main.conf:2: @include: \"../x\"" NOT_BELOW "\n"
		    "main.conf:3: @include: \"sub/../x\"" NOT_BELOW "\n"
		    "main.conf:4: @include: \"./x\"" NOT_BELOW "\n"
		    "main.conf:5: @include: \"sub//x\"" NOT_BELOW "\n"
		    "main.conf:6: @include: \"sub/\"" NOT_BELOW "\n"
		    "main.conf:7: @include: \"nowhere\" cannot read: No such file or directory\n"
		    "main.conf:8: @include: \"sub\" is a directory, expected a file\n"
		    "main.conf:9: @include: \"sub/nowhere/x\" cannot read: No such file or "
		    "directory");
	write_file("main.conf",
		   "version = 1; @include \"x\"\n/* */ @include \"x\"\n@include x\n"
		   "@include \"\"\n@include \"x\\\\y\"\n@include \"x\n@includes \"x\"");
	assert_read("main.conf",
		    "main.conf:1: @include: not at the beginning of a line, expected @include "
		    "\"file\"\n"
		    "main.conf:2: @include: not at the beginning of a line, expected @include "
		    "\"file\"\n"
		    "main.conf:3: @include: no name in quotes, expected @include \"file\"\n"
		    "main.conf:4: @include: no name in quotes, expected @include \"file\"\n"
		    "main.conf:5: @include: no name in quotes, expected @include \"file\"\n"
		    "main.conf:6: @include: no name in quotes, expected @include \"file\"\n"
		    "main.conf:7: @include: no name in quotes, expected @include \"file\"");
}

static void test_include_links(void **state)
{
	(void)state;
	make_folder("policy");
	make_folder("policy/sub");
	write_file("secret", HEAD);
	write_file("policy/real", HEAD);
	make_link("../secret", "policy/out");
	make_link("..", "policy/up");
	make_link("real", "policy/in");
	make_link("/proc/self/root", "policy/magic");
	make_link("../real", "policy/sub/in");
	write_file("policy/main.conf", "@include \"out\"\n@include \"up/secret\"\n"
				       "@include \"magic/etc/passwd\"");
	assert_read(
		"policy/main.conf",
		"policy/main.conf:1: @include: \"out\" is a link that leads out of the folder\n"
		"policy/main.conf:2: @include: \"up/secret\" is a link that leads out of the "
		"folder\n"
		"policy/main.conf:3: @include: \"magic/etc/passwd\" is a link that leads out of "
		"the folder");
	write_file("policy/main.conf", "@include \"in\"");
	assert_read("policy/main.conf", "deny;");
	write_file("policy/main.conf", "@include \"sub/in\"");
	assert_read("policy/main.conf", "deny;");
	assert_int_equal(mkfifo(place("policy/fifo"), 0600), 0);
	write_file("policy/main.conf", "@include \"fifo\"");
	assert_read("policy/main.conf",
		    "policy/main.conf:1: @include: \"fifo\" is a FIFO, expected a file");
}

static void test_include_loop(void **state)
{
	(void)state;
	write_file("main.conf", HEAD "@include \"main.conf\"");
	assert_read("main.conf", "main.conf:2: @include: \"main.conf\" includes itself in the end, "
				 "expected no loop");
	write_file("main.conf", HEAD "\n@include \"a\"");
	write_file("a", "\n\n\n@include \"b\"");
	write_file("b", "\n@include \"a\"");
	assert_read("main.conf",
		    "b:2: @include: \"a\" includes itself in the end, expected no loop");
	write_file("b", "");
	write_file("main.conf", HEAD "\n@include \"a\"\n@include \"a\"");
	assert_read("main.conf", "deny;");
}

static void test_include_depth(void **state)
{
	char name[8], text[32];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "%d", i);
		snprintf(text, sizeof(text), "@include \"%d\"", i + 1);
		write_file(name, text);
	}
	write_file("10", HEAD);
	assert_read("0", "deny;");
	write_file("10", "@include \"11\"\n" HEAD);
	assert_read("0", "10:1: @include: \"11\" is nested too deep, expected at most 10 files in "
			 "each other");
}

/* Each level has twenty of the next. */
static void test_include_bomb(void **state)
{
	char name[8];
	FILE *out;

	(void)state;
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "%d", i);
		out = fopen(place(name), "w");
		assert_non_null(out);
		for (int j = 0; j < 20; j++)
			fprintf(out, "@include \"%d\"\n", i + 1);
		fclose(out);
	}
	write_file("9", "");
	assert_read("0", "9:0: is one file too many, expected at most 256 in all");
}

/* Files of a folder include too. */
static void test_include_in_folder(void **state)
{
	(void)state;
	make_folder("inc");
	write_file("a.conf", "@include \"inc/head\"\n");
	write_file("b.conf", "version = 1;\n@include \"inc/rules\"\n");
	write_file("inc/head", HEAD);
	write_file("inc/rules", "rules = ({ name = \"a\"; },\n{ name = \"b\"; });");
	assert_read("", "deny; a@inc/rules:1 allow; b@inc/rules:2 allow;");
	write_file("c.conf", "version = 1;\n@include \"inc/rules\"\n");
	assert_read("", "inc/rules:1: name: \"a\" is used twice (first on line 1)" A_NAME "\n"
			"inc/rules:2: name: \"b\" is used twice (first on line 2)" A_NAME);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file),
		TEST(no_file),
		TEST(folder),
		TEST(folder_without_policy),
		TEST(folder_given_once),
		TEST(folder_errors),
		TEST(folder_what_is_no_file),
		TEST(folder_limits),
		TEST(folder_size),
		TEST(folder_rules),
		TEST(include),
		TEST(include_errors),
		TEST(include_syntax_error),
		TEST(include_wrong),
		TEST(include_links),
		TEST(include_loop),
		TEST(include_depth),
		TEST(include_bomb),
		TEST(include_in_folder),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
