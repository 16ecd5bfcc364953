// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring, without its library: a ring of one entry for each thread. The entry is done at once by
 * the thread itself, by a worker (async), or by a kernel thread that looks at the ring (sqpoll).
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than some headers: the operations came with 6.11, the command with 6.7. */
#define OPERATION_COMMAND 46
#define OPERATION_BIND 56
#define OPERATION_LISTEN 57
#define COMMAND_SETSOCKOPT 3

#define POLL_IDLE_MS 100

struct ring {
	pid_t owner; /* 0: not made yet; a child needs a ring of its own */
	int fd;
	struct io_uring_sqe *entry;
	atomic_uint *sq_tail;
	unsigned int *sq_array;
	unsigned int sq_mask;
	atomic_uint *cq_head;
	atomic_uint *cq_tail;
	struct io_uring_cqe *results;
	unsigned int cq_mask;
};

static __thread struct ring ring;
static unsigned int ring_flags;

static void *ring_map(int fd, size_t size, unsigned long at)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
			    (off_t)at);

	if (memory == MAP_FAILED)
		step_failed("mmap");
	return memory;
}

/* Returns false with errno where there are no rings for us. */
static bool ring_open(void)
{
	struct io_uring_params p = { .flags = ring_flags, .sq_thread_idle = POLL_IDLE_MS };
	int fd = (int)syscall(SYS_io_uring_setup, 1, &p);
	char *sq, *cq;

	if (fd < 0)
		return false;
	sq = ring_map(fd, p.sq_off.array + p.sq_entries * sizeof(unsigned int), IORING_OFF_SQ_RING);
	cq = ring_map(fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring.entry = ring_map(fd, p.sq_entries * sizeof(*ring.entry), IORING_OFF_SQES);
	ring.sq_tail = (atomic_uint *)(void *)(sq + p.sq_off.tail);
	ring.sq_array = (unsigned int *)(void *)(sq + p.sq_off.array);
	ring.sq_mask = *(unsigned int *)(void *)(sq + p.sq_off.ring_mask);
	ring.cq_head = (atomic_uint *)(void *)(cq + p.cq_off.head);
	ring.cq_tail = (atomic_uint *)(void *)(cq + p.cq_off.tail);
	ring.results = (struct io_uring_cqe *)(void *)(cq + p.cq_off.cqes);
	ring.cq_mask = *(unsigned int *)(void *)(cq + p.cq_off.ring_mask);
	ring.fd = fd;
	ring.owner = getpid();
	return true;
}

static bool ring_ready(void)
{
	return ring.owner == getpid() || ring_open();
}

/* The kernel's own list of the operations that it has. */
static bool has_operation(unsigned int operation)
{
	const unsigned int most = 256;
	struct io_uring_probe *probe = calloc(1, sizeof(*probe) + most * sizeof(probe->ops[0]));
	bool found = false;

	if (probe && !syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE, probe, most)) {
		found = operation <= probe->last_op &&
			probe->ops[operation].flags & IO_URING_OP_SUPPORTED;
		errno = EOPNOTSUPP;
	}
	free(probe);
	return found;
}

bool uring_works(void)
{
	return ring_ready() && has_operation(OPERATION_BIND) && has_operation(OPERATION_LISTEN);
}

bool uring_polled_works(void)
{
	ring_flags = IORING_SETUP_SQPOLL;
	return uring_works();
}

/* Gives the kernel one entry and waits for what comes of it. */
static int submit(const struct io_uring_sqe *entry)
{
	unsigned int tail, head;
	int result;

	if (!ring_ready())
		return -1;
	tail = atomic_load(ring.sq_tail);
	ring.entry[0] = *entry;
	ring.sq_array[tail & ring.sq_mask] = 0;
	atomic_store(ring.sq_tail, tail + 1);
	while (atomic_load(ring.cq_head) == atomic_load(ring.cq_tail))
		if (syscall(SYS_io_uring_enter, ring.fd, 1, 1,
			    IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0) < 0 &&
		    errno != EINTR)
			return -1;
	head = atomic_load(ring.cq_head);
	result = ring.results[head & ring.cq_mask].res;
	atomic_store(ring.cq_head, head + 1);
	errno = result < 0 ? -result : 0;
	return result < 0 ? -1 : 0;
}

static int do_bind(int fd, const void *addr, socklen_t len, unsigned char flags)
{
	struct io_uring_sqe entry = {
		.opcode = OPERATION_BIND,
		.flags = flags,
		.fd = fd,
		.addr = (uintptr_t)addr,
		.addr2 = len,
	};

	return submit(&entry);
}

static int do_listen(int fd, int backlog, unsigned char flags)
{
	struct io_uring_sqe entry = {
		.opcode = OPERATION_LISTEN,
		.flags = flags,
		.fd = fd,
		.len = (unsigned int)backlog,
	};

	return submit(&entry);
}

/* Older headers have no names for where the socket commands have their arguments. */
struct command {
	unsigned char opcode;
	unsigned char flags;
	uint16_t priority;
	int fd;
	uint32_t command;
	uint32_t unused;
	uint32_t level;
	uint32_t option;
	uint32_t zeros[4];
	uint32_t pad;
	uint32_t value_length;
	uint64_t value;
	uint64_t end;
};

_Static_assert(sizeof(struct command) == sizeof(struct io_uring_sqe), "an entry of the ring");
_Static_assert(offsetof(struct command, value_length) ==
		       offsetof(struct io_uring_sqe, splice_fd_in),
	       "as in the kernel");

static int do_setsockopt(int fd, int level, int option, const void *value, socklen_t len,
			 unsigned char flags)
{
	struct command command = {
		.opcode = OPERATION_COMMAND,
		.flags = flags,
		.fd = fd,
		.command = COMMAND_SETSOCKOPT,
		.level = (uint32_t)level,
		.option = (uint32_t)option,
		.value_length = len,
		.value = (uintptr_t)value,
	};
	struct io_uring_sqe entry;

	if (ring_ready() && !has_operation(OPERATION_COMMAND))
		step_failed("uring-setsockopt");
	memcpy(&entry, &command, sizeof(entry));
	if (!submit(&entry))
		return 0;
	if (errno == EOPNOTSUPP)
		step_failed("uring-setsockopt");
	return -1;
}

int uring_bind(int fd, const void *addr, socklen_t len)
{
	return do_bind(fd, addr, len, 0);
}

int uring_listen(int fd, int backlog)
{
	return do_listen(fd, backlog, 0);
}

int uring_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	return do_setsockopt(fd, level, option, value, len, 0);
}

int uring_async_bind(int fd, const void *addr, socklen_t len)
{
	return do_bind(fd, addr, len, IOSQE_ASYNC);
}

int uring_async_listen(int fd, int backlog)
{
	return do_listen(fd, backlog, IOSQE_ASYNC);
}

int uring_async_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	return do_setsockopt(fd, level, option, value, len, IOSQE_ASYNC);
}
