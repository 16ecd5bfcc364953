/* SPDX-License-Identifier: GPL-2.0-only */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "enforcer/host/wait.h"

static volatile sig_atomic_t stopped, hung_up, moved;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
	wait_interrupt();
}

static void hang_up(int signal)
{
	(void)signal;
	hung_up = 1;
	wait_interrupt();
}

static void file_moved(int signal)
{
	(void)signal;
	moved = 1;
	wait_interrupt();
}

/* Pipes that nobody reads, and files that may not get larger, are told by the call that writes. */
void signals_catch(bool decides)
{
	const struct sigaction end = { .sa_handler = stop };
	const struct sigaction reload = { .sa_handler = hang_up, .sa_flags = SA_RESTART };
	const struct sigaction reopen = { .sa_handler = file_moved, .sa_flags = SA_RESTART };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGUSR1, &reopen, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	if (decides)
		sigaction(SIGHUP, &reload, NULL);
}

bool signals_stopped(void)
{
	return stopped;
}

bool signals_reload(void)
{
	bool asked = hung_up;

	hung_up = 0;
	return asked;
}

bool signals_reopen(void)
{
	bool asked = moved;

	moved = 0;
	return asked;
}
