/* SPDX-License-Identifier: GPL-2.0-only */
#include "values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool values_number(const char *text, unsigned long low, unsigned long high, unsigned long *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return !errno && !*end && *number >= low && *number <= high;
}

uint64_t values_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long size = 0;
	unsigned int shift = 0;
	char number[16];

	if (text[digits] && !text[digits + 1] && strchr("KMG", text[digits]))
		shift = 10 * (strchr("KMG", text[digits]) - "KMG" + 1);
	else if (text[digits])
		return 0;
	if (digits >= sizeof(number))
		return 0;
	memcpy(number, text, digits);
	number[digits] = '\0';
	return values_number(number, 1, VALUES_SIZE_MOST >> shift, &size) ?
		       (uint64_t)size << shift :
		       0;
}
