// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder contain [-c CGROUPDIR] [-u UID] [-m OUTER] NS[,NS...] PROGRAM [ARGUMENT...]
 *
 * Runs a program in namespaces of its own, as container runtimes do: user, pid, net, mnt, cgroup.
 * It joins the cgroup first, so that it is the root of a cgroup namespace.
 *
 *	-u UID		without -m: who makes the namespaces; a user namespace then has this user
 *			alone, as root, as any unprivileged user can have it
 *	-m OUTER	the user namespace has 65536 users, from OUTER on outside, as root can give
 *			it; -u is then a user in there
 *
 * The exit status is the program's, or 2 with a line "STEP errno=NAME".
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAPPED_USERS 65536

struct container {
	const char *cgroup;
	long uid;
	long outer; /* -1: no -m */
	int namespaces;
};

static const struct {
	const char *name;
	int flag;
} namespaces[] = {
	{ "user", CLONE_NEWUSER }, { "pid", CLONE_NEWPID },	  { "net", CLONE_NEWNET },
	{ "mnt", CLONE_NEWNS },	   { "cgroup", CLONE_NEWCGROUP },
};

static int namespace_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (!strcmp(namespaces[i].name, name))
			return namespaces[i].flag;
	usage();
}

static int namespaces_parse(char *list)
{
	char *rest = NULL;
	int flags = 0;

	for (char *w = strtok_r(list, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		flags |= namespace_find(w);
	return flags;
}

static void proc_write(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		step_failed(file);
	close(fd);
}

static void map_write(pid_t pid, long outer, long count)
{
	char text[64];

	snprintf(text, sizeof(text), "0 %ld %ld", outer, count);
	proc_write(pid, "uid_map", text);
	proc_write(pid, "gid_map", text);
}

/* Only one outside may map others than himself, and only once the namespace is there. */
static pid_t mapper_start(long outer, int *go)
{
	pid_t us = getpid(), child;
	char byte;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		step_failed("pipe");
	child = fork();
	if (child < 0)
		step_failed("fork");
	close(ends[child ? 0 : 1]);
	*go = ends[1];
	if (child)
		return child;
	if (read(ends[0], &byte, 1) == 1)
		map_write(us, outer, MAPPED_USERS);
	_exit(0);
}

static void mapper_finish(pid_t mapper, int go)
{
	int status;

	if (write(go, "", 1) != 1)
		step_failed("pipe");
	close(go);
	if (waitpid(mapper, &status, 0) < 0 || status)
		_exit(EXIT_NO_ATTEMPT);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		step_failed("lo");
	close(fd);
}

/* As an unprivileged user does it. */
static void namespaces_make_alone(const struct container *c)
{
	long uid;

	user_become(c->uid, c->uid);
	/* Or our own files of /proc would not be ours. */
	prctl(PR_SET_DUMPABLE, 1);
	uid = getuid();
	if (unshare(c->namespaces))
		step_failed("unshare");
	if (!(c->namespaces & CLONE_NEWUSER))
		return;
	proc_write(getpid(), "setgroups", "deny");
	map_write(getpid(), uid, 1);
}

static void namespaces_make_mapped(const struct container *c)
{
	int go;
	pid_t mapper = mapper_start(c->outer, &go);

	if (unshare(c->namespaces))
		step_failed("unshare");
	mapper_finish(mapper, go);
	user_become(c->uid >= 0 ? c->uid : 0, c->uid >= 0 ? c->uid : 0);
}

static void furnish(const struct container *c)
{
	if (c->namespaces & CLONE_NEWNET)
		loopback_up();
	if (c->namespaces & CLONE_NEWNS && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		step_failed("mount");
}

/* A pid namespace begins with the next child, who is to end with us. */
static int run(char **program)
{
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		step_failed("fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(program[0], program);
		step_failed("exec");
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NO_ATTEMPT;
}

int contain_main(int argc, char **argv)
{
	struct container c = { .uid = -1, .outer = -1 };
	int option;

	while ((option = getopt(argc, argv, "+c:u:m:")) != -1) {
		if (option == 'c')
			c.cgroup = optarg;
		else if (option == 'u')
			c.uid = number(optarg, UINT32_MAX - 1L);
		else if (option == 'm')
			c.outer = number(optarg, UINT32_MAX - 1L);
		else
			usage();
	}
	if (argc - optind < 2)
		usage();
	c.namespaces = namespaces_parse(argv[optind]);
	if (c.cgroup)
		cgroup_join(c.cgroup);
	if (c.outer >= 0)
		namespaces_make_mapped(&c);
	else
		namespaces_make_alone(&c);
	furnish(&c);
	return run(argv + optind + 1);
}
