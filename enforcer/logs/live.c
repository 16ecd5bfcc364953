/* SPDX-License-Identifier: GPL-2.0-only */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"

static volatile pid_t observer; /* for the handler */

unsigned int live_seconds(const char *text)
{
	static const struct {
		char letter;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || !*end || end[1])
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].letter == *end && number <= INT_MAX / units[i].seconds)
			return (unsigned int)number * units[i].seconds;
	return 0;
}

/* Ends it as Ctrl-C does: it prints what it has, and this process goes on to the end of that. */
static void end_observer(int signal)
{
	int error = errno;

	(void)signal;
	kill(observer, SIGINT);
	errno = error;
}

static void handle_signals(void)
{
	struct sigaction end = { .sa_handler = end_observer, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGALRM, &end, NULL);
}

static void run_observer(int out, pid_t parent, bool failed)
{
	char name[] = "bindguard", json[] = "--json", errors[] = "--errors";
	char *const arguments[] = { name, json, failed ? errors : NULL, NULL };

	/* Nobody else would end it. */
	prctl(PR_SET_PDEATHSIG, SIGINT);
	if (getppid() != parent || dup2(out, STDOUT_FILENO) < 0)
		_exit(EX_OSERR);
	execv("/proc/self/exe", arguments);
	_exit(EX_OSERR);
}

int live_start(unsigned int seconds, bool failed)
{
	pid_t parent = getpid(), child;
	sigset_t blocked, before;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		complain("cannot observe: pipe: %s", strerror(errno));
		return EX_OSERR;
	}
	/* A signal that comes meanwhile waits until there is somebody to pass it on to. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		run_observer(ends[1], parent, failed);
	}
	observer = child;
	close(ends[1]);
	if (child < 0 || dup2(ends[0], STDIN_FILENO) < 0) {
		complain("cannot observe: %s", strerror(errno));
		return EX_OSERR;
	}
	close(ends[0]);
	handle_signals();
	sigprocmask(SIG_SETMASK, &before, NULL);
	alarm(seconds);
	return 0;
}

int live_end(void)
{
	int status;

	while (waitpid(observer, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	alarm(0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}
