/* SPDX-License-Identifier: GPL-2.0-only */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 100 /* ms */
#define WIDTH 30

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, uint64_t total)
{
	*progress = (struct progress){ .shown = isatty(STDERR_FILENO), .total = total };
	progress->next = progress->shown ? now() + INTERVAL : 0;
}

static void draw_bar(uint64_t done, uint64_t total)
{
	double part = done < total ? (double)done / (double)total : 1;
	char bar[WIDTH + 1];

	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < part * WIDTH ? '#' : '.';
	bar[WIDTH] = '\0';
	fprintf(stderr, "[%s] %3d%%, ", bar, (int)(part * 100));
}

void progress_show(struct progress *progress, uint64_t done, uint64_t lines)
{
	if (!progress->shown || now() < progress->next)
		return;
	progress->next = now() + INTERVAL;
	progress->drawn = true;
	fputs("\r\033[K", stderr);
	if (progress->total)
		draw_bar(done, progress->total);
	fprintf(stderr, "%" PRIu64 " lines", lines);
	fflush(stderr);
}

void progress_hide(struct progress *progress)
{
	if (!progress->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->drawn = false;
}
