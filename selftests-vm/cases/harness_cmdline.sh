# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# cmdline: lsm=lockdown,yama
#
# A case file with a command line of its own: here a kernel without BPF LSM.

case_harness_cmdline() {
	grep -q 'lsm=lockdown,yama' /proc/cmdline
	! lsm_active bpf || fail "bpf is active: $(cat /sys/kernel/security/lsm)"
}
