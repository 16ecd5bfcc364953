# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# docs/TUTORIAL.md does what it says.
#
# kernels: 5.10 6.12 newest

# shellcheck source=selftests-vm/guest/tutorial.sh
. /vm/tutorial.sh

case_tutorial() {
	tutorial_run /vm/TUTORIAL.md "$TMP/tutorial"
}
