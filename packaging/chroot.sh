# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# chroot.sh - clean Debian systems to build packages in, and guests to install them in. Sourced by
# scripts, from the project's root. Needs root and debootstrap.
#
# Both come from this machine's own mirror and are kept below the cache folder, until what they are
# made of changes.

# shellcheck source=selftests-vm/debian.sh
. selftests-vm/debian.sh
CACHE=${BINDGUARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bindguard}/packages

# inside ROOT COMMAND: runs the shell command in the chroot. What is mounted for it is gone when it ends.
inside() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
		exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive sh -c "$1"' "$1" "$2"
}

# new_root ROOT SUITE VARIANT
new_root() {
	rm -rf "$1"
	mkdir -p "$1"
	debootstrap --variant="$3" "$2" "$1" "$(debian_mirror)" >"$1.log" 2>&1
}

# build_root SUITE: prints where a chroot is that has what debian/control asks for, and lintian.
build_root() {
	local root key
	key=$(cat debian/control packaging/chroot.sh | cksum)
	root=$CACHE/build-$1
	if [[ $(cat "$root/.complete" 2>/dev/null) != "$key" ]]; then
		new_root "$root" "$1" buildd
		mkdir -p "$root/src/debian"
		cp debian/control debian/changelog "$root/src/debian/"
		inside "$root" 'apt-get update -qq && cd /src && apt-get build-dep -y -qq ./ &&
			apt-get install -y -qq --no-install-recommends lintian' >>"$root.log" 2>&1
		echo "$key" >"$root/.complete"
	fi
	echo "$root"
}

# guest_root SUITE DEB: prints where a system is that boots, with what the package depends on.
guest_root() {
	local root=$CACHE/guest-$1 key depends
	depends=$(dpkg-deb -f "$2" Depends | sed 's/([^)]*)//g; s/,/ /g')
	key=$(cat packaging/chroot.sh <<<"$depends" - | cksum)
	if [[ $(cat "$root/.complete" 2>/dev/null) != "$key" ]]; then
		new_root "$root" "$1" minbase
		inside "$root" "apt-get update -qq &&
			apt-get install -y -qq --no-install-recommends systemd systemd-sysv $depends &&
			apt-get clean" >>"$root.log" 2>&1
		echo "$key" >"$root/.complete"
	fi
	echo "$root"
}
