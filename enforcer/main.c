/* SPDX-License-Identifier: GPL-2.0-only */
/* bindguard: watches, audits and denies socket binds. */
#include <string.h>
#include <sysexits.h>

#include "complain.h"
#include "enforcer/host/host.h"
#include "enforcer/logs/learn.h"
#include "enforcer/logs/replay.h"
#include "enforcer/offline/check.h"
#include "enforcer/offline/explain.h"
#include "enforcer/offline/policytest.h"
#include "enforcer/offline/vmtest.h"
#include "enforcer/pins/status.h"
#include "enforcer/pins/unload.h"
#include "enforcer/sockets/scan.h"
#include "enforcer/watch/watch.h"
#include "report/command.h"

/* What can stand where the first argument is. Anything that begins with "-" is the main job. */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "check", check },	      { "explain", explain },	 { "test", policytest },
	{ "scan", scan_bound },	      { "doctor", host_doctor }, { "status", status_show },
	{ "unload", unload },	      { "replay", replay },	 { "learn", learn },
	{ "report", report_command }, { "vmtest", vmtest },
};

int main(int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-')
		return watch(argc, argv);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	complain("%s: unknown command", argv[1]);
	complain_usage();
	return EX_USAGE;
}
