/* SPDX-License-Identifier: GPL-2.0-only */
#include "sinkoptions.h"

#include <string.h>

#include "enforcer/complain.h"
#include "values.h"

#define SIZE_LEAST (4ull << 10)
#define KEEP_MOST 999
#define KEEP_DEFAULT 5
#define FOLD_MOST 86400 /* seconds */
#define SAMPLE_MOST 1000000

void sinkoptions_init(struct options *options)
{
	options->output_keep = KEEP_DEFAULT;
	options->fold = -1;
}

/* 0 is a way to say never, where a drop-in of a service has to take it back. */
static bool parse_size(const char *text, struct options *options)
{
	uint64_t size = values_size(text);

	if (strcmp(text, "0") != 0 && size < SIZE_LEAST) {
		complain("--output-size %s: not a size, expected one from 4K to 1024G, or 0", text);
		return false;
	}
	options->output_size = size;
	return true;
}

static bool parse_keep(const char *text, struct options *options)
{
	unsigned long keep;

	if (!values_number(text, 1, KEEP_MOST, &keep)) {
		complain("--output-keep %s: not a number of files, expected 1 to %d", text,
			 KEEP_MOST);
		return false;
	}
	options->output_keep = keep;
	return true;
}

static bool parse_logged(const char *option, const char *text, enum logged *logged)
{
	if (text && strcmp(text, "all") != 0) {
		complain("%s=%s: unknown, expected all, or nothing behind it", option, text);
		return false;
	}
	*logged = text ? LOGGED_ALL : LOGGED_DENIALS;
	return true;
}

static bool parse_fold(const char *text, struct options *options)
{
	unsigned long seconds;

	if (!values_number(text, 0, FOLD_MOST, &seconds)) {
		complain("--fold %s: not a time, expected seconds from 0 to %d", text, FOLD_MOST);
		return false;
	}
	options->fold = seconds;
	return true;
}

static bool parse_sample(const char *text, struct options *options)
{
	unsigned long sample;

	if (!values_number(text, 1, SAMPLE_MOST, &sample)) {
		complain("--sample %s: expected a number from 1 to %d", text, SAMPLE_MOST);
		return false;
	}
	options->sample = sample;
	return true;
}

bool sinkoptions_parse(int option, const char *argument, struct options *options)
{
	switch (option) {
	case 'o':
		options->output = argument;
		return true;
	case SINKOPTION_CHAIN:
		return options->chain = true;
	case SINKOPTION_SIZE:
		return parse_size(argument, options);
	case SINKOPTION_KEEP:
		return parse_keep(argument, options);
	case SINKOPTION_JOURNAL:
		return parse_logged("--journal", argument, &options->journal);
	case SINKOPTION_SYSLOG:
		return parse_logged("--syslog", argument, &options->syslog);
	case SINKOPTION_FOLD:
		return parse_fold(argument, options);
	case SINKOPTION_SAMPLE:
		return parse_sample(argument, options);
	default:
		complain_usage();
		return false;
	}
}

/* The first of those that tell of binds, or NULL. */
static const char *teller(const struct options *options)
{
	if (options->output)
		return "--output";
	if (options->journal)
		return "--journal";
	return options->syslog ? "--syslog" : NULL;
}

bool sinkoptions_agree(const struct options *options)
{
	bool observes = options->mode == MODE_OBSERVE;

	if (options->quiet && teller(options))
		complain("%s and --quiet exclude each other", teller(options));
	else if (options->listing && teller(options))
		complain("%s and --ebpf exclude each other", teller(options));
	else if (options->chain && options->format != FORMAT_JSON)
		complain("--chain: only lines of --format json have one: use --json");
	else if (options->count && (options->journal || options->syslog))
		complain("%s and --count exclude each other",
			 options->journal ? "--journal" : "--syslog");
	else if (options->output_size && !options->output)
		complain("--output-size: there is no file without --output");
	else if (observes && options->journal == LOGGED_DENIALS)
		complain("--journal: nothing is denied without --audit or --deny: "
			 "--journal=all tells of every bind");
	else if (observes && options->syslog == LOGGED_DENIALS)
		complain("--syslog: nothing is denied without --audit or --deny: "
			 "--syslog=all tells of every bind");
	else if (observes && options->fold > 0)
		complain("--fold: nothing is denied without --audit or --deny");
	else
		return true;
	return false;
}
