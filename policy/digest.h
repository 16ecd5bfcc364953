/* SPDX-License-Identifier: GPL-2.0-only */
/* One SHA-256 for a policy of any number of files. */
#ifndef POLICY_DIGEST_H
#define POLICY_DIGEST_H

#include "policy.h"

#define DIGEST_TEXT (2 * POLICY_DIGEST + 1)

/* A digest in lower-case hexadecimal. Returns text. */
const char *digest_hex(const uint8_t digest[POLICY_DIGEST], char text[DIGEST_TEXT]);

/*
 * That of the policy: of the digests of its files in hexadecimal, in the order in which they were
 * read, each with a newline. "sha256sum FILE... | cut -c -64 | sha256sum" gives the same. Returns
 * text, or NULL if the policy was in no file.
 */
const char *digest_policy(const struct policy *policy, char text[DIGEST_TEXT]);

#endif
