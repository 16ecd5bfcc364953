/* SPDX-License-Identifier: GPL-2.0-only */
#include "privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "cgroups.h"
#include "enforcer/complain.h"
#include "filter.h"
#include "policy/sanitized.h"

/* A file, or a folder to list or to watch. What is not there needs no privilege. */
static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EACCES;
}

static bool can_watch(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	return can_read(copy) && can_read(dirname(copy));
}

static bool can_find(const char *exe)
{
	char *path = realpath(exe, NULL);
	bool found = path || errno != EACCES;

	free(path);
	return found;
}

/* What a reload of the same policy could not read as things are; NULL if there is nothing. */
static const char *find_unreadable(const struct options *options, const struct policy *policy)
{
	bool (*const can)(const char *path) = options->watch ? can_watch : can_read;

	if (!can(options->policy))
		return options->policy;
	for (size_t i = 0; i < policy->files; i++)
		if (!can(policy->file[i]))
			return policy->file[i];
	for (size_t i = 0; i < policy->rules; i++)
		for (size_t j = 0; j < policy->rule[i].exe.count; j++)
			if (!can_find(policy->rule[i].exe.string[j]))
				return policy->rule[i].exe.string[j];
	return NULL;
}

/* On kernels and in containers that do not know CAP_BPF, CAP_SYS_ADMIN stands for it. */
static unsigned int bpf_capability(void)
{
	return capng_have_capability(CAPNG_PERMITTED, CAP_BPF) ? CAP_BPF : CAP_SYS_ADMIN;
}

/* Tries with no capability but the one; the others can still be had again. */
static bool needs_search(const struct options *options, const struct policy *policy)
{
	const char *path;

	if (!policy || !capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH))
		return false;
	for (unsigned int capability = 0; capability <= CAP_LAST_CAP; capability++)
		if (capability != CAP_SETPCAP)
			capng_update(CAPNG_DROP, CAPNG_EFFECTIVE, capability);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return false;
	path = find_unreadable(options, policy);
	if (path)
		complain("%s: can only be read with CAP_DAC_READ_SEARCH, which is kept for reloads",
			 path);
	return path;
}

/* The bounding set, which is about programs that are run, takes a capability of its own. */
static int keep(const unsigned int *capability, size_t count)
{
	bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);

	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < count; i++)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
			     capability[i]);
	if (bounds && capng_apply(CAPNG_SELECT_BOUNDS))
		return -EPERM;
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

static int keep_needed(const struct options *options, const struct policy *policy)
{
	unsigned int needed[3];
	size_t count = 0;

	needed[count++] = bpf_capability();
	/* To tell the executables of other users' processes. */
	if ((options->json || options_logs(options)) &&
	    capng_have_capability(CAPNG_PERMITTED, CAP_SYS_PTRACE))
		needed[count++] = CAP_SYS_PTRACE;
	if (needs_search(options, policy))
		needed[count++] = CAP_DAC_READ_SEARCH;
	return keep(needed, count);
}

/* What the sanitizers do at the end would be refused. */
static int close_ways_back(const struct options *options)
{
	unsigned int needs = (options->pin ? FILTER_PINS : 0) |
			     (options->output ? FILTER_FILES : 0) |
			     (options->metrics ? FILTER_METRICS : 0);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (SANITIZED)
		return 0;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ? -errno : filter_install(needs);
}

int privilege_drop(const struct options *options, const struct policy *policy)
{
	int err = capng_get_caps_process() ? -EPERM : 0;

	if (policy)
		cgroups_hold();
	if (!err)
		err = keep_needed(options, policy);
	if (!err)
		err = close_ways_back(options);
	if (err)
		complain("cannot give up privileges: %s: run 'bindguard doctor'", strerror(-err));
	return err ? EX_OSERR : 0;
}
