/* SPDX-License-Identifier: GPL-2.0-only */
#include "records.h"

#include <string.h>
#include <sys/socket.h>

uint64_t records_random(struct records *records)
{
	if (!records->random)
		records->random = 88172645463325252ULL;
	records->random ^= records->random << 13;
	records->random ^= records->random >> 7;
	records->random ^= records->random << 17;
	return records->random;
}

static void fill(struct records *records, void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = records_random(records) >> 24;
}

void records_text(struct records *records, char *text, size_t size)
{
	fill(records, text, size);
	text[size - 1] = '\0';
}

const struct policy *records_policy(struct records *records)
{
	fill(records, records->digest, sizeof(records->digest));
	for (int i = 0; i < 3; i++) {
		records_text(records, records->path[i], sizeof(records->path[i]));
		records->file[i] = records->path[i];
	}
	records->policy = (struct policy){
		.default_verdict = records_random(records) & 1 ? BIND_ALLOW : BIND_DENY,
		.rules = records_random(records) % 10000,
		.files = 1 + records_random(records) % 3,
		.file = records->file,
		.digest = records->digest,
	};
	return &records->policy;
}

const struct record *records_next(struct records *records)
{
	struct record *record = &records->record;
	unsigned int i = records->count++;

	*record = (struct record){ 0 };
	fill(records, &record->event, sizeof(record->event));
	fill(records, record->address, sizeof(record->address));
	fill(records, &record->bound, sizeof(record->bound));
	records_text(records, records->name, sizeof(records->name));
	records_text(records, records->reason, sizeof(records->reason));
	records->rule.name = records->name;
	records->rule.reason = i % 7 ? records->reason : NULL;
	record->rule = i % 3 ? &records->rule : NULL;
	record->policy = i % 4 ? records_policy(records) : NULL;
	record->decided = i % 2;
	record->known = i % 5;
	record->rc = -(int)(records_random(records) % 4096);
	record->port = records_random(records);
	record->rewritten = i % 11 == 0;
	record->judged = i % 22 == 0;
	record->bound_rule = i % 44 ? records->name : NULL;
	record->repeats = i % 6 ? 0 : records_random(records) % 1000;
	record->last = records_random(records) >> 4;
	record->event.time >>= 4;
	record->event.via %= BIND_VIA_SENDTO + 1;
	record->event.decision.cause %= BIND_CAUSE_MALFORMED + 1;
	record->bound.cause %= BIND_CAUSE_MALFORMED + 1;
	record->event.family = i % 4 ? AF_INET6 : AF_INET;
	return record;
}
