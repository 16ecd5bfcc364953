// SPDX-License-Identifier: GPL-2.0-only
/*
 * waitbench - how long until a program says something?
 *
 *	waitbench [-b PORT] [-s PORT] [-t SECONDS] FILE TEXT PROGRAM [ARGUMENT...]
 *	waitbench [-t SECONDS] -p PID FILE TEXT
 *
 * Starts the program with FILE as its stdout and stderr or, with -p, sends a running one SIGHUP,
 * and waits for TEXT to appear in FILE. Prints the ticks from exec or signal to then and, with -b,
 * until the first bind of the port that gave EACCES; and the process, which is left running. With
 * -s it binds that port time and again, so that TEXT can be what the program says of it.
 *
 *	ticks=61533210 decided=61034567 pid=123
 *
 * Looks every half a millisecond of the guest. If the process ends, or the time is over (of the
 * guest; 60 s by default), there is no result, the reason on stderr, and exit status 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define LOOK_NS 500000

struct wait {
	int fd; /* of FILE */
	off_t seen; /* bytes of it that are known not to have the text */
	const char *text;
	pid_t pid;
	int port; /* to be refused, 0: none */
	int seen_port; /* to be seen, 0: none */
	uint64_t begun;
	uint64_t said, decided; /* ticks, 0: not yet */
};

static void usage(void)
{
	fputs("usage: waitbench [-b PORT] [-s PORT] [-t SECONDS] FILE TEXT PROGRAM [ARGUMENT...]\n"
	      "       waitbench [-t SECONDS] -p PID FILE TEXT\n",
	      stderr);
	exit(2);
}

static void start(struct wait *w, char **command)
{
	w->begun = __rdtsc();
	w->pid = fork();
	if (w->pid < 0)
		err(1, "fork");
	if (w->pid)
		return;
	dup2(w->fd, STDOUT_FILENO);
	dup2(w->fd, STDERR_FILENO);
	execvp(command[0], command);
	err(1, "%s", command[0]);
}

static void notify(struct wait *w)
{
	struct stat status;

	if (!fstat(w->fd, &status))
		w->seen = status.st_size;
	w->begun = __rdtsc();
	if (kill(w->pid, SIGHUP))
		err(1, "kill");
}

/* Looks only when the file has grown, and then at all that is new. */
static bool has_said(struct wait *w)
{
	struct stat status;
	bool found;
	char *text;

	if (fstat(w->fd, &status) || status.st_size <= w->seen)
		return false;
	text = calloc(1, status.st_size - w->seen + 1);
	if (!text || pread(w->fd, text, status.st_size - w->seen, w->seen) < 0)
		err(1, "read");
	found = strstr(text, w->text);
	free(text);
	return found;
}

static bool is_refused(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool refused = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) &&
		       errno == EACCES;

	close(fd);
	return refused;
}

/* A child that ended is waited for, any other process that ended cannot be found. */
static bool is_gone(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid || kill(pid, 0);
}

static bool is_done(struct wait *w)
{
	if (w->seen_port && !w->said)
		is_refused(w->seen_port);
	if (!w->said && has_said(w))
		w->said = __rdtsc() - w->begun;
	if (w->port && !w->decided && is_refused(w->port))
		w->decided = __rdtsc() - w->begun;
	return w->said && (!w->port || w->decided);
}

static void wait_for(struct wait *w, unsigned int seconds)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	time_t end = time(NULL) + seconds;

	while (!is_done(w)) {
		if (is_gone(w->pid)) {
			fprintf(stderr, "waitbench: the process ended\n");
			exit(1);
		}
		if (time(NULL) > end) {
			fprintf(stderr, "waitbench: nothing within %u s\n", seconds);
			exit(1);
		}
		nanosleep(&pause, NULL);
	}
}

int main(int argc, char **argv)
{
	unsigned int seconds = 60;
	struct wait w = { 0 };
	int option;

	while ((option = getopt(argc, argv, "+b:s:t:p:")) != -1) {
		if (option == 'b')
			w.port = atoi(optarg);
		else if (option == 's')
			w.seen_port = atoi(optarg);
		else if (option == 't')
			seconds = atoi(optarg);
		else if (option == 'p')
			w.pid = atoi(optarg);
		else
			usage();
	}
	argv += optind;
	argc -= optind;
	if (w.pid ? argc != 2 : argc < 3)
		usage();
	w.fd = open(argv[0], O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (w.pid ? 0 : O_TRUNC), 0600);
	if (w.fd < 0)
		err(1, "%s", argv[0]);
	w.text = argv[1];
	if (w.pid)
		notify(&w);
	else
		start(&w, argv + 2);
	wait_for(&w, seconds);
	printf("ticks=%llu decided=%llu pid=%d\n", (unsigned long long)w.said,
	       (unsigned long long)w.decided, (int)w.pid);
	return 0;
}
