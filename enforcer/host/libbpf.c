/* SPDX-License-Identifier: GPL-2.0-only */
#include "libbpf.h"

#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <linux/capability.h>
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

/* It fails once, when it begins to look, and after that takes it that there are none. */
void libbpf_skip_modules(struct bpf_program *program)
{
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		bpf_program__set_attach_target(program, 0, "no function has spaces");
}
