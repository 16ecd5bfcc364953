// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder - make a socket, get a port for it as told, print what came of it.
 *
 * One line per attempt, always with the same fields in the same order:
 *
 *	rc=0 errno=- addr=127.0.0.1 port=8080 pid=123 op=bind set=- has=8080
 *	rc=-1 errno=EACCES addr=127.0.0.1 port=80 pid=123 op=bind set=- has=0
 *
 * addr and port are getsockname()'s after a success, and what was asked for after a failure. pid is
 * the process's number outside of containers. op is the call that decided: the method's, or the
 * listen (-L) or bindx (-x) after it that failed. set is the errno of the options set late (-a), of
 * the first that failed; the rest goes on. has is the port that the socket has in the end, or 0.
 * Exit status: 0 when the attempt was made, whatever it gave; 2 when it could not be made, and
 * then the line names the step: "socket errno=EPROTONOSUPPORT". What this kernel has no way for is
 * the step "way" or "uring-setsockopt".
 *
 * -m, the call that is to get the port:
 *	bind	the default
 *	bindx	SCTP's setsockopt(); ADDRESS may be a list, "127.0.0.1,10.0.0.1"
 *	listen	without a bind, so that the kernel chooses
 *	connect, sendto, fastopen	to ADDRESS and PORT; the port reported is the socket's own
 *	bound-connect	bind to port 0, then connect
 *	none	no call, to learn what can be made, or to have what follows it
 * -w, the way in which bind, listen and options after the bind reach the kernel:
 *	plain	system calls
 *	int80	the system calls of 32-bit programs
 *	socketcall	the same by socketcall(2)
 *	uring, uring-async, uring-sqpoll	io_uring: at once, by a worker, by its polling thread
 * -P, who does what follows the call (-a, -x, -L), and prints the line:
 *	fork	a child of the one who has bound
 *	rights	another process, to whom the socket is sent
 *
 * Three more programs are in this one: "binder contain" (contain.c), "binder matrix" (matrix.c) and
 * "binder with" (with.c).
 *
 * Static, so that the guest needs nothing else to run it.
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define THREADS_MAX 256
#define ERRNO_MAX 4096

struct settings set = {
	.taker_uid = -1,
	.uid = -1,
	.gid = -1,
	.family = -1,
	.addrlen = -1,
	.number = -1,
	.repeat = 1,
};

static atomic_ulong outcomes[ERRNO_MAX]; /* attempts by errno, 0 for success */
static volatile sig_atomic_t stopped;

void usage(void)
{
	fputs("usage: binder [-u UID] [-g GID] [-c CGROUPDIR] [-n COMM] [-N THREADCOMM]\n"
	      "              [-m bind|bindx|listen|connect|sendto|fastopen|bound-connect|none]\n"
	      "              [-w plain|int80|socketcall|uring|uring-async|uring-sqpoll]\n"
	      "              [-o OPTION[=VALUE][,OPTION...]] [-a OPTIONS, set after the bind]\n"
	      "              [-i IFNAME] [-f SA_FAMILY] [-l ADDRLEN] [-p IPPROTO]\n"
	      "              [-x ADDRESS[,ADDRESS...] (then bindx)] [-L (then listen)]\n"
	      "              [-P fork|rights (what comes then is another process's)]\n"
	      "              [-U UID and -C CGROUPDIR of that one] [-k (keep it open)]\n"
	      "              [-r REPEAT, 0: nicely until SIGTERM] [-t THREADS] [-q (totals only)]\n"
	      "              PROTO ADDRESS PORT\n"
	      "       binder contain [-c CGROUPDIR] [-u UID] [-m OUTER] NS[,NS...] PROGRAM...\n"
	      "       binder matrix\n"
	      "       binder with [-s] [-u UID] [-m KILOBYTES] CAPABILITY[,CAPABILITY...] PROGRAM...\n"
	      "  OPTION: FREEBIND TRANSPARENT NOPORT REUSEADDR REUSEPORT V6ONLY V6FREEBIND\n"
	      "          V6TRANSPARENT PRIORITY SCTPREUSEPORT PORTRANGE=LO-HI\n"
	      "  PROTO:  tcp udp udplite raw icmp sctp mptcp dccp smc, then 4 or 6; or unix\n"
	      "  NS:     user pid net mnt cgroup\n"
	      "  CAPABILITY: bpf perfmon net_admin sys_resource sys_admin sys_ptrace; or none\n"
	      "  thread N of -t binds PORT + N, unless PORT is 0\n",
	      stderr);
	exit(EXIT_NO_ATTEMPT);
}

const char *errno_name(int error)
{
	const char *name = error ? strerrorname_np(error) : "-";

	return name ? name : "UNKNOWN";
}

void step_failed(const char *step)
{
	printf("%s errno=%s\n", step, errno_name(errno));
	fflush(stdout);
	_exit(EXIT_NO_ATTEMPT);
}

long number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 0);
	if (errno || end == text || *end || value < 0 || value > max)
		usage();
	return value;
}

static void print_totals(void)
{
	unsigned long all = 0;

	for (int i = 0; i < ERRNO_MAX; i++)
		all += outcomes[i];
	printf("attempts=%lu ok=%lu", all, outcomes[0]);
	for (int i = 1; i < ERRNO_MAX; i++)
		if (outcomes[i])
			printf(" %s=%lu", errno_name(i), outcomes[i]);
	putchar('\n');
	fflush(stdout);
}

static void stop(int by)
{
	stopped = by;
}

/* Every attempt of one thread. The first socket may be given, made while still privileged. */
static void work(int fd, unsigned int port)
{
	struct result res;

	for (long i = 0; set.repeat ? i < set.repeat : !stopped; i++) {
		if (fd < 0)
			fd = socket_make();
		res = attempt(fd, port);
		outcomes[res.error]++;
		if (!set.keep)
			close(fd);
		fd = -1;
	}
}

/* Threads: -t for many, -N for one that has a name of its own. */

static int first_socket = -1;

static void *thread_main(void *arg)
{
	unsigned int index = (unsigned int)(uintptr_t)arg;
	unsigned int port = (unsigned int)set.port;

	if (set.thread_comm)
		prctl(PR_SET_NAME, set.thread_comm);
	work(index ? -1 : first_socket, port ? port + index : 0);
	return NULL;
}

static void threads_run(void)
{
	pthread_t threads[THREADS_MAX];
	long count = set.threads ? set.threads : 1;

	for (long i = 0; i < count; i++) {
		errno = pthread_create(&threads[i], NULL, thread_main, (void *)(uintptr_t)i);
		if (errno)
			step_failed("thread");
	}
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* Becoming the one who binds. */

void cgroup_join(const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		step_failed("cgroup");
	close(fd);
}

void user_become(long uid, long gid)
{
	uid_t u = (uid_t)uid;
	gid_t g = (gid_t)gid;

	if ((uid >= 0 || gid >= 0) && setgroups(0, NULL))
		step_failed("setgroups");
	if (gid >= 0 && setresgid(g, g, g))
		step_failed("setgid");
	if (uid >= 0 && setresuid(u, u, u))
		step_failed("setuid");
}

static void become(void)
{
	if (set.comm)
		prctl(PR_SET_NAME, set.comm);
	if (set.cgroup)
		cgroup_join(set.cgroup);
	user_become(set.uid, set.gid);
}

/* The command line. */

static const struct {
	char letter;
	const char **value;
} texts[] = {
	{ 'c', &set.cgroup },	 { 'n', &set.comm },	     { 'N', &set.thread_comm },
	{ 'o', &set.options },	 { 'a', &set.late_options }, { 'x', &set.more_addresses },
	{ 'i', &set.interface }, { 'C', &set.taker_cgroup },
};

static const struct {
	char letter;
	long *value;
	long max;
} numbers[] = {
	{ 'u', &set.uid, UINT32_MAX - 1L },
	{ 'g', &set.gid, UINT32_MAX - 1L },
	{ 'U', &set.taker_uid, UINT32_MAX - 1L },
	{ 'f', &set.family, UINT16_MAX },
	{ 'l', &set.addrlen, sizeof(union address) },
	{ 'p', &set.number, INT32_MAX },
	{ 'r', &set.repeat, INT32_MAX },
	{ 't', &set.threads, THREADS_MAX },
};

static const struct {
	char letter;
	bool *value;
} flags[] = { { 'k', &set.keep }, { 'L', &set.listen }, { 'q', &set.quiet } };

static void parse_simple(int letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].letter == letter)
			*texts[i].value = optarg;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].letter == letter)
			*numbers[i].value = number(optarg, numbers[i].max);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].letter == letter)
			*flags[i].value = true;
}

static void parse_option(int letter)
{
	switch (letter) {
	case '?':
		usage();
	case 'm':
		set.method = method_find(optarg);
		break;
	case 'w':
		set.way = way_find(optarg);
		break;
	case 'P':
		if (strcmp(optarg, "fork") && strcmp(optarg, "rights"))
			usage();
		set.pass = optarg;
		break;
	default:
		parse_simple(letter);
	}
}

static void parse(int argc, char **argv)
{
	int letter;

	set.method = method_find("bind");
	set.way = way_find("plain");
	while ((letter = getopt(argc, argv, "+u:g:c:n:N:o:a:i:f:l:p:m:w:x:P:U:C:r:t:kLq")) != -1)
		parse_option(letter);
	if (argc - optind != 3)
		usage();
	set.protocol = protocol_find(argv[optind]);
	set.address = argv[optind + 1];
	set.port = number(argv[optind + 2], UINT16_MAX);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "contain"))
		return contain_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "matrix"))
		return matrix_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "with"))
		return with_main(argc - 1, argv + 1);
	parse(argc, argv);
	pass_prepare();
	first_socket = socket_make();
	become();
	if (set.way->works && !set.way->works())
		step_failed("way");
	if (!set.repeat) {
		signal(SIGTERM, stop);
		nice(19);
	}
	if (set.threads || set.thread_comm)
		threads_run();
	else
		work(first_socket, (unsigned int)set.port);
	if (set.quiet)
		print_totals();
	while (set.keep)
		pause();
	return 0;
}
