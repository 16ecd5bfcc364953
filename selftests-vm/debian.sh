# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# debian.sh - Debian systems for guests. Sourced by scripts; needs root and debootstrap.

# What nothing needs at run time: it would only take the guest's memory.
DEBIAN_LEFT_OUT=(boot proc sys dev run tmp var/cache var/lib/apt var/lib/dpkg usr/share/doc usr/share/man
	usr/share/locale usr/share/zoneinfo usr/share/ieee-data usr/libexec/gcc usr/lib/gcc
	'usr/lib/modules/*/kernel' usr/lib/udev usr/lib/firmware 'usr/lib/*/gconv')

# This machine's own.
debian_mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
		grep '/debian/*$' | sort -u | head -n 1
}

# debian_root SUITE FOLDER LOG: a small one with systemd, unless it is there. Tells what is wrong.
debian_root() {
	local site
	[[ ! -e $2/.complete ]] || return 0
	((EUID == 0)) || { echo "needs root, for debootstrap" && return 1; }
	command -v debootstrap >/dev/null || { echo "debootstrap is not installed" && return 1; }
	site=$(debian_mirror)
	[[ -n $site ]] || { echo "apt is configured without Debian" && return 1; }
	rm -rf "$2"
	debootstrap --variant=minbase --include=systemd,systemd-sysv "$1" "$2" "$site" >"$3" 2>&1 ||
		{ echo "debootstrap failed, see $3" && return 1; }
	touch "$2/.complete"
}

# debian_pack ABOVE FOLDER OUT: an initramfs of all that is in FOLDER, with FOLDER before the names,
# and with the folders that are left out, but empty.
debian_pack() {
	local path arguments=()
	for path in "${DEBIAN_LEFT_OUT[@]}"; do
		arguments+=(-path "$2/$path/*" -prune -o)
	done
	(cd "$1" && find "$2" "${arguments[@]}" -print0 | sort -z |
		cpio --null --create --format=newc --quiet --owner=+0:+0) >"$3.new"
	mv "$3.new" "$3"
}
