/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "messages.h"
#include "parse.h"
#include "policy.h"
#include "reader.h"
#include "scan.h"

static const char *file_type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/* Opens a regular file, without waiting for a FIFO or a device. Returns -1 after a message. */
static int open_file(const struct source *source, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		messages_add(source, 0, "cannot read: %s", strerror(errno));
	else if (!S_ISREG(status.st_mode))
		messages_add(source, 0, "is %s, expected a file", file_type_name(status.st_mode));
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Reads up to size bytes; -1 and errno if that fails. */
static ssize_t read_bytes(int fd, char *buffer, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while (length < size) {
		got = read(fd, buffer + length, size - length);
		if (got == 0)
			break;
		if (got > 0)
			length += (size_t)got;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)length;
}

/* One byte more than is accepted shows that there are too many. What is not used costs nothing. */
struct policy *policy_read(const char *path, struct policy_messages *errors)
{
	struct source source = { path, errors };
	struct policy *policy = NULL;
	int fd = open_file(&source, path);
	ssize_t length;
	char *text;

	if (fd < 0)
		return NULL;
	text = alloc_checked(malloc(SCAN_FILE_BYTES + 1));
	length = read_bytes(fd, text, SCAN_FILE_BYTES + 1);
	if (length < 0)
		messages_add(&source, 0, "cannot read: %s", strerror(errno));
	else
		policy = policy_read_text(path, text, (size_t)length, errors);
	free(text);
	close(fd);
	return policy;
}

/* Scans, reads and parses a text, each if there was nothing in its way. */
static void read_policy(const struct source *source, const char *original, size_t length,
			struct policy *policy)
{
	/* Some versions of libconfig do not see a comment in a last line without its end. */
	char *text = alloc_zeroed(length + 2, 1);
	struct setting *root;

	memcpy(text, original, length);
	text[length++] = '\n';
	if (scan_text(source, text, length)) {
		root = reader_read(source, text);
		if (root)
			parse_policy(source, root, policy);
		setting_free(root);
	}
	free(text);
}

struct policy *policy_read_text(const char *path, const char *text, size_t length,
				struct policy_messages *errors)
{
	struct source source = { path, errors };
	struct policy *policy = alloc_zeroed(1, sizeof(*policy));
	size_t before = errors->count;

	policy->file = alloc_string(path, strlen(path));
	if (length == 0)
		messages_add(&source, 0, "is empty, expected a policy");
	else if (length > SCAN_FILE_BYTES)
		messages_add(&source, 0, "is too big, expected at most %u MB",
			     SCAN_FILE_BYTES >> 20);
	else
		read_policy(&source, text, length, policy);
	if (errors->count == before)
		return policy;
	messages_sort(errors, before);
	policy_free(policy);
	return NULL;
}

static void free_strings(const struct policy_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->string[i]);
	free(strings->string);
}

static void free_rule(const struct policy_rule *rule)
{
	free(rule->name);
	free(rule->uid.range);
	free(rule->protocol.range);
	free(rule->port.range);
	free_strings(&rule->comm);
	free_strings(&rule->cgroup);
	free(rule->reason);
	free(rule->owner);
	free(rule->approver);
	free(rule->ticket);
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->rules; i++)
		free_rule(&policy->rule[i]);
	free(policy->rule);
	free(policy->file);
	free(policy);
}

void policy_messages_free(struct policy_messages *messages)
{
	if (!messages)
		return;
	for (size_t i = 0; i < messages->count; i++) {
		free(messages->message[i].file);
		free(messages->message[i].text);
	}
	free(messages->message);
	*messages = (struct policy_messages){ 0 };
}
