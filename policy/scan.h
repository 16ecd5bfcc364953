/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libconfig must not see. Some versions silently read a number or a string as another one,
 * drop what follows an unclosed comment, or take quadratic time. scan_text() finds such text
 * first.
 */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "messages.h"

#define SCAN_FILE_BYTES (16u << 20)
#define SCAN_STRING_BYTES 4096u /* as written, with quotes and escapes */
#define SCAN_DEPTH 64u
#define SCAN_GROUP_SETTINGS 256u
#define SCAN_TOKENS (1u << 19) /* names, values and brackets: a hundred for each rule */

/*
 * Reports what is wrong with the text, which must end in a newline and a NUL that length does not
 * count. A number that libconfig would misread is reported, and replaced in text, so that reading
 * can go on to the next error. Returns false if libconfig must not read the text.
 */
bool scan_text(const struct source *source, char *text, size_t length);

#endif
