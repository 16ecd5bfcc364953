# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# trixie.sh - a Debian 13 chroot, for what this machine's own Debian is too old. Sourced by scripts.
#
# It is made by debootstrap below the cache folder, from this machine's own mirror, and kept. Needs
# root.

# shellcheck source=selftests-vm/debian.sh
. selftests-vm/debian.sh

CACHE=${BINDGUARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bindguard}
TRIXIE=$CACHE/debian13

# Makes the chroot unless it is there. One process at a time.
trixie_make() {
	local lock
	mkdir -p "$CACHE"
	exec {lock}>"$TRIXIE.lock"
	flock "$lock"
	if [[ ! -e $TRIXIE/.complete ]]; then
		command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
		rm -rf "$TRIXIE"
		mkdir -p "$TRIXIE"
		debootstrap --variant=minbase trixie "$TRIXIE" "$(debian_mirror)" >"$TRIXIE.log" 2>&1
		touch "$TRIXIE/.complete"
	fi
	exec {lock}>&-
}

# trixie_inside FOLDER COMMAND: runs the shell command in the chroot, in that folder of this machine.
# It is in a mount namespace of its own: what is mounted for it is gone when it ends.
trixie_inside() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
		mount --bind "$1" "$0/mnt" &&
		exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			DEBIAN_FRONTEND=noninteractive sh -c "cd /mnt && $2"' "$TRIXIE" "$1" "$2"
}
