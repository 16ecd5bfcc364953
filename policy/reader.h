/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a policy's text with libconfig, which is not made for hostile input and exits or crashes
 * on some: it runs in a child process that has no privileges and little time and memory.
 */
#ifndef POLICY_READER_H
#define POLICY_READER_H

#include "messages.h"
#include "setting.h"

/*
 * Returns the root group of the text, which must end in a NUL and have passed scan_text(). To be
 * freed with setting_free(). Returns NULL, with a message, if there is no whole tree.
 */
struct setting *reader_read(const struct source *source, const char *text);

#endif
