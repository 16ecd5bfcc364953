# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Lockdown in its stricter form keeps BPF from reading kernel memory.
# cmdline: lockdown=confidentiality

case_lockdown_said() {
	bindguard
	expect_status 69
	expect_error '^bindguard: cannot observe on this host: lockdown: .* boot with lockdown=integrity$'
	bindguard doctor
	expect_status 69
	expect_line '^FAILED   lockdown '
}
