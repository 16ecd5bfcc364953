/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that --json has printed, read back. They may come from other hosts, from older versions and
 * from anybody who can write to a log: what is not printable is to be escaped wherever it goes.
 */
#ifndef ENFORCER_RECORDS_H
#define ENFORCER_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/decision.h"
#include "policy/request.h"

/* What a number is that is null, or is not there. */
#define RECORDS_UNKNOWN INT64_MIN

enum records_kind {
	RECORDS_BIND, /* also a line without "record", as older versions have them */
	RECORDS_TOTALS,
	RECORDS_START,
	RECORDS_POLICY,
	RECORDS_RELOAD_FAILED,
	RECORDS_GAP,
	RECORDS_OTHER, /* a kind that nobody needs here; only the common keys are set */
	RECORDS_SOCKET, /* what 'bindguard scan --json' prints */
};

enum records_verdict {
	RECORDS_UNDECIDED, /* there was no policy, or it does not decide such binds */
	RECORDS_ALLOW,
	RECORDS_DENY,
	RECORDS_AUDIT, /* denied, and let through */
};

/*
 * Of the keys that a kind of line does not have, texts are NULL and numbers RECORDS_UNKNOWN. Texts
 * stay until the next line is read. Booleans are 0, 1 or unknown.
 */
struct records_line {
	enum records_kind kind;

	/* All kinds. */
	const char *record; /* NULL in older logs */
	int64_t time; /* ns since 1970 */
	const char *host, *run, *boot_id;
	int64_t sequence;
	const char *chain; /* NULL: it has none */

	/*
	 * Beside the others, of policy and start. Lists are one text, with a newline after each item:
	 * of files, after each path and each SHA-256.
	 */
	const char *files, *default_verdict;
	const char *kernel, *machine, *hook, *not_covered;
	int64_t bound_before, denied_before;

	/* Of bind, as bound, and of socket, which has what tells where it is and whose, too. */
	const char *address, *forbidden; /* a list */
	const char *bound_verdict; /* of what is bound, if it was rewritten */
	const char *state; /* of socket: "listen", "bound" or "connected" */

	/*
	 * bind. exe and comm have the bytes that they had: \xHH, which json_text() wrote, is undone.
	 * cgroup is as written, for systemd has such escapes in names of its own.
	 */
	int64_t last_time; /* of the last one that the line stands for; time if it is one */
	int64_t count; /* of the binds that the line stands for: 1 or more */
	int64_t pid, tid, uid, login_uid;
	const char *comm, *process_comm; /* of the thread; of the process */
	const char *exe, *cgroup;
	enum bind_via via;
	int64_t protocol; /* IPPROTO_* */
	bool is_raw; /* the socket is SOCK_RAW */
	bool is_ipv4; /* the socket's family */
	char requested[16]; /* address; that of IPv4 as its mapped one */
	int64_t requested_port;
	uint16_t range[2]; /* the ports that it is for, from and to; 0: one port */
	uint32_t options; /* BIND_OPT_* */
	int64_t netns_host;
	enum records_verdict verdict;
	const char *rule, *cause;
	int64_t enforced;
	int64_t rc;
	const char *mode; /* "observe", "audit", "deny"; also of start */

	int64_t port; /* as bound or, failing that, as requested */
	const char *refused_by;
	int64_t rewritten;

	/* bind, policy, reload_failed and totals. */
	int64_t generation;
	const char *policy_sha256;

	/* policy and start. */
	const char *policy, *version;
	int64_t rules, pinned;

	/* reload_failed. */
	int64_t errors;

	/* gap. */
	int64_t from, to; /* ns since 1970; to is unknown while it lasts */
	const char *what;

	/* totals: counts since the start. */
	int64_t final;
	int64_t attempts, allow, deny, audit, unreadable;
	int64_t reported, folded, sampled, filtered, lost, outcomes_lost, outcomes_missed, dropped;
};

struct records_error {
	char text[128]; /* printable ASCII */
};

/*
 * Reads one line without its newline; text is a byte longer than length, and is written to. Returns
 * false, with the error, if it is no such line. Keys that are not known are not looked at.
 */
bool records_parse(char *text, size_t length, struct records_line *line,
		   struct records_error *error);

/* Does the policy see the name of the process in this bind? NULL: it is not known. */
const char *records_process(const struct records_line *line);

#endif
