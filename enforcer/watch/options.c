/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "enforcer/complain.h"
#include "enforcer/version.h"
#include "sinkoptions.h"
#include "values.h"

/* The folder if it is there, else the file. */
#define POLICY_FOLDER "/etc/bindguard/policy.d"
#define POLICY_FILE "/etc/bindguard/policy.conf"

enum {
	OPTION_AUDIT = 256,
	OPTION_AUTOBIND,
	OPTION_DENY,
	OPTION_COUNT,
	OPTION_CGROUPMAP,
	OPTION_MNTNSMAP,
	OPTION_EBPF,
	OPTION_QUIET,
	OPTION_JSON,
	OPTION_FORMAT,
	OPTION_METRICS,
	OPTION_PIN,
	OPTION_GUARD,
	OPTION_WATCH,
	OPTION_RING_SIZE,
	OPTION_HOOK,
	OPTION_ON_BOOT_ERROR,
	OPTION_VERSION,
};

/* Of the ring buffer, in bytes; the kernel wants powers of two. */
#define RING_SIZE_LEAST (64u << 10)
#define RING_SIZE_MOST (16u << 20)
#define RING_SIZE_DEFAULT (4u << 20)

static const struct option long_options[] = {
	{ "audit", no_argument, NULL, OPTION_AUDIT },
	{ "deny", no_argument, NULL, OPTION_DENY },
	{ "autobind", no_argument, NULL, OPTION_AUTOBIND },
	{ "policy", required_argument, NULL, 'f' },
	{ "hook", required_argument, NULL, OPTION_HOOK },
	{ "on-boot-error", required_argument, NULL, OPTION_ON_BOOT_ERROR },
	{ "timestamp", no_argument, NULL, 't' },
	{ "wide", no_argument, NULL, 'w' },
	{ "pid", required_argument, NULL, 'p' },
	{ "port", required_argument, NULL, 'P' },
	{ "errors", no_argument, NULL, 'E' },
	{ "print-uid", no_argument, NULL, 'U' },
	{ "uid", required_argument, NULL, 'u' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "metrics", required_argument, NULL, OPTION_METRICS },
	{ "count", no_argument, NULL, OPTION_COUNT },
	{ "cgroupmap", required_argument, NULL, OPTION_CGROUPMAP },
	{ "mntnsmap", required_argument, NULL, OPTION_MNTNSMAP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "chain", no_argument, NULL, SINKOPTION_CHAIN },
	{ "output", required_argument, NULL, 'o' },
	{ "output-size", required_argument, NULL, SINKOPTION_SIZE },
	{ "output-keep", required_argument, NULL, SINKOPTION_KEEP },
	{ "journal", optional_argument, NULL, SINKOPTION_JOURNAL },
	{ "syslog", optional_argument, NULL, SINKOPTION_SYSLOG },
	{ "fold", required_argument, NULL, SINKOPTION_FOLD },
	{ "sample", required_argument, NULL, SINKOPTION_SAMPLE },
	{ "quiet", no_argument, NULL, OPTION_QUIET },
	{ "ebpf", no_argument, NULL, OPTION_EBPF },
	{ "pin", no_argument, NULL, OPTION_PIN },
	{ "guard", no_argument, NULL, OPTION_GUARD },
	{ "watch", no_argument, NULL, OPTION_WATCH },
	{ "ring-size", required_argument, NULL, OPTION_RING_SIZE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* It fits on a screen of 24 lines and 80 columns, as those of the verbs do: bindguard(8) has it all. */
static const char help[] =
	"usage: bindguard [OPTIONS]                  show every bind\n"
	"       bindguard --audit|--deny [OPTIONS]   check each by a policy; refuse some\n"
	"       bindguard VERB [--help]          check, explain, test, vmtest: policies\n"
	"           learn, replay, report: recorded binds    scan: what is bound already\n"
	"           status, unload: what is pinned           doctor: can this host?\n"
	"  -f, --policy POLICY  " POLICY_FOLDER ", else " POLICY_FILE "\n"
	"      --pin          go on until 'unload'    --guard      nobody else ends that\n"
	"      --watch        reload changed files    --hook HOOK  lsm (default), cgroup\n"
	"      --on-boot-error WHAT  if there is no policy: fail, or audit or deny all\n"
	"What is shown, never what is decided:\n"
	"  -p, --pid PID      -P, --port PORT[,PORT...]    -u, --uid UID\n"
	"  -E, -x, --errors   failed binds too        --autobind   ports without a bind\n"
	"      --cgroupmap PATH, --mntnsmap PATH      tasks that are in these maps\n"
	"How:\n"
	"  -t, --timestamp    -U, --print-uid    -w, --wide    --count    --quiet\n"
	"      --format FORMAT, --json  text, json, ocsf, ecs    --chain  hashes in json\n"
	"  -o, --output FILE    --output-size SIZE, --output-keep N  rotate it\n"
	"      --journal[=all], --syslog[=all]    denials, or all, to the system's log\n"
	"      --fold SECONDS   tell equals once      --sample N   1 in N of the allowed\n"
	"      --metrics FILE   for node_exporter     --ring-size SIZE  64K to 16M\n"
	"      --ebpf           list the programs     -h, --help    --version\n"
	"OPTS: F IP_FREEBIND T IP_TRANSPARENT N IP_BIND_ADDRESS_NO_PORT R SO_REUSEADDR\n"
	"      r SO_REUSEPORT  VERDICT: allow; deny: refused; audit: would be refused\n"
	"See bindguard(8). Example: bindguard --audit -f policy.conf\n";

static bool parse_pid(const char *text, struct options *options)
{
	unsigned long pid;

	if (!values_number(text, 1, INT32_MAX, &pid)) {
		complain("-p %s: not a process id, expected a number from 1", text);
		return false;
	}
	options->pid = pid;
	return true;
}

static bool parse_uid(const char *text, struct options *options)
{
	struct passwd *user = NULL;
	unsigned long uid;

	if (!values_number(text, 0, UINT32_MAX - 1, &uid)) {
		if (*text < '0' || *text > '9')
			user = getpwnam(text);
		if (!user) {
			complain("-u %s: unknown user, expected a user's name or number", text);
			return false;
		}
		uid = user->pw_uid;
	}
	options->by_uid = true;
	options->uid = uid;
	return true;
}

static bool parse_ports(const char *text, struct options *options)
{
	char *copy = strdup(text), *rest = copy, *item;
	unsigned long port;

	while (copy && (item = strsep(&rest, ","))) {
		item += strspn(item, " ");
		if (!values_number(item, 0, 65535, &port)) {
			complain("-P %s: \"%s\" is not a port, expected numbers from 0 to 65535 "
				 "with commas between them",
				 text, item);
			free(copy);
			return false;
		}
		options->ports[port / 64] |= 1ULL << (port % 64);
	}
	options->by_port = true;
	free(copy);
	return true;
}

static bool parse_ring_size(const char *text, struct options *options)
{
	uint64_t size = values_size(text);

	if (size < RING_SIZE_LEAST || size > RING_SIZE_MOST || size & (size - 1)) {
		complain("--ring-size %s: not a size, expected a power of two from 64K to 16M",
			 text);
		return false;
	}
	options->ring_size = size;
	return true;
}

static bool parse_mode(enum mode mode, struct options *options)
{
	if (options->mode != MODE_OBSERVE && options->mode != mode) {
		complain("--audit and --deny exclude each other");
		return false;
	}
	options->mode = mode;
	return true;
}

static bool parse_hook(const char *text, struct options *options)
{
	if (strcmp(text, "lsm") != 0 && strcmp(text, "cgroup") != 0) {
		complain("--hook %s: not a hook, expected lsm or cgroup", text);
		return false;
	}
	options->hook = *text == 'c' ? HOOK_CGROUP : HOOK_LSM;
	return true;
}

static bool parse_boot_error(const char *text, struct options *options)
{
	static const char *const names[] = {
		[BOOT_ERROR_FAIL] = "fail",
		[BOOT_ERROR_AUDIT] = "audit",
		[BOOT_ERROR_DENY] = "deny",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			options->on_boot_error = i;
			return true;
		}
	complain("--on-boot-error %s: unknown, expected fail, audit or deny", text);
	return false;
}

static const char *const formats[] = { "text", "json", "ocsf", "ecs" };

static bool set_format(enum format format, struct options *options)
{
	options->format = format;
	options->json = format != FORMAT_TEXT;
	return true;
}

static bool parse_format(const char *text, struct options *options)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(text, formats[i]))
			return set_format(i, options);
	complain("--format %s: not a format, expected text, json, ocsf or ecs", text);
	return false;
}

/* One option with its argument. Returns false after a mistake that it has told. */
static bool parse_option(int option, const char *argument, struct options *options)
{
	switch (option) {
	case OPTION_AUDIT:
		return parse_mode(MODE_AUDIT, options);
	case OPTION_DENY:
		return parse_mode(MODE_DENY, options);
	case 'f':
		options->policy = argument;
		return true;
	case 'p':
		return parse_pid(argument, options);
	case 'P':
		return parse_ports(argument, options);
	case 'u':
		return parse_uid(argument, options);
	case 'E':
	case 'x':
		return options->errors = true;
	case 't':
		return options->timestamp = true;
	case 'w':
		return options->wide = true;
	case 'U':
		return options->print_uid = true;
	case OPTION_AUTOBIND:
		return options->autobind = true;
	case OPTION_COUNT:
		return options->count = true;
	case OPTION_JSON:
		return set_format(FORMAT_JSON, options);
	case OPTION_FORMAT:
		return parse_format(argument, options);
	case OPTION_METRICS:
		options->metrics = argument;
		return true;
	case OPTION_QUIET:
		return options->quiet = true;
	case OPTION_EBPF:
		return options->listing = true;
	case OPTION_PIN:
		return options->pin = true;
	case OPTION_GUARD:
		return options->guard = true;
	case OPTION_WATCH:
		return options->watch = true;
	case OPTION_RING_SIZE:
		return parse_ring_size(argument, options);
	case OPTION_HOOK:
		return parse_hook(argument, options);
	case OPTION_ON_BOOT_ERROR:
		return parse_boot_error(argument, options);
	case OPTION_CGROUPMAP:
		options->cgroupmap = argument;
		return true;
	case OPTION_MNTNSMAP:
		options->mntnsmap = argument;
		return true;
	default:
		return sinkoptions_parse(option, argument, options);
	}
}

/* What has made objects of the lines. */
static const char *format_option(const struct options *options)
{
	return options->format == FORMAT_OCSF ? "--format ocsf" :
	       options->format == FORMAT_ECS  ? "--format ecs" :
						"--json";
}

/* Are there options that exclude each other, or that need a policy and have none? */
static bool agree(const struct options *options)
{
	bool observes = options->mode == MODE_OBSERVE;

	if (options->policy && observes)
		complain("-f %s: a policy needs --audit or --deny", options->policy);
	else if (options->watch && observes)
		complain("--watch: a policy needs --audit or --deny");
	else if (options->on_boot_error && observes)
		complain("--on-boot-error: a policy needs --audit or --deny");
	else if (options->on_boot_error == BOOT_ERROR_DENY && options->mode != MODE_DENY)
		complain("--on-boot-error deny: --audit refuses nothing, use --deny");
	else if (options->pin && observes)
		complain("--pin: there is nothing to keep without --audit or --deny");
	else if (options->guard && !options->pin)
		complain("--guard: there is nothing to guard without --pin");
	else if (options->pin && options->listing)
		complain("--pin and --ebpf exclude each other");
	else if (options->quiet && observes)
		complain("--quiet: there is nothing to do without --audit or --deny");
	else if (options->hook == HOOK_CGROUP && observes)
		complain("--hook cgroup: a hook that decides needs --audit or --deny");
	else if (options->json && options->count)
		complain("%s and --count exclude each other", format_option(options));
	else if (options->quiet && (options->json || options->count))
		complain("--quiet and %s exclude each other",
			 options->json ? format_option(options) : "--count");
	else if (options->quiet && options->autobind)
		complain("--quiet and --autobind exclude each other");
	else
		return true;
	return false;
}

/* What is only wrong, or only missing, once all options are known. */
static bool finish(int argc, char **argv, struct options *options)
{
	if (optind < argc) {
		complain("%s: unexpected argument", argv[optind]);
		complain_usage();
		return false;
	}
	if (!agree(options) || !sinkoptions_agree(options))
		return false;
	if (!options->policy)
		options->policy = access(POLICY_FOLDER, F_OK) ? POLICY_FILE : POLICY_FOLDER;
	return true;
}

int options_parse(int argc, char **argv, struct options *options)
{
	int option;

	*options = (struct options){ .ring_size = RING_SIZE_DEFAULT };
	sinkoptions_init(options);
	while ((option = getopt_long(argc, argv, "f:o:twp:P:ExUu:h", long_options, NULL)) != -1) {
		if (option == 'h' || option == OPTION_VERSION) {
			fputs(option == 'h' ? help : "bindguard " BINDGUARD_VERSION "\n", stdout);
			return 0;
		}
		if (!parse_option(option, optarg, options))
			return EX_USAGE;
	}
	return finish(argc, argv, options) ? -1 : EX_USAGE;
}
