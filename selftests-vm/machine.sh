# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# machine.sh - the machines that QEMU emulates, one for each architecture. Sourced by qemu.sh; ACCEL is
# set.

# machine_choose ARCH: Debian's name of it. Sets for the others:
#
#	QEMU	the emulator, with the machine and its processor
#	CONSOLE	the kernel's name of the first serial line
#	FOREIGN	the name again if the guest cannot have this machine's own libraries and busybox
machine_choose() {
	case $1 in
	amd64)
		QEMU=(qemu-system-x86_64 -cpu "$(cpu_model)")
		CONSOLE=ttyS0
		SECOND=isa-serial
		;;
	arm64)
		# Pointer authentication as it is specified makes everything three times slower.
		QEMU=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on")
		CONSOLE=ttyAMA0
		SECOND=pci-serial
		;;
	*) return 1 ;;
	esac
	FOREIGN=
	[[ $(dpkg --print-architecture) == "$1" ]] || FOREIGN=$1
}

# machine_serial CONSOLE RESULTS: arguments for QEMU, a line each. CONSOLE is a file, RESULTS a file or
# "stdio".
machine_serial() {
	local results=file,path=$2
	[[ $2 != stdio ]] || results=stdio,signal=off
	printf '%s\n' -serial "file:$1" -chardev "${results/,/,id=results,}" \
		-device "$SECOND,chardev=results"
}

# After an emulated cmpxchg16b (QEMU 7.2) the flags may hold bits of a pointer: with TF or NT among
# them the kernel, whose allocator lives on that instruction, traps or oopses anywhere. 6.12 did in
# one boot of ten. Without the instruction it takes another way, and did so in none of forty.
cpu_model() {
	if [[ $ACCEL == tcg* ]]; then
		echo max,-cx16
	else
		echo max
	fi
}

machine_choose amd64	# unless told
