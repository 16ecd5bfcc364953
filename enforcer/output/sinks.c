/* SPDX-License-Identifier: GPL-2.0-only */
#include "sinks.h"

#include <sysexits.h>

#include "enforcer/complain.h"

#define NS 1000000000ULL

int sinks_open(struct sinks *sinks, const struct options *options, uint64_t *dropped,
	       void (*print)(void *context, const struct record *record), void *context)
{
	int status;

	*sinks = (struct sinks){ .options = options, .print = print, .context = context };
	status = logger_open(&sinks->logger, options, dropped);
	if (status || options->fold <= 0 || !options_lines(options))
		return status;
	sinks->fold = fold_new(options->fold * NS, FOLD_WINDOWS, print, context);
	if (!sinks->fold)
		complain("out of memory");
	return sinks->fold ? 0 : EX_OSERR;
}

/* Denials never. Of the others the first is shown, so that one sees that there are any. */
static bool leave_out(struct sinks *sinks, const struct record *record)
{
	bool denied = record->decided && record->event.decision.verdict == BIND_DENY;
	bool judged = record->judged && record->bound.verdict == BIND_DENY;

	if (!sinks->options->sample || denied || judged)
		return false;
	return sinks->allowed++ % sinks->options->sample;
}

static enum fate print(struct sinks *sinks, const struct record *record, uint64_t now)
{
	if (!options_lines(sinks->options))
		return FATE_FILTERED;
	if (sinks->fold && fold_take(sinks->fold, record, now))
		return FATE_FOLDED;
	sinks->print(sinks->context, record);
	return FATE_TOLD;
}

enum fate sinks_take(struct sinks *sinks, const struct record *record, uint64_t now)
{
	enum fate printed, logged;

	if (leave_out(sinks, record))
		return FATE_SAMPLED;
	printed = print(sinks, record, now);
	logged = logger_record(&sinks->logger, record, now);
	return printed > logged ? printed : logged;
}

static void tick(struct fold *fold, uint64_t now, uint32_t generation)
{
	if (!fold)
		return;
	fold_expire(fold, now);
	fold_retire(fold, generation);
}

void sinks_tick(struct sinks *sinks, uint64_t now, uint32_t generation)
{
	tick(sinks->fold, now, generation);
	tick(sinks->logger.fold, now, generation);
}

uint64_t sinks_due(const struct sinks *sinks)
{
	uint64_t lines = sinks->fold ? fold_due(sinks->fold) : UINT64_MAX;
	uint64_t logs = sinks->logger.fold ? fold_due(sinks->logger.fold) : UINT64_MAX;

	return lines < logs ? lines : logs;
}

void sinks_finish(struct sinks *sinks)
{
	if (sinks->fold)
		fold_finish(sinks->fold);
	if (sinks->logger.fold)
		fold_finish(sinks->logger.fold);
}

void sinks_close(struct sinks *sinks)
{
	fold_free(sinks->fold);
	sinks->fold = NULL;
	logger_close(&sinks->logger);
}
