/* SPDX-License-Identifier: GPL-2.0-only */
#include "scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>

#include "enforcer/complain.h"
#include "enforcer/host/cgroups.h"
#include "enforcer/host/host.h"
#include "enforcer/output/stream.h"
#include "enforcer/verb.h"
#include "enforcer/watch/load.h"
#include "scanprint.h"
#include "verdicts.h"

#define OPTION_JSON 256

static const struct option long_options[] = {
	{ "wide", no_argument, NULL, 'w' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "scan",
	.short_options = ":wh",
	.long_options = long_options,
	.help = "usage: bindguard scan [-w | --json] [POLICY]\n"
		"\n"
		"Lists the sockets that are bound already, in all network namespaces, and who has\n"
		"them. With POLICY, a file or a folder, also what it says of each: as if its\n"
		"present owner bound it now.\n"
		"\n"
		"  -w, --wide  wide columns, which fit IPv6 addresses, and the cgroup\n"
		"      --json  a JSON object for each socket, on a line of its own\n"
		"  -h, --help  this text\n"
		"\n"
		"PID: 812+3 are process 812 and three more that are the same to any policy\n"
		"STATE: listen; bound; connected, from a port that the program asked for\n"
		"VERDICT: allow; deny; audit: denied by a rule in audit mode\n"
		"\n"
		"Exit status: 0 nothing would be denied, 1 something would be, 64 usage,\n"
		"             69 not on this host, 77 no privileges, 78 an error in the policy.\n"
		"Example: sudo bindguard scan /etc/bindguard/policy.conf\n",
};

struct scan_run {
	const char *policy; /* path, or NULL */
	bool wide, json;
	struct load load; /* with a policy */
	struct cgroups_list cgroups;
	struct sockets sockets;
};

/* Fills run from the command line. Returns -1 to go on, or the exit status to end with. */
static int parse(int argc, char **argv, struct scan_run *run)
{
	int option, status;

	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END)
			return status;
		if (option == OPTION_JSON)
			run->json = true;
		else
			run->wide = true;
	}
	if (run->json && run->wide) {
		complain("scan: -w and --json exclude each other");
		return verb_usage(&verb);
	}
	if (argc - optind > 1) {
		complain("scan: %s: unexpected argument", argv[optind + 1]);
		return verb_usage(&verb);
	}
	run->policy = argv[optind];
	return -1;
}

static bool names_cgroups(const struct scan_run *run)
{
	return run->policy && run->load.image.page[0].header.flags & BIND_IMAGE_CGROUPS;
}

static int load(struct scan_run *run)
{
	int status = load_policy_here(run->policy, true, &run->load);

	load_print(&run->load);
	if (!status && names_cgroups(run))
		status = host_require_cgroups();
	if (!status && run->load.image.page[0].header.flags & BIND_IMAGE_NETNS)
		status = host_require_netns();
	return status;
}

/* The sockets, then the paths of the cgroups: those that hold a socket are there by then. */
static int read_host(struct scan_run *run)
{
	int err = sockets_read(&run->sockets);

	if (err) {
		complain("cannot read the sockets: %s: run 'bindguard doctor'", strerror(-err));
		return EX_UNAVAILABLE;
	}
	err = cgroups_read(&run->cgroups);
	/* Without cgroup v2 they have no paths, and nothing else is missing. */
	if (err && (err != -ENOENT || names_cgroups(run))) {
		complain("cannot read the cgroups: %s", strerror(-err));
		return EX_OSERR;
	}
	verdicts_cgroups(&run->sockets, &run->cgroups);
	return 0;
}

static int judge(struct scan_run *run)
{
	int err = verdicts_decide(&run->sockets, run->load.policy, &run->load.image, host_netns());

	if (!err)
		return verdicts_denied(run->load.policy, &run->sockets) ? 1 : 0;
	complain("%s", strerror(-err));
	return EX_OSERR;
}

static void print(const struct scan_run *run)
{
	struct stat own = { 0 };
	struct stream stream;
	struct timespec now;
	struct scanprint print = {
		.out = stdout,
		.policy = run->load.policy,
		.host_netns = host_netns(),
		.own_netns = stat("/proc/self/ns/net", &own) ? 0 : own.st_ino,
		.wide = run->wide,
	};

	stream_open(&stream, stdout, MODE_OBSERVE);
	clock_gettime(CLOCK_REALTIME, &now);
	print.time = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	print.host = stream.host;
	print.boot_id = stream.boot_id;

	if (run->json)
		scanprint_json(&print, &run->sockets);
	else
		scanprint_table(&print, &run->sockets);
}

static int scan_and_print(struct scan_run *run)
{
	int status = run->policy ? load(run) : 0;

	if (!status)
		status = host_require_iterator();
	if (!status)
		status = read_host(run);
	if (!status && run->policy)
		status = judge(run);
	if (status <= 1)
		print(run);
	return status;
}

int scan_bound(int argc, char **argv)
{
	struct scan_run run = { 0 };
	int status = parse(argc, argv, &run);

	if (status >= 0)
		return status;
	status = scan_and_print(&run);
	sockets_free(&run.sockets);
	cgroups_free(&run.cgroups);
	load_free(&run.load);
	return verb_finish(status);
}
