/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs. With a policy, the LSM programs decide every bind and report the attempts, or
 * the cgroup programs do; the probes report the outcomes. Without one, the probes report alone, as
 * bindsnoop does.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "autobind.bpf.h"
#include "cgroups.bpf.h"
#include "hooks.bpf.h"
#include "kprobes.bpf.h"
#include "probes.bpf.h"
#include "sockaddr.bpf.h"

char LICENSE[] SEC("license") = "GPL";
