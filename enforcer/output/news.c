/* SPDX-License-Identifier: GPL-2.0-only */
#include "news.h"

#include "newsnote.h"
#include "recordjson.h"

static uint32_t generation(const struct news *news)
{
	return news->reload ? news->reload->status.generation : 0;
}

void news_begin(struct news *news, uint64_t now, const struct baseline *baseline)
{
	struct note note;

	if (news->stream)
		recordjson_start(news->stream, now, news->options, baseline);
	if (news->logger) {
		newsnote_start(&note, news->options, baseline);
		logger_note(news->logger, &note);
	}
	if (news->reload)
		news_reload(news, now, news->reload->stand_in ? RELOAD_STAND_IN : RELOAD_START);
	news->totals_due = now + NEWS_TOTALS_NS;
}

static void log_reload(struct news *news, enum reload_cause cause)
{
	struct note note;

	if (cause == RELOAD_FAILED)
		newsnote_reload_failed(&note, news->reload);
	else
		newsnote_policy(&note, news->reload, recordjson_cause(cause));
	logger_note(news->logger, &note);
}

void news_reload(struct news *news, uint64_t now, enum reload_cause cause)
{
	struct recordjson_policy policy = { .generation = generation(news), .cause = cause };

	if (news->logger)
		log_reload(news, cause);
	if (!news->stream)
		return;
	if (cause == RELOAD_FAILED) {
		recordjson_reload_failed(news->stream, now, &news->reload->status);
		return;
	}
	policy.policy = reload_policy(news->reload);
	policy.path = news->options->policy;
	recordjson_policy(news->stream, now, &policy);
}

void news_gap(struct news *news, uint64_t now, const struct pin_gap *gap, unsigned int gaps)
{
	struct note note;

	if (!gap || (gaps == news->gaps_told && gap->to == news->gap_told_to))
		return;
	if (news->stream)
		recordjson_gap(news->stream, now, gap);
	if (news->logger) {
		newsnote_gap(&note, gap);
		logger_note(news->logger, &note);
	}
	news->gaps_told = gaps;
	news->gap_told_to = gap->to;
}

uint64_t news_due(const struct news *news)
{
	return news->stream ? news->totals_due : UINT64_MAX;
}

void news_totals(struct news *news, uint64_t now, const struct totals_sum *sum, bool final)
{
	struct note note;

	if (news->logger && final && sum) {
		newsnote_totals(&note, sum, generation(news));
		logger_note(news->logger, &note);
	}
	if (news->stream && sum)
		recordjson_totals(news->stream, now, sum, generation(news), final);
	news->totals_due = now + NEWS_TOTALS_NS;
}
