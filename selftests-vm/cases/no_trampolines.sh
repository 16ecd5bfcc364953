# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034
#
# Kernels that cannot call BPF programs from their functions, which is arm64 before 6.4: what is left is
# said, and done. The cases observe_* and hook_* are about the rest.

lacks_trampolines() {
	! has_trampolines || skip "BPF programs can be called from this kernel's functions"
}

case_no_trampolines_said() {
	lacks_trampolines
	expect_cannot_decide 'LSM programs: this kernel cannot call BPF programs from its functions: run Linux 6\.4 or later on arm64, or do without and give --hook cgroup, '
	bindguard --autobind
	expect_status 69
	expect_error '^bindguard: --autobind needs fexit probes, which this kernel cannot attach$'
	bindguard doctor
	expect_status 69
	expect_line '^ok       probes        kprobes, since this kernel cannot attach fexit probes: '
	expect_no_line ' boot with the kernel parameter '
	expect_text 'This host can observe, but audit and deny with --hook cgroup only.'
}

# Kprobes are events of perf, which Debian keeps for CAP_SYS_ADMIN, and are found in tracefs.
case_no_trampolines_privileges() {
	lacks_trampolines
	echo 3 >/proc/sys/kernel/perf_event_paranoid
	cat >"$TMP/start" <<-END
		#!/bin/sh
		ulimit -l unlimited
		exec $BINDER with bpf,perfmon /bin/bindguard "\$@"
	END
	chmod 755 "$TMP/start"
	BINDGUARD=$TMP/start
	bindguard
	expect_status 69
	expect_error '^bindguard: cannot observe on this host: probes: .* CAP_SYS_ADMIN, or kernel\.perf_event_paranoid=2 '
	echo 2 >/proc/sys/kernel/perf_event_paranoid
	guard
	guard_stop
	umount /sys/kernel/debug
	umount /sys/kernel/tracing
	bindguard
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	expect_status 69
	expect_error '^bindguard: cannot observe on this host: probes: .* mount -t tracefs tracefs /sys/kernel/tracing$'
}
