/* SPDX-License-Identifier: GPL-2.0-only */
#include "unload.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "bpffs.h"
#include "enforcer/complain.h"
#include "enforcer/verb.h"
#include "gate.h"
#include "guard.h"
#include "pin.h"

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "unload",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard unload\n"
		"\n"
		"Takes down what 'bindguard --pin' has put into force, once that has ended. From\n"
		"then on nothing decides.\n"
		"\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 nothing is pinned any more, 64 usage, 75 a bindguard still runs,\n"
		"             77 no privileges.\n"
		"Example: sudo systemctl stop bindguard && sudo bindguard unload\n",
};

static int complain_remove(int err)
{
	complain("unload: cannot remove what is in %s: %s", BPFFS_HOME, strerror(-err));
	return EX_OSERR;
}

#define WAIT_TRIES 100
#define WAIT_US 20000

/* The ids of the programs on the hooks. Returns how many. */
static size_t list_programs(uint32_t ids[GATE_HOOKS])
{
	struct bpf_link_info info;
	uint32_t size = sizeof(info);
	struct gate gate;
	size_t count = 0;

	gate_open_any(&gate);
	for (size_t i = 0; i < gate.hooks; i++) {
		memset(&info, 0, sizeof(info));
		if (gate.hook[i].link >= 0 &&
		    !bpf_obj_get_info_by_fd(gate.hook[i].link, &info, &size))
			ids[count++] = info.prog_id;
	}
	gate_close(&gate);
	return count;
}

/* The kernel takes programs off a moment after the last pin of their link has gone. */
static bool wait_for_end_of(const uint32_t *ids, size_t count)
{
	int program;

	for (int tries = 0; count && tries < WAIT_TRIES; tries++) {
		program = bpf_prog_get_fd_by_id(ids[count - 1]);
		if (program < 0) {
			count--;
			continue;
		}
		close(program);
		usleep(WAIT_US);
	}
	return !count;
}

/* The guard first. Then the hooks: what is behind them must be there as long as they are. */
static int remove_all(void)
{
	uint32_t ids[GATE_HOOKS];
	size_t programs = list_programs(ids);
	int err = guard_remove();

	if (!err)
		err = gate_remove();
	if (!err)
		err = folders_remove_others(NULL);
	if (!err && rmdir(BPFFS_HOME))
		err = -errno;
	if (err)
		return complain_remove(err);
	if (wait_for_end_of(ids, programs)) {
		printf("removed %s: nothing decides any more\n", BPFFS_HOME);
		return 0;
	}
	complain("unload: removed %s, but some process still holds what decides", BPFFS_HOME);
	return EX_TEMPFAIL;
}

static int take_down(void)
{
	int lock = pin_lock(), status;

	switch (lock) {
	case -ENOENT:
		puts("nothing is pinned");
		return 0;
	case -EWOULDBLOCK:
		pin_complain_locked("unload");
		return EX_TEMPFAIL;
	case -EACCES:
		complain("unload: cannot look into %s: run it as root", BPFFS_HOME);
		return EX_NOPERM;
	}
	if (lock < 0)
		return complain_remove(lock);
	status = remove_all();
	close(lock);
	return status;
}

int unload(int argc, char **argv)
{
	int status, option = verb_option(&verb, argc, argv, &status);

	if (option == VERB_END)
		return status;
	if (optind < argc) {
		complain("unload: %s: unexpected argument", argv[optind]);
		return verb_usage(&verb);
	}
	return verb_finish(take_down());
}
