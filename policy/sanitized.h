/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is this a build with a sanitizer? They reserve terabytes of addresses, make system calls that
 * only they need, and look for leaks by ptrace: limits, filters and the like would break them.
 */
#ifndef POLICY_SANITIZED_H
#define POLICY_SANITIZED_H

#include <stdbool.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#endif
