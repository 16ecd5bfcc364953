// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder with [-s] [-u UID] [-m KILOBYTES] CAPABILITY[,CAPABILITY...] PROGRAM [ARGUMENT...]
 *
 * Runs a program that has these capabilities and cannot get others: as root they are its bounding
 * set, too; as another user (-u) its ambient ones. "none" is none, for -u.
 *
 *	-m	RLIMIT_MEMLOCK, soft and hard
 *	-s	no_new_privs, and without the system calls that container runtimes refuse by default to
 *		who has CAP_BPF and CAP_PERFMON, as far as some program could be after them
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER offsetof(struct seccomp_data, nr)
#define FIRST_ARGUMENT offsetof(struct seccomp_data, args) /* its lower half */
#define NEW_NAMESPACES                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

static const struct {
	const char *name;
	unsigned int number;
} known[] = {
	{ "bpf", CAP_BPF },
	{ "perfmon", CAP_PERFMON },
	{ "net_admin", CAP_NET_ADMIN },
	{ "sys_resource", CAP_SYS_RESOURCE },
	{ "sys_admin", CAP_SYS_ADMIN },
	{ "sys_ptrace", CAP_SYS_PTRACE },
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

/* clone() is refused new namespaces, clone3() is not there: its flags cannot be seen. */
static void calls_refuse(void)
{
	static const unsigned int refused[] = {
		SYS_acct,	   SYS_add_key,	       SYS_adjtimex,
		SYS_chroot,	   SYS_clock_settime,  SYS_delete_module,
		SYS_fanotify_init, SYS_finit_module,   SYS_fsopen,
		SYS_init_module,   SYS_io_uring_setup, SYS_kcmp,
		SYS_kexec_load,	   SYS_keyctl,	       SYS_mbind,
		SYS_mount,	   SYS_move_mount,     SYS_open_by_handle_at,
		SYS_open_tree,	   SYS_pivot_root,     SYS_quotactl,
		SYS_reboot,	   SYS_request_key,    SYS_sethostname,
		SYS_setns,	   SYS_settimeofday,   SYS_swapon,
		SYS_syslog,	   SYS_umount2,	       SYS_unshare,
		SYS_userfaultfd,   SYS_vhangup,
	};
	struct sock_filter code[2 * ARRAY_SIZE(refused) + 8], *at = code;
	struct sock_fprog program = { .filter = code };
	const unsigned int fail = SECCOMP_RET_ERRNO | EPERM, none = SECCOMP_RET_ERRNO | ENOSYS;

	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
		*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, fail);
	}
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, none);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
	*at++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST_ARGUMENT);
	*at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, fail);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = at - code;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		step_failed("seccomp");
}

int with_main(int argc, char **argv)
{
	long uid = -1, kilobytes = -1;
	bool runtime_default = false;
	struct rlimit limit;
	int option;

	while ((option = getopt(argc, argv, "+su:m:")) != -1) {
		if (option == 's')
			runtime_default = true;
		else if (option == 'u')
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
	if (runtime_default)
		calls_refuse();
	execvp(argv[optind + 1], argv + optind + 1);
	step_failed("exec");
}
