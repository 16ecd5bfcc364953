/* SPDX-License-Identifier: GPL-2.0-only */
#include "totals.h"

#include <stdio.h>

#include "enforcer/complain.h"

void totals_count(struct totals *totals, enum fate fate)
{
	uint64_t *const counters[] = {
		[FATE_FILTERED] = &totals->filtered,
		[FATE_SAMPLED] = &totals->sampled,
		[FATE_FOLDED] = &totals->folded,
		[FATE_TOLD] = &totals->reported,
	};

	++*counters[fate];
}

int totals_read(const struct totals *totals, struct session *session, struct totals_sum *sum)
{
	sum->user = *totals;
	sum->missed = session_missed(session);
	return session_counters(session, &sum->kernel);
}

uint64_t totals_filtered(const struct totals_sum *sum)
{
	return sum->kernel.filtered + sum->user.filtered;
}

uint64_t totals_pending(const struct totals_sum *sum)
{
	const struct totals *user = &sum->user;
	uint64_t known = user->reported + user->folded + user->sampled + totals_filtered(sum) +
			 sum->kernel.lost;

	return sum->kernel.attempts > known ? sum->kernel.attempts - known : 0;
}

void totals_tell_losses(struct totals *totals, struct session *session, bool decides)
{
	struct totals_sum sum;
	uint64_t lost;

	if (totals_read(totals, session, &sum))
		return;
	lost = sum.kernel.lost + sum.kernel.outcomes_lost;
	if (lost > totals->lost_told)
		complain("%llu events lost: the ring buffer was full",
			 (unsigned long long)(lost - totals->lost_told));
	if (sum.missed > totals->missed_told)
		complain("%llu %s missed: the kernel skipped the probes",
			 (unsigned long long)(sum.missed - totals->missed_told),
			 decides ? "outcomes" : "binds");
	totals->lost_told = lost;
	totals->missed_told = sum.missed;
}

static void tell_reloads(const struct reload_status *status)
{
	if (status->reloads || status->failures)
		complain("%llu reloads, %llu failed: generation %u was in force",
			 (unsigned long long)(status->reloads + status->failures),
			 (unsigned long long)status->failures, status->generation);
}

#define PART 48

/* What there is only with the option for it. */
static const char *part(uint64_t count, const char *name, char text[PART])
{
	text[0] = '\0';
	if (count)
		snprintf(text, PART, " + %llu %s", (unsigned long long)count, name);
	return text;
}

void totals_tell(const struct totals_sum *sum, const struct options *options,
		 const struct reload_status *reload)
{
	const struct bind_counters *c = &sum->kernel;
	char folded[PART], sampled[PART];

	complain("%llu attempts: %llu allow, %llu deny, %llu audit",
		 (unsigned long long)c->attempts, (unsigned long long)c->allowed,
		 (unsigned long long)c->denied, (unsigned long long)c->audited);
	if (c->unreadable)
		complain("%llu of them could not be read, and were judged as denied",
			 (unsigned long long)c->unreadable);
	if (sum->user.rewritten)
		complain("%llu binds were rewritten by another program after the decision",
			 (unsigned long long)sum->user.rewritten);
	if (c->cgroups_lost)
		complain("%llu cgroups had no room in the map: their binds cannot be judged",
			 (unsigned long long)c->cgroups_lost);
	if (!options->count)
		complain("%llu attempts = %llu reported%s%s + %llu filtered + %llu lost",
			 (unsigned long long)c->attempts, (unsigned long long)sum->user.reported,
			 part(sum->user.folded, "folded", folded),
			 part(sum->user.sampled, "sampled", sampled),
			 (unsigned long long)totals_filtered(sum), (unsigned long long)c->lost);
	tell_reloads(reload);
}
