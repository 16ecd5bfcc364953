// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's entry for 32-bit programs, int 0x80, which 64-bit programs may use as well: once by
 * the calls' own numbers, once by socketcall(2), which has the arguments in memory. All that is
 * pointed to has to be below 4 GB.
 */
#define _GNU_SOURCE
#include "binder.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__)

enum {
	NR_SOCKETCALL = 102,
	NR_BIND = 361,
	NR_LISTEN = 363,
	NR_SETSOCKOPT = 366,
};

enum { CALL_BIND = 2, CALL_LISTEN = 4, CALL_SETSOCKOPT = 14 };

struct low {
	uint32_t arguments[5];
	char bytes[256]; /* an address, or an option's value */
};

static struct low *low(void)
{
	static __thread struct low *page;

	if (page)
		return page;
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (page == MAP_FAILED)
		step_failed("mmap");
	return page;
}

static uint32_t low_address(const void *at)
{
	return (uint32_t)(uintptr_t)at;
}

/* A copy of the bytes that 32 bits can point to. */
static uint32_t low_copy(const void *bytes, socklen_t len)
{
	memcpy(low()->bytes, bytes, len < sizeof(low()->bytes) ? len : sizeof(low()->bytes));
	return low_address(low()->bytes);
}

static int int80(int call, const uint32_t arguments[5])
{
	long result = call;

	asm volatile("int $0x80"
		     : "+a"(result)
		     : "b"((long)arguments[0]), "c"((long)arguments[1]), "d"((long)arguments[2]),
		       "S"((long)arguments[3]), "D"((long)arguments[4])
		     : "memory", "cc", "r8", "r9", "r10", "r11");
	if ((int)result >= 0)
		return (int)result;
	errno = -(int)result;
	return -1;
}

static int socketcall(int call, const uint32_t arguments[5])
{
	memcpy(low()->arguments, arguments, sizeof(low()->arguments));
	return int80(NR_SOCKETCALL, (uint32_t[5]){ (uint32_t)call, low_address(low()->arguments) });
}

/* A kernel without that entry answers with a fault, in the very instruction. */
static void no_entry(int by)
{
	(void)by;
	errno = ENOSYS;
	step_failed("int80");
}

bool compat_works(void)
{
	signal(SIGSEGV, no_entry);
	/* Of no socket: a kernel that has the call says EBADF. */
	int80(NR_LISTEN, (uint32_t[5]){ UINT32_MAX });
	signal(SIGSEGV, SIG_DFL);
	return errno == EBADF;
}

int compat_bind(int fd, const void *addr, socklen_t len)
{
	return int80(NR_BIND, (uint32_t[5]){ (uint32_t)fd, low_copy(addr, len), len });
}

int compat_listen(int fd, int backlog)
{
	return int80(NR_LISTEN, (uint32_t[5]){ (uint32_t)fd, (uint32_t)backlog });
}

int compat_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	return int80(NR_SETSOCKOPT, (uint32_t[5]){ (uint32_t)fd, (uint32_t)level, (uint32_t)option,
						   low_copy(value, len), len });
}

int socketcall_bind(int fd, const void *addr, socklen_t len)
{
	return socketcall(CALL_BIND, (uint32_t[5]){ (uint32_t)fd, low_copy(addr, len), len });
}

int socketcall_listen(int fd, int backlog)
{
	return socketcall(CALL_LISTEN, (uint32_t[5]){ (uint32_t)fd, (uint32_t)backlog });
}

int socketcall_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	return socketcall(CALL_SETSOCKOPT,
			  (uint32_t[5]){ (uint32_t)fd, (uint32_t)level, (uint32_t)option,
					 low_copy(value, len), len });
}

#else

static int no_call(void)
{
	errno = ENOSYS;
	return -1;
}

bool compat_works(void)
{
	return !no_call();
}

int compat_bind(int fd, const void *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return no_call();
}

int compat_listen(int fd, int backlog)
{
	(void)fd;
	(void)backlog;
	return no_call();
}

int compat_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	(void)fd;
	(void)level;
	(void)option;
	(void)value;
	(void)len;
	return no_call();
}

int socketcall_bind(int fd, const void *addr, socklen_t len)
{
	return compat_bind(fd, addr, len);
}

int socketcall_listen(int fd, int backlog)
{
	return compat_listen(fd, backlog);
}

int socketcall_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	return compat_setsockopt(fd, level, option, value, len);
}

#endif
