/* SPDX-License-Identifier: GPL-2.0-only */
#include "logger.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "bindnote.h"
#include "enforcer/complain.h"

#define JOURNAL "/run/systemd/journal/socket"
#define SYSLOG "/dev/log"
#define NS 1000000000ULL

static int require(const char *option, const char *path)
{
	if (!access(path, F_OK))
		return 0;
	complain("%s: nobody listens here: %s: %s", option, path, strerror(errno));
	return EX_UNAVAILABLE;
}

static void send(struct logger *logger, const struct note *note, bool journal, bool syslog)
{
	int err = journal ? note_to_journal(note) : 0;

	if (syslog)
		note_to_syslog(note);
	if (err)
		++*logger->dropped;
	if (err && !logger->failed)
		complain("cannot write to the journal: %s: going on without these entries",
			 strerror(-err));
	if (journal)
		logger->failed = err;
}

static void send_record(void *context, const struct record *record)
{
	struct logger *logger = context;
	bool denied = record->decided && record->event.decision.verdict == BIND_DENY;
	enum logged least = denied ? LOGGED_DENIALS : LOGGED_ALL;
	struct note note;

	bindnote(&note, record);
	send(logger, &note, logger->options->journal >= least, logger->options->syslog >= least);
	note_free(&note);
}

int logger_open(struct logger *logger, const struct options *options, uint64_t *dropped)
{
	int status = options->journal ? require("--journal", JOURNAL) : 0;

	*logger = (struct logger){ .options = options, .dropped = dropped };
	if (!status && options->syslog)
		status = require("--syslog", SYSLOG);
	if (status || !options_logs(options))
		return status;
	if (options->syslog)
		openlog("bindguard", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	if (!options_log_fold(options))
		return 0;
	logger->fold = fold_new(options_log_fold(options) * NS, FOLD_WINDOWS, send_record, logger);
	if (!logger->fold)
		complain("out of memory");
	return logger->fold ? 0 : EX_OSERR;
}

enum fate logger_record(struct logger *logger, const struct record *record, uint64_t now)
{
	bool denied = record->decided && record->event.decision.verdict == BIND_DENY;
	enum logged least = denied ? LOGGED_DENIALS : LOGGED_ALL;

	if (logger->options->journal < least && logger->options->syslog < least)
		return FATE_FILTERED;
	if (logger->fold && fold_take(logger->fold, record, now))
		return FATE_FOLDED;
	send_record(logger, record);
	return FATE_TOLD;
}

void logger_note(struct logger *logger, struct note *note)
{
	send(logger, note, logger->options->journal, logger->options->syslog);
	note_free(note);
}

void logger_close(struct logger *logger)
{
	fold_free(logger->fold);
	if (logger->options && logger->options->syslog)
		closelog();
	logger->fold = NULL;
}
