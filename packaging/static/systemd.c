/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bindguard uses of libsystemd, which has no static library. The protocols are described in
 * sd_notify(3), sd_watchdog_enabled(3) and https://systemd.io/JOURNAL_NATIVE_PROTOCOL.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
/* Or its macro would stand where the function's name does. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define JOURNAL "/run/systemd/journal/socket"
#define FIELDS_MAX 64

/* One datagram to a socket with a name; "@" is that of an abstract one. Returns 0 or a negative errno. */
static int send_to(const char *path, const struct iovec *parts, size_t count)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = offsetof(struct sockaddr_un, sun_path) + length,
		.msg_iov = (struct iovec *)parts,
		.msg_iovlen = count,
	};
	int fd, err = 0;

	if ((*path != '/' && *path != '@') || length < 2 || length >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
		err = -errno;
	close(fd);
	return err;
}

int sd_notify(int unset_environment, const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct iovec part = { (void *)state, strlen(state) };
	int err;

	if (!path)
		return 0;
	err = send_to(path, &part, 1);
	if (unset_environment)
		unsetenv("NOTIFY_SOCKET");
	return err ?: 1;
}

int sd_notifyf(int unset_environment, const char *format, ...)
{
	va_list arguments;
	char *state;
	int err;

	va_start(arguments, format);
	err = vasprintf(&state, format, arguments);
	va_end(arguments);
	if (err < 0)
		return -ENOMEM;
	err = sd_notify(unset_environment, state);
	free(state);
	return err;
}

/* A number that is all there is in the variable. */
static int read_variable(const char *name, uint64_t *number)
{
	const char *text = getenv(name);
	char *end;

	if (!text)
		return 0;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || *end || *text < '0' || *text > '9' ? -EINVAL : 1;
}

/* The names stay in the environment, as bindguard wants it. */
int sd_watchdog_enabled(int unset_environment, uint64_t *usec)
{
	uint64_t limit = 0, pid = 0;
	int found = read_variable("WATCHDOG_USEC", &limit), mine;

	(void)unset_environment;
	if (found <= 0)
		return found;
	mine = read_variable("WATCHDOG_PID", &pid);
	if (mine < 0 || !limit)
		return -EINVAL;
	if (mine && pid != (uint64_t)getpid())
		return 0;
	*usec = limit;
	return 1;
}

int sd_id128_randomize(sd_id128_t *id)
{
	if (getrandom(id, sizeof(*id), 0) != sizeof(*id))
		return -errno;
	/* A UUID of version 4. */
	id->bytes[6] = (id->bytes[6] & 0x0f) | 0x40;
	id->bytes[8] = (id->bytes[8] & 0x3f) | 0x80;
	return 0;
}

/* The fields have no line breaks: they are escaped. */
int sd_journal_sendv(const struct iovec *fields, int count)
{
	struct iovec parts[2 * FIELDS_MAX];

	if (count < 1 || count > FIELDS_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		if (memchr(fields[i].iov_base, '\n', fields[i].iov_len))
			return -EINVAL;
		parts[2 * i] = fields[i];
		parts[2 * i + 1] = (struct iovec){ (void *)"\n", 1 };
	}
	return send_to(JOURNAL, parts, 2 * count);
}
