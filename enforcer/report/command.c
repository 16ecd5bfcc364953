/* SPDX-License-Identifier: GPL-2.0-only */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/logs/logs.h"
#include "enforcer/verb.h"
#include "enforcer/watch/load.h"
#include "policy/dates.h"
#include "policy/digest.h"
#include "printers.h"
#include "verify.h"

#define NOT_MEASURED 2

enum {
	OPTION_FROM = 256,
	OPTION_TO,
	OPTION_FORMAT,
	OPTION_VERIFY,
};

static const struct option long_options[] = {
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "to", required_argument, NULL, OPTION_TO },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "verify", no_argument, NULL, OPTION_VERIFY },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "report",
	.short_options = ":o:h",
	.long_options = long_options,
	.help = "usage: bindguard report [OPTIONS] POLICY LOG...\n"
		"       bindguard report --verify LOG...\n"
		"\n"
		"Which services may listen, who approved them and why, and what really happened?\n"
		"POLICY is what was approved; each LOG has records of 'bindguard --json', and\n"
		"may have lines of 'bindguard scan --json POLICY'. \"-\" is standard input; a LOG\n"
		"may be compressed with gzip, and be of many hosts.\n"
		"\n"
		"      --from DATE    only what happened since then, such as 2026-03-01 (UTC)\n"
		"      --to DATE      only what happened until the end of that day\n"
		"      --format FORMAT\n"
		"                     text (default), json, csv or html: all say the same\n"
		"  -o, --output FILE  write it there; a file that is there is replaced\n"
		"      --verify       only tell whether lines of 'bindguard --json --chain' were\n"
		"                     changed, removed or added, and where\n"
		"  -h, --help         this text\n"
		"\n"
		"Exit status: 0 compliant, 1 findings, 2 it could not be measured, 64 usage,\n"
		"             74 it could not be written; --verify: 0 whole, 1 not, 2 no chain.\n"
		"Example: bindguard report /etc/bindguard/policy.d /var/log/bindguard.json*\n",
};

static const struct format {
	const char *name;
	void (*print)(FILE *out, const struct report *report);
} formats[] = {
	{ "text", astext_print },
	{ "json", asjson_print },
	{ "csv", ascsv_print },
	{ "html", ashtml_print },
};

struct options {
	int64_t from, to; /* s since 1970, 0: not given */
	const struct format *format; /* NULL: text */
	const char *output; /* NULL: standard output */
	bool verify;
};

static bool take(void *context, const struct records_line *line)
{
	report_take(context, line);
	return true;
}

static int64_t in_ns(int64_t seconds)
{
	return seconds ? seconds * REPORT_NS : RECORDS_UNKNOWN;
}

/* Rules are judged as of the end of the period or, if that is not over, as of today. */
static void begin(struct report *report, const struct options *options, const struct load *load)
{
	char digest[DIGEST_TEXT];
	int64_t now = time(NULL);

	report->from = in_ns(options->from);
	report->to = in_ns(options->to);
	report->now = options->to && options->to < now ? options->to - 1 : now;
	report->policy = load->policy;
	report->policy_path = report_text(load->path);
	report->sha256 = report_text(digest_policy(load->policy, digest));
	report_begin(report);
}

/* Of a file, what could not be written whole is removed; of anything else, such as a device, not. */
static void remove_file(const char *path)
{
	struct stat status;

	if (!lstat(path, &status) && S_ISREG(status.st_mode))
		unlink(path);
}

static int print_to(const struct options *options, const struct report *report)
{
	const struct format *format = options->format ?: &formats[0];
	FILE *out = options->output ? fopen(options->output, "we") : stdout;
	bool failed;

	if (!out) {
		complain("cannot write %s: %s", options->output, strerror(errno));
		return EX_IOERR;
	}
	format->print(out, report);
	if (!options->output)
		return verb_finish(0);
	failed = fflush(out) || ferror(out);
	failed |= !!fclose(out);
	if (!failed)
		return 0;
	complain("cannot write %s: %s", options->output, strerror(errno));
	remove_file(options->output);
	return EX_IOERR;
}

static int report_logs(const struct options *options, struct load *load, char *const *paths)
{
	struct report report = { 0 };
	struct logs logs;
	int status, read, printed;

	begin(&report, options, load);
	read = logs_read(&logs, paths, take, &report);
	report.broken = logs.broken;
	report.cut_off = logs.cut_off;
	report_finish(&report);
	printed = print_to(options, &report);
	status = report_status(&report);
	if (!status && read)
		status = NOT_MEASURED;
	report_free(&report);
	return printed ? printed : status;
}

/* --- The command line */

static bool read_date(const char *name, const char *text, int64_t *time)
{
	if (dates_read(text, time))
		return true;
	complain("report: %s: %s: expected a date such as 2026-03-01", name, text);
	return false;
}

static bool find_format(const char *name, const struct format **format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		*format = &formats[i];
		if (!strcmp(name, formats[i].name))
			return true;
	}
	complain("report: --format: %s: expected text, json, csv or html", name);
	return false;
}

static bool take_option(int option, struct options *options)
{
	bool is_known = true;

	switch (option) {
	case OPTION_FROM:
		is_known = read_date("--from", optarg, &options->from);
		break;
	case OPTION_TO:
		is_known = read_date("--to", optarg, &options->to);
		options->to += DATES_DAY;
		break;
	case OPTION_FORMAT:
		is_known = find_format(optarg, &options->format);
		break;
	case OPTION_VERIFY:
		options->verify = true;
		break;
	default:
		options->output = optarg;
	}
	return is_known;
}

/* Is what is needed there, and nothing that is of no use? */
static bool agree(const struct options *options, int arguments)
{
	bool more = options->from || options->to || options->format || options->output;

	if (options->from && options->to && options->from >= options->to)
		complain("report: --from is after --to");
	else if (options->verify && more)
		complain("report: --verify takes no other option");
	else if (options->verify && !arguments)
		complain("report: expected a log, for example bindguard.json");
	else if (!options->verify && arguments < 2)
		complain("report: expected a policy and a log, for example policy.conf "
			 "bindguard.json");
	else
		return true;
	return false;
}

/* Returns -1 to go on, or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		if (!take_option(option, options))
			return verb_usage(&verb);
	}
	if (!agree(options, argc - optind))
		return verb_usage(&verb);
	return -1;
}

int report_command(int argc, char **argv)
{
	struct options options = { 0 };
	int status = parse(argc, argv, &options);
	struct load load = { 0 };

	if (status >= 0)
		return status;
	if (options.verify)
		return verb_finish(verify_logs(stdout, argv + optind));
	if (load_policy(argv[optind], true, &load)) {
		load_print(&load);
		status = NOT_MEASURED;
	} else {
		status = report_logs(&options, &load, argv + optind + 1);
	}
	load_free(&load);
	return status;
}
