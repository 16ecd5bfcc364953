/* SPDX-License-Identifier: GPL-2.0-only */
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "complain.h"

int verb_usage(const struct verb *verb)
{
	fprintf(stderr, "Try 'bindguard %s --help'.\n", verb->name);
	return EX_USAGE;
}

/* getopt_long() would print what was given, as it is. */
int verb_option(const struct verb *verb, int argc, char **argv, int *status)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, verb->short_options, verb->long_options, NULL);
	if (option == 'h') {
		fputs(verb->help, stdout);
		*status = verb_finish(0);
		return VERB_END;
	}
	if (option != '?' && option != ':')
		return option;
	if (option == ':')
		complain("%s: needs a value", argv[optind - 1]);
	else if (optopt > 0 && optopt < 256)
		complain("-%c: unknown option", optopt);
	else
		complain("%s: unknown option, or a value that it does not take", argv[optind - 1]);
	*status = verb_usage(verb);
	return VERB_END;
}

int verb_finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("cannot write the output: %s", strerror(errno));
	return EX_IOERR;
}
