/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of binder share. main.c says what the program does. */
#ifndef BINDER_H
#define BINDER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Not in every libc's headers. */
#define PROTOCOL_MPTCP 262
#define FAMILY_SMC 43
#define SCTP_BINDX_ADD 100
#define OPTION_LOCAL_PORT_RANGE 51
#define OPTION_SCTP_REUSE_PORT 36

#define BACKLOG 8
#define EXIT_NO_ATTEMPT 2

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
	char room[256]; /* so that any -l up to here reads our own memory, and bindx has a list */
};

struct protocol {
	const char *name;
	int domain;
	int type;
	int number;
};

/* How system calls are made. Each call is as in libc: -1 and errno. */
struct way {
	const char *name;
	int (*bind)(int fd, const void *addr, socklen_t len);
	int (*listen)(int fd, int backlog);
	int (*setsockopt)(int fd, int level, int number, const void *value, socklen_t len);
	bool (*works)(void); /* can this kernel do it at all, with errno; NULL: it can */
};

/* The call that is to get a port. */
struct method {
	const char *name;
	int (*call)(int fd, const union address *addr, socklen_t len);
};

struct settings {
	const struct protocol *protocol;
	const struct method *method;
	const struct way *way;
	const char *address;
	const char *options; /* set before the bind */
	const char *late_options; /* set after it */
	const char *more_addresses; /* added by bindx after it */
	const char *interface;
	const char *comm;
	const char *thread_comm;
	const char *cgroup;
	const char *pass; /* NULL, "fork" or "rights" */
	const char *taker_cgroup;
	long taker_uid;
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

extern struct settings set;

/* What came of an attempt: of the call that decided, and of the late options. */
struct result {
	const char *op;
	int rc;
	int error;
	int late_error;
};

/* main.c */

/* The help, and the end. */
void usage(void) __attribute__((noreturn));

/* A number from 0 to max, or the end. */
long number(const char *text, long max);

/* errno's name; "-" for 0. */
const char *errno_name(int error);

/* The attempt could not be made: "STEP errno=NAME", with errno, and the end of the process. */
void step_failed(const char *step) __attribute__((noreturn));

/* Moves this process into a cgroup, named by its folder. */
void cgroup_join(const char *dir);

/* Changes user and group for good; -1 leaves them. */
void user_become(long uid, long gid);

/* socket.c */

/*
 * The protocol of that name ("tcp4"), or the end. Without a name: the one of that index, or NULL.
 */
const struct protocol *protocol_find(const char *name);
const struct protocol *protocol_at(size_t index);

/* Sets "OPTION[=VALUE],...". Returns 0, or -1 with the errno of the first one that failed. */
int sockopts_set(int fd, const struct way *way, const char *list);

/* The socket that the command line asks for, bound to nothing yet. */
int socket_make(void);

/* address.c: what the text looks like decides the layout, -f only renames the family. */

/* The address that the command line asks for, with its length. */
socklen_t address_make(union address *addr, unsigned int port);

/* Addresses packed one behind the other, as bindx wants them, from "A,B,...". */
socklen_t addresses_make(union address *addr, const char *list, unsigned int port);

/* As text; returns the port. What has none gives the text that was asked for. */
unsigned int address_text(const union address *addr, char *text, size_t size);

/* way.c, compat.c, uring.c */

/* The way or the method of that name, or the end. */
const struct way *way_find(const char *name);
const struct method *method_find(const char *name);

bool compat_works(void);
int compat_bind(int fd, const void *addr, socklen_t len);
int compat_listen(int fd, int backlog);
int compat_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int socketcall_bind(int fd, const void *addr, socklen_t len);
int socketcall_listen(int fd, int backlog);
int socketcall_setsockopt(int fd, int level, int option, const void *value, socklen_t len);

bool uring_works(void);
bool uring_polled_works(void);
int uring_bind(int fd, const void *addr, socklen_t len);
int uring_listen(int fd, int backlog);
int uring_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int uring_async_bind(int fd, const void *addr, socklen_t len);
int uring_async_listen(int fd, int backlog);
int uring_async_setsockopt(int fd, int level, int option, const void *value, socklen_t len);

/* attempt.c */

/* All of an attempt: the call that gets the port, then what is to follow it. Prints its line. */
struct result attempt(int fd, unsigned int port);

/* What follows the call that got the port: late options, more addresses, listen. */
struct result attempt_rest(int fd, unsigned int port, struct result first);

void print_result(int fd, const struct result *res, unsigned int port);

/* pass.c: the socket is bound by one process, and what follows is done by another. */

/* Starts the taker of -P rights, who inherits nothing that is made later. */
void pass_prepare(void);

/* Gives the socket to the taker, and waits until he has done the rest and told it. */
void pass_on(int fd, unsigned int port, struct result first);

/* contain.c, matrix.c and with.c: programs of their own, by the first word of the command line. */
int contain_main(int argc, char **argv);
int matrix_main(int argc, char **argv);
int with_main(int argc, char **argv);

#endif
