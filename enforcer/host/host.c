/* SPDX-License-Identifier: GPL-2.0-only */
#include "host.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "cgroups.h"
#include "enforcer/complain.h"
#include "enforcer/pins/bpffs.h"
#include "enforcer/verb.h"
#include "filter.h"
#include "probes.h"

#define LSM_FILE "/sys/kernel/security/lsm"
#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"
#define BTF_FILE "/sys/kernel/btf/vmlinux"

/* Who needs it. */
enum need {
	NEED_ALWAYS,
	NEED_LSM, /* --audit and --deny */
	NEED_CGROUP, /* the same with --hook cgroup */
	NEED_FEATURE, /* part of what they can do */
	NEEDS,
};

/*
 * A check writes what it found into text: what there is if it returns true; if false, what is
 * missing and how to get it.
 */
struct check {
	const char *name;
	enum need need;
	int status; /* what a start exits with when it fails */
	bool (*holds)(char *text, size_t size);
};

/* Reads the first line of a small file. Returns 0 or -errno. */
static int read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file)
		return -errno;
	if (!fgets(line, size, file))
		err = ferror(file) ? -errno : -ENODATA;
	line[err ? 0 : strcspn(line, "\n")] = '\0';
	fclose(file);
	return err;
}

/* Writes the answer of a check, and returns it. */
static bool answer(bool holds, char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static bool answer(bool holds, char *text, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return holds;
}

static bool has_capability(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

/* CAP_SYS_ADMIN stands for both, in the kernel too. */
static bool has_privileges(char *text, size_t size)
{
	bool bpf = has_capability(CAP_BPF), perfmon = has_capability(CAP_PERFMON);

	if ((bpf && perfmon) || has_capability(CAP_SYS_ADMIN))
		return answer(true, text, size, "CAP_BPF and CAP_PERFMON");
	return answer(false, text, size, "needs %s%s%s: run it with sudo", bpf ? "" : "CAP_BPF",
		      bpf || perfmon ? "" : " and ", perfmon ? "" : "CAP_PERFMON");
}

/* Makes a small map with this limit to what may be locked in memory. Returns 0 or -errno. */
static int try_map(const struct rlimit *limit)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint32_t),
		.max_entries = 1,
	};
	int fd, err;

	if (setrlimit(RLIMIT_MEMLOCK, limit))
		return -errno;
	/* libbpf would raise the limit. */
	fd = syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
	err = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

/* Kernels before 5.11 count maps as locked memory: does this one? */
static bool has_memory(char *text, size_t size)
{
	struct rlimit limit, none;
	bool counts;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_max == RLIM_INFINITY ||
	    has_capability(CAP_SYS_RESOURCE))
		return answer(true, text, size, "as much as it needs");
	none = (struct rlimit){ .rlim_max = limit.rlim_max };
	counts = !try_map(&limit) && try_map(&none) == -EPERM;
	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (!counts)
		return answer(true, text, size, "not limited on this kernel");
	return answer(false, text, size,
		      "limited to %llu KB, and this kernel counts maps: needs CAP_SYS_RESOURCE to "
		      "raise the limit, or ulimit -l unlimited, of a service LimitMEMLOCK=infinity",
		      (unsigned long long)limit.rlim_max / 1024);
}

static bool has_btf(char *text, size_t size)
{
	if (!access(BTF_FILE, R_OK))
		return answer(true, text, size, BTF_FILE);
	return answer(false, text, size,
		      "cannot read " BTF_FILE ": %s: run a kernel built with "
		      "CONFIG_DEBUG_INFO_BTF=y",
		      strerror(errno));
}

static bool has_ring_buffer(char *text, size_t size)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bindguard_probe", 0, 0, getpagesize(), NULL);
	int err = errno;

	if (fd >= 0) {
		close(fd);
		return answer(true, text, size, "available");
	}
	if (err == EINVAL)
		return answer(false, text, size, "no BPF ring buffer: run Linux 5.8 or later");
	return answer(false, text, size, "the kernel refuses to make a BPF ring buffer: %s",
		      strerror(err));
}

static bool has_filters(char *text, size_t size)
{
	if (filter_works())
		return answer(true, text, size, "available");
	return answer(false, text, size,
		      "system calls cannot be filtered: run a kernel with CONFIG_SECCOMP_FILTER=y");
}

static bool is_not_locked_down(char *text, size_t size)
{
	char line[128] = "";

	read_line(LOCKDOWN_FILE, line, sizeof(line));
	if (!strstr(line, "[confidentiality]"))
		return answer(true, text, size, "BPF may read kernel memory");
	return answer(
		false, text, size,
		"lockdown is \"confidentiality\", which keeps BPF from reading kernel memory: "
		"boot with lockdown=integrity");
}

/*
 * The kernel has no trampolines from its functions to programs: on arm64 they came with ftrace's direct
 * calls.
 */
#define NO_TRAMPOLINES \
	"this kernel cannot call BPF programs from its functions: run Linux 6.4 or later on arm64"

/* Why the kernel refuses, and what to do: EPERM despite the privileges is somebody's decision. */
static bool refused(int err, const char *advice, char *text, size_t size)
{
	if (err == EPERM)
		advice = "a container, a sandbox or this machine's owner forbids it: run on a host "
			 "that allows BPF";
	return answer(false, text, size, "the kernel refuses such a program: %s: %s", strerror(err),
		      advice);
}

/* Debian's kernels ask for CAP_SYS_ADMIN, others for no more than the check of privileges has. */
static bool no_kprobes(int err, char *text, size_t size)
{
	return answer(false, text, size, "%s, or for kprobes %s", NO_TRAMPOLINES,
		      err == -ENOENT ?
			      "mount -t tracefs tracefs /sys/kernel/tracing" :
		      err == -EACCES || err == -EPERM ?
			      "run it with sudo: they need CAP_SYS_ADMIN, or "
			      "kernel.perf_event_paranoid=2 and a tracefs that may be read" :
			      "one with CONFIG_KPROBE_EVENTS=y");
}

static bool has_probes(char *text, size_t size)
{
	enum probes kind = probes_kind();
	int err;

	if (kind == PROBES_FEXIT)
		return answer(true, text, size, "fexit probes load and attach");
	if (kind == PROBES_KPROBES)
		return answer(true, text, size,
			      "kprobes, since this kernel cannot attach fexit probes: they do not "
			      "see the binds of 32-bit programs, and there is no --autobind");
	err = probes_attach(BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "inet_bind");
	if (err == -ENOTSUPP)
		return no_kprobes(probes_kprobes(), text, size);
	return refused(-err, "run a kernel with CONFIG_FUNCTION_TRACER=y and CONFIG_BPF_JIT=y",
		       text, size);
}

/* Without "bpf" in this list an LSM program attaches, and never runs. */
static bool has_bpf_lsm(char *text, size_t size)
{
	char active[512], copy[512], suggested[512] = "", *rest = copy, *name;
	int err = read_line(LSM_FILE, active, sizeof(active));

	if (err)
		return answer(false, text, size,
			      "cannot read " LSM_FILE ": %s: mount securityfs "
			      "(mount -t securityfs securityfs /sys/kernel/security)",
			      strerror(-err));
	snprintf(copy, sizeof(copy), "%s", active);
	while ((name = strsep(&rest, ","))) {
		if (!strcmp(name, "bpf"))
			return answer(true, text, size, "active (%s)", active);
		/* Always on, and not for the command line. */
		if (*name && strcmp(name, "capability") != 0)
			snprintf(suggested + strlen(suggested),
				 sizeof(suggested) - strlen(suggested), "%s,", name);
	}
	if (probes_attach(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "socket_bind") == -ENOTSUPP)
		return answer(
			false, text, size,
			"\"bpf\" is not among the active LSMs (%s), and would not help: no LSM "
			"programs",
			active);
	return answer(false, text, size,
		      "\"bpf\" is not among the active LSMs (%s): boot with the kernel parameter "
		      "lsm=%sbpf, or do without and give --hook cgroup, which needs cgroup v2 and "
		      "CAP_NET_ADMIN, and leaves some ways open (bindguard(8))",
		      active, suggested);
}

static bool has_lsm_programs(char *text, size_t size)
{
	int err = probes_attach(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "socket_bind");

	if (!err)
		return answer(true, text, size, "load and attach");
	if (err == -ENOTSUPP)
		return answer(false, text, size,
			      NO_TRAMPOLINES ", or do without and give --hook cgroup, which leaves "
					     "some ways open (bindguard(8))");
	return refused(-err, "run a kernel with CONFIG_BPF_LSM=y", text, size);
}

/* Loading tells; only the root of the hierarchy is above all tasks. */
static bool has_cgroup_programs(char *text, size_t size)
{
	int root = cgroups_open_root(), program;

	if (root < 0)
		return answer(false, text, size, "%s: %s",
			      root == -ENOENT ? "cgroup v2 is not mounted" :
			      root == -EXDEV  ? "cgroup v2 is mounted, but not its root" :
						strerror(-root),
			      root == -EXDEV ? "run it outside of containers" :
					       "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
	close(root);
	program = probes_load(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, NULL);
	if (program == -EPERM)
		return answer(false, text, size,
			      "the kernel refuses such a program: needs CAP_NET_ADMIN");
	if (program < 0)
		return refused(-program, "run a kernel with CONFIG_CGROUP_BPF=y", text, size);
	close(program);
	return answer(true, text, size, "load");
}

static bool has_cgroups(char *text, size_t size)
{
	char root[4096];

	if (!cgroups_root(root, sizeof(root)))
		return answer(true, text, size, "%s", root);
	return answer(false, text, size,
		      "cgroup v2 is not mounted, so rules cannot name cgroups: "
		      "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
}

static bool has_bpffs(char *text, size_t size)
{
	if (bpffs_mounted())
		return answer(true, text, size, BPFFS);
	return answer(false, text, size,
		      "not mounted, so pinned maps cannot be used: mount -t bpf bpf " BPFFS);
}

static const struct check checks[] = {
	{ "privileges", NEED_ALWAYS, EX_NOPERM, has_privileges },
	{ "BTF", NEED_ALWAYS, EX_UNAVAILABLE, has_btf },
	{ "lockdown", NEED_ALWAYS, EX_UNAVAILABLE, is_not_locked_down },
	{ "locked memory", NEED_ALWAYS, EX_NOPERM, has_memory },
	{ "ring buffer", NEED_ALWAYS, EX_UNAVAILABLE, has_ring_buffer },
	{ "seccomp", NEED_ALWAYS, EX_UNAVAILABLE, has_filters },
	{ "probes", NEED_ALWAYS, EX_UNAVAILABLE, has_probes },
	{ "LSM programs", NEED_LSM, EX_UNAVAILABLE, has_lsm_programs },
	{ "BPF LSM", NEED_LSM, EX_UNAVAILABLE, has_bpf_lsm },
	{ "cgroup hook", NEED_CGROUP, EX_UNAVAILABLE, has_cgroup_programs },
	{ "cgroup v2", NEED_FEATURE, EX_UNAVAILABLE, has_cgroups },
	{ "bpffs", NEED_FEATURE, EX_UNAVAILABLE, has_bpffs },
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))
#define CHECKS_OF_READING 4 /* the first ones: may a program read the kernel's structures? */

int host_require_cgroups(void)
{
	char text[1024];

	if (has_cgroups(text, sizeof(text)))
		return 0;
	complain("%s", text);
	return EX_UNAVAILABLE;
}

/* The first so many of the checks: what is needed always, and for such a need. */
static int require(const char *verb, size_t count, enum need need)
{
	char text[1024];

	for (size_t i = 0; i < count; i++) {
		if ((checks[i].need != NEED_ALWAYS && checks[i].need != need) ||
		    checks[i].holds(text, sizeof(text)))
			continue;
		complain("cannot %s on this host: %s: %s", verb, checks[i].name, text);
		return checks[i].status;
	}
	return 0;
}

int host_require(enum mode mode, enum hook hook)
{
	static const char *const verb[] = { "observe", "audit", "deny" };

	if (mode == MODE_OBSERVE)
		return require(verb[mode], CHECKS, NEED_ALWAYS);
	return require(verb[mode], CHECKS, hook == HOOK_CGROUP ? NEED_CGROUP : NEED_LSM);
}

int host_require_iterator(void)
{
	return require("scan", CHECKS_OF_READING, NEED_ALWAYS);
}

/*
 * What is told of process 1 takes CAP_SYS_PTRACE. Without it: only who is in the initial network
 * namespace has the settings that are not of a namespace.
 */
static uint32_t find_netns(void)
{
	struct stat status;

	if (!stat("/proc/1/ns/net", &status))
		return status.st_ino;
	if (access("/proc/sys/net/core/netdev_budget", F_OK) || stat("/proc/self/ns/net", &status))
		return 0;
	return status.st_ino;
}

/* It stays what it is, while the privilege to look may go. */
uint32_t host_netns(void)
{
	static uint32_t known;

	if (!known)
		known = find_netns();
	return known;
}

int host_require_netns(void)
{
	if (host_netns())
		return 0;
	complain(
		"cannot tell which network namespace is the host's, which rules with netns ask for: "
		"run in it, or with CAP_SYS_PTRACE");
	return EX_NOPERM;
}

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct verb verb = {
	.name = "doctor",
	.short_options = ":h",
	.long_options = long_options,
	.help = "usage: bindguard doctor\n"
		"\n"
		"Checks what this host offers, and prints a line for each thing: ok, FAILED or,\n"
		"for what only some policies or options need, missing, with what to do about it.\n"
		"\n"
		"  -h, --help  this text\n"
		"\n"
		"Exit status: 0 it can observe, audit and deny, 64 usage, 69 it cannot,\n"
		"             77 no privileges.\n"
		"Example: sudo bindguard doctor\n",
};

int host_doctor(int argc, char **argv)
{
	bool works[NEEDS] = { true, true, true, true };
	char text[1024];
	int status = 0;

	if (verb_option(&verb, argc, argv, &status) == VERB_END)
		return status;
	if (optind < argc) {
		complain("doctor: %s: unexpected argument", argv[optind]);
		return verb_usage(&verb);
	}
	for (size_t i = 0; i < CHECKS; i++) {
		bool holds = checks[i].holds(text, sizeof(text));

		works[checks[i].need] &= holds;
		if (!holds && !status && checks[i].need <= NEED_LSM)
			status = checks[i].status;
		printf("%-8s %-13s %s\n",
		       holds			  ? "ok" :
		       checks[i].need <= NEED_LSM ? "FAILED" :
						    "missing",
		       checks[i].name, text);
	}
	if (!status)
		puts("This host can observe, audit and deny.");
	else if (works[NEED_ALWAYS] && works[NEED_CGROUP])
		puts("This host can observe, but audit and deny with --hook cgroup only.");
	else if (works[NEED_ALWAYS])
		puts("This host can observe, but not audit or deny.");
	else
		puts("This host cannot run bindguard.");
	return status;
}
