# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# anykernel.sh - kernels as users name them: of Debian, of this host, or a file. Sourced by `vmtest`, which
# has say(), CACHE and HERE.

# kernel_label SPEC: what it is called in reports.
kernel_label() {
	basename "$1" | tr -c 'A-Za-z0-9.+_\n-' _
}

# kernel_folder SPEC: prints the folder that qemu.sh boots, made if need be.
kernel_folder() {
	local file
	case $1 in
	host) file=/boot/vmlinuz-$(uname -r) ;;
	*/*) file=$1 ;;
	*) [[ -f $1 ]] && file=$1 ;;
	esac
	if [[ -n ${file:-} ]]; then
		file_folder "$(realpath -m "$file")"
	else
		"$HERE/kernels" "$1"
	fi
}

# An x86 kernel says its release in its header (Documentation/arch/x86/boot.rst: kernel_version).
file_release() {
	local at
	[[ $(dd if="$1" bs=1 skip=514 count=4 status=none) == HdrS ]] || return 1
	at=$(od -An -tu2 -j 526 -N 2 "$1" | tr -d ' ')
	dd if="$1" bs=1 skip=$((at + 512)) count=200 status=none | tr '\0' '\n' | head -n 1 | cut -d ' ' -f 1
}

# first_of TEST PATH...: the first for which that holds.
first_of() {
	local test=$1 path
	shift
	for path in "$@"; do
		test "$test" "$path" && echo "$path" && return
	done
	return 1
}

# Without a config nobody knows which LSMs a kernel has: these all have had for years, and one that it
# lacks is ignored.
file_config() {
	local above
	above=$(dirname "$1")
	if ! cat "$(first_of -r "$above/config-$2" "$above/config" "/lib/modules/$2/config" "/boot/config-$2")" \
		2>/dev/null; then
		echo 'CONFIG_LSM="landlock,lockdown,yama,integrity,selinux,apparmor"'
	fi
}

# Kept until the file is another one.
file_folder() {
	local file=$1 folder release modules above
	[[ -f $file ]] || { say "$file: no such kernel" && return 1; }
	[[ -r $file ]] || { say "$file: cannot read it: try sudo chmod +r $file, or name another kernel" && return 1; }
	folder=$CACHE/files/$(stat -c '%n %s %Y' "$file" | cksum | tr ' ' -)
	if [[ ! -f $folder/version ]]; then
		release=$(tr -d '\0' < <(file_release "$file")) || release=
		[[ $release =~ ^[0-9]+\.[0-9]+ ]] || { say "$file: no x86_64 kernel (bzImage)" && return 1; }
		above=$(dirname "$file")
		rm -rf "$folder"
		mkdir -p "$folder"
		cp "$file" "$folder/vmlinuz"
		file_config "$file" "$release" >"$folder/config"
		if modules=$(first_of -d "$above/lib/modules/$release" "$above/../lib/modules/$release" \
			"/lib/modules/$release" "/usr/lib/modules/$release"); then
			"$HERE/kernels" --modules "$modules" "$folder" || true
		fi
		echo "$release" >"$folder/version"
	fi
	echo "$folder"
}
