/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POLICY_UTF8_H
#define POLICY_UTF8_H

#include <stddef.h>

/* The length of the UTF-8 character at text, which has left bytes; 0 if it is not one. */
size_t utf8_length(const unsigned char *text, size_t left);

#endif
