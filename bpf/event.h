/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs tell user space: the events in the ring buffer, the counters, and the keys
 * of the maps that user space fills. Integers are in host byte order, addresses in network order.
 */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#include <linux/types.h>

#include "../policy/decision.h"
#include "../policy/request.h"

/*
 * An attempt comes from the LSM hook, before the bind, with the decision; an outcome from the
 * probes, after it, with the result. With a policy a bind that the policy let through gives both,
 * on the same thread and one after the other, and either may be missing: the probes can miss a bind
 * on preemptible kernels, and a bind that another LSM refuses never reaches them. Without a policy
 * there are outcomes only.
 *
 * A listen() gives an attempt if the kernel is to bind the socket for it, and an outcome always. Of
 * a socket that is bound already, whose options alone are decided, there are attempts only that the
 * policy denies.
 */
enum bind_event_kind {
	BIND_EVENT_ATTEMPT,
	BIND_EVENT_OUTCOME,
};

/* What has decided an attempt. The cgroup hook refuses inside of what the probes look at. */
enum bind_hook {
	BIND_HOOK_LSM, /* refuses with EACCES, and then there is no outcome */
	BIND_HOOK_CGROUP, /* refuses with EPERM, and then that is the outcome */
};

/* Bytes that the BPF programs copy by eight, as they do only where the type tells that they may. */
#define BIND_WORDS __attribute__((aligned(8)))

/*
 * Addresses: an IPv4 address is in the first four bytes, the other twelve are zero; family tells.
 * port fields are as in bind_request for an attempt, 0 to 65535 for an outcome.
 */
struct bind_event {
	__u64 time; /* ns, CLOCK_MONOTONIC */
	__u64 socket; /* which one: equal for the attempt and the outcome of most binds */
	__u64 cgroup; /* id in cgroup v2 */
	__u8 requested[16] BIND_WORDS; /* outcome: as other programs have left it */
	union {
		__u8 bound[16] BIND_WORDS; /* outcome with rc 0 */
		__u16 range[2]; /* attempt: the ports that it is for, from and to; 0: one port */
	};
	char comm[BIND_COMM_LEN] BIND_WORDS; /* of the thread; up to the first NUL */
	__u32 pid; /* of the process, in the initial pid namespace */
	__u32 tid;
	__u32 uid; /* real, in the initial user namespace */
	__u32 interface; /* index of SO_BINDTODEVICE, 0: none */
	__s32 rc; /* outcome: 0 or -errno */
	struct bind_decision decision; /* attempt */
	__u16 protocol; /* IPPROTO_* */
	__u16 requested_port;
	__u16 bound_port; /* outcome with rc 0 */
	__u8 kind; /* enum bind_event_kind */
	__u8 family; /* AF_INET or AF_INET6 of the socket, and so of the addresses */
	__u8 options; /* BIND_OPT_* at this moment */
	__u8 type; /* SOCK_* */
	__u8 via; /* enum bind_via */
	__u8 hook; /* attempt: enum bind_hook */
	__u32 netns; /* inode number of the socket's network namespace */
};

_Static_assert(sizeof(struct bind_event) == 120, "with its ring buffer header, 128 bytes an event");

/* One instance per CPU; the sum over CPUs is exact. */
struct bind_counters {
	__u64 attempts; /* binds seen; attempts = reported + filtered + lost */
	__u64 filtered; /* not reported because of the user's filters */
	__u64 lost; /* not reported because the ring buffer was full */
	__u64 outcomes_lost; /* outcomes that the ring buffer could not take */
	__u64 allowed; /* decided: allow */
	__u64 denied; /* decided: deny, and refused */
	__u64 audited; /* decided: deny, and let through */
	__u64 unreadable; /* of denied and audited: request or image could not be read */
	__u64 counts_lost; /* binds that the --count table had no room for */
	__u64 cgroups_lost; /* new cgroups that the cgroup map had no room for */
};

/* Of one generation; entry 0 is the default's, entry r + 1 that of rule r. */
struct bind_rule_counters {
	__u64 allowed;
	__u64 denied;
	__u64 audited;
	__u64 last; /* when it decided last: ns, CLOCK_MONOTONIC; 0: never */
};

/* Entries of the map of policies. */
enum bind_slot {
	BIND_SLOT_IN_FORCE, /* the image that decides */
	BIND_SLOT_UPCOMING, /* the next one, while new cgroups need their class in both */
	BIND_SLOTS,
};

/*
 * What belongs to a generation and is not in its image has the entry BIND_PARITY(generation): two
 * entries are enough, since there is one image in force and at most one that is to follow it.
 */
#define BIND_PARITY(generation) ((generation)&1)
#define BIND_PARITIES 2

/* A cgroup in the map of cgroups, whose key is its id: its class in the image of each parity. */
struct bind_cgroup {
	__u32 class[BIND_PARITIES];
};

_Static_assert(sizeof(struct bind_cgroup) == 8, "one instruction writes both classes");

/* Key of the --count table. */
struct bind_count_key {
	__u8 address[16];
	__u16 family;
	__u16 port;
};

/*
 * Key of the table of executables that rules name: the folder, and the file's name in it, padded
 * with NULs. Not the file itself, so that the next version of a package is the same executable from
 * the moment its file has the name.
 */
struct bind_exe {
	__u64 folder; /* inode number */
	__u32 device; /* of the folder: major << 20 | minor */
	char name[BIND_EXE_NAME_LEN + 1]; /* one byte more, to see that a name is too long */
	char unused[3];
};

_Static_assert(sizeof(struct bind_exe) == 80, "no padding in a key");

#endif
