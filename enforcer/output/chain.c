/* SPDX-License-Identifier: GPL-2.0-only */
#include "chain.h"

#include <sha256.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define KEY ",\"chain\":\""
#define END "\"}"
#define HASH_LENGTH (CHAIN_TEXT - 1)
#define TAIL_LENGTH (strlen(KEY) + HASH_LENGTH + strlen(END))

void chain_begin(struct chain *chain, const char *run)
{
	*chain = (struct chain){ .on = true };
	snprintf(chain->written, sizeof(chain->written), "%s", run);
	strcpy(chain->kept, chain->written);
	strcpy(chain->printed, chain->written);
}

void chain_print(struct chain *chain, FILE *out, const char *object)
{
	size_t size = strlen(object) - 1;
	char hash[CHAIN_TEXT];

	chain_hash(chain->printed, object, size, hash);
	strcpy(chain->printed, hash);
	fwrite(object, 1, size, out);
	fprintf(out, KEY "%s" END "\n", hash);
}

void chain_keep(struct chain *chain)
{
	strcpy(chain->kept, chain->printed);
}

void chain_drop(struct chain *chain)
{
	strcpy(chain->printed, chain->kept);
}

/* Of the rest of a line, of which the beginning was written before, the hash is known already. */
void chain_write(struct chain *chain, const char *text, size_t size)
{
	char hash[CHAIN_TEXT];
	size_t before;

	if (!chain->on)
		return;
	if (size && chain_split(text, size - 1, &before, hash))
		strcpy(chain->written, hash);
	strcpy(chain->kept, chain->written);
	strcpy(chain->printed, chain->written);
}

void chain_hash(const char *before, const char *text, size_t size, char hash[CHAIN_TEXT])
{
	uint8_t digest[POLICY_DIGEST];
	SHA2_CTX sha;

	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)before, strlen(before));
	SHA256Update(&sha, (const uint8_t *)text, size);
	SHA256Update(&sha, (const uint8_t *)"}", 1);
	SHA256Final(digest, &sha);
	digest_hex(digest, hash);
}

bool chain_split(const char *text, size_t length, size_t *size, char hash[CHAIN_TEXT])
{
	const char *tail;

	*size = length ? length - 1 : 0;
	hash[0] = '\0';
	if (length <= TAIL_LENGTH)
		return false;
	tail = text + length - TAIL_LENGTH;
	if (memcmp(tail, KEY, strlen(KEY)) != 0 ||
	    memcmp(text + length - strlen(END), END, strlen(END)) != 0)
		return false;
	tail += strlen(KEY);
	for (size_t i = 0; i < HASH_LENGTH; i++)
		if (!memchr("0123456789abcdef", tail[i], 16))
			return false;
	*size = length - TAIL_LENGTH;
	memcpy(hash, tail, HASH_LENGTH);
	hash[HASH_LENGTH] = '\0';
	return true;
}
