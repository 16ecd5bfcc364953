/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "enforcer/watch/options.h"
#include "enforcer/version.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORDS 8
#define POLICY_DEFAULT "/etc/bindguard/policy.conf"
#define RING_SIZE_DEFAULT 4194304

/* One of the standard streams, which goes to a file for a while. */
struct capture {
	FILE *stream, *file;
	int saved;
};

static void capture_begin(struct capture *capture, FILE *stream)
{
	fflush(stream);
	capture->stream = stream;
	capture->file = tmpfile();
	capture->saved = dup(fileno(stream));
	assert_non_null(capture->file);
	assert_true(capture->saved >= 0);
	assert_true(dup2(fileno(capture->file), fileno(stream)) >= 0);
}

static void capture_end(struct capture *capture, char *text, size_t size)
{
	fflush(capture->stream);
	dup2(capture->saved, fileno(capture->stream));
	close(capture->saved);
	rewind(capture->file);
	text[fread(text, 1, size - 1, capture->file)] = '\0';
	fclose(capture->file);
}

/* What came of one command line. */
struct result {
	struct options options;
	int status;
	char out[4096], err[4096];
};

static void parse(const char *const *words, struct result *result)
{
	struct capture out, err;
	char *argv[WORDS + 2] = { (char[]){ "bindguard" } };
	int argc = 1;

	for (int i = 0; i < WORDS && words[i]; i++)
		argv[argc++] = (char *)words[i];
	optind = 0;
	capture_begin(&out, stdout);
	capture_begin(&err, stderr);
	result->status = options_parse(argc, argv, &result->options);
	capture_end(&err, result->err, sizeof(result->err));
	capture_end(&out, result->out, sizeof(result->out));
}

/* Options on one line: mode, policy unless it is the default, and whatever else is set. */

static void print_ports(FILE *out, const struct options *options)
{
	const char *before = " ports=";

	if (!options->by_port)
		return;
	for (uint32_t port = 0; port < 65536; port++) {
		if (!options_show_port(options, (uint16_t)port))
			continue;
		fprintf(out, "%s%u", before, port);
		before = ",";
	}
}

static void print_options(FILE *out, const struct options *options)
{
	static const char *const modes[] = { "observe", "audit", "deny" };

	fputs(modes[options->mode], out);
	if (strcmp(options->policy, POLICY_DEFAULT) != 0)
		fprintf(out, " policy=%s", options->policy);
	if (options->pid)
		fprintf(out, " pid=%u", options->pid);
	print_ports(out, options);
	if (options->by_uid)
		fprintf(out, " uid=%u", options->uid);
	if (options->cgroupmap)
		fprintf(out, " cgroupmap=%s", options->cgroupmap);
	if (options->mntnsmap)
		fprintf(out, " mntnsmap=%s", options->mntnsmap);
	fprintf(out, "%s%s%s", options->errors ? " errors" : "",
		options->timestamp ? " timestamp" : "", options->wide ? " wide" : "");
	fprintf(out, "%s%s%s", options->print_uid ? " print-uid" : "",
		options->count ? " count" : "", options->listing ? " listing" : "");
	fprintf(out, "%s%s%s", options->watch ? " watch" : "", options->quiet ? " quiet" : "",
		options->autobind ? " autobind" : "");
	fputs(options->pin ? " pin" : "", out);
	fputs(options->guard ? " guard" : "", out);
	fputs(options->hook == HOOK_CGROUP ? " hook=cgroup" : "", out);
	if (options->on_boot_error)
		fprintf(out, " boot-error=%s",
			options->on_boot_error == BOOT_ERROR_DENY ? "deny" : "audit");
	if (options->json)
		fprintf(out, " format=%d", options->format);
	fputs(options->chain ? " chain" : "", out);
	if (options->metrics)
		fprintf(out, " metrics=%s", options->metrics);
	if (options->ring_size != RING_SIZE_DEFAULT)
		fprintf(out, " ring=%u", options->ring_size);
	if (options->journal)
		fprintf(out, " journal=%d", options->journal);
	if (options->syslog)
		fprintf(out, " syslog=%d", options->syslog);
	if (options->fold >= 0)
		fprintf(out, " fold=%d", options->fold);
	if (options->sample)
		fprintf(out, " sample=%u", options->sample);
	if (options->output)
		fprintf(out, " output=%s,%llu,%u", options->output,
			(unsigned long long)options->output_size, options->output_keep);
}

struct good {
	const char *words[WORDS];
	const char *options;
};

static void check_good(const struct good *good)
{
	struct result result;
	char *text = NULL;
	size_t length;
	FILE *out;

	parse(good->words, &result);
	assert_string_equal(result.err, "");
	assert_string_equal(result.out, "");
	assert_int_equal(result.status, -1);
	out = open_memstream(&text, &length);
	assert_non_null(out);
	print_options(out, &result.options);
	fclose(out);
	assert_string_equal(text, good->options);
	free(text);
}

static const struct good options[] = {
	{ { 0 }, "observe" },
	{ { "--audit" }, "audit" },
	{ { "--deny" }, "deny" },
	{ { "--audit", "--audit" }, "audit" },
	{ { "--audit", "-f", "a.conf" }, "audit policy=a.conf" },
	{ { "-f", "a.conf", "--deny" }, "deny policy=a.conf" },
	{ { "--deny", "--policy", "a.conf" }, "deny policy=a.conf" },
	{ { "--deny", "--policy=a.conf" }, "deny policy=a.conf" },
	{ { "--deny", "-fa.conf" }, "deny policy=a.conf" },
	{ { "--deny", "--hook", "lsm" }, "deny" },
	{ { "--deny", "--hook", "cgroup" }, "deny hook=cgroup" },
	{ { "--hook=cgroup", "--audit" }, "audit hook=cgroup" },
	{ { "--deny", "--hook", "cgroup", "--hook", "lsm" }, "deny" },
	{ { "--hook", "lsm" }, "observe" },
	{ { "--deny", "--on-boot-error", "audit" }, "deny boot-error=audit" },
	{ { "--on-boot-error=deny", "--deny" }, "deny boot-error=deny" },
	{ { "--audit", "--on-boot-error", "audit" }, "audit boot-error=audit" },
	{ { "--audit", "--on-boot-error", "deny", "--on-boot-error", "fail" }, "audit" },
	{ { "--on-boot-error", "fail" }, "observe" },
	{ { "-t" }, "observe timestamp" },
	{ { "--timestamp" }, "observe timestamp" },
	{ { "-w" }, "observe wide" },
	{ { "--wide" }, "observe wide" },
	{ { "-U" }, "observe print-uid" },
	{ { "--print-uid" }, "observe print-uid" },
	{ { "-E" }, "observe errors" },
	{ { "-x" }, "observe errors" },
	{ { "-x", "-E" }, "observe errors" },
	{ { "--errors" }, "observe errors" },
	{ { "--count" }, "observe count" },
	{ { "--ebpf" }, "observe listing" },
	{ { "--json" }, "observe format=1" },
	{ { "--format", "json" }, "observe format=1" },
	{ { "--format=ocsf" }, "observe format=2" },
	{ { "--format", "ecs", "--deny" }, "deny format=3" },
	{ { "--format", "text", "--count" }, "observe count" },
	{ { "--json", "--format", "text" }, "observe" },
	{ { "--metrics", "/m/b.prom" }, "observe metrics=/m/b.prom" },
	{ { "--deny", "--quiet", "--metrics=b.prom" }, "deny quiet metrics=b.prom" },
	{ { "--audit", "--quiet" }, "audit quiet" },
	{ { "--autobind" }, "observe autobind" },
	{ { "--deny", "--autobind" }, "deny autobind" },
	{ { "--audit", "--watch" }, "audit watch" },
	{ { "--watch", "--deny" }, "deny watch" },
	{ { "--deny", "--pin" }, "deny pin" },
	{ { "--pin", "--audit" }, "audit pin" },
	{ { "--deny", "--pin", "--guard" }, "deny pin guard" },
	{ { "--ring-size", "65536" }, "observe ring=65536" },
	{ { "--ring-size", "64K" }, "observe ring=65536" },
	{ { "--ring-size=128K" }, "observe ring=131072" },
	{ { "--ring-size", "1M" }, "observe ring=1048576" },
	{ { "--ring-size", "1024K" }, "observe ring=1048576" },
	{ { "--ring-size", "4M" }, "observe" },
	{ { "--ring-size", "16M" }, "observe ring=16777216" },
	{ { "--ring-size", "16777216" }, "observe ring=16777216" },
	{ { "--ring-size", "16384K" }, "observe ring=16777216" },
	{ { "--ring-size", "1M", "--ring-size", "2M" }, "observe ring=2097152" },
	{ { "--deny", "--journal" }, "deny journal=1" },
	{ { "--deny", "--journal=all" }, "deny journal=2" },
	{ { "--audit", "--syslog", "--journal" }, "audit journal=1 syslog=1" },
	{ { "--syslog=all" }, "observe syslog=2" },
	{ { "--deny", "--fold", "0" }, "deny fold=0" },
	{ { "--deny", "--fold=86400" }, "deny fold=86400" },
	{ { "--fold", "0" }, "observe fold=0" },
	{ { "--sample", "1" }, "observe sample=1" },
	{ { "--audit", "--sample=1000000" }, "audit sample=1000000" },
	{ { "-o", "/a" }, "observe output=/a,0,5" },
	{ { "--output", "/a", "--output-size", "4K" }, "observe output=/a,4096,5" },
	{ { "--output=/a", "--output-size=3G" }, "observe output=/a,3221225472,5" },
	{ { "-oa", "--output-size", "1M", "--output-size", "0" }, "observe output=a,0,5" },
	{ { "--chain", "--json" }, "observe format=1 chain" },
	{ { "-oa", "--output-size", "1024G" }, "observe output=a,1099511627776,5" },
	{ { "-oa", "--output-size", "4097", "--output-keep", "1" }, "observe output=a,4097,1" },
	{ { "--output-keep=999", "-oa" }, "observe output=a,0,999" },
	{ { "--cgroupmap", "/sys/fs/bpf/c" }, "observe cgroupmap=/sys/fs/bpf/c" },
	{ { "--cgroupmap=/sys/fs/bpf/c" }, "observe cgroupmap=/sys/fs/bpf/c" },
	{ { "--mntnsmap", "/sys/fs/bpf/m" }, "observe mntnsmap=/sys/fs/bpf/m" },
	{ { "-p", "181" }, "observe pid=181" },
	{ { "-p181" }, "observe pid=181" },
	{ { "--pid", "1" }, "observe pid=1" },
	{ { "--pid=2147483647" }, "observe pid=2147483647" },
	{ { "-P", "80" }, "observe ports=80" },
	{ { "-P", "80,81" }, "observe ports=80,81" },
	{ { "-P", "81,80,81" }, "observe ports=80,81" },
	{ { "-P", "80, 81" }, "observe ports=80,81" },
	{ { "-P", "80,  81, 443" }, "observe ports=80,81,443" },
	{ { "--port=80, 81" }, "observe ports=80,81" },
	{ { "-P", "80", "-P", "81" }, "observe ports=80,81" },
	{ { "-P", "0" }, "observe ports=0" },
	{ { "-P", "63,64,65535" }, "observe ports=63,64,65535" },
	{ { "-P", "0080" }, "observe ports=80" },
	{ { "--port", "443" }, "observe ports=443" },
	{ { "--port=443" }, "observe ports=443" },
	{ { "-u", "1000" }, "observe uid=1000" },
	{ { "-u", "0" }, "observe uid=0" },
	{ { "-u", "root" }, "observe uid=0" },
	{ { "-u", "4294967294" }, "observe uid=4294967294" },
	{ { "--uid", "33" }, "observe uid=33" },
	{ { "--uid=root" }, "observe uid=0" },
	{ { "-tUEw" }, "observe errors timestamp wide print-uid" },
	{ { "-twp1", "-P80,81", "-Uu0", "--count" },
	  "observe pid=1 ports=80,81 uid=0 timestamp wide print-uid count" },
	{ { "--deny", "-f", "p", "-x", "-p", "2", "--" }, "deny policy=p pid=2 errors" },
};

static void test_every_option_has_its_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(options); i++)
		check_good(&options[i]);
}

static void test_the_default_policy_is_the_hosts(void **state)
{
	static const char *const words[] = { "--deny", NULL };
	struct result result;

	(void)state;
	parse(words, &result);
	assert_int_equal(result.status, -1);
	assert_string_equal(result.options.policy, POLICY_DEFAULT);
}

static void test_without_a_port_filter_every_port_is_shown(void **state)
{
	static const char *const words[] = { NULL };
	struct result result;

	(void)state;
	parse(words, &result);
	for (uint32_t port = 0; port < 65536; port++)
		assert_true(options_show_port(&result.options, (uint16_t)port));
}

/* Mistakes: the exit status, and a message that names what is wrong. */

static const struct bad {
	const char *words[WORDS];
	const char *message; /* is part of what is told */
} bad[] = {
	{ { "-P", "65536" }, "-P 65536: \"65536\" is not a port" },
	{ { "-P", "80abc" }, "-P 80abc: \"80abc\" is not a port" },
	{ { "-P", "abc" }, "-P abc: \"abc\" is not a port" },
	{ { "-P", "" }, "-P : \"\" is not a port" },
	{ { "-P", "80,,81" }, "-P 80,,81: \"\" is not a port" },
	{ { "-P", ",80" }, "-P ,80: \"\" is not a port" },
	{ { "-P", "80," }, "-P 80,: \"\" is not a port" },
	{ { "-P", "80 ,81" }, "-P 80 ,81: \"80 \" is not a port" },
	{ { "-P", "80 81" }, "-P 80 81: \"80 81\" is not a port" },
	{ { "-P", "80, " }, "-P 80, : \"\" is not a port" },
	{ { "-P", "80, ,81" }, "-P 80, ,81: \"\" is not a port" },
	{ { "-P", "80, -1" }, "-P 80, -1: \"-1\" is not a port" },
	{ { "-P", "80, abc" }, "-P 80, abc: \"abc\" is not a port" },
	{ { "-P", "80,65536,81" }, "-P 80,65536,81: \"65536\" is not a port" },
	{ { "-P", "-1" }, "-P -1: \"-1\" is not a port" },
	{ { "-P", "+80" }, "-P +80: \"+80\" is not a port" },
	{ { "-P", "0x50" }, "-P 0x50: \"0x50\" is not a port" },
	{ { "-P", "80-90" }, "-P 80-90: \"80-90\" is not a port" },
	{ { "-P", "80;81" }, "-P 80;81: \"80;81\" is not a port" },
	{ { "-P", "4294967376" }, "-P 4294967376: \"4294967376\" is not a port" },
	{ { "-P", "18446744073709551696" }, "\"18446744073709551696\" is not a port" },
	{ { "--port=http" }, "-P http: \"http\" is not a port" },
	{ { "-P", "80\n81" }, "-P 80\\x0a81: " },

	{ { "-p", "0" }, "-p 0: not a process id" },
	{ { "-p", "abc" }, "-p abc: not a process id" },
	{ { "-p", "" }, "-p : not a process id" },
	{ { "-p", "1x" }, "-p 1x: not a process id" },
	{ { "-p", " 1" }, "-p  1: not a process id" },
	{ { "-p", "1 " }, "-p 1 : not a process id" },
	{ { "-p", "-1" }, "-p -1: not a process id" },
	{ { "-p", "+1" }, "-p +1: not a process id" },
	{ { "-p", "2147483648" }, "-p 2147483648: not a process id" },
	{ { "-p", "4294967297" }, "-p 4294967297: not a process id" },
	{ { "-p", "18446744073709551617" }, "-p 18446744073709551617: not a process id" },
	{ { "--pid", "self" }, "-p self: not a process id" },

	{ { "-u", "no such user" }, "-u no such user: unknown user" },
	{ { "-u", "" }, "-u : unknown user" },
	{ { "-u", "0x0" }, "-u 0x0: unknown user" },
	{ { "-u", "80abc" }, "-u 80abc: unknown user" },
	{ { "-u", "-1" }, "-u -1: unknown user" },
	{ { "-u", "4294967295" }, "-u 4294967295: unknown user" },
	{ { "-u", "4294967296" }, "-u 4294967296: unknown user" },
	{ { "-u", "18446744073709551616" }, "-u 18446744073709551616: unknown user" },
	{ { "--uid", "\033[31m" }, "-u \\x1b[31m: unknown user" },

	{ { "--ring-size", "0" }, "--ring-size 0: not a size, expected a power of two" },
	{ { "--ring-size", "1" }, "--ring-size 1: not a size" },
	{ { "--ring-size", "32K" }, "--ring-size 32K: not a size" },
	{ { "--ring-size", "65535" }, "--ring-size 65535: not a size" },
	{ { "--ring-size", "65537" }, "--ring-size 65537: not a size" },
	{ { "--ring-size", "96K" }, "--ring-size 96K: not a size" },
	{ { "--ring-size", "3M" }, "--ring-size 3M: not a size" },
	{ { "--ring-size", "32M" }, "--ring-size 32M: not a size" },
	{ { "--ring-size", "33554432" }, "--ring-size 33554432: not a size" },
	{ { "--ring-size", "4294967296" }, "--ring-size 4294967296: not a size" },
	{ { "--ring-size", "18446744073709617152" }, "--ring-size 18446744073709617152: not" },
	{ { "--ring-size", "17592186044420M" }, "--ring-size 17592186044420M: not a size" },
	{ { "--ring-size", "1G" }, "--ring-size 1G: not a size" },
	{ { "--ring-size", "1KM" }, "--ring-size 1KM: not a size" },
	{ { "--ring-size", "64k" }, "--ring-size 64k: not a size" },
	{ { "--ring-size", "64 K" }, "--ring-size 64 K: not a size" },
	{ { "--ring-size", "K" }, "--ring-size K: not a size" },
	{ { "--ring-size", "" }, "--ring-size : not a size" },
	{ { "--ring-size", "-1M" }, "--ring-size -1M: not a size" },
	{ { "--ring-size", "0x10000" }, "--ring-size 0x10000: not a size" },
	{ { "--ring-size", "1\033M" }, "--ring-size 1\\x1bM: not a size" },

	{ { "--deny", "--journal=any" }, "--journal=any: unknown, expected all" },
	{ { "--deny", "--journal=" }, "--journal=: unknown, expected all" },
	{ { "--deny", "--syslog=al\n" }, "--syslog=al\\x0a: unknown, expected all" },
	{ { "--journal" },
	  "--journal: nothing is denied without --audit or --deny: --journal=all" },
	{ { "--syslog" }, "--syslog: nothing is denied without --audit or --deny: --syslog=all" },
	{ { "--deny", "--count", "--journal" }, "--journal and --count exclude each other" },
	{ { "--deny", "--count", "--syslog" }, "--syslog and --count exclude each other" },
	{ { "--deny", "--quiet", "--journal" }, "--journal and --quiet exclude each other" },
	{ { "--deny", "--quiet", "--syslog" }, "--syslog and --quiet exclude each other" },
	{ { "--fold", "60" }, "--fold: nothing is denied without --audit or --deny" },
	{ { "--deny", "--fold", "86401" }, "--fold 86401: not a time, expected seconds from 0" },
	{ { "--deny", "--fold", "1m" }, "--fold 1m: not a time" },
	{ { "--deny", "--fold", "-1" }, "--fold -1: not a time" },
	{ { "--sample", "0" }, "--sample 0: expected a number from 1 to 1000000" },
	{ { "--sample", "1000001" }, "--sample 1000001: expected a number" },
	{ { "--sample", "10%" }, "--sample 10%: expected a number" },
	{ { "--chain" }, "--chain: only lines of --format json have one: use --json" },
	{ { "--chain", "--json", "--format", "ocsf" }, "--chain: only lines of --format json" },
	{ { "-oa", "--output-size", "4095" }, "--output-size 4095: not a size" },
	{ { "-oa", "--output-size", "3K" }, "--output-size 3K: not a size" },
	{ { "-oa", "--output-size", "1025G" }, "--output-size 1025G: not a size" },
	{ { "-oa", "--output-size", "17179869184G" }, "--output-size 17179869184G: not a size" },
	{ { "-oa", "--output-size", "1T" }, "--output-size 1T: not a size" },
	{ { "-oa", "--output-size", "" }, "--output-size : not a size" },
	{ { "-oa", "--output-size", "-1M" }, "--output-size -1M: not a size" },
	{ { "-oa", "--output-keep", "0" }, "--output-keep 0: not a number of files" },
	{ { "-oa", "--output-keep", "1000" }, "--output-keep 1000: not a number of files" },
	{ { "-oa", "--output-keep", "5x" }, "--output-keep 5x: not a number of files" },
	{ { "--output-size", "1M" }, "--output-size: there is no file without --output" },
	{ { "-oa", "--ebpf" }, "--output and --ebpf exclude each other" },
	{ { "-oa", "--deny", "--quiet" }, "--output and --quiet exclude each other" },
	{ { "--watch" }, "--watch: a policy needs --audit or --deny" },
	{ { "--pin" }, "--pin: there is nothing to keep without --audit or --deny" },
	{ { "--deny", "--guard" }, "--guard: there is nothing to guard without --pin" },
	{ { "--guard" }, "--guard: there is nothing to guard without --pin" },
	{ { "--deny", "--pin", "--ebpf" }, "--pin and --ebpf exclude each other" },
	{ { "--quiet" }, "--quiet: there is nothing to do without --audit or --deny" },
	{ { "--deny", "--quiet", "--json" }, "--quiet and --json exclude each other" },
	{ { "--quiet", "--audit", "--count" }, "--quiet and --count exclude each other" },
	{ { "--quiet", "--audit", "--autobind" }, "--quiet and --autobind exclude each other" },
	{ { "--json", "--count" }, "--json and --count exclude each other" },
	{ { "--format", "ocsf", "--count" }, "--format ocsf and --count exclude each other" },
	{ { "--deny", "--quiet", "--format", "ecs" },
	  "--quiet and --format ecs exclude each other" },
	{ { "--format", "js\033on" },
	  "--format js\\x1bon: not a format, expected text, json, ocsf or ecs" },
	{ { "--format", "" }, "--format : not a format" },
	{ { "--format", "JSON" }, "--format JSON: not a format" },
	{ { "--audit", "--deny" }, "--audit and --deny exclude each other" },
	{ { "--deny", "--audit" }, "--audit and --deny exclude each other" },
	{ { "-f", "a.conf" }, "-f a.conf: a policy needs --audit or --deny" },
	{ { "--hook", "cgroup" }, "--hook cgroup: a hook that decides needs --audit or --deny" },
	{ { "--deny", "--hook", "nonsense" },
	  "--hook nonsense: not a hook, expected lsm or cgroup" },
	{ { "--hook", "nonsense" }, "--hook nonsense: not a hook" },
	{ { "--on-boot-error", "audit" }, "--on-boot-error: a policy needs --audit or --deny" },
	{ { "--audit", "--on-boot-error", "deny" },
	  "--on-boot-error deny: --audit refuses nothing, use --deny" },
	{ { "--deny", "--on-boot-error", "al\033low" },
	  "--on-boot-error al\\x1blow: unknown, expected fail, audit or deny" },
	{ { "--deny", "--hook", "" }, "--hook : not a hook" },
	{ { "--deny", "--hook", "cgroup2" }, "--hook cgroup2: not a hook" },
	{ { "--deny", "--hook", "LSM" }, "--hook LSM: not a hook" },
	{ { "--deny", "--hook", "l\033sm" }, "--hook l\\x1bsm: not a hook" },
	{ { "-t", "--policy=a.conf" }, "-f a.conf: a policy needs --audit or --deny" },

	{ { "-z" }, "'z'" },
	{ { "-tz" }, "'z'" },
	{ { "--frobnicate" }, "'--frobnicate'" },
	{ { "--wide=1" }, "'--wide'" },
	{ { "--autobind=1" }, "'--autobind'" },
	{ { "-p" }, "'p'" },
	{ { "-P" }, "'P'" },
	{ { "-u" }, "'u'" },
	{ { "--deny", "-f" }, "'f'" },
	{ { "--cgroupmap" }, "'--cgroupmap'" },
	{ { "--mntnsmap" }, "'--mntnsmap'" },
	{ { "--ring-size" }, "'--ring-size'" },
	{ { "--deny", "--hook" }, "'--hook'" },
	{ { "stray" }, "stray: unexpected argument" },
	{ { "-t", "stray", "-w" }, "stray: unexpected argument" },
	{ { "--deny", "policy.conf" }, "policy.conf: unexpected argument" },
	{ { "--", "-t" }, "-t: unexpected argument" },
	{ { "" }, ": unexpected argument" },
	/* One mistake is enough, whatever comes after it. */
	{ { "-p", "0", "--help" }, "-p 0: not a process id" },
};

/* Messages are lines that begin with the program's name, or the hint where to look. */
static void check_lines(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		assert_true(!strncmp(text, "bindguard: ", 11) ||
			    !strncmp(text, "Try 'bindguard --help'.", length));
		assert_int_equal(text[length], '\n');
		text += length + 1;
	}
}

static void test_a_mistake_is_named(void **state)
{
	struct result result;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		parse(bad[i].words, &result);
		if (result.status != EX_USAGE || !strstr(result.err, bad[i].message))
			fail_msg("status %d, expected \"%s\" in \"%s\"", result.status,
				 bad[i].message, result.err);
		assert_string_equal(result.out, "");
		check_lines(result.err);
	}
}

static void test_help_and_version_end_well(void **state)
{
	static const char *const help[] = { "--help", NULL }, *const h[] = { "-th", NULL };
	static const char *const version[] = { "--version", "--bad", NULL };
	struct result result;

	(void)state;
	parse(help, &result);
	assert_int_equal(result.status, 0);
	assert_memory_equal(result.out, "usage: bindguard ", 17);
	assert_string_equal(result.err, "");
	parse(h, &result);
	assert_int_equal(result.status, 0);
	assert_memory_equal(result.out, "usage: bindguard ", 17);
	parse(version, &result);
	assert_int_equal(result.status, 0);
	assert_string_equal(result.out, "bindguard " BINDGUARD_VERSION "\n");
	assert_string_equal(result.err, "");
}

static void test_help_names_every_option(void **state)
{
	static const char *const words[] = { "--help", NULL };
	static const char *const names[] = {
		"--audit",
		"--deny",
		"-f, --policy",
		"-p, --pid",
		"-P, --port",
		"-u, --uid",
		"-E, -x,",
		"--errors",
		"-t, --timestamp",
		"-w, --wide",
		"--count",
		"--cgroupmap",
		"--mntnsmap",
		"--ebpf",
		"--version",
		"-U, --print-uid",
		"-h, --help",
		POLICY_DEFAULT,
		"--watch",
		"--ring-size SIZE",
		"--quiet",
		"--autobind",
		"--hook HOOK",
		"--pin",
		"--on-boot-error WHAT",
		"--format FORMAT",
		"--json",
		"--metrics FILE",
	};
	struct result result;

	(void)state;
	parse(words, &result);
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strstr(result.out, names[i]))
			fail_msg("%s is not in --help", names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_has_its_effect),
		cmocka_unit_test(test_the_default_policy_is_the_hosts),
		cmocka_unit_test(test_without_a_port_filter_every_port_is_shown),
		cmocka_unit_test(test_a_mistake_is_named),
		cmocka_unit_test(test_help_and_version_end_well),
		cmocka_unit_test(test_help_names_every_option),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
