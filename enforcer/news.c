/* SPDX-License-Identifier: GPL-2.0-only */
#include "news.h"

#include "recordjson.h"

static uint32_t generation(const struct news *news)
{
	return news->reload ? news->reload->status.generation : 0;
}

void news_begin(struct news *news, uint64_t now, const struct baseline *baseline)
{
	if (!news->stream)
		return;
	recordjson_start(news->stream, now, news->options, baseline);
	if (news->reload)
		news_reload(news, now, news->reload->stand_in ? RELOAD_STAND_IN : RELOAD_START);
	news->totals_due = now + NEWS_TOTALS_NS;
}

void news_reload(struct news *news, uint64_t now, enum reload_cause cause)
{
	struct recordjson_policy policy = { .generation = generation(news), .cause = cause };

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
	if (!news->stream || !gap)
		return;
	if (gaps == news->gaps_told && gap->to == news->gap_told_to)
		return;
	recordjson_gap(news->stream, now, gap);
	news->gaps_told = gaps;
	news->gap_told_to = gap->to;
}

uint64_t news_due(const struct news *news)
{
	return news->stream ? news->totals_due : UINT64_MAX;
}

void news_totals(struct news *news, uint64_t now, const struct totals_sum *sum, bool final)
{
	if (!news->stream)
		return;
	if (sum)
		recordjson_totals(news->stream, now, sum, generation(news), final);
	news->totals_due = now + NEWS_TOTALS_NS;
}
