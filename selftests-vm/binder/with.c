// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder with [-u UID] [-m KILOBYTES] CAPABILITY[,CAPABILITY...] PROGRAM [ARGUMENT...]
 *
 * Runs a program that has these capabilities and cannot get others: as root they are its bounding
 * set, too; as another user (-u) its ambient ones. "none" is none, for -u.
 *
 *	-m	RLIMIT_MEMLOCK, soft and hard
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned int number;
} known[] = {
	{ "bpf", CAP_BPF },
	{ "perfmon", CAP_PERFMON },
	{ "net_admin", CAP_NET_ADMIN },
	{ "sys_resource", CAP_SYS_RESOURCE },
	{ "sys_admin", CAP_SYS_ADMIN },
};

static uint64_t capability_find(const char *name)
{
	if (!strcmp(name, "none"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i].name))
			return 1ULL << known[i].number;
	usage();
}

static uint64_t capabilities_parse(char *list)
{
	uint64_t capabilities = 0;
	char *rest = NULL;

	for (char *w = strtok_r(list, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		capabilities |= capability_find(w);
	return capabilities;
}

/* Those that the kernel knows end where it says EINVAL. */
static void bounds_set(uint64_t capabilities)
{
	for (unsigned int i = 0; i < 64; i++)
		if (!(capabilities >> i & 1) && prctl(PR_CAPBSET_DROP, i) && errno != EINVAL)
			step_failed("bounds");
}

static void capabilities_set(uint64_t capabilities)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted = data[i].inheritable = capabilities >>
									      32 * i;
	if (syscall(SYS_capset, &header, data))
		step_failed("capset");
}

static void ambient_set(uint64_t capabilities)
{
	for (unsigned int i = 0; i < 64; i++)
		if (capabilities >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			step_failed("ambient");
}

static void become(long uid, uint64_t capabilities)
{
	if (uid < 0) {
		bounds_set(capabilities);
		capabilities_set(capabilities);
		return;
	}
	prctl(PR_SET_KEEPCAPS, 1);
	user_become(uid, uid);
	capabilities_set(capabilities);
	ambient_set(capabilities);
}

int with_main(int argc, char **argv)
{
	long uid = -1, kilobytes = -1;
	struct rlimit limit;
	int option;

	while ((option = getopt(argc, argv, "+u:m:")) != -1) {
		if (option == 'u')
			uid = number(optarg, UINT32_MAX - 1L);
		else if (option == 'm')
			kilobytes = number(optarg, INT32_MAX);
		else
			usage();
	}
	if (argc - optind < 2)
		usage();
	limit.rlim_cur = limit.rlim_max = (rlim_t)kilobytes * 1024;
	if (kilobytes >= 0 && setrlimit(RLIMIT_MEMLOCK, &limit))
		step_failed("setrlimit");
	become(uid, capabilities_parse(argv[optind]));
	execvp(argv[optind + 1], argv + optind + 1);
	step_failed("exec");
}
