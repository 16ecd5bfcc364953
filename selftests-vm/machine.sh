# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# machine.sh - the machines that QEMU emulates, one for each architecture. Sourced by qemu.sh; ACCEL is
# set when a machine is started.

# machine_choose ARCH: Debian's name of it. Sets for the others:
#
#	QEMU	the emulator
#	CONSOLE	the kernel's name of the first serial line
#	FOREIGN	the name again if the guest cannot have this machine's own libraries and busybox
machine_choose() {
	local native
	case $1 in
	amd64)
		QEMU=qemu-system-x86_64
		CONSOLE=ttyS0
		native=x86_64
		;;
	arm64)
		QEMU=qemu-system-aarch64
		CONSOLE=ttyAMA0
		native=aarch64
		;;
	*) return 1 ;;
	esac
	FOREIGN=
	[[ $(uname -m) == "$native" ]] || FOREIGN=$1
}

# machine_arguments CONSOLE RESULTS: for QEMU, a line each. CONSOLE is a file; RESULTS is a file, "stdio"
# or "none".
machine_arguments() {
	local results=$2
	[[ $results == stdio || $results == none ]] || results=file:$results
	printf '%s\n' -serial "file:$1"
	if [[ $QEMU == *-x86_64 ]]; then
		printf '%s\n' -cpu "$(cpu_model)" -serial "$results"
		return
	fi
	# Pointer authentication of the easy kind: the one that is specified makes everything three times
	# slower. The machine has one serial line, so the second is on PCI.
	printf '%s\n' -M virt -cpu max,pauth-impdef=on
	case $results in
	stdio) results=stdio,id=results,signal=off ;;
	none) results=null,id=results ;;
	*) results=file,id=results,path=$2 ;;
	esac
	printf '%s\n' -chardev "$results" -device pci-serial,chardev=results
}

# After an emulated cmpxchg16b (QEMU 7.2) the flags may hold bits of a pointer: with TF or NT among
# them the kernel, whose allocator lives on that instruction, traps or oopses anywhere. 6.12 did in
# one boot of ten. Without the instruction it takes another way, and did so in none of forty.
#
# Nor is there "erms", which tells the kernel that REP MOVSB is fast: emulated, it takes a step for each
# byte, and starting bindguard a quarter to a third longer.
cpu_model() {
	if [[ $ACCEL == tcg* ]]; then
		echo max,-cx16,-erms
	else
		echo max
	fi
}

machine_choose amd64	# unless told
