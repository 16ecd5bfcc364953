/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>
#include <time.h>

#include "dates.h"
#include "value.h"
#include "values.h"

/* 0 stands for no date, and such old ones are mistakes. */
#define FIRST_YEAR 2000

/* Reads exactly count digits, or returns -1. */
static int digits(const char *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/* timegm() makes March 2 of February 30: only a real day comes back as it was. */
bool dates_read(const char *text, int64_t *time)
{
	struct tm day = { 0 }, real;
	time_t seconds;
	int year, month;

	if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-')
		return false;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day.tm_mday = digits(text + 8, 2);
	if (year < FIRST_YEAR || month < 1 || day.tm_mday < 1)
		return false;
	day.tm_year = year - 1900;
	day.tm_mon = month - 1;
	real = day;
	seconds = timegm(&real);
	if (real.tm_mday != day.tm_mday || real.tm_mon != day.tm_mon)
		return false;
	*time = seconds;
	return true;
}

struct dates_text dates_write(int64_t time)
{
	struct dates_text text = { "" };
	time_t seconds = (time_t)time;
	struct tm day;

	if (gmtime_r(&seconds, &day))
		strftime(text.text, sizeof(text.text), "%Y-%m-%d", &day);
	return text;
}

void values_date(const struct source *source, const struct setting *setting, int64_t *time)
{
	static const char expected[] = "a day from \"2000-01-01\" to \"9999-12-31\"";
	const char *value = values_string(source, setting, expected);

	if (value && !dates_read(value, time))
		messages_about(source, setting->name, setting->line, "%s is no date, expected %s",
			       messages_quote(value, strlen(value)).text, expected);
}
