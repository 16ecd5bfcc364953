/* SPDX-License-Identifier: GPL-2.0-only */
#include "libbpf.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

static int __attribute__((format(printf, 2, 0)))
print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || !getenv("BINDGUARD_DEBUG"))
		return 0;
	return vfprintf(stderr, format, arguments);
}

void libbpf_hush(void)
{
	libbpf_set_print(print_libbpf);
}
