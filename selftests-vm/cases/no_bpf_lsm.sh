# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# A kernel that does not have bpf among its LSMs: a program would attach, and never run.
# cmdline: lsm=lockdown,yama

case_no_bpf_lsm_refused() {
	needs_trampolines
	expect_cannot_decide 'BPF LSM: .* lsm=lockdown,yama,.*bpf, or .* --hook cgroup, which needs cgroup v2 '
	bindguard doctor
	expect_status 69
	expect_line '^FAILED   BPF LSM '
	expect_text 'This host can observe, but audit and deny with --hook cgroup only.'
}

case_no_bpf_lsm_observes() {
	guard
	binder tcp4 127.0.0.1 8080
	expect_line ' 8080 '
	guard_stop
	expect_status 0
}
