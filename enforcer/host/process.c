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

/* Of names the kernel escapes newlines and backslashes. */
static void copy_name(const char *from, char *to, size_t size)
{
	size_t length = 0;

	for (; *from && *from != '\n' && length < size - 1; from++) {
		if (*from == '\\' && (from[1] == 'n' || from[1] == '\\'))
			to[length++] = *++from == 'n' ? '\n' : '\\';
		else
			to[length++] = *from;
	}
	to[length] = '\0';
}

/* Takes what the line says. Returns whether it is one of those looked for. */
static bool take_line(const char *line, struct process_status *status)
{
	const char *last = strrchr(line, '\t');

	if (!strncmp(line, "Name:\t", 6))
		copy_name(line + 6, status->comm, sizeof(status->comm));
	else if (!strncmp(line, "NSpid:\t", 7))
		status->ns_pid = strtoul(last + 1, NULL, 10);
	else
		return sscanf(line, "Uid:\t%*u %u", &status->euid) == 1 ||
		       sscanf(line, "Gid:\t%u", &status->gid) == 1;
	return true;
}

bool process_read_status(FILE *file, struct process_status *status)
{
	size_t size = 0;
	char *line = NULL;
	int missing = 4;

	while (missing && getline(&line, &size, file) > 0)
		missing -= take_line(line, status);
	free(line);
	return !missing;
}

bool process_status(uint32_t pid, struct process_status *status)
{
	char path[64];
	FILE *file;
	bool read;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	file = fopen(path, "re");
	read = file && process_read_status(file, status);
	if (file)
		fclose(file);
	return read;
}

char *process_exe(uint32_t pid)
{
	char path[64], file[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	length = readlink(path, file, sizeof(file));
	return length < 0 ? NULL : strndup(file, length);
}
