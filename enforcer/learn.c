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

#include "complain.h"
#include "learned.h"
#include "learnprint.h"
#include "logs.h"
#include "policy/alloc.h"
#include "verb.h"

enum {
	OPTION_BASE = 256,
	OPTION_RANGES,
	OPTION_DENIED,
	OPTION_FAILED,
};

static const struct option long_options[] = {
	{ "base", required_argument, NULL, OPTION_BASE },
	{ "ranges", optional_argument, NULL, OPTION_RANGES },
	{ "include-denied", no_argument, NULL, OPTION_DENIED },
	{ "include-failed", no_argument, NULL, OPTION_FAILED },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "learn",
	.short_options = ":o:h",
	.long_options = long_options,
	.help = "usage: bindguard learn [OPTIONS] [LOG...]\n"
		"\n"
		"Proposes a policy that allows the binds which 'bindguard --json' has recorded in\n"
		"LOG, and no others. \"-\" is standard input, which is read if no LOG is given; a LOG\n"
		"may be compressed with gzip.\n"
		"\n"
		"      --base POLICY     only rules for what POLICY does not allow; they go behind its\n"
		"                        own\n"
		"      --ranges[=GAP]    ports that are at most GAP apart (1) become ranges\n"
		"      --include-denied  allow what the policy of then has refused, too\n"
		"      --include-failed  and what the kernel has refused\n"
		"  -o, --output FILE     write it there\n"
		"  -h, --help            this text\n"
		"\n"
		"Exit status: 0, 64 usage, 65 a broken line in a log, 66 no such log, 74 cannot\n"
		"             write, 78 an error in the base.\n"
		"Example: bindguard learn -o policy.conf bindguard.json\n",
};

struct learning {
	const char *base, *output;
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

static bool set_option(struct learning *learning, int option)
{
	switch (option) {
	case OPTION_BASE:
		learning->base = optarg;
		break;
	case OPTION_RANGES:
		return parse_gap(optarg, &learning->gap);
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
	if (optind < argc || !isatty(STDIN_FILENO))
		return -1;
	complain("learn: no log given, for example bindguard.json");
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

static int learn_logs(struct learning *learning, char *const *paths)
{
	char dash[] = "-", *const standard_input[] = { dash, NULL };
	int status = learning->base ? candidate_load(&learning->candidate, learning->base) : 0;
	int printed;
	struct logs logs;

	if (status)
		return status;
	learned_init(&learning->learned);
	learning->learned.base = learning->base ? &learning->candidate : NULL;
	learning->learned.denied = learning->denied;
	learning->learned.failed = learning->failed;
	status = logs_read(&logs, *paths ? paths : standard_input, take, learning);
	printed = print_learned(learning);
	learned_free(&learning->learned);
	return status ? status : printed;
}

int learn(int argc, char **argv)
{
	struct learning learning = { 0 };
	int status = parse_options(argc, argv, &learning);

	if (status >= 0)
		return status;
	status = learn_logs(&learning, argv + optind);
	candidate_free(&learning.candidate);
	return verb_finish(status);
}
