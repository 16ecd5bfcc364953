/* SPDX-License-Identifier: GPL-2.0-only */
#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "changed.h"
#include "enforcer/complain.h"
#include "enforcer/verb.h"
#include "logs.h"

#define OPTION_JSON 256

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "replay",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard replay [--json] POLICY LOG...\n"
		"\n"
		"What would POLICY have decided about binds that 'bindguard --json' has recorded\n"
		"in LOG, and what was decided? Prints the differences, the worst first. \"-\" is\n"
		"standard input; a LOG may be compressed with gzip.\n"
		"\n"
		"      --json  a JSON object for each line, and one that sums it up\n"
		"  -h, --help  this text\n"
		"\n"
		"allow, deny, audit: denied, and let through; none: nothing was decided then;\n"
		"?: POLICY asks for something that is not recorded, such as the executable of a\n"
		"   process that had gone, so that the decision may have been either\n"
		"\n"
		"Exit status: 0 no change, 1 changes or something unsure, 64 usage, 65 a broken\n"
		"             line in a log, 66 no such log, 78 an error in the policy.\n"
		"Example: bindguard replay new.conf /var/log/bindguard.json*\n",
};

struct replaying {
	struct candidate candidate;
	struct changed changed;
};

static bool take(void *context, const struct records_line *line)
{
	struct replaying *replaying = context;

	if (line->kind == RECORDS_BIND)
		changed_add(&replaying->changed, &replaying->candidate, line);
	return true;
}

static int replay_logs(const char *policy, char *const *paths, bool json)
{
	struct replaying replaying;
	struct logs logs;
	int status = candidate_load(&replaying.candidate, policy);

	if (!status) {
		changed_init(&replaying.changed);
		status = logs_read(&logs, paths, take, &replaying);
		if (json)
			changed_print_json(stdout, &replaying.changed);
		else
			changed_print(stdout, &replaying.changed);
		if (!status && (replaying.changed.changes || replaying.changed.unsure))
			status = 1;
		changed_free(&replaying.changed);
	}
	candidate_free(&replaying.candidate);
	return verb_finish(status);
}

int replay(int argc, char **argv)
{
	int option, status;
	bool json = false;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		json = true;
	}
	if (argc - optind < 2) {
		complain(
			"replay: expected a policy and a log, for example new.conf bindguard.json");
		return verb_usage(&verb);
	}
	return replay_logs(argv[optind], argv + optind + 1, json);
}
