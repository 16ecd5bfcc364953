/* SPDX-License-Identifier: GPL-2.0-only */
#include "process.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *process_line(uint32_t pid, const char *file, const char *begin)
{
	char path[64], *line = NULL, *found = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	stream = fopen(path, "re");
	while (stream && !found && (length = getline(&line, &size, stream)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!strncmp(line, begin, strlen(begin)))
			found = strdup(line + strlen(begin));
	}
	free(line);
	if (stream)
		fclose(stream);
	return found;
}

char *process_exe(uint32_t pid)
{
	char path[64], file[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	length = readlink(path, file, sizeof(file));
	return length < 0 ? NULL : strndup(file, length);
}
