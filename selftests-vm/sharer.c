// SPDX-License-Identifier: GPL-2.0-only
/*
 * sharer PORT UID... - listen on 127.0.0.1:PORT, and hold the socket in a process of each UID.
 * sharer PORT:TO UID... - the same, but connect to 127.0.0.1:TO from there; PORT 0: without a bind.
 *
 * It is bound by root; the first process then becomes the first UID. Prints the process ids in that
 * order on one line, once all have their UID, and ends when it is killed, the others with it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXIT_FAILED 2

static void become(const char *uid)
{
	uid_t id = (uid_t)strtoul(uid, NULL, 10);

	if (setresuid(id, id, id))
		err(EXIT_FAILED, "setresuid %s", uid);
}

/* A process that holds what we hold, and is this user by the time that this returns. */
static pid_t share(const char *uid)
{
	int ready[2];
	pid_t child;
	char byte;

	if (pipe(ready))
		err(EXIT_FAILED, "pipe");
	child = fork();
	if (child < 0)
		err(EXIT_FAILED, "fork");
	if (!child) {
		become(uid);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) != 1)
			err(EXIT_FAILED, "write");
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(EXIT_FAILED, "%s: no such process", uid);
	close(ready[0]);
	return child;
}

static struct sockaddr_in loopback(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void socket_make(const char *ports)
{
	struct sockaddr_in own = loopback(ports), other;
	const char *colon = strchr(ports, ':');
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || (own.sin_port && bind(fd, (struct sockaddr *)&own, sizeof(own))))
		err(EXIT_FAILED, "bind %s", ports);
	other = loopback(colon ? colon + 1 : ports);
	if (colon ? connect(fd, (struct sockaddr *)&other, sizeof(other)) : listen(fd, 8))
		err(EXIT_FAILED, "%s", ports);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(EXIT_FAILED, "usage: sharer PORT[:TO] UID...");
	socket_make(argv[1]);
	printf("%d", (int)getpid());
	for (int i = 3; i < argc; i++)
		printf(" %d", (int)share(argv[i]));
	become(argv[2]);
	putchar('\n');
	fflush(stdout);
	for (;;)
		pause();
}
