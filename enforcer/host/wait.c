/* SPDX-License-Identifier: GPL-2.0-only */
#include "wait.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 8 /* it does not matter which: whoever waited looks after everything */

static int set = -1, interrupt = -1, timer = -1;

/* Edge triggered: each piece of news counts once, and nothing has to be read for that. */
static int add(int fd, uint32_t events)
{
	struct epoll_event event = { .events = events | EPOLLET, .data.fd = fd };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int wait_open(void)
{
	int err;

	set = epoll_create1(EPOLL_CLOEXEC);
	interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (set < 0 || interrupt < 0 || timer < 0)
		return -errno;
	err = wait_for_input(interrupt);
	return err ? err : wait_for_input(timer);
}

int wait_for_input(int fd)
{
	return add(fd, EPOLLIN);
}

void wait_for_end(int fd)
{
	add(fd, 0);
}

void wait_alarm(int64_t time)
{
	const struct itimerspec at = { .it_value.tv_sec = time };

	timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

void wait_interrupt(void)
{
	const uint64_t one = 1;
	int saved = errno;

	/* That it fails takes more signals than there ever are, and then one has arrived. */
	if (write(interrupt, &one, sizeof(one)) < 0)
		errno = saved;
}

int wait_any(int milliseconds)
{
	struct epoll_event events[EVENTS_AT_ONCE];

	if (epoll_wait(set, events, EVENTS_AT_ONCE, milliseconds) >= 0 || errno == EINTR)
		return 0;
	return -errno;
}
