# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# docs/TUTORIAL.md does what it says. On other kernels than here a script does it, see `run --script`:
#
#	. /vm/lib.sh; . /vm/tutorial.sh; tutorial_run /vm/TUTORIAL.md /run/tutorial
#
# kernels: 5.10 6.12 newest

# shellcheck source=selftests-vm/guest/tutorial.sh
. /vm/tutorial.sh

case_tutorial() {
	! kernel_at_least 5 11 || skip 'what it shows is not about the kernel, and the oldest is the quickest'
	tutorial_run /vm/TUTORIAL.md "$TMP/tutorial"
}
