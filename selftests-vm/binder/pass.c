// SPDX-License-Identifier: GPL-2.0-only
/* One process binds the socket, another one uses it. */
#define _GNU_SOURCE
#include "binder.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of -P rights: the taker, who was there before, and our end of what connects us. */
static pid_t taker;
static int to_taker = -1;

struct parcel {
	unsigned int port;
	struct result first;
};

static void __attribute__((noreturn)) take(int fd, const struct parcel *parcel)
{
	struct result res = attempt_rest(fd, parcel->port, parcel->first);

	print_result(fd, &res, parcel->port);
	_exit(0);
}

static void taker_become(void)
{
	if (set.taker_cgroup)
		cgroup_join(set.taker_cgroup);
	user_become(set.taker_uid, set.taker_uid);
}

/* Returns the socket, or -1 if the other side ended without giving one. */
static int receive(int from, struct parcel *parcel)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control;
	struct iovec part = { .iov_base = parcel, .iov_len = sizeof(*parcel) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head;
	int fd;

	if (recvmsg(from, &message, 0) != (ssize_t)sizeof(*parcel))
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

static void give(int fd, struct parcel *parcel)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { 0 };
	struct iovec part = { .iov_base = parcel, .iov_len = sizeof(*parcel) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	if (sendmsg(to_taker, &message, 0) != (ssize_t)sizeof(*parcel))
		step_failed("sendmsg");
}

void pass_prepare(void)
{
	struct parcel parcel;
	int ends[2], fd;

	if (!set.pass || strcmp(set.pass, "rights"))
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		step_failed("socketpair");
	taker = fork();
	if (taker < 0)
		step_failed("fork");
	close(ends[taker ? 1 : 0]);
	to_taker = ends[0];
	if (taker)
		return;
	taker_become();
	fd = receive(ends[1], &parcel);
	if (fd < 0)
		_exit(0);
	take(fd, &parcel);
}

/* The pointer in it is to a constant of the program, the same in both. */
void pass_on(int fd, unsigned int port, struct result first)
{
	struct parcel parcel = { .port = port, .first = first };
	pid_t child = taker;

	if (to_taker >= 0) {
		give(fd, &parcel);
	} else {
		child = fork();
		if (child < 0)
			step_failed("fork");
		if (!child) {
			taker_become();
			take(fd, &parcel);
		}
	}
	waitpid(child, NULL, 0);
}
