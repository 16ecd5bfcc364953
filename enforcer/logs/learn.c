/* SPDX-License-Identifier: GPL-2.0-only */
#include "learn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/verb.h"
#include "learned.h"
#include "learnprint.h"
#include "live.h"
#include "logs.h"
#include "policy/alloc.h"
#include "prune.h"

enum {
	OPTION_BASE = 256,
	OPTION_RANGES,
	OPTION_DENIED,
	OPTION_FAILED,
	OPTION_FOR,
	OPTION_PRUNE,
};

static const struct option long_options[] = {
	{ "base", required_argument, NULL, OPTION_BASE },
	{ "ranges", optional_argument, NULL, OPTION_RANGES },
	{ "include-denied", no_argument, NULL, OPTION_DENIED },
	{ "include-failed", no_argument, NULL, OPTION_FAILED },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "prune", required_argument, NULL, OPTION_PRUNE },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "learn",
	.short_options = ":o:h",
	.long_options = long_options,
	.help = "usage: bindguard learn [OPTIONS] [LOG...]\n"
		"       bindguard learn [OPTIONS] --for TIME\n"
		"       bindguard learn --prune POLICY LOG...\n"
		"\n"
		"Proposes a policy that allows the binds which 'bindguard --json' has recorded\n"
		"in LOG, and no others. \"-\" is standard input, which is read if no LOG is given;\n"
		"a LOG may be compressed with gzip.\n"
		"\n"
		"      --base POLICY     only rules for what POLICY does not allow; they go\n"
		"                        behind its own\n"
		"      --ranges[=GAP]    ports that are at most GAP apart (1) become ranges\n"
		"      --include-denied  allow what the policy of then has refused, too\n"
		"      --include-failed  and what the kernel has refused\n"
		"      --for TIME        observe this host so long, as 90s, 30m, 24h or 7d, or\n"
		"                        until Ctrl-C, and learn from that\n"
		"      --prune POLICY    instead, which rules of POLICY did nobody need, and when\n"
		"                        was each of the others needed last?\n"
		"  -o, --output FILE     write it there\n"
		"  -h, --help            this text\n"
		"\n"
		"Exit status: 0, with --prune 1 if a rule was never hit, 64 usage, 65 a broken\n"
		"             line, 66 no such log, 74 cannot write, 78 an error in POLICY.\n"
		"Example: bindguard learn -o policy.conf bindguard.json\n",
};

struct learning {
	const char *base, *output, *prune;
	unsigned int seconds; /* to observe; 0: learn from logs */
	bool denied, failed;
	uint32_t gap; /* 0: no ranges */
	struct candidate candidate;
	struct learned learned;
};

static bool parse_gap(const char *text, uint32_t *gap)
{
	char *end;
	unsigned long number = text ? strtoul(text, &end, 10) : 1;

	if (text && (*text < '0' || *text > '9' || *end || number < 1 || number > 65535)) {
		complain("--ranges: %s is no number of ports, expected 1 to 65535", text);
		return false;
	}
	*gap = (uint32_t)number;
	return true;
}

static bool parse_seconds(const char *text, unsigned int *seconds)
{
	*seconds = live_seconds(text);
	if (!*seconds)
		complain("--for: %s is no time, expected one such as 90s, 30m, 24h or 7d", text);
	return *seconds;
}

static bool set_option(struct learning *learning, int option)
{
	switch (option) {
	case OPTION_BASE:
		learning->base = optarg;
		break;
	case OPTION_RANGES:
		return parse_gap(optarg, &learning->gap);
	case OPTION_FOR:
		return parse_seconds(optarg, &learning->seconds);
	case OPTION_PRUNE:
		learning->prune = optarg;
		break;
	case OPTION_DENIED:
		learning->denied = true;
		break;
	case OPTION_FAILED:
		learning->failed = true;
		break;
	default:
		learning->output = optarg;
	}
	return true;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct learning *learning)
{
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		if (!set_option(learning, option))
			return verb_usage(&verb);
	}
	if (learning->prune && (learning->base || learning->output || learning->seconds ||
				learning->gap || learning->denied || learning->failed))
		complain("--prune goes with no other option");
	else if (learning->seconds && optind < argc)
		complain("%s: a log and --for exclude each other", argv[optind]);
	else if (optind == argc && !learning->seconds && isatty(STDIN_FILENO))
		complain("learn: no log given, for example bindguard.json");
	else
		return -1;
	return verb_usage(&verb);
}

static bool take(void *context, const struct records_line *line)
{
	struct learning *learning = context;

	return line->kind != RECORDS_BIND || learned_add(&learning->learned, line);
}

/* Writes it whole or not at all: what is there may be in force. Returns 0 or EX_IOERR. */
static int write_file(const struct learning *learning)
{
	char *path = NULL;
	bool written;
	FILE *out;
	int fd;

	alloc_checked(asprintf(&path, "%s.XXXXXX", learning->output) < 0 ? NULL : path);
	fd = mkostemp(path, O_CLOEXEC);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	written = out && !fchmod(fd, 0644);
	if (written)
		learnprint_policy(out, &learning->learned);
	written = written && !ferror(out);
	if (out && fclose(out))
		written = false;
	written = written && !rename(path, learning->output);
	if (!written) {
		complain("%s: cannot write: %s", learning->output, strerror(errno));
		if (fd >= 0)
			unlink(path);
	}
	free(path);
	return written ? 0 : EX_IOERR;
}

static int print_learned(struct learning *learning)
{
	struct learned *learned = &learning->learned;
	int status = 0;

	if (learned->too_many) {
		complain("too many different binds, expected at most 1,000,000: give fewer logs");
		return EX_DATAERR;
	}
	learned_finish(learned, learning->gap);
	if (learning->output)
		status = write_file(learning);
	else
		learnprint_policy(stdout, learned);
	learnprint_summary(learned);
	return status;
}

/* Reads the logs or, for those, what is observed. */
static int read_logs(struct learning *learning, char *const *paths)
{
	int status = learning->seconds ? live_start(learning->seconds, learning->failed) : 0, ended;
	struct logs logs;

	if (status)
		return status;
	status = logs_read(&logs, paths, take, learning);
	ended = learning->seconds ? live_end() : 0;
	return ended ? ended : status;
}

static int learn_logs(struct learning *learning, char *const *paths)
{
	int status = learning->base ? candidate_load(&learning->candidate, learning->base) : 0;
	int printed = 0;

	if (status)
		return status;
	learned_init(&learning->learned);
	learning->learned.base = learning->base ? &learning->candidate : NULL;
	learning->learned.denied = learning->denied;
	learning->learned.failed = learning->failed;
	status = read_logs(learning, paths);
	/* What failed has been told; nothing was learned, so a file stays as it is. */
	if (!status || learning->learned.count || learning->learned.too_many)
		printed = print_learned(learning);
	learned_free(&learning->learned);
	return status ? status : printed;
}

int learn(int argc, char **argv)
{
	char dash[] = "-", *const standard_input[] = { dash, NULL }, *const * paths;
	struct learning learning = { 0 };
	int status = parse_options(argc, argv, &learning);

	if (status >= 0)
		return status;
	paths = optind < argc ? argv + optind : standard_input;
	if (learning.prune)
		status = prune_logs(learning.prune, paths);
	else
		status = learn_logs(&learning, paths);
	candidate_free(&learning.candidate);
	return verb_finish(status);
}
