/* SPDX-License-Identifier: GPL-2.0-only */
#include "digest.h"

#include <sha256.h>
#include <sys/types.h>

const char *digest_hex(const uint8_t digest[POLICY_DIGEST], char text[DIGEST_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *to = text;

	for (size_t i = 0; i < POLICY_DIGEST; i++) {
		*to++ = digits[digest[i] >> 4];
		*to++ = digits[digest[i] & 15];
	}
	*to = '\0';
	return text;
}

const char *digest_policy(const struct policy *policy, char text[DIGEST_TEXT])
{
	uint8_t digest[POLICY_DIGEST];
	SHA2_CTX sha;

	if (!policy->files)
		return NULL;
	SHA256Init(&sha);
	for (size_t i = 0; i < policy->files; i++) {
		digest_hex(policy->digest[i], text);
		text[DIGEST_TEXT - 1] = '\n';
		SHA256Update(&sha, (const uint8_t *)text, DIGEST_TEXT);
	}
	SHA256Final(digest, &sha);
	return digest_hex(digest, text);
}
