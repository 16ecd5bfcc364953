/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of the main job: observe, audit, deny. */
#ifndef ENFORCER_OPTIONS_H
#define ENFORCER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum mode {
	MODE_OBSERVE,
	MODE_AUDIT,
	MODE_DENY,
};

/* Where the programs sit that decide. */
enum hook {
	HOOK_LSM,
	HOOK_CGROUP,
};

/* What a start does whose policy cannot be loaded, when nothing decides yet. */
enum boot_error {
	BOOT_ERROR_FAIL,
	BOOT_ERROR_AUDIT, /* report every bind as denied, and let it through */
	BOOT_ERROR_DENY, /* refuse every bind */
};

/* What goes to the system's log. */
enum logged {
	LOGGED_NOTHING,
	LOGGED_DENIALS, /* what is denied or would be */
	LOGGED_ALL,
};

#define OPTIONS_LOG_FOLD 60 /* seconds, unless --fold says otherwise */

/* How binds are printed. */
enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_OCSF,
	FORMAT_ECS,
};

struct options {
	enum mode mode;
	enum hook hook; /* in audit and deny mode */
	const char *policy; /* path of the policy, in audit and deny mode */

	/* What is shown. */
	uint32_t pid; /* 0: any */
	bool by_uid;
	uint32_t uid;
	bool by_port;
	uint64_t ports[65536 / 64]; /* a bit for each */
	const char *cgroupmap; /* NULL: any */
	const char *mntnsmap;
	bool errors; /* failed binds too, and the RC column */

	/* How. */
	bool timestamp;
	bool wide;
	bool json; /* an object a line instead of columns, of any format */
	enum format format;
	bool chain; /* each line has the hash of those before it */
	bool print_uid;
	const char *output; /* file for the lines; NULL: standard output */
	uint64_t output_size; /* bytes at which it is rotated, 0: never */
	unsigned int output_keep; /* that many older ones */
	enum logged journal, syslog;
	int fold; /* seconds in which equal denials are one; 0: each is told; -1: not given */
	unsigned int sample; /* one in so many of what is allowed is shown; 0: all */
	const char *metrics; /* file to keep in Prometheus' format; NULL: none */
	bool count; /* a table at the end instead of lines */
	bool quiet; /* nothing but totals at the end */
	bool autobind; /* the binds that the kernel makes by itself, too */
	bool listing; /* print the loaded programs and end */
	bool watch; /* reload the policy when its files change */
	enum boot_error on_boot_error;
	bool pin; /* what decides outlives the program */
	bool guard; /* and nobody else takes it down */
	uint32_t ring_size; /* bytes of the ring buffer */
};

/*
 * Fills options from the command line. Returns -1 to go on, or the exit status to end with: 0 after
 * --help and --version, EX_USAGE after a mistake, which has been told on stderr.
 */
int options_parse(int argc, char **argv, struct options *options);

/* Does the port filter show this port? */
static inline bool options_show_port(const struct options *options, uint16_t port)
{
	return !options->by_port || options->ports[port / 64] >> (port % 64) & 1;
}

/* Are there entries of the system's log? */
static inline bool options_logs(const struct options *options)
{
	return options->journal || options->syslog;
}

/* Are there lines, in a file or on standard output? The system's log alone does without. */
static inline bool options_lines(const struct options *options)
{
	return options->json || options->output || !options_logs(options);
}

/* The fold of the system's log, in seconds. */
static inline int options_log_fold(const struct options *options)
{
	return options->fold < 0 ? OPTIONS_LOG_FOLD : options->fold;
}

#endif
