/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps, and what user space sets before the programs are loaded. */
#ifndef BPF_MAPS_BPF_H
#define BPF_MAPS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "event.h"

/* Filters choose what is shown, never what is decided. */
const volatile __u32 filter_pid; /* 0: any */
const volatile bool filter_by_uid;
const volatile __u32 filter_uid;
const volatile bool filter_by_port;
const volatile __u64 filter_ports[65536 / 64]; /* a bit for each port to show */
const volatile bool filter_by_cgroup; /* those in filter_cgroups */
const volatile bool filter_by_mount_namespace; /* those in filter_mount_namespaces */
const volatile bool filter_by_task; /* any of the above but the port */
const volatile bool show_errors; /* failed binds too */

const volatile bool with_policy; /* an LSM or cgroup program decides and reports the attempts */
const volatile bool has_port_ranges; /* the kernel knows IP_LOCAL_PORT_RANGE */
const volatile bool count_only; /* fill the counts map, report no events */
const volatile bool show_nothing; /* count the decisions, report none */
const volatile __u32 host_netns; /* inode number of the initial network namespace */
const volatile __u32 wakeup_bytes; /* unread bytes in the ring that wake the reader */

/* Set by the reader of the ring before it sleeps until it is woken. */
volatile bool reader_sleeps;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20); /* user space sets it */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bind_counters);
} counters SEC(".maps");

/*
 * struct bind_rule_counters: one for the default and one for each rule of a generation. Not per
 * CPU, which many rules on many CPUs make too big.
 */
struct rule_counters_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bind_rule_counters));
};

/* The executables that the rules of a generation name: struct bind_exe -> class. */
struct exes_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct bind_exe));
	__uint(value_size, sizeof(__u32));
};

/* These two are by BIND_PARITY() of the generation. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, BIND_PARITIES);
	__type(key, __u32);
	__array(values, struct rule_counters_map);
} rule_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, BIND_PARITIES);
	__type(key, __u32);
	__array(values, struct exes_map);
} exes SEC(".maps");

/* Every cgroup of the host by its id, if rules name any. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct bind_cgroup);
} cgroups SEC(".maps");

/* See socket.bpf.h. */
struct socket_memory {
	__u8 named[8]; /* by the number of the option's bit, 1: setsockopt(2) named it */
	__u16 port; /* that a bind asked for, if it is bound */
	__u16 bound; /* 1: a bind was let through */
	__u16 packed; /* bytes of sctp_bindx()'s addresses that have been decided */
	__u16 addresses; /* how many those are */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_memory);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct bind_count_key);
	__type(value, __u64);
} counts SEC(".maps");

/* Stand-ins for the maps of --cgroupmap and --mntnsmap; only the keys matter. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} filter_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u32);
} filter_mount_namespaces SEC(".maps");

#endif
