# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# apt.sh - packages of any suite and architecture, without a trace in the system. Sourced by scripts,
# which set WORK, a folder to work in, and ARCH, Debian's name of an architecture.
#
# Packages come through the machine's own apt configuration (mirror, proxy, credentials) but into
# an apt root of their own: the system's lists, cache and status are neither read nor written.
#
# Environment: BINDGUARD_MIRROR  the Debian mirror, when apt's configuration has none

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror of plain Debian: what apt itself uses, security and third parties aside. The label is
# known only if apt has lists; without them any site that is not a security one must do.
mirror() {
	local targets
	if [[ -n ${BINDGUARD_MIRROR:-} ]]; then
		echo "$BINDGUARD_MIRROR"
		return
	fi
	targets=$(apt-get indextargets --format "\$(LABEL)|\$(SITE)" 'Created-By: Packages')
	awk -F'|' '
		$2 ~ /security/ { next }
		$1 == "Debian" { print $2; found = 1; exit }
		$1 == "" || $1 ~ /^\$/ { if (!guess) guess = $2 }
		END { if (!found && guess) print guess }
	' <<<"$targets"
}

# apt with a root of its own under $WORK/apt. Its first argument is the program.
apt_private() {
	local program=$1 root=$WORK/apt
	shift
	"$program" -qq \
		-o Dir::State="$root" \
		-o Dir::State::lists="$root/lists" \
		-o Dir::State::status="$root/status" \
		-o Dir::Cache="$root/cache" \
		-o Dir::Etc::sourcelist="$root/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Sandbox::User="$(id -un)" \
		-o APT::Architecture="$ARCH" \
		-o APT::Architectures="$ARCH" \
		-o Acquire::Languages=none \
		-o Acquire::Retries=2 \
		"$@"
}

# apt_root MIRROR SUITE
apt_root() {
	local root=$WORK/apt
	rm -rf "$root"
	mkdir -p "$root"/lists/partial "$root"/cache/archives/partial
	: >"$root/status"
	echo "deb [arch=$ARCH target=Packages signed-by=$KEYRING] $1 $2 main" >"$root/sources.list"
}

# Without the option a dead mirror is only a warning, and stale lists pass for new.
apt_update() {
	apt_private apt-get -o APT::Update::Error-Mode=any update
}
