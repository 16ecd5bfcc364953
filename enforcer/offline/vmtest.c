/* SPDX-License-Identifier: GPL-2.0-only */
#include "vmtest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/verb.h"
#include "policy/alloc.h"

#define OPTION_ARCH 256

static const struct option long_options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "arch", required_argument, NULL, OPTION_ARCH },
	{ "jobs", required_argument, NULL, 'j' },
	{ "junit", required_argument, NULL, 'J' },
	{ "logs", required_argument, NULL, 'L' },
	{ "seconds", required_argument, NULL, 'S' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "vmtest",
	.short_options = ":k:j:vh",
	.long_options = long_options,
	.help = "usage: bindguard vmtest POLICY [CASES...] [OPTION...]\n"
		"\n"
		"Do real binds on real kernels go as expected? POLICY and CASES are those of\n"
		"'bindguard test'. Each kernel is booted in QEMU with the policy in force, once\n"
		"to deny and once to audit, and makes the bind of every case: verdict, rule,\n"
		"errno and record have to be what is expected and what is decided offline.\n"
		"\n"
		"  -k, --kernel LIST  kernels, with commas between; 6.1,6.12 unless told:\n"
		"                     Debian's, as 6.12 or bookworm-backports; host; or a\n"
		"                     file, as ./vmlinuz, with lib/modules beside it\n"
		"      --arch ARCH    of the guests; x86_64\n"
		"  -j, --jobs N       VMs at a time; as many as there are processors\n"
		"      --junit FILE   write the results as JUnit XML too\n"
		"      --logs DIR     where logs of VMs go in which something failed; vmtest-logs\n"
		"      --seconds N    time limit of a VM; 300\n"
		"  -v, --verbose      progress, and logs are kept anyway\n"
		"  -h, --help         this text\n"
		"\n"
		"Needs QEMU, busybox-static and cpio, no privileges. apt fetches kernels, which\n"
		"are kept below ~/.cache/bindguard. KVM is used for a kernel that boots so.\n"
		"\n"
		"Exit status: 0 all passed, 1 some failed, 64 usage, 69 something is missing,\n"
		"             74 cannot write, 78 an error in the policy or in the cases.\n"
		"Example: bindguard vmtest policy.d cases.d -k 6.1,6.12 --junit results.xml\n",
};

int vmtest_find(const char *self, char *path, size_t size)
{
	static const char *const places[] = { "../libexec/bindguard/vmtest",
					      "../selftests-vm/vmtest",
					      "../../selftests-vm/vmtest" };
	const char *slash = strrchr(self, '/');

	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, size, "%.*s/%s", (int)(slash - self), self, places[i]);
		if (access(path, X_OK) == 0)
			return 0;
	}
	return -1;
}

/* What the program is called with: options in one form, "--", the paths. */
struct call {
	char **word;
	size_t count;
};

static void add(struct call *call, char *word)
{
	call->word = alloc_grow(call->word, call->count, sizeof(*call->word));
	call->word[call->count++] = word;
}

static void add_option(struct call *call, int option)
{
	for (const struct option *known = long_options; known->name; known++) {
		if (known->val != option)
			continue;
		add(call, (char *)known->name);
		add(call, optarg ? optarg : (char *)"1");
	}
}

/* It finds us by the path in its environment. */
static int become(struct call *call)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 64];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 ||
	    vmtest_find(self, path, sizeof(path))) {
		complain("vmtest: its program is not there, expected ../libexec/bindguard/vmtest "
			 "beside %s: is it installed?",
			 self);
		return EX_UNAVAILABLE;
	}
	call->word[0] = path;
	setenv("BINDGUARD", self, 1);
	execv(path, call->word);
	complain("%s: cannot run: %s", path, strerror(errno));
	return EX_UNAVAILABLE;
}

int vmtest(int argc, char **argv)
{
	struct call call = { 0 };
	int option, status;

	add(&call, NULL); /* its own name */
	while ((option = verb_option(&verb, argc, argv, &status)) != -1) {
		if (option == VERB_END) {
			free(call.word);
			return status;
		}
		add_option(&call, option);
	}
	if (optind == argc) {
		complain("vmtest: no policy given, expected POLICY");
		free(call.word);
		return verb_usage(&verb);
	}
	add(&call, (char *)"--");
	for (; optind <= argc; optind++)
		add(&call, argv[optind]); /* the NULL at the end, too */
	status = become(&call);
	free(call.word);
	return status;
}
