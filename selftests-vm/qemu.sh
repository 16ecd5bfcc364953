# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# qemu.sh - boots kernels in QEMU. Sourced by `run` and `vmtest`, which set:
#
#	MEMORY	MB
#	MACHINE	an array of more arguments for QEMU
#	ACCEL	tcg, or kvm; accel_find() finds out
#	CACHE	where kernels are kept
#
# A kernel is a folder as `kernels` leaves it: vmlinuz, version, and config and lib/modules if it has any.

# shellcheck source=selftests-vm/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

BOOT_TRIES=3
PROBE_SECONDS=20

# Only a kernel whose own list lacks bpf is given another one: the others run as they come.
lsm_argument() {
	local list
	list=$(sed -n 's/^CONFIG_LSM="\(.*\)"/\1/p' "$1/config" 2>/dev/null) || true
	if [[ -n $list && ,$list, != *,bpf,* ]]; then
		echo "lsm=$list,bpf"
	fi
}

# Without the tests of the kernel's own ciphers, which take half a second of each boot.
kernel_cmdline() {
	local kernel=$1 extra=$2 line
	line="console=$CONSOLE panic=-1 oops=panic printk.time=1 printk.devkmsg=on cryptomgr.notests"
	[[ " $extra" == *' lsm='* ]] || line+=" $(lsm_argument "$kernel")"
	echo "$line $extra"
}

# Without cmpxchg16b (machine.sh) kmalloc_nolock() fails, unless the cache is one that checks itself: from
# 6.18 on no program would get storage for a socket or a task. Cases only, unless they say
# "slab_debug=-" themselves: benchmarks count the instructions of an allocator without checks.
storage_argument() {
	local version major minor
	version=$(<"$1/version")
	major=${version%%.*} minor=${version#*.}
	[[ " $2" != *' slab_debug='* ]] || return 0
	[[ $QEMU == *-x86_64 ]] || return 0
	if [[ $(cpu_model) == *-cx16* ]] && ((major > 6 || (major == 6 && ${minor%%[!0-9]*} >= 18))); then
		echo 'slab_debug=F,kmalloc-*'
	fi
}

# qemu KERNEL IMAGE CONSOLE RESULTS SECONDS CMDLINE. RESULTS is a file, "stdio" or "none". QEMU is the
# child of a shell that ends it when it is itself told to.
qemu() {
	local child arguments
	mapfile -t arguments < <(machine_arguments "$3" "$4")
	timeout -k 5 "$5" "$QEMU" "${arguments[@]}" -accel "$ACCEL" -smp 1 -m "$MEMORY" \
		"${MACHINE[@]}" -nodefaults -nic none -display none -no-reboot \
		-kernel "$1/vmlinuz" -initrd "$2" -append "$6" </dev/null 2>>"${3%.log}.qemu" &
	child=$!
	trap 'kill "$child" 2>/dev/null; exit 130' INT TERM HUP
	wait "$child" || true
	trap - INT TERM HUP
}

# boot_until_init KERNEL IMAGE BASE SECONDS CMDLINE: a VM with BASEconsole.log and BASEtap.log. Emulated
# CPUs may oops on the way up, and a boot that never came to init says nothing about us: it is tried
# again, and its console kept.
boot_until_init() {
	local base=$3 try
	for ((try = 1; try <= BOOT_TRIES; try++)); do
		: >"${base}tap.log"
		qemu "$1" "$2" "${base}console.log" "${base}tap.log" "$4" "$5"
		reached_init "${base}console.log" "${base}tap.log" && break
		progress "$(basename "$1"): init not reached, boot $try of $BOOT_TRIES"
		cp "${base}console.log" "${base}console.try$try"
	done
	[[ -s ${base}console.qemu ]] || rm -f "${base}console.qemu"
}

# reached_init CONSOLE [RESULTS]: results tell it too, should the command line silence the console.
reached_init() {
	grep -qsa 'bindguard-vm: init' "$1" || [[ -s ${2:-} ]]
}

# --- With or without KVM

# What the outcome of a probe depends on: the kernel, QEMU, and this machine.
accel_key() {
	{
		stat -L -c '%s %Y' "$1/vmlinuz"
		cat "$1/version"
		qemu-system-x86_64 --version
		uname -r
		grep -m 1 '^model name' /proc/cpuinfo || true
	} | cksum | tr ' ' -
}

# accel_find KERNEL IMAGE: prints what boots it. That there is a /dev/kvm says little: the kernel has
# to come to init with it, within a time that it needs a tenth of. The answer is kept for a week.
# BINDGUARD_KVM is another device to ask for.
accel_find() {
	local ACCEL=kvm device=${BINDGUARD_KVM:-/dev/kvm} kept console
	if [[ -n ${BINDGUARD_ACCEL:-} ]]; then
		echo "$BINDGUARD_ACCEL"
		return
	fi
	[[ -r $device && -w $device ]] || { echo tcg && return; }
	kept=$CACHE/accel/$(accel_key "$1")
	if [[ -z $(find "$kept" -mtime -7 2>/dev/null) ]]; then
		mkdir -p "$CACHE/accel"
		console=$(mktemp)
		# A QEMU that aborts is an answer; what the shell has to say of it is not for users.
		qemu "$1" "$2" "$console" none "$PROBE_SECONDS" \
			"$(kernel_cmdline "$1" bindguard_mode=probe)" 2>/dev/null
		if reached_init "$console"; then echo kvm; else echo tcg; fi >"$kept.$$"
		mv "$kept.$$" "$kept"
		rm -f "$console" "$console.qemu"
	fi
	cat "$kept"
}

# --- Several at a time

# Waits for one VM more than there may be, or for all when the limit is none.
wait_for_slot() {
	local limit=$1
	while (($(jobs -rp | wc -l) >= limit && $(jobs -rp | wc -l) > 0)); do
		wait -n || true
	done
}

end_jobs() {
	local pids
	mapfile -t pids < <(jobs -rp)
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
}
