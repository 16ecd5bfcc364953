// SPDX-License-Identifier: GPL-2.0-only
/*
 * binder - make a socket, bind it as told, print what came of it.
 *
 * One line per attempt, always with the same fields in the same order:
 *
 *	rc=0 errno=- addr=127.0.0.1 port=8080 pid=123 op=bind
 *	rc=-1 errno=EACCES addr=127.0.0.1 port=80 pid=123 op=bind
 *
 * addr and port are getsockname()'s after a success, and what was asked for after a failure.
 * op is the call that decided: bind, bindx, listen, setsockopt (-a) or none.
 * Exit status: 0 when the attempt was made, whatever it gave; 2 when it could not be made, and
 * then the line names the step: "socket errno=EPROTONOSUPPORT".
 *
 * Static, so that the guest needs nothing else to run it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Not in every libc's headers. */
#define PROTOCOL_MPTCP 262
#define FAMILY_SMC 43
#define SCTP_BINDX_ADD 100
#define OPTION_LOCAL_PORT_RANGE 51

#define EXIT_NO_ATTEMPT 2
#define THREADS_MAX 256
#define ERRNO_MAX 4096

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
	char room[256]; /* so that any -l up to here reads our own memory */
};

struct protocol {
	const char *name;
	int domain;
	int type;
	int number;
};

static const struct protocol protocols[] = {
	{ "tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "udplite4", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "raw4", AF_INET, SOCK_RAW, IPPROTO_RAW },
	{ "raw6", AF_INET6, SOCK_RAW, IPPROTO_RAW },
	{ "icmp4", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ "icmp6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	{ "sctp4", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
	{ "sctp6", AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
	{ "mptcp4", AF_INET, SOCK_STREAM, PROTOCOL_MPTCP },
	{ "mptcp6", AF_INET6, SOCK_STREAM, PROTOCOL_MPTCP },
	{ "dccp4", AF_INET, SOCK_DCCP, IPPROTO_DCCP },
	{ "dccp6", AF_INET6, SOCK_DCCP, IPPROTO_DCCP },
	{ "smc4", FAMILY_SMC, SOCK_STREAM, 0 },
	{ "smc6", FAMILY_SMC, SOCK_STREAM, 1 },
	{ "unix", AF_UNIX, SOCK_STREAM, 0 },
};

struct sockopt {
	const char *name;
	int level;
	int number;
};

static const struct sockopt sockopts[] = {
	{ "FREEBIND", IPPROTO_IP, IP_FREEBIND },
	{ "TRANSPARENT", IPPROTO_IP, IP_TRANSPARENT },
	{ "NOPORT", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT },
	{ "REUSEADDR", SOL_SOCKET, SO_REUSEADDR },
	{ "REUSEPORT", SOL_SOCKET, SO_REUSEPORT },
	{ "V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "PORTRANGE", IPPROTO_IP, OPTION_LOCAL_PORT_RANGE },
};

struct method {
	const char *name;
	int (*call)(int fd, const union address *addr, socklen_t len);
};

struct result {
	const char *op;
	int rc;
	int error;
};

struct settings {
	const struct protocol *protocol;
	const struct method *method;
	const char *address;
	const char *options; /* set before the bind */
	const char *late_options; /* set after it */
	const char *interface;
	const char *comm;
	const char *thread_comm;
	const char *cgroup;
	long port;
	long uid; /* -1: as it is, here and below */
	long gid;
	long family;
	long addrlen;
	long number;
	long repeat;
	long threads;
	bool keep;
	bool listen;
	bool quiet;
};

static struct settings set = {
	.uid = -1,
	.gid = -1,
	.family = -1,
	.addrlen = -1,
	.number = -1,
	.repeat = 1,
};

static atomic_ulong outcomes[ERRNO_MAX]; /* attempts by errno, 0 for success */
static volatile sig_atomic_t stopped;

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: binder [-u UID] [-g GID] [-c CGROUPDIR] [-n COMM] [-N THREADCOMM]\n"
	      "              [-o OPTION[=VALUE][,OPTION...]] [-a OPTIONS, set after the bind]\n"
	      "              [-i IFNAME] [-f SA_FAMILY] [-l ADDRLEN] [-p IPPROTO]\n"
	      "              [-m bind|bindx|listen|none] [-L (then listen)] [-k (keep it open)]\n"
	      "              [-r REPEAT, 0: nicely until SIGTERM] [-t THREADS] [-q (totals only)] PROTO ADDRESS PORT\n"
	      "  OPTION: FREEBIND TRANSPARENT NOPORT REUSEADDR REUSEPORT V6ONLY\n"
	      "          PORTRANGE=HI*65536+LO\n"
	      "  PROTO:  tcp udp udplite raw icmp sctp mptcp dccp smc, then 4 or 6; or unix\n"
	      "  thread N of -t binds PORT + N, unless PORT is 0\n",
	      stderr);
	exit(EXIT_NO_ATTEMPT);
}

static const char *errno_name(int error)
{
	const char *name = error ? strerrorname_np(error) : "-";

	return name ? name : "UNKNOWN";
}

static void step_failed(const char *step)
{
	printf("%s errno=%s\n", step, errno_name(errno));
	fflush(stdout);
	_exit(EXIT_NO_ATTEMPT);
}

static long number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 0);
	if (errno || end == text || *end || value < 0 || value > max)
		usage();
	return value;
}

/* Socket options. */

static const struct sockopt *sockopt_find(const char *name)
{
	for (size_t i = 0; i < sizeof(sockopts) / sizeof(sockopts[0]); i++)
		if (!strcmp(sockopts[i].name, name))
			return &sockopts[i];
	usage();
}

static int sockopt_set(int fd, char *word)
{
	char *equals = strchr(word, '=');
	const struct sockopt *option;
	int value = 1;

	if (equals) {
		*equals = '\0';
		value = (int)number(equals + 1, UINT32_MAX);
	}
	option = sockopt_find(word);
	return setsockopt(fd, option->level, option->number, &value, sizeof(value));
}

static int sockopts_set(int fd, const char *list)
{
	char words[256], *rest = NULL;

	if (!list)
		return 0;
	snprintf(words, sizeof(words), "%s", list);
	for (char *w = strtok_r(words, ",", &rest); w; w = strtok_r(NULL, ",", &rest))
		if (sockopt_set(fd, w))
			return -1;
	return 0;
}

/* Addresses: what the text looks like decides the layout, -f only renames the family. */

static socklen_t address_v6(union address *addr, const char *text, unsigned int port)
{
	char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 1], *scope;

	snprintf(host, sizeof(host), "%s", text);
	scope = strchr(host, '%');
	if (scope) {
		*scope++ = '\0';
		addr->v6.sin6_scope_id = if_nametoindex(scope);
	}
	if (inet_pton(AF_INET6, host, &addr->v6.sin6_addr) != 1)
		usage();
	addr->v6.sin6_family = AF_INET6;
	addr->v6.sin6_port = htons((uint16_t)port);
	return sizeof(addr->v6);
}

static socklen_t address_v4(union address *addr, const char *text, unsigned int port)
{
	if (inet_pton(AF_INET, text, &addr->v4.sin_addr) != 1)
		usage();
	addr->v4.sin_family = AF_INET;
	addr->v4.sin_port = htons((uint16_t)port);
	return sizeof(addr->v4);
}

static socklen_t address_unix(union address *addr, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(addr->un.sun_path))
		usage();
	addr->un.sun_family = AF_UNIX;
	memcpy(addr->un.sun_path, path, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
}

static socklen_t address_layout(union address *addr, unsigned int port)
{
	if (set.protocol->domain == AF_UNIX)
		return address_unix(addr, set.address);
	if (strchr(set.address, ':'))
		return address_v6(addr, set.address, port);
	return address_v4(addr, set.address, port);
}

static socklen_t address_make(union address *addr, unsigned int port)
{
	socklen_t len;

	memset(addr, 0, sizeof(*addr));
	len = address_layout(addr, port);
	if (set.family >= 0)
		addr->any.sa_family = (sa_family_t)set.family;
	return set.addrlen >= 0 ? (socklen_t)set.addrlen : len;
}

static unsigned int address_text(const union address *addr, char *text, size_t size)
{
	switch (addr->any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &addr->v4.sin_addr, text, (socklen_t)size);
		return ntohs(addr->v4.sin_port);
	case AF_INET6:
		inet_ntop(AF_INET6, &addr->v6.sin6_addr, text, (socklen_t)size);
		return ntohs(addr->v6.sin6_port);
	default:
		snprintf(text, size, "%s", set.address);
		return 0;
	}
}

/* The attempt. */

static int method_bind(int fd, const union address *addr, socklen_t len)
{
	return bind(fd, &addr->any, len);
}

static int method_bindx(int fd, const union address *addr, socklen_t len)
{
	return setsockopt(fd, IPPROTO_SCTP, SCTP_BINDX_ADD, addr, len);
}

static int method_listen(int fd, const union address *addr, socklen_t len)
{
	(void)addr;
	(void)len;
	return listen(fd, 8);
}

/* To learn whether such a socket can be made at all. */
static int method_none(int fd, const union address *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return 0;
}

static const struct method methods[] = {
	{ "bind", method_bind },
	{ "bindx", method_bindx },
	{ "listen", method_listen },
	{ "none", method_none },
};

static struct result outcome(const char *op, int rc)
{
	return (struct result){ .op = op, .rc = rc, .error = rc ? errno : 0 };
}

static struct result attempt(int fd, unsigned int port)
{
	union address addr;
	socklen_t len = address_make(&addr, port);
	struct result first, next;

	first = outcome(set.method->name, set.method->call(fd, &addr, len));
	if (first.rc)
		return first;
	if (set.late_options) {
		next = outcome("setsockopt", sockopts_set(fd, set.late_options));
		if (next.rc)
			return next;
	}
	if (set.listen) {
		next = outcome("listen", listen(fd, 8));
		if (next.rc)
			return next;
	}
	return first;
}

static void print_result(int fd, const struct result *res, unsigned int port)
{
	char text[sizeof(((struct sockaddr_un *)0)->sun_path)];
	union address addr;
	socklen_t len = sizeof(addr);

	snprintf(text, sizeof(text), "%s", set.address);
	if (!res->rc) {
		memset(&addr, 0, sizeof(addr));
		if (getsockname(fd, &addr.any, &len))
			step_failed("getsockname");
		port = address_text(&addr, text, sizeof(text));
	}
	printf("rc=%d errno=%s addr=%s port=%u pid=%d op=%s\n", res->rc, errno_name(res->error),
	       text, port, (int)getpid(), res->op);
	fflush(stdout);
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

static int socket_make(void)
{
	const struct protocol *p = set.protocol;
	int fd = socket(p->domain, p->type, set.number >= 0 ? (int)set.number : p->number);

	if (fd < 0)
		step_failed("socket");
	if (sockopts_set(fd, set.options))
		step_failed("setsockopt");
	if (set.interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, set.interface,
					(socklen_t)strlen(set.interface)))
		step_failed("bindtodevice");
	return fd;
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
		if (!set.quiet)
			print_result(fd, &res, port);
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

static void cgroup_join(const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		step_failed("cgroup");
	close(fd);
}

static void become(void)
{
	uid_t uid = (uid_t)set.uid;
	gid_t gid = (gid_t)set.gid;

	if (set.comm)
		prctl(PR_SET_NAME, set.comm);
	if (set.cgroup)
		cgroup_join(set.cgroup);
	if ((set.uid >= 0 || set.gid >= 0) && setgroups(0, NULL))
		step_failed("setgroups");
	if (set.gid >= 0 && setresgid(gid, gid, gid))
		step_failed("setgid");
	if (set.uid >= 0 && setresuid(uid, uid, uid))
		step_failed("setuid");
}

/* The command line. */

static const struct protocol *protocol_find(const char *name)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (!strcmp(protocols[i].name, name))
			return &protocols[i];
	usage();
}

static const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	usage();
}

static void parse_option(int c)
{
	switch (c) {
	case 'u':
		set.uid = number(optarg, UINT32_MAX - 1L);
		break;
	case 'g':
		set.gid = number(optarg, UINT32_MAX - 1L);
		break;
	case 'c':
		set.cgroup = optarg;
		break;
	case 'n':
		set.comm = optarg;
		break;
	case 'N':
		set.thread_comm = optarg;
		break;
	case 'o':
		set.options = optarg;
		break;
	case 'a':
		set.late_options = optarg;
		break;
	case 'i':
		set.interface = optarg;
		break;
	case 'f':
		set.family = number(optarg, UINT16_MAX);
		break;
	case 'l':
		set.addrlen = number(optarg, sizeof(union address));
		break;
	case 'p':
		set.number = number(optarg, INT32_MAX);
		break;
	case 'm':
		set.method = method_find(optarg);
		break;
	case 'r':
		set.repeat = number(optarg, INT32_MAX);
		break;
	case 't':
		set.threads = number(optarg, THREADS_MAX);
		break;
	case 'k':
		set.keep = true;
		break;
	case 'L':
		set.listen = true;
		break;
	case 'q':
		set.quiet = true;
		break;
	default:
		usage();
	}
}

static void parse(int argc, char **argv)
{
	int c;

	set.method = &methods[0];
	while ((c = getopt(argc, argv, "+u:g:c:n:N:o:a:i:f:l:p:m:r:t:kLq")) != -1)
		parse_option(c);
	if (argc - optind != 3)
		usage();
	set.protocol = protocol_find(argv[optind]);
	set.address = argv[optind + 1];
	set.port = number(argv[optind + 2], UINT16_MAX);
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	first_socket = socket_make();
	become();
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
